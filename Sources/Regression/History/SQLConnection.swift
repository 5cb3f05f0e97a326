/// A value of a database, as both engines know it.
enum SQLValue: Equatable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  init(_ text: String?) { self = text.map(SQLValue.text) ?? .null }

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  var bytes: [UInt8] { if case .blob(let bytes) = self { bytes } else { [] } }
  var real: Double? {
    switch self {
    case .real(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }
}

/// The spelling that differs between the engines.
struct SQLDialect {
  var bigInteger: String
  var real: String
  var blob: String
  var identity: String
  /// Ends a table that is stored in the order of its key, where an engine can.
  var clustered: String
  /// What comes before the tables.
  var preparation: [String]

  static let sqlite = SQLDialect(
    bigInteger: "INTEGER", real: "REAL", blob: "BLOB", identity: "INTEGER PRIMARY KEY",
    clustered: " WITHOUT ROWID", preparation: [])
  static let postgreSQL = SQLDialect(
    bigInteger: "BIGINT", real: "DOUBLE PRECISION", blob: "BYTEA",
    identity: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", clustered: "",
    preparation: ["CREATE SCHEMA bench_history"])
}

/// A connection to a database, used by one thread. Parameters are `$1`, `$2`, … in order.
protocol SQLConnection: AnyObject {
  var dialect: SQLDialect { get }

  /// Runs one statement; rows that it gives are returned whole.
  @discardableResult
  func run(_ statement: String, _ values: [SQLValue]) throws(HistoryError) -> [[SQLValue]]

  /// The version of the schema; nil of a database without tables.
  ///
  /// - Throws: where it belongs to somebody else.
  func schemaVersion() throws(HistoryError) -> Int?
  /// Marks the database as ours, with this version. Part of a transaction.
  func setSchemaVersion(_ version: Int) throws(HistoryError)
  /// Begins a transaction that no other writer runs beside.
  func begin() throws(HistoryError)
  /// Gives unused space back.
  func vacuum() throws(HistoryError)
}

extension SQLConnection {
  /// Runs `body` whole or not at all.
  func transaction<Result>(
    _ body: () throws(HistoryError) -> Result
  ) throws(HistoryError) -> Result {
    try begin()
    do throws(HistoryError) {
      let result = try body()
      try run("COMMIT", [])
      return result
    } catch {
      _ = try? run("ROLLBACK", [])
      throw error
    }
  }
}
