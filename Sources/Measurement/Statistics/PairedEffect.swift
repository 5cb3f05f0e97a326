internal import Glibc

/// How many times as large a candidate is as a baseline, from values that were taken in pairs.
///
/// The logarithm of the ratio within each round is taken, and the Hodges–Lehmann estimate of their
/// centre with the interval that belongs to Wilcoxon's signed-rank test. Where both sides are one
/// program, and the order within a round is drawn at random, these logarithms are symmetric about 0:
/// the one thing that the test supposes. From normal data it needs two thirds of the rounds that a
/// median does, and heavy tails harm it little; `PairedRatio`, which supposes nothing, is for figures
/// that people read.
///
/// Source: Hollander, Wolfe & Chicken 2014, "Nonparametric Statistical Methods", §3.2 and §3.3.
public struct PairedEffect: Sendable, Hashable {
  /// Candidate / baseline.
  public var ratio: Double
  /// The interval for the true ratio; it contains `ratio`.
  public var interval: Interval
  /// How many rounds had both sides.
  public var rounds: Int
  /// There were enough rounds for the confidence asked for.
  public var isConfident: Bool

  /// Compares two sides measured in the same rounds; the index is the round, nil is "not measured".
  ///
  /// Two sides that are equal in every round, 0 included, have the ratio 1. Returns nil when no round
  /// has both sides, when a value is negative or not finite, when one side of an unequal round is 0,
  /// and when `confidence` is not above 0 and below 1. Complexity: O(*n*² log *n* + *n*³).
  public init?(candidate: [Double?], baseline: [Double?], confidence: Double) {
    guard confidence > 0, confidence < 1 else { return nil }
    var logs: [Double] = []
    for case (let candidate?, let baseline?) in zip(candidate, baseline) {
      guard candidate >= 0, baseline >= 0, candidate.isFinite, baseline.isFinite else { return nil }
      if candidate == baseline {
        logs.append(0)
      } else {
        guard candidate > 0, baseline > 0 else { return nil }
        logs.append(log(candidate / baseline))
      }
    }
    guard !logs.isEmpty else { return nil }
    var averages: [Double] = []
    averages.reserveCapacity(logs.count * (logs.count + 1) / 2)
    for first in logs.indices {
      for second in first..<logs.count { averages.append((logs[first] + logs[second]) / 2) }
    }
    averages.sort()
    guard let centre = Statistics.quantile(ofSorted: averages, 0.5) else { return nil }
    let rank = Self.rank(rounds: logs.count, tail: (1 - confidence) / 2)
    ratio = exp(centre)
    interval = Interval(
      low: exp(averages[rank ?? 0]), high: exp(averages[averages.count - 1 - (rank ?? 0)]))
    rounds = logs.count
    isConfident = rank != nil
  }

  /// The index of the ordered Walsh averages that bounds the interval from below: the largest *c* with
  /// P(T⁺ ≤ *c*) ≤ `tail`; nil where not even 0 is as rare.
  static func rank(rounds: Int, tail: Double) -> Int? {
    // The share of the 2ⁿ ways to give signs to the ranks 1…n whose positive ranks have each sum.
    var shares = [Double](repeating: 0, count: rounds * (rounds + 1) / 2 + 1)
    shares[0] = 1
    for rank in 1...max(1, rounds) {
      for sum in stride(from: rank * (rank + 1) / 2, through: 0, by: -1) {
        shares[sum] = (shares[sum] + (sum >= rank ? shares[sum - rank] : 0)) / 2
      }
    }
    var total = 0.0
    for (sum, share) in shares.enumerated() {
      total += share
      if total > tail { return sum == 0 ? nil : sum - 1 }
    }
    return nil
  }
}
