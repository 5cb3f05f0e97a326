import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// The one log of this copy of the runtime.
///
/// Records are formatted and written on the thread that logs. The list of sinks is copied under a
/// lock and used outside it, so that a slow sink delays only who writes to it.
final class Log: Sendable {
  static let shared = Log()

  private struct State {
    var sinks: [LogSink]
    var nextID: plr_log_sink
  }

  private let threshold = Atomic<UInt32>(PLR_LOG_INFO)
  private let state: Mutex<State>

  private init() {
    let standardError = LogSink(
      id: PLR_LOG_SINK_STANDARD_ERROR, target: .descriptor(STDERR_FILENO, ownsIt: false))
    state = Mutex(State(sinks: [standardError], nextID: PLR_LOG_SINK_STANDARD_ERROR + 1))
  }

  func setThreshold(_ level: plr_log_level) {
    threshold.store(level, ordering: .relaxed)
  }

  /// Whether a record passes; without an account it is the runtime's threshold that counts.
  func isEnabled(_ level: plr_log_level, for account: Account?) -> Bool {
    guard level <= PLR_LOG_CRITICAL else { return false }
    let own = account?.logLevel.load(ordering: .relaxed) ?? PLR_LOG_INHERIT
    return level >= (own == PLR_LOG_INHERIT ? threshold.load(ordering: .relaxed) : own)
  }

  func write(plugin: String, level: plr_log_level, category: String, message: String) {
    let thread = runtime_thread_id()
    let sinks = state.withLock { state in
      for sink in state.sinks { sink.enter(thread) }
      return state.sinks
    }
    guard !sinks.isEmpty else { return }
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    let record = LogRecord(
      level: level, wallNanoseconds: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec),
      thread: thread, plugin: plugin, category: category, message: message)
    var line: [UInt8]?
    for sink in sinks {
      sink.write(record) {
        if let line { return line }
        let formatted = record.line()
        line = formatted
        return formatted
      }
      sink.leave(thread)
    }
  }

  func addSink(_ target: LogSink.Target) -> plr_log_sink {
    state.withLock { state in
      let id = state.nextID
      state.nextID += 1
      state.sinks.append(LogSink(id: id, target: target))
      return id
    }
  }

  /// Takes a sink out and waits until it is idle.
  ///
  /// - Returns: `PLR_OK`, `PLR_ERROR_NOT_FOUND`, or `PLR_ERROR_BUSY` where a record of the calling
  ///   thread is on its way to the sink: it would wait for itself.
  func removeSink(_ id: plr_log_sink) -> plr_status {
    var removed: LogSink?
    let status: plr_status = state.withLock { state in
      guard let index = state.sinks.firstIndex(where: { $0.id == id }) else {
        return PLR_ERROR_NOT_FOUND
      }
      guard !state.sinks[index].isUsed(by: runtime_thread_id()) else { return PLR_ERROR_BUSY }
      removed = state.sinks.remove(at: index)
      return PLR_OK
    }
    removed?.close()
    return status
  }
}

@c @implementation
public func plr_log_is_enabled(_ host: UnsafePointer<plr_host>!, _ level: plr_log_level) -> Int32 {
  guard case .account(let account) = unsafe Account.resolve(host) else { return 0 }
  return Log.shared.isEnabled(level, for: account) ? 1 : 0
}

@c @implementation
public func plr_log_write(
  _ host: UnsafePointer<plr_host>!, _ level: plr_log_level, _ category: UnsafePointer<CChar>!,
  _ message: UnsafePointer<CChar>!, _ length: Int
) {
  guard case .account(let account) = unsafe Account.resolve(host), length >= 0,
    Log.shared.isEnabled(level, for: account)
  else { return }
  let text: String
  if let message = unsafe message {
    let bytes = unsafe UnsafeRawBufferPointer(start: message, count: length)
    text = unsafe String(decoding: bytes, as: UTF8.self)
  } else {
    text = ""
  }
  Log.shared.write(
    plugin: account.name, level: level,
    category: unsafe category.map { unsafe String(cString: $0) } ?? "", message: text)
}

@c @implementation
public func plr_log_set_level(
  _ host: UnsafePointer<plr_host>!, _ level: plr_log_level
) -> plr_status {
  guard let host = unsafe host else {
    guard level <= PLR_LOG_OFF else { return PLR_ERROR_INVALID_ARGUMENT }
    Log.shared.setThreshold(level)
    return PLR_OK
  }
  guard level <= PLR_LOG_OFF || level == PLR_LOG_INHERIT else { return PLR_ERROR_INVALID_ARGUMENT }
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    account.logLevel.store(level, ordering: .relaxed)
    return PLR_OK
  }
}

@c @implementation
public func plr_log_add_file_sink(
  _ path: UnsafePointer<CChar>!, _ sink: UnsafeMutablePointer<plr_log_sink>!,
  _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  guard let path = unsafe path, let sink = unsafe sink else {
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, "sink", "a file sink needs a path and a place for its id")
  }
  let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else {
    return unsafe plugin_fail(error, PLR_ERROR_SYSTEM, path, String(cString: strerror(errno)))
  }
  unsafe sink.pointee = Log.shared.addSink(.descriptor(descriptor, ownsIt: true))
  return PLR_OK
}

@c @implementation
public func plr_log_add_callback_sink(
  _ callback: plr_log_callback!, _ context: UnsafeMutableRawPointer!,
  _ sink: UnsafeMutablePointer<plr_log_sink>!, _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  guard let callback = unsafe callback, let sink = unsafe sink else {
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, "sink", "a sink needs a callback and a place for its id")
  }
  unsafe sink.pointee = Log.shared.addSink(.callback(callback, context))
  return PLR_OK
}

@c @implementation
public func plr_log_remove_sink(_ sink: plr_log_sink) -> plr_status {
  Log.shared.removeSink(sink)
}
