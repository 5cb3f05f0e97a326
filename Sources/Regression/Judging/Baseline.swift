internal import Measurement

/// Accepted figures, kept in the repository beside what they are figures of.
///
/// What is exact is in it: such a figure changes when somebody changes it, and the change is accepted
/// with a reason that stands beside the number. Instructions and faults can be in it too, where they
/// repeat; these hold for the class of machines that they were accepted on.
public struct Baseline: Equatable, Sendable {
  public struct Entry: Equatable, Sendable {
    public var series: Series
    public var value: Double
    /// By how much the figure may differ, in its unit.
    public var tolerance: Double
    /// Why this value was accepted; nil where nobody said.
    public var reason: String?
    /// The commit that it was accepted at.
    public var commit: String?
    /// The class of machines that a figure which is not exact was accepted on; nil of exact ones.
    public var machineClass: String?

    public init(
      series: Series, value: Double, tolerance: Double = 0, reason: String? = nil,
      commit: String? = nil, machineClass: String? = nil
    ) {
      self.series = series
      self.value = value
      self.tolerance = tolerance
      self.reason = reason
      self.commit = commit
      self.machineClass = machineClass
    }
  }

  /// What the files were made for; their figures do not compare with those of another one.
  public var architecture: String
  public var entries: [Entry]

  public init(architecture: String, entries: [Entry] = []) {
    self.architecture = architecture
    self.entries = entries
  }
}

// MARK: Judging and accepting

extension Assessment {
  /// Holds a run against accepted figures.
  ///
  /// - Parameters:
  ///   - metrics: names of those to judge; nil for all that is exact or accepted.
  ///   - allowsOtherMachine: figures that are not exact are left out where they were accepted on another
  ///     class of machines.
  /// - Throws: `HistoryError` of code `otherMachine` where the architecture is another, or the class of
  ///   machines of what is not exact.
  public init(
    baseline: Baseline, named baselineName: String, candidate: Run, named candidateName: String,
    metrics: Set<String>? = nil, allowsOtherMachine: Bool = false
  ) throws(HistoryError) {
    guard baseline.architecture == candidate.machine.architecture else {
      throw HistoryError(
        .otherMachine, candidateName,
        found: "is of \(candidate.machine.architecture), and '\(baselineName)' of "
          + baseline.architecture, fix: "keep a baseline for each architecture")
    }
    func isAsked(_ series: Series) -> Bool { metrics?.contains(series.metric) ?? true }
    let here = candidate.machine.machineClass
    var old = Dictionary(
      baseline.entries.map { ($0.series, $0) }, uniquingKeysWith: { first, _ in first })
    let foreign = old.values.filter {
      isAsked($0.series) && $0.series.kind != .exact && $0.machineClass != here
    }
    if let entry = foreign.min(by: { Series.areInOrder($0.series, $1.series) }) {
      guard allowsOtherMachine else {
        throw HistoryError(
          .otherMachine, candidateName,
          found: "comes from another class of machines (\(here)) than '\(entry.series.metric)' of "
            + "'\(baselineName)' was accepted on (\(entry.machineClass ?? "not told"))",
          fix: "--allow-other-machine compares what is exact")
      }
      for entry in foreign { old[entry.series] = nil }
    }
    let leftOut = Set(foreign.map(\.series))
    var rest = Set(old.keys)
    var judgements: [Judgement] = []
    for figure in candidate.figures
    where (figure.series.kind != .noisy || old[figure.series] != nil) && isAsked(figure.series)
      && !leftOut.contains(figure.series)
    {
      rest.remove(figure.series)
      judgements.append(Judgement(figure, against: old[figure.series]))
    }
    for series in rest where isAsked(series) {
      judgements.append(
        Judgement(
          series: series, baseline: old[series]?.value, candidate: nil, verdict: .inconclusive,
          basis: .missing,
          note: "it was not measured; if it is gone, see bench-runtime accept --remove-missing"))
    }
    self.init(
      kind: .gate, baseline: baselineName, candidate: candidateName,
      machineClass: candidate.machine.architecture,
      judgements: judgements.sorted { Series.areInOrder($0.series, $1.series) },
      notes: leftOut.isEmpty
        ? []
        : [
          "\(leftOut.count) accepted figure\(leftOut.count == 1 ? " was" : "s were") left out, accepted "
            + "on another class of machines."
        ])
  }
}

extension Judgement {
  /// A figure against its accepted value.
  fileprivate init(_ figure: Figure, against entry: Baseline.Entry?) {
    guard let entry else {
      self.init(
        series: figure.series, baseline: nil, candidate: figure.median, verdict: .inconclusive,
        basis: .missing, note: "it has no accepted value; see bench-runtime accept")
      return
    }
    // What was accepted because it repeats is held against what repeats.
    guard figure.series.kind != .noisy || figure.repeats else {
      self.init(
        series: figure.series, baseline: entry.value, candidate: figure.median,
        verdict: .inconclusive, basis: .missing,
        note:
          "it does not repeat in at least \(Figure.roundsToRepeat) rounds, as the accepted one did")
      return
    }
    self.init(
      exact: figure.series, baseline: entry.value, candidate: figure.median,
      tolerance: entry.tolerance, note: entry.reason.map { "accepted: \($0)" })
  }
}

extension Figure {
  /// As few rounds have a 95 % interval of a median.
  static let roundsToRepeat = 6

  /// Every round has come to the same.
  var repeats: Bool { samples.count >= Self.roundsToRepeat && Set(samples).count == 1 }
}

extension Baseline {
  /// Takes the figures of a run in place of those that differ, and those that are new.
  ///
  /// - Parameters:
  ///   - reason: stands beside each value that was changed or added.
  ///   - metrics: names of those to take, which may be faults where these repeat in every round; nil for
  ///     all that is exact or counted.
  /// - Returns: how many entries were changed or added.
  public mutating func accept(
    _ run: Run, reason: String, metrics: Set<String>? = nil
  ) -> Int {
    var changed = 0
    let machineClass = run.machine.machineClass
    for figure in run.figures
    where metrics?.contains(figure.series.metric) ?? (figure.series.kind != .noisy) {
      guard figure.series.kind != .noisy || figure.repeats else { continue }
      var entry = Entry(
        series: figure.series, value: figure.median,
        tolerance: figure.series.kind == .repeating
          ? (figure.median * Metric.Kind.repeating.effectFloor).rounded() : 0,
        reason: reason, commit: run.revision.shortCommit,
        machineClass: figure.series.kind == .exact ? nil : machineClass)
      if let place = entries.firstIndex(where: { $0.series == figure.series }) {
        let old = entries[place]
        guard
          abs(old.value - figure.median) > old.tolerance || old.machineClass != entry.machineClass
        else { continue }
        // Somebody may have set it by hand.
        entry.tolerance = old.tolerance
        entries[place] = entry
      } else {
        entries.append(entry)
      }
      changed += 1
    }
    entries.sort { Series.areInOrder($0.series, $1.series) }
    return changed
  }

  /// Removes the entries of what a run does not have: variants, files and metrics that are gone.
  ///
  /// - Parameter metrics: names of those to remove at most; nil for all.
  /// - Returns: what was removed.
  public mutating func removeMissing(in run: Run, metrics: Set<String>? = nil) -> [Series] {
    let present = Set(run.figures.map(\.series))
    let gone = entries.map(\.series).filter {
      !present.contains($0) && metrics?.contains($0.metric) ?? true
    }
    entries.removeAll { gone.contains($0.series) }
    return gone
  }
}
