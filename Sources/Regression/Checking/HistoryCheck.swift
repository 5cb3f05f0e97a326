public import Measurement

/// Searches history for steps: where a figure's level changed and stayed.
public struct HistoryCheck: Sendable {
  /// How many of the newest runs are looked at.
  public var runs = 200
  public var search = ChangePointSearch()
  /// Names of the metrics to look at; nil for all.
  public var metrics: Set<String>?
  /// Every step of what is looked at is told, not only what is new.
  public var tellsAll = false
  /// How many series are given back whole, to be drawn.
  public var drawn = 12

  public init() {}

  /// Looks at one branch.
  ///
  /// Each step is told as new once, and remembered where history can be written: later checks tell
  /// nothing of it, or that it is known.
  /// - Parameter branch: nil for that of the newest run.
  /// - Returns: an assessment that is open, exit status 3, where no series has runs enough for a step,
  ///   and where there is no run at all.
  /// - Throws: `HistoryError`; where history holds runs, and none of the branch.
  public func run(
    _ history: History, branch: String?, remembers: Bool
  ) throws(HistoryError) -> Assessment {
    let newest = try history.newestBranch()
    guard let newest else {
      var nothing = Assessment(
        kind: .check, baseline: "the runs before", candidate: history.name, machineClass: "",
        judgements: [],
        notes: ["'\(history.name)' holds no run; record some: bench-runtime run --record."])
      nothing.lacksRuns = true
      return nothing
    }
    let branch = branch ?? newest
    let tracks = try history.tracks(branch: branch)
      .filter { metrics?.contains($0.series.metric) ?? true }
    guard !tracks.isEmpty else {
      throw HistoryError(
        .noSuchRun, history.name, found: "holds no such run of the branch '\(branch)'",
        fix: "see: bench-runtime history list")
    }
    var judgements: [Judgement] = []
    var judged = 0
    var tooShort = 0
    var told: [(track: Int64, step: Step)] = []
    var found: [(track: History.Track, steps: [Step])] = []
    for track in tracks {
      let points = try history.points(of: track.id, limit: runs)
      let steps = steps(in: points, of: track.series)
      let known = try history.toldSteps(track.id)
      judged += 1
      found.append((track, steps))
      if points.count < (track.series.kind == .exact ? 2 : 2 * search.shortest) { tooShort += 1 }
      for (place, step) in steps.enumerated() {
        let isNew = !known.contains { isSame($0, step, in: points) }
        if isNew { told.append((track.id, step)) }
        let later = steps.dropFirst(place + 1)
        let wasTakenBack =
          step.isWorse
          && later.contains { $0.after <= step.before * (1 + track.series.kind.effectFloor) }
        guard isNew || tellsAll else { continue }
        judgements.append(
          try judgement(
            track, step, points, history, isNew: isNew, isRecovered: wasTakenBack))
      }
    }
    if remembers { try history.remember(told.map { ($0.track, $0.step) }) }
    var notes = [
      "\(judged) series of up to \(runs) runs on '\(branch.isEmpty ? "no branch" : branch)': change "
        + "points by E-divisive means, p at most \(search.significance), of at least "
        + "\(Int((search.effectFloor * 100).rounded())) %; exact figures where they change."
    ]
    if tooShort > 0 {
      notes.append(
        "\(tooShort) of them \(tooShort == 1 ? "has" : "have") fewer than \(2 * search.shortest) runs, "
          + "or 2 where figures are exact, too few for a step.")
    }
    var assessment = Assessment(
      kind: .check, baseline: "the runs before", candidate: history.name,
      machineClass: Set(tracks.map(\.machineClass)).sorted().joined(separator: "; "),
      judgements: judgements, notes: notes)
    assessment.lacksRuns = tooShort == judged
    assessment.histories = try histories(found, in: history)
    return assessment
  }

