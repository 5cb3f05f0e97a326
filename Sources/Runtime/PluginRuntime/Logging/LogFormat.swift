import CPluginABI
import Glibc

/// The forms in which a record is written.
enum LogFormat {
  case text(isColored: Bool)
  case json
  case journal

  /// On a terminal, unless `NO_COLOR` says that it should not be (no-color.org).
  static var isColoredByDefault: Bool {
    unsafe isatty(STDERR_FILENO) == 1 && (getenv("NO_COLOR")?.pointee ?? 0) == 0
  }
}

/// Writes the date and time of records: the seconds are computed when they change.
struct LogClock {
  private var second = Int64.min
  private var digits: InlineArray<20, UInt8> = .init(repeating: 0x30)

  init() {}

  /// `2026-11-21T08:30:00.123456Z`
  @inline(__always)
  mutating func append(_ wallNanoseconds: Int64, to buffer: inout LogBuffer) {
    let seconds = wallNanoseconds / 1_000_000_000
    if seconds != second { compute(seconds) }
    for index in 0..<20 { buffer.append(digits[index]) }
    buffer.append(UInt64(wallNanoseconds % 1_000_000_000) / 1_000, digits: 6)
    buffer.append(UInt8(ascii: "Z"))
  }

  /// Source: H. Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`; unlike
  /// `gmtime_r(3)` it takes no lock, and a handler of signals may call it.
  private mutating func compute(_ seconds: Int64) {
    second = seconds
    let days = seconds / 86_400 + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let time = seconds % 86_400
    put(year, 4, at: 0, then: "-")
    put(month, 2, at: 5, then: "-")
    put(day, 2, at: 8, then: "T")
    put(time / 3600, 2, at: 11, then: ":")
    put(time / 60 % 60, 2, at: 14, then: ":")
    put(time % 60, 2, at: 17, then: ".")
  }

  private mutating func put(_ number: Int64, _ count: Int, at place: Int, then end: Unicode.Scalar)
  {
    var rest = number
    for index in (0..<count).reversed() {
      digits[place + index] = 0x30 + UInt8(rest % 10)
      rest /= 10
    }
    digits[place + count] = UInt8(ascii: end)
  }
}

extension LogBuffer {
  /// Appends the record, its end included; false where there is no memory for it.
  mutating func append(
    _ record: borrowing LogRecord, as format: LogFormat, _ clock: inout LogClock
  ) -> Bool {
    guard makeRoom(record.maximalLength) else { return false }
    switch format {
    case .text(let isColored): appendText(record, isColored, &clock)
    case .json: appendJSON(record, &clock)
    case .journal: appendJournal(record)
    }
    return true
  }

  /// `2026-11-21T08:30:00.123456Z notice   [plugin] category: message key="text" key=1`
  private mutating func appendText(
    _ record: borrowing LogRecord, _ isColored: Bool, _ clock: inout LogClock
  ) {
    clock.append(record.wallNanoseconds, to: &self)
    append(UInt8(ascii: " "))
    if isColored { append(Self.color(record.level)) }
    let name = LogRecord.levelName(record.level)
    append(name)
    if isColored { append("\u{1b}[0m") }
    for _ in name.utf8CodeUnitCount..<9 { append(UInt8(ascii: " ")) }
    append(UInt8(ascii: "["))
    unsafe append(escaping: record.plugin, as: .line)
    append("] ")
    if unsafe record.category.count > 0 {
      unsafe append(escaping: record.category, as: .line)
      append(": ")
    }
    unsafe append(escaping: record.message, as: .line)
    for field in record.fields {
      append(UInt8(ascii: " "))
      unsafe append(escaping: field.key, as: .quoted)
      append(UInt8(ascii: "="))
      append(field)
    }
    append(UInt8(ascii: "\n"))
  }

  private static func color(_ level: plr_log_level) -> StaticString {
    switch level {
    case PLR_LOG_TRACE, PLR_LOG_DEBUG: "\u{1b}[2m"
    case PLR_LOG_INFO: "\u{1b}[32m"
    case PLR_LOG_NOTICE: "\u{1b}[36m"
    case PLR_LOG_WARNING: "\u{1b}[33m"
    case PLR_LOG_ERROR: "\u{1b}[31m"
    default: "\u{1b}[1;31m"
    }
  }

