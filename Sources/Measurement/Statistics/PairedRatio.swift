/// The ratio of a candidate to a baseline, round by round.
///
/// What disturbs a round (a busy neighbour, a warm processor) disturbs both sides of it and cancels
/// in their ratio; a ratio of two separate medians would keep it.
///
/// Source: Kalibera & Jones 2013, "Rigorous benchmarking in reasonable time", ISMM, for ratios with
/// intervals as the result of a comparison; the interval is that of `Estimate`.
public struct PairedRatio: Sendable, Hashable {
  /// The median of candidate/baseline over the rounds and its interval, without unit.
  public var estimate: Estimate
  /// How many rounds had both sides.
  public var rounds: Int

  /// Compares two sides measured in the same rounds; the index is the round, nil is "not measured".
  ///
  /// A round that either side lacks is dropped, also at the end of the longer side.
  ///
  /// Returns nil when no round has both sides, when a value of a round that counts is negative or
  /// not finite, and when a baseline is 0, even if the candidate is 0 too: such a ratio does not
  /// exist, and dropping its round would favour rounds in which the baseline was large.
  /// Complexity: O(*n* log *n*).
  public init?(
    candidate: [Double?], baseline: [Double?], confidence: Double = Interval.defaultConfidence
  ) {
    var ratios: [Double] = []
    for case (let candidate?, let baseline?) in zip(candidate, baseline) {
      guard candidate >= 0, baseline > 0, baseline.isFinite else { return nil }
      ratios.append(candidate / baseline)
    }
    guard let estimate = Estimate(medianOf: ratios, confidence: confidence) else { return nil }
    self.estimate = estimate
    self.rounds = ratios.count
  }

  /// Returns what the rounds allow to be said of the candidate.
  ///
  /// - Parameter isExact: Whether the metric has no noise, as a file size: then one round decides.
  ///   Of any other metric, too few rounds for the confidence are inconclusive, since a few equal
  ///   or neighbouring values would otherwise look like certainty.
  public func verdict(
    isExact: Bool, effectFloor: Double = Verdict.defaultEffectFloor
  ) -> Verdict {
    guard isExact || estimate.isConfident else { return .inconclusive }
    return Verdict.of(
      ratio: estimate.median, interval: estimate.interval, effectFloor: effectFloor)
  }
}
