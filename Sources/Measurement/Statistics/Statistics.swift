/// Statistics of one sample, in the unit of its values.
///
/// One rule holds for every statistic of this library: a sample with a value that is not finite has
/// none, and the result is `nil`. Dropping such a value would hide a failed measurement, and
/// sorting a NaN gives an order that means nothing.
public enum Statistics {
  /// Returns the middle value, or the mean of the two middle values of an even number.
  ///
  /// Returns nil when `samples` is empty or has a value that is not finite.
  ///
  /// Source: the quantile of probability ½ of `quantile(_:_:)`. Complexity: O(*n* log *n*).
  public static func median(_ samples: [Double]) -> Double? {
    quantile(samples, 0.5)
  }

  /// Returns the value below which the share `probability` of the samples lies.
  ///
  /// The definition is type 7: linear between the order statistics, with the smallest value at 0
  /// and the largest at 1.
  ///
  /// Returns nil when `samples` is empty or has a value that is not finite, and when `probability`
  /// is not in `0...1`.
  ///
  /// Source: Hyndman & Fan 1996, "Sample quantiles in statistical packages", The American
  /// Statistician 50(4). Complexity: O(*n* log *n*).
  public static func quantile(_ samples: [Double], _ probability: Double) -> Double? {
    sorted(samples).flatMap { quantile(ofSorted: $0, probability) }
  }

  /// Returns the samples in ascending order, or nil when one is not finite.
  static func sorted(_ samples: [Double]) -> [Double]? {
    samples.allSatisfy(\.isFinite) ? samples.sorted() : nil
  }

  /// Returns the type 7 quantile of values that are finite and ascending. Complexity: O(1).
  static func quantile(ofSorted values: [Double], _ probability: Double) -> Double? {
    guard !values.isEmpty, (0...1).contains(probability) else { return nil }
    let position = Double(values.count - 1) * probability
    let below = Int(position)
    let above = min(below + 1, values.count - 1)
    return between(values[below], values[above], position - Double(below))
  }

  /// Returns the value at `share` of the way from `low` to `high`, exactly `low` if they are equal.
  static func between(_ low: Double, _ high: Double, _ share: Double) -> Double {
    low + (high - low) * share
  }
}
