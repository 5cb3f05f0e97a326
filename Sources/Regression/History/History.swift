internal import Measurement
internal import Platform
internal import Reporting

/// The runs of many machines in one database. Used by one thread; other processes may use the same
/// database at the same time.
public final class History {
  let connection: any SQLConnection
  /// The path, or the name of the server's database.
  public let name: String

  public enum Access: Sendable {
    /// Nothing is changed; the database must exist.
    case reading
    /// The database must exist.
    case writing
    /// It is made where there is none.
    case making
  }

  /// Opens the database in the file `path`, or that of a server: `postgresql://HOST/DATABASE`.
  ///
  /// - Parameter busyMilliseconds: how long a lock of another process is waited for.
  public convenience init(
    path: String, _ access: Access, busyMilliseconds: Int32 = 5000
  ) throws(HistoryError) {
    if History.isServer(path) {
      let database = try PostgreSQLDatabase(path, lockMilliseconds: busyMilliseconds)
      // What is there is of the newest version or refused: only a new one is written.
      try self.init(database, named: database.name, mayWrite: access == .making)
      return
    }
    try self.init(file: path, access, busyMilliseconds: busyMilliseconds)
  }

  /// Whether the name of a history is the address of a server, and not a path.
  public static func isServer(_ name: String) -> Bool {
    PostgreSQLDatabase.schemes.contains { name.hasPrefix($0) }
  }

  private convenience init(
    file path: String, _ access: Access, busyMilliseconds: Int32
  ) throws(HistoryError) {
    let exists: Bool
    do {
      exists = try Files.status(path) != nil
      if try Files.status(path)?.isDirectory == true {
        throw HistoryError(.unreadable, path, found: "is a directory", fix: "name a file")
      }
    } catch let error as SystemError {
      throw HistoryError(.unreadable, path, found: error.reason)
    } catch {
      throw error as! HistoryError
    }
    guard exists || access == .making else {
      throw HistoryError(
        .unreadable, path, found: "No such file", fix: "record a run: bench-runtime run --record")
    }
    if !exists {
      do {
        try Files.makeDirectory(Path.parent(of: path))
      } catch {
        throw HistoryError(
          .unreadable, path, found: "cannot be made: \(error.reason)",
          fix: "name a file in a place that can be written")
      }
    }
    let database = try SQLiteDatabase(
      path, access == .reading ? .reading : access == .writing ? .writing : .making,
      busyMilliseconds: busyMilliseconds)
    try self.init(database, named: path, mayWrite: access != .reading)
  }

  /// Over an open connection.
  init(_ connection: any SQLConnection, named name: String, mayWrite: Bool) throws(HistoryError) {
    try HistoryMigration.run(connection, named: name, mayWrite: mayWrite)
    self.connection = connection
    self.name = name
  }

  // MARK: Recording

  /// What recording a run came to.
  public struct Recorded: Equatable, Sendable {
    public var id: String
    /// The run was there already; nothing was changed.
    public var wasKnown: Bool
    /// By how many milliseconds the machine's clock stands before its last run; only of a run that was
    /// made just now.
    public var clockWentBack: Int64?
    /// It was made before the last run of its machine that was there; only of an import, which puts it
    /// before that one.
    public var isOlder = false

    /// What a command says of it, a sentence without its stop; nil where there is nothing to say.
    public var warning: String? {
      clockWentBack.map {
        "the clock stands \(Quantity.nanoseconds(Double($0) * 1e6)) before the last run of this "
          + "machine; the run is kept in its order"
      }
    }
  }

  /// Adds a run that was made just now, whole or not at all.
  ///
  /// - Parameter now: milliseconds since 1970; nil for what the machine's clock says. A run that stands later than now
  ///   was recorded before the clock went back: then this one stands behind it all the same. Runs that
  ///   only began later are those of machines of the same kind, side by side, and no sign of anything.
  @discardableResult
  public func record(
    _ run: Run, at now: Int64? = nil
  ) throws(HistoryError) -> Recorded {
    let now = now ?? wallMilliseconds()
    return try connection.transaction { () throws(HistoryError) in try add(run, madeAt: now) }
  }

  /// Adds runs that were made some time, here or elsewhere, all or none. Each stands where it stood
  /// there, or where the clock of its machine says: older ones before those that are here.
  public func add(_ runs: [Run]) throws(HistoryError) -> [Recorded] {
    try connection.transaction { () throws(HistoryError) in
      // In their own order, so that none is older than another of them.
      let order = runs.indices.sorted {
        (runs[$0].position ?? runs[$0].startedAt, $0) < (
          runs[$1].position ?? runs[$1].startedAt, $1
        )
      }
      var recorded: [Int: Recorded] = [:]
      for index in order { recorded[index] = try add(runs[index], madeAt: nil) }
      return runs.indices.map { recorded[$0]! }
    }
  }

