import CPluginABI

/// One record on its way to the sinks, borrowed from a ring or from who logs.
@safe struct LogRecord {
  var level: plr_log_level
  var wallNanoseconds: Int64
  var monotonicNanoseconds: UInt64
  var thread: UInt64
  var account: Account
  var category: UnsafeRawBufferPointer
  var message: UnsafeRawBufferPointer
  var fields: LogFields
  var fieldCount: Int

  var plugin: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(
      start: account.cName, count: Int(account.state.pointee.nameLength))
  }

  static func levelName(_ level: plr_log_level) -> StaticString {
    switch level {
    case PLR_LOG_TRACE: "trace"
    case PLR_LOG_DEBUG: "debug"
    case PLR_LOG_INFO: "info"
    case PLR_LOG_NOTICE: "notice"
    case PLR_LOG_WARNING: "warning"
    case PLR_LOG_ERROR: "error"
    default: "critical"
    }
  }

  /// No form of the record is longer: each byte becomes six at most (`\u2028` for three, but `\u001b` for
  /// one), and what surrounds texts and numbers has room.
  var maximalLength: Int {
    unsafe 512 + 6 * (plugin.count + category.count + message.count) + 6 * fields.bytes.count
      + 48 * fieldCount
  }
}
