import Glibc
import Measurement

/// A distribution to simulate samples from, whose median is known.
/// The raw value is a seed, so that each is simulated with numbers of its own.
enum Distribution: UInt64, CaseIterable {
  case normal = 1
  case lognormal

  var median: Double {
    switch self {
    case .normal: 0
    case .lognormal: 1
    }
  }

  /// Returns one draw. Source: Box & Muller 1958.
  func draw(using random: inout RandomSource) -> Double {
    // The radius needs a uniform number above 0, the angle any.
    let radius = (-2 * log(Double((random.next() >> 11) + 1) * 0x1p-53)).squareRoot()
    let normal = radius * cos(2 * .pi * Double(random.next() >> 11) * 0x1p-53)
    switch self {
    case .normal: return normal
    case .lognormal: return exp(normal)
    }
  }

  func samples(_ count: Int, using random: inout RandomSource) -> [Double] {
    (0..<count).map { _ in draw(using: &random) }
  }
}

/// Returns the share of `trials` in which `body` is true.
func share(of trials: Int, _ body: () throws -> Bool) rethrows -> Double {
  var hits = 0
  for _ in 0..<trials where try body() {
    hits += 1
  }
  return Double(hits) / Double(trials)
}

extension RandomSource {
  mutating func normal() -> Double { Distribution.normal.draw(using: &self) }
  /// With the mean 1.
  mutating func exponential() -> Double { -log(Double((next() >> 11) + 1) * 0x1p-53) }
}