  private mutating func append(_ field: LogField) {
    switch field.kind {
    case PLR_LOG_FIELD_TEXT:
      append(UInt8(ascii: "\""))
      unsafe append(escaping: field.value, as: .json)
      append(UInt8(ascii: "\""))
    case PLR_LOG_FIELD_SIGNED: append(signed: Int64(bitPattern: field.bits))
    case PLR_LOG_FIELD_REAL:
      let number = Double(bitPattern: field.bits)
      // JSON knows no other numbers.
      if number.isFinite {
        append(real: number)
      } else {
        append(number.isNaN ? "\"nan\"" : number < 0 ? "\"-inf\"" : "\"inf\"")
      }
    case PLR_LOG_FIELD_BOOLEAN: append(field.bits == 0 ? "false" : "true")
    default: append(field.bits)
    }
  }

  private mutating func appendJSON(_ record: borrowing LogRecord, _ clock: inout LogClock) {
    append("{\"time\":\"")
    clock.append(record.wallNanoseconds, to: &self)
    append("\",\"monotonic\":")
    append(record.monotonicNanoseconds)
    append(",\"level\":\"")
    append(LogRecord.levelName(record.level))
    append("\",\"plugin\":\"")
    unsafe append(escaping: record.plugin, as: .json)
    append("\",\"thread\":")
    append(record.thread)
    if unsafe record.category.count > 0 {
      append(",\"category\":\"")
      unsafe append(escaping: record.category, as: .json)
      append(UInt8(ascii: "\""))
    }
    append(",\"message\":\"")
    unsafe append(escaping: record.message, as: .json)
    append(UInt8(ascii: "\""))
    if record.fieldCount > 0 {
      var separator: StaticString = ",\"fields\":{\""
      for field in record.fields {
        append(separator)
        unsafe append(escaping: field.key, as: .json)
        append("\":")
        append(field)
        separator = ",\""
      }
      append(UInt8(ascii: "}"))
    }
    append("}\n")
  }

  /// A datagram of the journal's native protocol: every value with its length before it, so that none can
  /// be taken for the next field.
  private mutating func appendJournal(_ record: borrowing LogRecord) {
    unsafe appendEntry("MESSAGE", record.message)
    append("PRIORITY=")
    switch record.level {
    case PLR_LOG_TRACE, PLR_LOG_DEBUG: append("7\n")
    case PLR_LOG_INFO: append("6\n")
    case PLR_LOG_NOTICE: append("5\n")
    case PLR_LOG_WARNING: append("4\n")
    case PLR_LOG_ERROR: append("3\n")
    default: append("2\n")
    }
    unsafe appendEntry("PLUGIN", record.plugin)
    if unsafe record.category.count > 0 { unsafe appendEntry("CATEGORY", record.category) }
    append("TID=")
    append(record.thread)
    append(UInt8(ascii: "\n"))
    for field in record.fields {
      // The journal takes names of capitals, digits and underscores that do not begin with one.
      append("FIELD_")
      for index in unsafe 0..<min(field.key.count, 58) {
        let byte = unsafe field.key[index]
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): append(byte - 32)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
          append(byte)
        default: append(UInt8(ascii: "_"))
        }
      }
      if field.kind == PLR_LOG_FIELD_TEXT {
        unsafe appendValue(field.value)
      } else {
        append(UInt8(ascii: "="))
        append(field)
        append(UInt8(ascii: "\n"))
      }
    }
  }

  private mutating func appendEntry(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
    append(name)
    unsafe appendValue(value)
  }

  private mutating func appendValue(_ value: UnsafeRawBufferPointer) {
    append(UInt8(ascii: "\n"))
    unsafe withUnsafeBytes(of: UInt64(value.count).littleEndian) { unsafe append($0) }
    unsafe append(value)
    append(UInt8(ascii: "\n"))
  }
}
