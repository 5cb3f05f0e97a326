internal import Glibc

/// Values of an axis as places on a page.
struct ChartScale {
  private let low: Double
  private let high: Double
  private let isLogarithmic: Bool
  private let start: Double
  private let end: Double
  let ticks: [Double]

  /// - Parameters:
  ///   - values: what has to find a place; those that are not finite find none.
  ///   - fromZero: the axis begins at 0, as amounts that are compared by their length must.
  init(
    _ axis: Report.Chart.Axis, _ values: [Double], fromZero: Bool, from start: Double,
    to end: Double
  ) {
    let values = (values + axis.ticks).filter(\.isFinite)
    isLogarithmic = axis.isLogarithmic && !values.isEmpty && values.allSatisfy { $0 > 0 }
    var low = values.min() ?? 0
    var high = values.max() ?? 1
    if fromZero, !isLogarithmic { low = min(0, low) }
    if low == high {
      // One value alone stands in the middle.
      if isLogarithmic {
        (low, high) = (low / 2, high * 2)
      } else {
        (low, high) = (low - 1, high + 1)
      }
      if fromZero, !isLogarithmic { low = max(0, low) }
    }
    if !axis.ticks.isEmpty {
      ticks = axis.ticks.sorted()
    } else if isLogarithmic {
      low = Self.roundDown(low)
      high = -Self.roundDown(-high, upward: true)
      ticks = Self.logarithmic(low, high)
    } else {
      let step = Self.step(high - low)
      low = (low / step).rounded(.down) * step
      high = (high / step).rounded(.up) * step
      ticks = Array(stride(from: low, through: high + step / 2, by: step))
    }
    self.low = isLogarithmic ? log(low) : low
    self.high = isLogarithmic ? log(high) : high
    self.start = start
    self.end = end
  }

  func place(_ value: Double) -> Double {
    let value = isLogarithmic ? log(max(value, .leastNormalMagnitude)) : value
    return start + (value - low) / (high - low) * (end - start)
  }

  /// 1, 2 or 5 times a power of ten, for four to eight steps.
  private static func step(_ range: Double) -> Double {
    let power = pow(10, floor(log10(range / 4)))
    return power * ([5, 2].first { range / (power * $0) >= 4 } ?? 1)
  }

  /// The nearest of 1, 2, 5 times a power of ten that is not above `value`, or with `upward`, given the
  /// negative, the negative of the nearest that is not below.
  private static func roundDown(_ value: Double, upward: Bool = false) -> Double {
    let amount = abs(value)
    let power = pow(10, floor(log10(amount)))
    if upward { return -power * ([1, 2, 5].first { amount <= power * $0 * 1.000_001 } ?? 10) }
    return power * ([5, 2].first { amount >= power * $0 * 0.999_999 } ?? 1)
  }

  private static func logarithmic(_ low: Double, _ high: Double) -> [Double] {
    var all: [Double] = []
    var power = pow(10, floor(log10(low)))
    while power <= high {
      all += [1, 2, 5].map { $0 * power }.filter { $0 >= low * 0.999 && $0 <= high * 1.001 }
      power *= 10
    }
    // Of many decades the powers of ten alone.
    guard all.count > 9 else { return all }
    let powers = all.filter { abs(log10($0) - log10($0).rounded()) < 1e-6 }
    let every = (powers.count + 8) / 9
    return powers.enumerated().filter { $0.offset.isMultiple(of: every) }.map(\.element)
  }
}

extension Report.Chart.Unit {
  func text(_ value: Double) -> String {
    switch self {
    case .bytes: Quantity.bytes(value)
    case .nanoseconds: Quantity.nanoseconds(value)
    case .count: Quantity.count(value)
    }
  }
}
