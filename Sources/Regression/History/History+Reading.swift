internal import Measurement

extension History {
  /// What a list shows of a run.
  public struct Summary: Equatable, Sendable {
    public var id: String
    public var startedAt: Int64
    public var position: Int64
    public var machineClass: String
    public var revision: Revision
    public var warnings: [String]
  }

  /// The newest runs first.
  ///
  /// - Parameter limit: nil for all of them.
  public func runs(limit: Int? = nil) throws(HistoryError) -> [Summary] {
    try connection.run(
      """
      SELECT run.name, run.started, run.position, machine.class, run.commit_name, run.branch,
        run.is_modified, run.warnings
      FROM run JOIN machine ON machine.id = run.machine
      ORDER BY run.position DESC, run.id DESC LIMIT $1
      """, [.integer(limit.map { Int64($0) } ?? .max)]
    ).map { row in
      Summary(
        id: row[0].text ?? "", startedAt: row[1].integer ?? 0, position: row[2].integer ?? 0,
        machineClass: row[3].text ?? "",
        revision: Revision(
          commit: row[4].text, branch: row[5].text, isModified: row[6].integer == 1),
        warnings: (row[7].text ?? "").split(separator: "\n").map(String.init))
    }
  }

  public func count() throws(HistoryError) -> Int {
    Int(try number("SELECT count(*) FROM run", []) ?? 0)
  }

  /// The full name of the one run whose name begins with `prefix`.
  public func id(beginningWith prefix: String) throws(HistoryError) -> String {
    let isName = !prefix.isEmpty && prefix.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    guard isName else { throw noRun(prefix) }
    let rows = try connection.run(
      "SELECT name FROM run WHERE name >= $1 AND name < $2 ORDER BY name LIMIT 2",
      [.text(prefix), .text(prefix + "g")])
    guard let name = rows.first?[0].text else { throw noRun(prefix) }
    guard rows.count == 1 else {
      throw HistoryError(
        .ambiguousRun, self.name, found: "holds several runs whose names begin with '\(prefix)'",
        fix: "give more digits")
    }
    return name
  }

  /// A run with all its figures.
  public func run(_ id: String) throws(HistoryError) -> Run {
    guard
      let row = try connection.run(
        """
        SELECT run.id, run.started, run.position, machine.facts, toolchain.name, run.commit_name,
          run.branch, run.is_modified, run.warnings
        FROM run JOIN machine ON machine.id = run.machine
          JOIN toolchain ON toolchain.id = run.toolchain
        WHERE run.name = $1
        """, [.text(id)]
      ).first
    else { throw noRun(id) }
    var figures: [Figure] = []
    for track in try tracks(branch: row[6].text ?? "") {
      let found = try connection.run(
        """
        SELECT median, low, high, samples FROM figure
        WHERE track = $1 AND position = $2 AND run = $3
        """, [.integer(track.id), row[2], row[0]])
      for values in found {
        guard let samples = SampleCoding.decode(values[3].bytes), let median = values[0].real,
          let low = values[1].real, let high = values[2].real
        else {
          throw HistoryError(
            .damaged, name, found: "holds samples of '\(track.series.metric)' that are damaged")
        }
        figures.append(
          Figure(series: track.series, median: median, low: low, high: high, samples: samples))
      }
    }
    var run = Run(
      startedAt: row[1].integer ?? 0, machine: try RunSchema1.machine(row[3].text ?? "", in: name),
      toolchain: row[4].text ?? "",
      revision: Revision(
        commit: row[5].text, branch: row[6].text, isModified: row[7].integer == 1),
      warnings: (row[8].text ?? "").split(separator: "\n").map(String.init), figures: figures)
    run.position = row[2].integer
    return run
  }

  /// One series on one class of machines and one branch.
  struct Track {
    var id: Int64
    var series: Series
    var machineClass: String
  }

  func tracks(branch: String) throws(HistoryError) -> [Track] {
    try connection.run(
      """
      SELECT track.id, tool, subject, setting, metric, unit, kind, class
      FROM track JOIN series ON series.id = track.series WHERE branch = $1
      ORDER BY tool, subject, setting, metric, class
      """, [.text(branch)]
    ).compactMap { row in
      guard let id = row[0].integer, let unit = Metric.Unit(rawValue: row[5].text ?? ""),
        let kind = Metric.Kind(rawValue: row[6].text ?? "")
      else { return nil }
      return Track(
        id: id,
        series: Series(
          tool: row[1].text ?? "", subject: row[2].text ?? "", setting: row[3].text ?? "",
          metric: row[4].text ?? "", unit: unit, kind: kind),
        machineClass: row[7].text ?? "")
    }
  }

  /// A figure in its track.
  struct Point {
    var position: Int64
    var run: Int64
    var value: Double
  }

  /// The last `limit` figures of a track, oldest first.
  func points(of track: Int64, limit: Int) throws(HistoryError) -> [Point] {
    try connection.run(
      """
      SELECT position, run, median FROM figure WHERE track = $1
      ORDER BY position DESC, run DESC LIMIT $2
      """, [.integer(track), .integer(Int64(limit))]
    ).reversed().compactMap { row in
      guard let position = row[0].integer, let run = row[1].integer, let value = row[2].real
      else { return nil }
      return Point(position: position, run: run, value: value)
    }
  }

  /// The last `limit` figures of a track with what is told of their runs, oldest first: as many as
  /// ``points(of:limit:)`` gives.
  func wholePoints(of track: Int64, limit: Int) throws(HistoryError) -> [SeriesHistory.Point] {
    try connection.run(
      """
      SELECT median, low, high, started, commit_name FROM figure JOIN run ON run.id = figure.run
      WHERE figure.track = $1 ORDER BY figure.position DESC, figure.run DESC LIMIT $2
      """, [.integer(track), .integer(Int64(limit))]
    ).reversed().compactMap { row in
      guard let median = row[0].real, let low = row[1].real, let high = row[2].real else {
        return nil
      }
      return SeriesHistory.Point(
        median: median, low: low, high: high, startedAt: row[3].integer ?? 0, commit: row[4].text)
    }
  }

  /// The branch of the newest run; empty where it has none, nil where there is no run.
  public func newestBranch() throws(HistoryError) -> String? {
    try connection.run("SELECT branch FROM run ORDER BY position DESC, id DESC LIMIT 1", [])
      .first.map { $0[0].text ?? "" }
  }

  /// What a report says of a run.
  func summary(_ row: Int64) throws(HistoryError) -> (id: String, startedAt: Int64, Revision)? {
    try connection.run(
      "SELECT name, started, commit_name, branch, is_modified FROM run WHERE id = $1",
      [.integer(row)]
    ).first.map {
      (
        $0[0].text ?? "", $0[1].integer ?? 0,
        Revision(commit: $0[2].text, branch: $0[3].text, isModified: $0[4].integer == 1)
      )
    }
  }
}
