internal import Measurement

extension Judgement {
  /// Two exact figures: what exceeds the tolerance, in the figure's unit, is better or worse.
  public init(
    exact series: Series, baseline: Double, candidate: Double, tolerance: Double = 0,
    note: String? = nil
  ) {
    let difference = candidate - baseline
    let verdict: Verdict =
      abs(difference) <= tolerance ? .unchanged : difference > 0 ? .worse : .better
    self.init(
      series: series, baseline: baseline, candidate: candidate, verdict: verdict,
      basis: .exact(tolerance: tolerance), note: note)
  }

  /// Two figures that repeat but for their last digits, from as few as one sample each.
  public init(repeating series: Series, baseline: [Double], candidate: [Double]) {
    guard let old = Statistics.median(baseline), let new = Statistics.median(candidate) else {
      self.init(
        series: series, baseline: nil, candidate: nil, verdict: .inconclusive, basis: .missing,
        note: "it was not measured on both sides")
      return
    }
    self.init(
      exact: series, baseline: old, candidate: new,
      tolerance: Metric.Kind.repeating.effectFloor * old)
  }
}
