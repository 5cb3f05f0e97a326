internal import CSQLite
internal import Platform

/// An SQLite database in one file. All use of the C library is in this file.
///
/// The corresponding C functions are `sqlite3_open_v2(3)`, `sqlite3_prepare_v2(3)`, `sqlite3_step(3)`
/// and their kin.
@safe final class SQLiteDatabase: SQLConnection {
  let dialect = SQLDialect.sqlite
  private let path: String
  private var handle: OpaquePointer
  private var isOpen = true
  /// Prepared statements by their text; a recording runs the same few thousands of times.
  private var statements: [String: OpaquePointer] = unsafe [:]

  /// "PLRH": what tells our databases from others.
  static let applicationID: Int64 = 0x504C_5248

  enum Access {
    case reading, writing, making
  }

  /// Opens a database.
  ///
  /// One that can only be read, and that nobody is writing to, is read as it lies.
  /// - Parameter busyMilliseconds: how long a lock of another process is waited for.
  init(_ path: String, _ access: Access, busyMilliseconds: Int32 = 5000) throws(HistoryError) {
    self.path = path
    var flags =
      access == .making ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE
    // Write-ahead logging keeps its index beside the file even for readers; a file that nobody can write
    // has none to keep.
    let isAsItLies = access == .reading && !Self.isWritable(path)
    if isAsItLies { flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI }
    unsafe handle = try unsafe Self.open(path, isAsItLies, flags)
    do throws(HistoryError) {
      try prepare(access, busyMilliseconds)
    } catch {
      close()
      // Nor has one for whose index the disk has no room; what a log holds would be missing.
      guard access == .reading, !isAsItLies, error.code == .diskFull || error.code == .unreadable,
        (try? Files.status(path + "-wal"))?.byteCount ?? 0 == 0
      else { throw error }
      unsafe handle = try unsafe Self.open(path, true, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
      isOpen = true
      do throws(HistoryError) {
        try prepare(access, busyMilliseconds)
      } catch {
        close()
        throw error
      }
    }
  }

  private static func open(
    _ path: String, _ isAsItLies: Bool, _ flags: Int32
  ) throws(HistoryError) -> OpaquePointer {
    let name = isAsItLies ? "file:" + escaped(path) + "?immutable=1" : path
    var opened: OpaquePointer?
    let code = unsafe sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let opened = unsafe opened else {
      let error = unsafe error(code, path, opened)
      unsafe sqlite3_close_v2(opened)
      throw error
    }
    return unsafe opened
  }

  private func prepare(
    _ access: Access, _ busyMilliseconds: Int32
  ) throws(HistoryError) {
    unsafe sqlite3_extended_result_codes(handle, 1)
    unsafe sqlite3_busy_timeout(handle, busyMilliseconds)
    // Reads the file for the first time, so that what is no database is noticed here.
    try checkOwner()
    if access != .reading {
      try keepLog(busyMilliseconds)
      try run("PRAGMA synchronous = FULL", [])
    }
    try run("PRAGMA foreign_keys = ON", [])
  }

  /// Changes to write-ahead logging, if the file does not have it yet.
  ///
  /// Of two that change a new file at the same time, SQLite refuses one at once, without the wait that it
  /// was told; a moment later the file has what it asked for.
  private func keepLog(_ busyMilliseconds: Int32) throws(HistoryError) {
    let deadline = monotonicNanoseconds() + UInt64(max(0, busyMilliseconds)) * 1_000_000
    while true {
      do throws(HistoryError) {
        try run("PRAGMA journal_mode = WAL", [])
        return
      } catch {
        guard error.code == .locked, monotonicNanoseconds() < deadline else { throw error }
        sqlite3_sleep(2)
      }
    }
  }

  deinit { close() }

  private func close() {
    guard isOpen else { return }
    unsafe statements.values.forEach { unsafe sqlite3_finalize($0) }
    unsafe statements = [:]
    // With the last connection the log is written back: one file remains.
    unsafe sqlite3_close_v2(handle)
    isOpen = false
  }

  @discardableResult
  func run(_ text: String, _ values: [SQLValue]) throws(HistoryError) -> [[SQLValue]] {
    let statement = try unsafe prepare(text)
    defer {
      unsafe sqlite3_reset(statement)
      unsafe sqlite3_clear_bindings(statement)
    }
    for (index, value) in values.enumerated() {
      try check(unsafe Self.bind(value, to: statement, at: Int32(index + 1)))
    }
    var rows: [[SQLValue]] = []
    while true {
      let code = unsafe sqlite3_step(statement)
      if code == SQLITE_DONE { return rows }
      guard code == SQLITE_ROW else { throw unsafe Self.error(code, path, handle) }
      let columns = unsafe sqlite3_column_count(statement)
      rows.append((0..<columns).map { unsafe Self.column(statement, $0) })
    }
  }

  private func prepare(_ text: String) throws(HistoryError) -> OpaquePointer {
    if let known = unsafe statements[text] { return unsafe known }
    var statement: OpaquePointer?
    try check(unsafe sqlite3_prepare_v2(handle, text, -1, &statement, nil))
    guard let statement = unsafe statement else {
      throw HistoryError(.engine, path, found: "an empty statement was run")
    }
    unsafe statements[text] = statement
    return unsafe statement
  }

  private static func bind(
    _ value: SQLValue, to statement: OpaquePointer, at index: Int32
  ) -> Int32 {
    // Copied at once: nothing of ours is kept.
    let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .null: return unsafe sqlite3_bind_null(statement, index)
    case .integer(let value): return unsafe sqlite3_bind_int64(statement, index, value)
    case .real(let value): return unsafe sqlite3_bind_double(statement, index, value)
    case .text(let text):
      let count = Int32(clamping: text.utf8.count)
      return unsafe sqlite3_bind_text(statement, index, text, count, copied)
    case .blob(let bytes):
      return unsafe sqlite3_bind_blob(statement, index, bytes, Int32(clamping: bytes.count), copied)
    }
  }

