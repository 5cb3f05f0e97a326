internal import CPostgreSQL

/// A database of a PostgreSQL server: a team's common history. All use of libpq is in this file.
///
/// The tables lie in a schema of their own, `bench_history`, and are those of SQLite. The corresponding
/// C functions are `PQconnectdb`, `PQexecParams` and their kin; values travel as text.
@safe final class PostgreSQLDatabase: SQLConnection {
  let dialect = SQLDialect.postgreSQL
  /// The address without a password.
  let name: String
  private let library: UnsafePointer<postgresql_library>
  private let connection: OpaquePointer

  /// What the path of a history begins with that is none.
  static let schemes = ["postgresql://", "postgres://"]

  /// - Parameters:
  ///   - address: a connection URI as libpq takes it.
  ///   - lockMilliseconds: how long another writer is waited for.
  init(_ address: String, lockMilliseconds: Int32 = 5000) throws(HistoryError) {
    name = Self.withoutPassword(address)
    guard let library = unsafe postgresql_library_load() else {
      throw HistoryError(
        .unreadable, name, found: "needs libpq, which is not installed",
        fix: "run: apt-get install libpq5")
    }
    guard let connection = unsafe library.pointee.connect(address) else {
      throw HistoryError(.unreadable, name, found: "there is no memory for a connection")
    }
    unsafe self.library = library
    unsafe self.connection = connection
    guard unsafe library.pointee.status(connection) == 0 else {
      let words = unsafe Self.words(library.pointee.error_message(connection))
      throw HistoryError(
        .unreadable, name, found: "cannot be reached: \(words)",
        fix: "see whether the server runs and lets you in")
    }
    try run("SET lock_timeout = \(lockMilliseconds)", [])
    try run("SET client_min_messages = warning", [])
    try run("SET search_path TO bench_history", [])
  }

  deinit { unsafe library.pointee.finish(connection) }

  /// An address is shown and stored; a password in it is not.
  private static func withoutPassword(_ address: String) -> String {
    guard let scheme = schemes.first(where: { address.hasPrefix($0) }) else { return address }
    let rest = address.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard let at = authority.lastIndex(of: "@"),
      let colon = authority[..<at].firstIndex(of: ":")
    else { return address }
    return scheme + authority[..<colon] + rest[at...]
  }

  @discardableResult
  func run(_ text: String, _ values: [SQLValue]) throws(HistoryError) -> [[SQLValue]] {
    let result = unsafe Self.withParameters(values) { values in
      unsafe library.pointee.execute(
        connection, text, Int32(values.count), nil, values.baseAddress, nil, nil, 0)
    }
    guard let result = unsafe result else {
      throw HistoryError(
        .engine, name, found: unsafe Self.words(library.pointee.error_message(connection)))
    }
    defer { unsafe library.pointee.clear(result) }
    // PGRES_COMMAND_OK and PGRES_TUPLES_OK.
    let status = unsafe library.pointee.result_status(result)
    guard status == 1 || status == 2 else { throw unsafe error(result) }
    let columns = unsafe library.pointee.column_count(result)
    let rows = unsafe library.pointee.row_count(result)
    return (0..<rows).map { row in
      (0..<columns).map { column in unsafe value(result, row, column) }
    }
  }

  private func value(_ result: OpaquePointer, _ row: Int32, _ column: Int32) -> SQLValue {
    guard unsafe library.pointee.is_null(result, row, column) == 0,
      let bytes = unsafe library.pointee.value(result, row, column)
    else { return .null }
    let text = unsafe String(cString: bytes)
    // The numbers of the types are fixed in the catalogue of every server.
    switch unsafe library.pointee.column_type(result, column) {
    case 20, 21, 23: return Int64(text).map(SQLValue.integer) ?? .text(text)
    case 700, 701: return Double(text).map(SQLValue.real) ?? .text(text)
    case 17: return .blob(Self.bytes(fromHexadecimal: text))
    default: return .text(text)
    }
  }

