/// The median of a sample with an interval for the median of all that could have been measured.
///
/// The interval is bounded by two of the samples: if they are independent, the count of those below
/// the true median is binomial with probability ½ whatever the distribution, so the ranks that
/// reach the confidence follow from the number of samples alone.
///
/// The percentile bootstrap (Efron & Tibshirani 1993, §13.3) was the alternative. In simulations
/// its nominal 95 % interval held the median in 93.4 % of experiments with 10 normal samples, in
/// 93.8 % with 20, and in only 92 % with 8 or 15; nothing bounds how far it may fall short. Ranks
/// never cover less than they promise. The price is a wider interval, by 37 % with 10 samples and
/// 13 % with 20, as only whole ranks are to be had:
///
/// | samples | 6 | 8 | 10 | 12 | 15 | 20 | 30 |
/// |---|---|---|---|---|---|---|---|
/// | ranks | 1, 6 | 1, 8 | 2, 9 | 3, 10 | 4, 12 | 6, 15 | 10, 21 |
/// | coverage in % | 96.9 | 99.2 | 97.9 | 96.1 | 96.5 | 95.9 | 95.7 |
///
/// No random numbers are involved: the same samples always give the same interval.
///
/// Source: David & Nagaraja 2003, "Order Statistics", §7.1.
public struct Estimate: Sendable, Hashable {
  /// The median of the samples, in their unit.
  public var median: Double
  /// The interval for the true median, in the unit of the samples; it contains `median`.
  public var interval: Interval
  /// The confidence that was asked for, above 0 and below 1.
  public var confidence: Double
  /// The least share of such experiments whose interval holds the true median.
  ///
  /// It is at least `confidence`, unless even the smallest and the largest sample do not reach
  /// that: fewer than 6 samples for 95 %. One sample covers nothing, and this is 0.
  public var coverage: Double

  /// Whether there were enough samples to reach the confidence.
  public var isConfident: Bool { coverage >= confidence }

  /// Estimates the median.
  ///
  /// If all samples are equal, `low`, `median` and `high` are exactly that value. So they are for
  /// one sample, which says nothing of what the next would be: see `coverage`.
  ///
  /// Returns nil when `samples` is empty or has a value that is not finite, and when `confidence`
  /// is not above 0 and below 1. Complexity: O(*n* log *n*).
  public init?(medianOf samples: [Double], confidence: Double = Interval.defaultConfidence) {
    guard confidence > 0, confidence < 1, let sorted = Statistics.sorted(samples),
      let median = Statistics.quantile(ofSorted: sorted, 0.5)
    else { return nil }
    let (index, coverage) = Self.lowerIndex(count: sorted.count, confidence: confidence)
    self.median = median
    self.interval = Interval(low: sorted[index], high: sorted[sorted.count - 1 - index])
    self.confidence = confidence
    self.coverage = coverage
  }

  /// Returns the largest index of the ordered samples that, with its mirror image at the other
  /// end, reaches the confidence, and the coverage of the two; index 0 if none does.
  private static func lowerIndex(
    count: Int, confidence: Double
  ) -> (index: Int, coverage: Double) {
    // Binomial coefficients up to a factor, from the middle outwards: starting at 2⁻ⁿ instead
    // would be 0 from 1075 samples on.
    var weights = [Double](repeating: 1, count: count / 2 + 1)
    for below in stride(from: count / 2, to: 0, by: -1) {
      weights[below - 1] = weights[below] * Double(below) / Double(count - below + 1)
    }
    let half = weights.reduce(0, +)
    let total = count.isMultiple(of: 2) ? 2 * half - 1 : 2 * half

    var tail = weights[0]
    var best = (index: 0, coverage: 1 - 2 * tail / total)
    for index in 1..<max(1, (count + 1) / 2) {
      tail += weights[index]
      let coverage = 1 - 2 * tail / total
      guard coverage >= confidence else { break }
      best = (index, coverage)
    }
    return best
  }
}