  /// The series to be drawn: those with steps, the larger first, then what a user notices most.
  private func histories(
    _ found: [(track: History.Track, steps: [Step])], in history: History
  ) throws(HistoryError) -> [SeriesHistory] {
    func size(_ steps: [Step]) -> Double {
      steps.map {
        $0.before > 0 && $0.after > 0 ? max($0.after / $0.before, $0.before / $0.after) : 2
      }
      .max() ?? 0
    }
    let noticed = Metric.judged.map(\.name)
    let order = found.enumerated().map { index, entry in
      (
        entry, -size(entry.steps),
        noticed.firstIndex(of: entry.track.series.metric) ?? noticed.count, index
      )
    }.sorted { ($0.1, $0.2, $0.3) < ($1.1, $1.2, $1.3) }
    var histories: [SeriesHistory] = []
    for (entry, _, _, _) in order.prefix(drawn) {
      let points = try history.wholePoints(of: entry.track.id, limit: runs)
      guard points.count > 1 else { continue }
      histories.append(
        SeriesHistory(
          series: entry.track.series, machineClass: entry.track.machineClass, points: points,
          steps: entry.steps.map { .init(index: $0.index, before: $0.before, after: $0.after) }))
    }
    return histories
  }

  /// A change of level between two neighbouring figures.
  struct Step: Equatable {
    /// Of the first figure of the new level.
    var position: Int64
    var index: Int
    var before: Double
    var after: Double
    var pValue: Double
    var isWorse: Bool { after > before }
  }

  private func steps(in points: [History.Point], of series: Series) -> [Step] {
    let values = points.map(\.value)
    if series.kind == .exact {
      return values.indices.dropFirst().compactMap { index in
        values[index] == values[index - 1]
          ? nil
          : Step(
            position: points[index].position, index: index, before: values[index - 1],
            after: values[index], pValue: 0)
      }
    }
    var search = search
    if series.kind == .repeating { search.effectFloor = series.kind.effectFloor }
    return search.changePoints(in: values).map {
      Step(
        position: points[$0.index].position, index: $0.index, before: $0.before, after: $0.after,
        pValue: $0.pValue)
    }
  }

  /// A step moves by a run or two as more runs follow it; it is the same if it lies as near as the
  /// shortest level is long.
  private func isSame(_ told: History.ToldStep, _ step: Step, in points: [History.Point]) -> Bool {
    guard told.isWorse == step.isWorse else { return false }
    // An exact figure steps where it steps.
    guard step.pValue > 0 else { return told.position == step.position }
    let low = points[max(0, step.index - search.shortest)].position
    let high = points[min(points.count - 1, step.index + search.shortest)].position
    return (low...high).contains(told.position)
  }

  private func judgement(
    _ track: History.Track, _ step: Step, _ points: [History.Point], _ history: History,
    isNew: Bool, isRecovered: Bool
  ) throws(HistoryError) -> Judgement {
    let first = try history.summary(points[step.index].run)
    let previous = try history.summary(points[step.index - 1].run)
    return Judgement(
      series: track.series, baseline: step.before, candidate: step.after,
      verdict: step.isWorse ? .worse : .better, basis: .changePoint(pValue: step.pValue),
      note: isRecovered ? "a later step took it back" : nil,
      since: Judgement.Since(
        run: first?.id ?? "", startedAt: first?.startedAt ?? 0, revision: first?.2 ?? Revision(),
        previousRevision: previous?.2,
        state: isRecovered ? .recovered : isNew ? .new : .known))
  }
}

extension History {
  /// A step that a check has told of.
  struct ToldStep {
    var position: Int64
    var isWorse: Bool
  }

  func toldSteps(_ track: Int64) throws(HistoryError) -> [ToldStep] {
    try connection.run("SELECT position, is_worse FROM step WHERE track = $1", [.integer(track)])
      .compactMap { row in
        row[0].integer.map { ToldStep(position: $0, isWorse: row[1].integer == 1) }
      }
  }

  func remember(_ steps: [(track: Int64, step: HistoryCheck.Step)]) throws(HistoryError) {
    guard !steps.isEmpty else { return }
    try connection.transaction { () throws(HistoryError) in
      for (track, step) in steps {
        try connection.run(
          """
          INSERT INTO step (track, position, is_worse, before_level, after_level)
          VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
          """,
          [
            .integer(track), .integer(step.position), .integer(step.isWorse ? 1 : 0),
            .real(step.before), .real(step.after),
          ])
      }
    }
  }
}