  private func error(_ result: OpaquePointer) -> HistoryError {
    let words = unsafe Self.words(library.pointee.result_error_message(result))
    // PG_DIAG_SQLSTATE; see "Appendix A. PostgreSQL Error Codes".
    let code = unsafe library.pointee.result_error_field(result, Int32(UInt8(ascii: "C")))
    switch unsafe code.map({ unsafe String(cString: $0) }) {
    case "55P03", "40P01":
      return HistoryError(
        .locked, name, found: "is locked by another writer", fix: "try again when it has ended")
    case "53100":
      return HistoryError(
        .diskFull, name, found: "the server's disk is full, nothing was recorded",
        fix: "free space there")
    case "25006", "42501":
      return HistoryError(
        .readOnly, name, found: "can only be read (\(words))", fix: "ask for the right to write")
    default: return HistoryError(.engine, name, found: words)
    }
  }

  // MARK: What differs from SQLite

  /// Writers run one after the other, so that a run finds the rows that it shares with others.
  private static let writerLock: Int64 = 0x504C_5248

  func begin() throws(HistoryError) {
    try run("BEGIN", [])
    do throws(HistoryError) {
      try run("SELECT pg_advisory_xact_lock(\(Self.writerLock))", [])
    } catch {
      _ = try? run("ROLLBACK", [])
      throw error
    }
  }

  func schemaVersion() throws(HistoryError) -> Int? {
    let exists = try run(
      """
      SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'bench_history'),
        (SELECT count(*) FROM pg_tables WHERE schemaname = 'bench_history' AND tablename = 'version')
      """, [])
    guard let row = exists.first, row[0] != .integer(0) else { return nil }
    guard row[1] != .integer(0) else {
      throw HistoryError(
        .foreignDatabase, name, found: "has a schema 'bench_history' of another program",
        fix: "name another database")
    }
    return try run("SELECT number FROM version", []).first?.first?.integer.map { Int($0) }
  }

  func setSchemaVersion(_ version: Int) throws(HistoryError) {
    try run("CREATE TABLE version (number BIGINT NOT NULL)", [])
    try run("INSERT INTO version VALUES (\(version))", [])
  }

  func vacuum() throws(HistoryError) { try run("VACUUM", []) }

  // MARK: Text

  private static func words(_ text: UnsafePointer<CChar>?) -> String {
    guard let text = unsafe text else { return "no reason is given" }
    return unsafe String(cString: text).split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }

  /// Calls `body` with the values as C strings, NULL for null.
  private static func withParameters<Result>(
    _ values: [SQLValue], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result
  ) -> Result {
    // One after the other in one block, each with its 0.
    var text: [CChar] = []
    var starts: [Int?] = []
    for value in values {
      guard let word = Self.text(of: value) else {
        starts.append(nil)
        continue
      }
      starts.append(text.count)
      text += word.utf8.filter { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
    }
    return unsafe text.withUnsafeBufferPointer { buffer in
      let pointers: [UnsafePointer<CChar>?] = unsafe starts.map { start in
        unsafe start.map { unsafe buffer.baseAddress! + $0 }
      }
      return unsafe pointers.withUnsafeBufferPointer { unsafe body($0) }
    }
  }

  private static func text(of value: SQLValue) -> String? {
    switch value {
    case .null: return nil
    case .integer(let number): return String(number)
    case .real(let number): return number.description
    case .text(let text): return text
    case .blob(let bytes):
      let digits = Array("0123456789abcdef".utf8)
      return "\\x"
        + String(
          decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
  }

  private static func bytes(fromHexadecimal text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var digits = text.utf8.dropFirst(2).makeIterator()
    while let high = digits.next(), let low = digits.next() {
      bytes.append(digit(high) << 4 | digit(low))
    }
    return bytes
  }

  private static func digit(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "a") ? byte - UInt8(ascii: "a") + 10 : byte - UInt8(ascii: "0")
  }
}