  private static func column(_ statement: OpaquePointer, _ index: Int32) -> SQLValue {
    switch unsafe sqlite3_column_type(statement, index) {
    case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(statement, index))
    case SQLITE_FLOAT: return .real(unsafe sqlite3_column_double(statement, index))
    case SQLITE_TEXT:
      guard let text = unsafe sqlite3_column_text(statement, index) else { return .null }
      let count = Int(unsafe sqlite3_column_bytes(statement, index))
      let bytes = unsafe UnsafeBufferPointer(start: text, count: count)
      return .text(unsafe String(decoding: bytes, as: UTF8.self))
    case SQLITE_BLOB:
      let count = Int(unsafe sqlite3_column_bytes(statement, index))
      guard count > 0, let bytes = unsafe sqlite3_column_blob(statement, index) else {
        return .blob([])
      }
      return .blob(unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count)))
    default: return .null
    }
  }

  func begin() throws(HistoryError) { try run("BEGIN IMMEDIATE", []) }

  func schemaVersion() throws(HistoryError) -> Int? {
    let version = try pragma("user_version")
    return version == 0 ? nil : Int(version)
  }

  func setSchemaVersion(_ version: Int) throws(HistoryError) {
    try run("PRAGMA application_id = \(Self.applicationID)", [])
    try run("PRAGMA user_version = \(version)", [])
  }

  func vacuum() throws(HistoryError) {
    try run("VACUUM", [])
    try run("PRAGMA wal_checkpoint(TRUNCATE)", [])
  }

  private func pragma(_ name: String) throws(HistoryError) -> Int64 {
    try run("PRAGMA \(name)", []).first?.first?.integer ?? 0
  }

  /// Nobody else's database is written to.
  private func checkOwner() throws(HistoryError) {
    let owner = try pragma("application_id")
    let tables = try run("SELECT count(*) FROM sqlite_master", []).first?.first?.integer ?? 0
    guard owner == Self.applicationID || owner == 0 && tables == 0 else {
      throw HistoryError(
        .foreignDatabase, path, found: "is an SQLite database of another program",
        fix: "name another file; one that does not exist is made")
    }
  }

  private func check(_ code: Int32) throws(HistoryError) {
    guard code == SQLITE_OK else { throw unsafe Self.error(code, path, handle) }
  }

  private static func isWritable(_ path: String) -> Bool {
    Files.isWritable(path) && Files.isWritable(Path.parent(of: path))
  }

  /// What has a meaning in a URI, written in another way.
  private static func escaped(_ path: String) -> String {
    path.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0...32, 127...:
        let digits = String(byte, radix: 16)
        return "%" + (digits.count == 1 ? "0" : "") + digits
      default: return String(UnicodeScalar(byte))
      }
    }.joined()
  }

  private static func error(_ code: Int32, _ path: String, _ handle: OpaquePointer?) -> HistoryError
  {
    let words = unsafe String(
      cString: handle == nil ? sqlite3_errstr(code) : sqlite3_errmsg(handle))
    switch code & 0xff {
    case SQLITE_BUSY, SQLITE_LOCKED:
      return HistoryError(
        .locked, path, found: "is locked by another process",
        fix: "try again when it has ended; a lock that nobody holds goes away by itself")
    case SQLITE_READONLY, SQLITE_PERM:
      return HistoryError(
        .readOnly, path, found: "can only be read",
        fix: "name a file in a place that can be written")
    case SQLITE_FULL:
      return HistoryError(
        .diskFull, path, found: "No space left on device, nothing was recorded",
        fix: "free space, or name a file elsewhere")
    case SQLITE_IOERR:
      return HistoryError(
        .diskFull, path, found: "cannot be read or written (\(words)), nothing was recorded",
        fix: "see whether its disk is full")
    case SQLITE_NOTADB:
      return HistoryError(
        .foreignDatabase, path, found: "is no SQLite database",
        fix: "name another file; one that does not exist is made")
    case SQLITE_CORRUPT:
      return HistoryError(
        .damaged, path, found: "is damaged (\(words))",
        fix: "take it from a copy, or save what can be read with: sqlite3 FILE .recover")
    case SQLITE_CANTOPEN:
      return HistoryError(
        .unreadable, path, found: "cannot be opened (\(words))",
        fix: "see whether its directory exists and may be written")
    default: return HistoryError(.engine, path, found: words)
    }
  }
}