  private func add(_ run: Run, madeAt now: Int64?) throws(HistoryError) -> Recorded {
    if let figure = run.figures.first(where: { !$0.isFinite }) {
      throw HistoryError(
        .notANumber, figure.series.metric, found: "is not a number in this run",
        fix: "measure again; nothing was recorded")
    }
    let id = try run.id
    if try number("SELECT id FROM run WHERE name = $1", [.text(id)]) != nil {
      return Recorded(id: id, wasKnown: true, clockWentBack: nil)
    }
    let machine = try row(
      "machine", ["class", "facts"],
      [.text(run.machine.machineClass), .text(try RunSchema1.text(of: run.machine))], key: 1)
    let toolchain = try row("toolchain", ["name"], [.text(run.toolchain)], key: 0)
    let last = try number("SELECT max(position) FROM run WHERE machine = $1", [.integer(machine)])
    var clockWentBack: Int64?
    if let now, let last, last > now { clockWentBack = last - now }
    // A run from elsewhere has its place already.
    let position = run.position ?? (clockWentBack == nil ? run.startedAt : last! + 1)
    let branch = run.revision.branch
    let row = try number(
      """
      INSERT INTO run (name, started, position, machine, toolchain, commit_name, branch, is_modified,
        warnings) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
      """,
      [
        .text(id), .integer(run.startedAt), .integer(position), .integer(machine),
        .integer(toolchain), SQLValue(run.revision.commit), SQLValue(branch),
        .integer(run.revision.isModified ? 1 : 0), .text(run.warnings.joined(separator: "\n")),
      ])!
    for figure in run.figures {
      let track = try track(
        figure.series,
        class: run.machine.comparisonClass(exact: figure.series.kind == .exact),
        branch: branch ?? "")
      try connection.run(
        """
        INSERT INTO figure (track, position, run, median, low, high, samples)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        [
          .integer(track), .integer(position), .integer(row), .real(figure.median),
          .real(figure.low), .real(figure.high), .blob(SampleCoding.encode(figure.samples)),
        ])
    }
    return Recorded(
      id: id, wasKnown: false, clockWentBack: clockWentBack,
      isOlder: now == nil && last.map { position < $0 } ?? false)
  }

  private var knownTracks: [TrackKey: Int64] = [:]
  private struct TrackKey: Hashable {
    var series: Series
    var machineClass: String
    var branch: String
  }

  private func track(
    _ series: Series, class machineClass: String, branch: String
  ) throws(HistoryError) -> Int64 {
    let key = TrackKey(series: series, machineClass: machineClass, branch: branch)
    if let known = knownTracks[key] { return known }
    let id = try row(
      "series", ["tool", "subject", "setting", "metric", "unit", "kind"],
      [
        .text(series.tool), .text(series.subject), .text(series.setting), .text(series.metric),
        .text(series.unit.rawValue), .text(series.kind.rawValue),
      ])
    let track = try row(
      "track", ["series", "class", "branch"], [.integer(id), .text(machineClass), .text(branch)])
    knownTracks[key] = track
    return track
  }

  /// The row that holds `values`, made where there is none.
  ///
  /// - Parameter key: the column that names the row; nil for all of them together.
  private func row(
    _ table: String, _ columns: [String], _ values: [SQLValue], key: Int? = nil
  ) throws(HistoryError) -> Int64 {
    let named = key.map { [$0] } ?? Array(columns.indices)
    let condition = named.enumerated().map { "\(columns[$1]) = $\($0 + 1)" }
      .joined(separator: " AND ")
    let found = try number("SELECT id FROM \(table) WHERE \(condition)", named.map { values[$0] })
    if let found { return found }
    let places = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
    return try number(
      "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(places)) RETURNING id",
      values)!
  }

  func number(_ statement: String, _ values: [SQLValue]) throws(HistoryError) -> Int64? {
    try connection.run(statement, values).first?.first?.integer
  }

  // MARK: Upkeep

  /// Removes a run and its figures.
  public func delete(_ id: String) throws(HistoryError) {
    try connection.transaction { () throws(HistoryError) in
      guard let row = try number("SELECT id FROM run WHERE name = $1", [.text(id)]) else {
        throw noRun(id)
      }
      let position = try number("SELECT position FROM run WHERE id = $1", [.integer(row)])!
      // By track, which is what figures are found by.
      for track in try connection.run("SELECT id FROM track", []) {
        try connection.run(
          "DELETE FROM figure WHERE track = $1 AND position = $2 AND run = $3",
          [track[0], .integer(position), .integer(row)])
      }
      try connection.run("DELETE FROM run WHERE id = $1", [.integer(row)])
    }
  }

  /// Gives unused space back to the file system.
  public func vacuum() throws(HistoryError) { try connection.vacuum() }

  func noRun(_ id: String) -> HistoryError {
    HistoryError(
      .noSuchRun, name, found: "holds no run '\(id)'", fix: "see: bench-runtime history list")
  }
}
