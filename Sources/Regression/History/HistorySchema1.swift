/// The tables of history, version 1. Frozen: what changes is another type, with the statements that
/// bring a database from this one to that.
///
/// A *track* is one series on one class of machines and one branch: what is searched for change
/// points. Figures are stored by track and position, so that the last of a track lie together: a check
/// reads what it needs and nothing else, however long history is.
enum HistorySchema1 {
  static let version = 1

  static func statements(_ dialect: SQLDialect) -> [String] {
    dialect.preparation + [
      """
      CREATE TABLE machine (id \(dialect.identity), class TEXT NOT NULL, facts TEXT NOT NULL UNIQUE)
      """,
      """
      CREATE TABLE toolchain (id \(dialect.identity), name TEXT NOT NULL UNIQUE)
      """,
      """
      CREATE TABLE series (id \(dialect.identity), tool TEXT NOT NULL, subject TEXT NOT NULL,
        setting TEXT NOT NULL, metric TEXT NOT NULL, unit TEXT NOT NULL, kind TEXT NOT NULL,
        UNIQUE (tool, subject, setting, metric, unit, kind))
      """,
      """
      CREATE TABLE track (id \(dialect.identity), series \(dialect.bigInteger) NOT NULL
        REFERENCES series (id), class TEXT NOT NULL, branch TEXT NOT NULL,
        UNIQUE (series, class, branch))
      """,
      """
      CREATE TABLE run (id \(dialect.identity), name TEXT NOT NULL UNIQUE,
        started \(dialect.bigInteger) NOT NULL, position \(dialect.bigInteger) NOT NULL,
        machine \(dialect.bigInteger) NOT NULL REFERENCES machine (id),
        toolchain \(dialect.bigInteger) NOT NULL REFERENCES toolchain (id),
        commit_name TEXT, branch TEXT, is_modified \(dialect.bigInteger) NOT NULL,
        warnings TEXT NOT NULL)
      """,
      "CREATE INDEX run_by_machine ON run (machine, position)",
      "CREATE INDEX run_by_position ON run (position)",
      """
      CREATE TABLE figure (track \(dialect.bigInteger) NOT NULL REFERENCES track (id),
        position \(dialect.bigInteger) NOT NULL, run \(dialect.bigInteger) NOT NULL
        REFERENCES run (id), median \(dialect.real) NOT NULL, low \(dialect.real) NOT NULL,
        high \(dialect.real) NOT NULL, samples \(dialect.blob) NOT NULL,
        PRIMARY KEY (track, position, run))\(dialect.clustered)
      """,
      // The steps that a check has told of, so that it tells each once.
      """
      CREATE TABLE step (track \(dialect.bigInteger) NOT NULL REFERENCES track (id),
        position \(dialect.bigInteger) NOT NULL, is_worse \(dialect.bigInteger) NOT NULL,
        before_level \(dialect.real) NOT NULL, after_level \(dialect.real) NOT NULL,
        PRIMARY KEY (track, position))
      """,
    ]
  }
}

/// Brings a database to the newest schema.
enum HistoryMigration {
  static let newest = HistorySchema1.version

  /// - Parameter mayWrite: otherwise a database that is not of the newest version is refused.
  static func run(
    _ connection: any SQLConnection, named name: String, mayWrite: Bool
  ) throws(HistoryError) {
    try refuseNewer(try connection.schemaVersion(), name)
    if try connection.schemaVersion() == newest { return }
    guard mayWrite else {
      throw HistoryError(
        .unreadable, name, found: "is empty, with no run recorded",
        fix: "record one: bench-runtime run --record")
    }
    try connection.transaction { () throws(HistoryError) in
      // Another process may have been faster while the lock was waited for.
      let version = try connection.schemaVersion()
      try refuseNewer(version, name)
      if version == nil {
        for statement in HistorySchema1.statements(connection.dialect) {
          try connection.run(statement, [])
        }
        try connection.setSchemaVersion(HistorySchema1.version)
      }
    }
  }

  private static func refuseNewer(_ version: Int?, _ name: String) throws(HistoryError) {
    guard let version, version > newest else { return }
    throw HistoryError(
      .newerSchema, name, found: "has schema \(version), and this program knows up to \(newest)",
      fix: "use the program that wrote it, or export there and import here")
  }
}
