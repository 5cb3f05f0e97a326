/// A seeded source of random numbers whose every draw is the same on every machine and toolchain.
///
/// The algorithm is SplitMix64. It passes BigCrush, its 2⁶⁴ states are far more than the order of
/// rounds and a few thousand resamples use, and any seed is a good one, 0 included.
///
/// `shuffle(_:)` and `next(below:)` are defined here rather than taken from the standard library,
/// which may change its algorithms: a seed in a report must still give the same order years later.
///
/// Source: Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators", OOPSLA.
public struct RandomSource: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) {
    state = seed
  }

  /// Returns 64 uniform random bits. Complexity: O(1).
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// Returns a whole number in `0..<bound`, every one equally likely.
  ///
  /// Source: Lemire 2019, "Fast random integer generation in an interval", ACM TOMACS 29(1).
  /// Complexity: O(1) expected, fewer than two draws on average.
  ///
  /// - Precondition: `bound` is positive; there is no number to return otherwise.
  public mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "a random number below \(bound) does not exist")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      // 2⁶⁴ is rarely a multiple of `range`; drawing again below the remainder removes the bias.
      let remainder = (0 &- range) % range
      while product.low < remainder {
        product = next().multipliedFullWidth(by: range)
      }
    }
    return Int(product.high)
  }

  /// Puts `elements` into a random order, every one equally likely; none or one stay as they are.
  ///
  /// Source: Durstenfeld 1964, Algorithm 235, CACM 7(7) (Fisher–Yates). Complexity: O(*n*).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, next(below: last + 1))
    }
  }
}
