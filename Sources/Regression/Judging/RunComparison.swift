internal import Measurement

extension Assessment {
  /// Compares two runs that were not measured together.
  ///
  /// What is exact is compared exactly, memory and faults by the intervals of their medians. Times are
  /// not judged: between two sessions the machine changes more than the code does.
  /// - Parameters:
  ///   - metrics: names of those to judge.
  ///   - allowsOtherMachine: machines of two classes are compared too, in what is exact.
  /// - Throws: `HistoryError` of code `otherMachine`.
  public init(
    baseline: Run, named baselineName: String, candidate: Run, named candidateName: String,
    metrics: Set<String>, allowsOtherMachine: Bool
  ) throws(HistoryError) {
    let (old, new) = (baseline.machine.machineClass, candidate.machine.machineClass)
    guard old == new || allowsOtherMachine else {
      throw HistoryError(
        .otherMachine, candidateName,
        found: "comes from another class of machines (\(new)) than "
          + "'\(baselineName)' (\(old))",
        fix: "--allow-other-machine compares what is exact")
    }
    let before = Dictionary(
      baseline.figures.map { ($0.series, $0) }, uniquingKeysWith: { first, _ in first })
    var judgements: [Judgement] = []
    var rest = Set(before.keys)
    for figure in candidate.figures where metrics.contains(figure.series.metric) {
      rest.remove(figure.series)
      judgements.append(
        Judgement(before[figure.series], figure, sameMachine: old == new))
    }
    for series in rest where metrics.contains(series.metric) {
      judgements.append(
        Judgement(
          series: series, baseline: before[series]?.median, candidate: nil, verdict: .inconclusive,
          basis: .missing, note: "'\(candidateName)' has no such figure"))
    }
    self.init(
      kind: .comparison, baseline: baselineName, candidate: candidateName, machineClass: new,
      judgements: judgements,
      warnings: [(baselineName, baseline), (candidateName, candidate)].flatMap { name, run in
        run.warnings.map { "of '\(name)': \($0)" }
      },
      notes: judgements.contains { $0.series.unit == .nanoseconds }
        ? [
          "Times of two sessions do not compare; name two build directories, and they are measured "
            + "in turn."
        ] : [])
  }
}

extension Judgement {
  fileprivate init(_ old: Figure?, _ new: Figure, sameMachine: Bool) {
    let series = new.series
    guard let old else {
      self.init(
        series: series, baseline: nil, candidate: new.median, verdict: .inconclusive,
        basis: .missing, note: "the baseline has no such figure")
      return
    }
    switch series.kind {
    case .exact:
      self.init(exact: series, baseline: old.median, candidate: new.median)
    case .repeating:
      self.init(repeating: series, baseline: old.samples, candidate: new.samples)
    case .noisy:
      self.init(separately: series, old, new, sameMachine: sameMachine)
    }
  }

  /// By the intervals of two medians, which is more cautious than a test.
  private init(separately series: Series, _ old: Figure, _ new: Figure, sameMachine: Bool) {
    self.init(
      series: series, baseline: old.median, candidate: new.median, verdict: .inconclusive,
      basis: .separateRuns)
    guard sameMachine else {
      note = "not judged across classes of machines"
      return
    }
    guard series.unit != .nanoseconds else {
      note = "not judged: the sides were not measured together"
      return
    }
    if old.median == 0, new.median == 0, old.high == 0, new.high == 0 {
      verdict = .unchanged
      return
    }
    guard let ratio, old.low > 0, let first = Estimate(medianOf: old.samples),
      let second = Estimate(medianOf: new.samples), first.isConfident, second.isConfident
    else {
      note = "too few rounds"
      return
    }
    let bounds = Interval(low: new.low / old.high, high: new.high / old.low)
    interval = bounds
    verdict = Verdict.of(ratio: ratio, interval: bounds)
  }
}
