import CPluginABI
import Glibc

/// One record on its way to the sinks.
struct LogRecord {
  var level: plr_log_level
  var wallNanoseconds: Int64
  var thread: UInt64
  var plugin: String
  var category: String
  var message: String

  static let levelNames: [StaticString] = [
    "trace", "debug", "info", "notice", "warning", "error", "critical",
  ]

  /// The record as one line of text, its newline included:
  /// `2026-11-21T08:30:00.123456Z notice   [plugin] category: message`.
  func line() -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(64 + plugin.utf8.count + category.utf8.count + message.utf8.count)
    appendTimestamp(to: &line)
    line.append(0x20)
    let name = Int(level) < Self.levelNames.count ? "\(Self.levelNames[Int(level)])" : "level"
    line.append(contentsOf: name.utf8)
    for _ in name.utf8.count..<9 { line.append(0x20) }
    line.append(0x5b)
    Self.append(plugin, to: &line)
    line.append(0x5d)
    line.append(0x20)
    if !category.isEmpty {
      Self.append(category, to: &line)
      line.append(0x3a)
      line.append(0x20)
    }
    Self.append(message, to: &line)
    line.append(0x0a)
    return line
  }

  /// Appends text with every control character (C0, DEL, C1), line separator, mark that reorders text
  /// and backslash as an escape: a record is one line whatever its message holds, reads as it was
  /// written and cannot steer a terminal.
  private static func append(_ text: String, to line: inout [UInt8]) {
    let hexadecimal: StaticString = "0123456789abcdef"
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0a: line.append(contentsOf: [0x5c, 0x6e])
      case 0x09: line.append(contentsOf: [0x5c, 0x74])
      case 0x5c: line.append(contentsOf: [0x5c, 0x5c])
      case 0..<0x20, 0x7f..<0xa0:
        let digits = unsafe hexadecimal.utf8Start
        line.append(contentsOf: [
          0x5c, 0x78, unsafe digits[Int(scalar.value >> 4)], unsafe digits[Int(scalar.value & 15)],
        ])
      case 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069:
        line.append(contentsOf: [0x5c, 0x75])
        for shift in [12, 8, 4, 0] {
          line.append(unsafe hexadecimal.utf8Start[Int(scalar.value >> UInt32(shift) & 15)])
        }
      default: line.append(contentsOf: UTF8.encode(scalar)!)
      }
    }
  }

  private func appendTimestamp(to line: inout [UInt8]) {
    var seconds = Int(wallNanoseconds / 1_000_000_000)
    let microseconds = Int(wallNanoseconds % 1_000_000_000) / 1_000
    var calendar = unsafe tm()
    unsafe gmtime_r(&seconds, &calendar)
    let fields: [(number: Int, digits: Int, end: UInt8)] = unsafe [
      (Int(calendar.tm_year) + 1900, 4, 0x2d), (Int(calendar.tm_mon) + 1, 2, 0x2d),
      (Int(calendar.tm_mday), 2, 0x54), (Int(calendar.tm_hour), 2, 0x3a),
      (Int(calendar.tm_min), 2, 0x3a), (Int(calendar.tm_sec), 2, 0x2e), (microseconds, 6, 0x5a),
    ]
    for field in fields {
      var divisor = 1
      for _ in 1..<field.digits { divisor *= 10 }
      while divisor > 0 {
        line.append(0x30 + UInt8(field.number / divisor % 10))
        divisor /= 10
      }
      line.append(field.end)
    }
  }
}
