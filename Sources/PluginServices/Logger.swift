public import CPluginABI

/// Writes records of one category to the log.
///
/// Where a level is off, a call is one load and a comparison: the message is not made. Any thread may use it.
///
///     logger.info("opened \(path)", ["bytes": .integer(count)])
@safe public struct Logger: @unchecked Sendable {
  @usableFromInline let log: UnsafePointer<plr_log>
  @usableFromInline let gate: UnsafePointer<plr_log_gate>

  /// - Parameter category: few different ones: what the runtime keeps for each stays.
  /// - Returns: nil where there is no memory or the plugin was retired.
  public init?(_ services: Services, category: StaticString = "") {
    let gate = unsafe category.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) {
      unsafe services.log.pointee.gate_of(services.host, $0)
    }
    guard let gate = unsafe gate else { return nil }
    unsafe self.gate = gate
    unsafe log = services.log
  }

  /// Whether a record of `level` would be written.
  @inlinable @inline(__always)
  public func passes(_ level: LogLevel) -> Bool {
    unsafe plugin_log_passes(gate, level.rawValue) != 0
  }

  /// Writes `message` with `fields`; neither is made unless `level` passes. [any thread]
  @inlinable @inline(__always)
  public func log(
    _ level: LogLevel, _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<StaticString, LogValue> = [:]
  ) {
    if passes(level) { submit(level, message(), fields()) }
  }

  /// Writes `message` with `fields` at this level; neither is made unless it passes. [any thread]
  @inlinable @inline(__always)
  public func trace(
    _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<StaticString, LogValue> = [:]
  ) { log(.trace, message(), fields()) }

  /// Writes `message` with `fields` at this level; neither is made unless it passes. [any thread]
  @inlinable @inline(__always)
  public func debug(
    _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<StaticString, LogValue> = [:]
  ) { log(.debug, message(), fields()) }

  /// Writes `message` with `fields` at this level; neither is made unless it passes. [any thread]
  @inlinable @inline(__always)
  public func info(
    _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<StaticString, LogValue> = [:]
  ) { log(.info, message(), fields()) }

  /// Writes `message` with `fields` at this level; neither is made unless it passes. [any thread]
  @inlinable @inline(__always)
  public func notice(
    _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<StaticString, LogValue> = [:]
  ) { log(.notice, message(), fields()) }

  /// Writes `message` with `fields` at this level; neither is made unless it passes. [any thread]
  @inlinable @inline(__always)
  public func warning(
    _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<StaticString, LogValue> = [:]
  ) { log(.warning, message(), fields()) }

  /// Writes `message` with `fields` at this level; neither is made unless it passes. [any thread]
  @inlinable @inline(__always)
  public func error(
    _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<StaticString, LogValue> = [:]
  ) { log(.error, message(), fields()) }

  /// Writes `message` with `fields` at this level; neither is made unless it passes. [any thread]
  @inlinable @inline(__always)
  public func critical(
    _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> KeyValuePairs<StaticString, LogValue> = [:]
  ) { log(.critical, message(), fields()) }

  /// Everything is copied before it returns.
  @usableFromInline @inline(never)
  func submit(
    _ level: LogLevel, _ message: String, _ fields: KeyValuePairs<StaticString, LogValue>
  ) {
    var message = message
    message.withUTF8 { bytes in
      let text = unsafe UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
      if fields.isEmpty {
        unsafe log.pointee.submit(gate, level.rawValue, text, bytes.count, nil, 0)
        return
      }
      // Texts lie in one array that does not move while fields point into it.
      var texts: [CChar] = []
      for index in 0..<fields.count {
        if case .text(let value) = fields[index].value {
          for byte in value.utf8 { texts.append(CChar(bitPattern: byte)) }
        }
      }
      unsafe texts.withUnsafeBufferPointer { texts in
        var list = unsafe [plr_log_field](repeating: plr_log_field(), count: fields.count)
        var place = 0
        for index in 0..<fields.count {
          unsafe list[index].key = unsafe UnsafeRawPointer(fields[index].key.utf8Start)
            .assumingMemoryBound(to: CChar.self)
          switch fields[index].value {
          case .text(let value):
            unsafe list[index].kind = PLR_LOG_FIELD_TEXT
            unsafe list[index].length = UInt32(value.utf8.count)
            unsafe list[index].value.text = texts.baseAddress.map { unsafe $0 + place }
            place += value.utf8.count
          case .integer(let value):
            unsafe list[index].kind = PLR_LOG_FIELD_SIGNED
            unsafe list[index].value.signed_number = value
          case .unsigned(let value):
            unsafe list[index].kind = PLR_LOG_FIELD_UNSIGNED
            unsafe list[index].value.unsigned_number = value
          case .real(let value):
            unsafe list[index].kind = PLR_LOG_FIELD_REAL
            unsafe list[index].value.real = value
          case .boolean(let value):
            unsafe list[index].kind = PLR_LOG_FIELD_BOOLEAN
            unsafe list[index].value.unsigned_number = value ? 1 : 0
          }
        }
        unsafe log.pointee.submit(gate, level.rawValue, text, bytes.count, list, list.count)
      }
    }
  }
}

/// The severities of the log, those of `plr_log.h`.
@frozen public struct LogLevel: Sendable {
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Every step.
  @inlinable public static var trace: Self { Self(rawValue: PLR_LOG_TRACE) }
  /// What helps to find a mistake.
  @inlinable public static var debug: Self { Self(rawValue: PLR_LOG_DEBUG) }
  /// What happens anyway.
  @inlinable public static var info: Self { Self(rawValue: PLR_LOG_INFO) }
  /// What somebody may want to know.
  @inlinable public static var notice: Self { Self(rawValue: PLR_LOG_NOTICE) }
  /// What may become a failure.
  @inlinable public static var warning: Self { Self(rawValue: PLR_LOG_WARNING) }
  /// Something failed.
  @inlinable public static var error: Self { Self(rawValue: PLR_LOG_ERROR) }
  /// The plugin or its host cannot go on.
  @inlinable public static var critical: Self { Self(rawValue: PLR_LOG_CRITICAL) }
}

/// The value of a field of a record, which sinks get as what it is and not as text.
public enum LogValue: Sendable {
  /// UTF-8; copied before the call returns.
  case text(String)
  /// A number with a sign.
  case integer(Int64)
  /// A number without a sign.
  case unsigned(UInt64)
  /// A floating-point number.
  case real(Double)
  /// A truth value.
  case boolean(Bool)
}
