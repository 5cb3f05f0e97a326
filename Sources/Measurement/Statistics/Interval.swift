/// A closed interval that bounds an unknown value, in the unit of that value.
public struct Interval: Sendable, Hashable {
  public var low: Double
  public var high: Double

  /// The share of intervals that are to hold the true value, unless a caller asks for another.
  public static let defaultConfidence = 0.95

  /// Makes an interval; one with `low` above `high` is empty and contains nothing.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// Returns whether `low <= value <= high`; never true of a NaN.
  public func contains(_ value: Double) -> Bool {
    low <= value && value <= high
  }

  /// Returns the percentile interval of bootstrap replicates, widened to contain `estimate`.
  ///
  /// The widening matters only for very few rounds, where the middle of the replicates may miss the
  /// estimate; a report whose estimate lies outside its own interval would help nobody.
  ///
  /// Returns nil when `replicates` is empty or has a value that is not finite.
  ///
  /// Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", §13.3.
  /// Complexity: O(*r* log *r*).
  static func percentile(
    of replicates: [Double], around estimate: Double, confidence: Double
  ) -> Interval? {
    let tail = (1 - confidence) / 2
    guard let sorted = Statistics.sorted(replicates),
      let low = Statistics.quantile(ofSorted: sorted, tail),
      let high = Statistics.quantile(ofSorted: sorted, 1 - tail)
    else { return nil }
    return Interval(low: min(low, estimate), high: max(high, estimate))
  }
}
