/// What a comparison says of the candidate. Smaller is better for every metric.
public enum Verdict: String, CaseIterable, Sendable, Hashable {
  /// The whole interval is below 1, and the effect exceeds the floor.
  case better
  /// The whole interval is above 1, and the effect exceeds the floor.
  case worse
  /// The whole interval is within the floor: there is no effect that matters.
  case unchanged
  /// None of these: too noisy, too few rounds, or an effect about as large as the floor.
  case inconclusive

  /// The smallest effect worth a verdict, as a share of the baseline.
  ///
  /// More rounds make an interval as narrow as one likes, but never remove a bias that all rounds
  /// share. Link order and the size of the environment, which have nothing to do with the code
  /// under test, move run times by several per cent (Mytkowicz et al. 2009, "Producing wrong data
  /// without doing anything obviously wrong!", ASPLOS). An effect below 2 % is not told from that
  /// by repetition; a floor much higher would hide regressions that add up. Callers gate exact
  /// metrics, which have no such bias, with a floor of 0.
  public static let defaultEffectFloor = 0.02

  /// Returns the verdict on a ratio candidate/baseline.
  ///
  /// An exact ratio, with `low` and `high` equal to it, is always decided: what is not beyond the
  /// floor lies within it. One exactly at the floor is unchanged.
  ///
  /// Returns `inconclusive` when `interval` does not contain `ratio`, so also for a NaN.
  /// Complexity: O(1).
  ///
  /// - Parameter effectFloor: At least 0; 0.02 is 2 % of the baseline to either side.
  public static func of(
    ratio: Double, interval: Interval, effectFloor: Double = defaultEffectFloor
  ) -> Verdict {
    guard interval.contains(ratio) else { return .inconclusive }
    let floor = Interval(low: 1 - effectFloor, high: 1 + effectFloor)
    if floor.contains(interval.low) && floor.contains(interval.high) { return .unchanged }
    if interval.high < 1 && ratio < floor.low { return .better }
    if interval.low > 1 && ratio > floor.high { return .worse }
    return .inconclusive
  }
}
