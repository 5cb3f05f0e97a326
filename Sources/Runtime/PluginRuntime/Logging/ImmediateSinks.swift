import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// The immediate sinks. The list is copied under a lock and used outside it, so that a slow sink delays
/// only who writes to it.
final class ImmediateSinks: Sendable {
  static let shared = ImmediateSinks()

  private let sinks: Mutex<[ImmediateSink]>

  private init() {
    let standardError = ImmediateSink(
      id: PLR_LOG_SINK_STANDARD_ERROR,
      target: .descriptor(
        STDERR_FILENO, ownsIt: false, isColored: LogFormat.isColoredByDefault))
    sinks = Mutex([standardError])
  }

  /// The list, with `thread` inside of each of its sinks.
  private func enterAll(_ thread: UInt64) -> [ImmediateSink] {
    while true {
      var full: ImmediateSink?
      let current = sinks.withLock { sinks -> [ImmediateSink] in
        for (index, sink) in sinks.enumerated() where !sink.enter(thread) {
          for entered in sinks[..<index] { entered.leave(thread) }
          full = sink
          break
        }
        return sinks
      }
      guard let full else { return current }
      full.waitForRoom(thread)
    }
  }

  /// Whether every sink has taken the record; true where there is none.
  func write(
    _ account: Account, _ gate: UnsafeMutablePointer<LogGate>?, _ level: plr_log_level,
    _ body: borrowing LogBody
  ) -> Bool {
    let thread = runtime_thread_id()
    let current = enterAll(thread)
    guard !current.isEmpty else { return true }
    let fieldsLength = body.fieldsLength
    let packed = unsafe Memory.allocate(max(1, fieldsLength))
    defer { unsafe free(packed) }
    if let packed = unsafe packed {
      unsafe LogBody(
        category: .init(start: nil, count: 0), message: .init(start: nil, count: 0),
        fields: body.fields
      ).copy(to: packed, fieldsLength: fieldsLength)
    }
    var category = unsafe body.category
    if let gate = unsafe gate {
      unsafe category = unsafe UnsafeRawBufferPointer(
        start: gate.pointee.category, count: gate.pointee.categoryLength)
    }
    let record = unsafe LogRecord(
      level: level, wallNanoseconds: runtime_wall_nanoseconds(),
      monotonicNanoseconds: runtime_monotonic_nanoseconds(), thread: thread, account: account,
      category: category, message: body.message,
      fields: LogFields(
        bytes: UnsafeRawBufferPointer(start: packed, count: packed == nil ? 0 : fieldsLength)),
      fieldCount: packed == nil ? 0 : body.fields.count)
    // A record whose fields there was no memory for is written without them, and not counted as whole.
    var isWhole = unsafe packed != nil
    var clock = LogClock()
    var plain: LogBuffer?
    var colored: LogBuffer?
    for sink in current {
      var isTaken: Bool
      switch sink.wantsColor {
      case .some(true):
        if colored == nil { colored = line(record, isColored: true, &clock) }
        isTaken = unsafe sink.write(record, line: colored?.bytes)
      case .some(false):
        if plain == nil { plain = line(record, isColored: false, &clock) }
        isTaken = unsafe sink.write(record, line: plain?.bytes)
      case nil: isTaken = unsafe sink.write(record, line: nil)
      }
      if !isTaken { isWhole = false }
      sink.leave(thread)
    }
    return isWhole
  }

  private func line(
    _ record: borrowing LogRecord, isColored: Bool, _ clock: inout LogClock
  ) -> LogBuffer? {
    guard var line = LogBuffer(capacity: record.maximalLength),
      line.append(record, as: .text(isColored: isColored), &clock)
    else { return nil }
    return line
  }

  func add(_ id: plr_log_sink, _ target: ImmediateSink.Target) {
    sinks.withLock { sinks in
      sinks.append(ImmediateSink(id: id, target: target))
      Log.kinds.bitwiseOr(Log.immediateKind, ordering: .relaxed)
    }
  }

  /// Takes a sink out and waits until it is idle; nil where there is none of this id.
  ///
  /// - Returns: `PLR_OK` or `PLR_ERROR_BUSY` where a record of the calling thread is on its way to the
  ///   sink: it would wait for itself.
  func remove(_ id: plr_log_sink) -> plr_status? {
    var removed: ImmediateSink?
    let status: plr_status? = sinks.withLock { sinks in
      guard let index = sinks.firstIndex(where: { $0.id == id }) else { return nil }
      guard !sinks[index].isUsed(by: runtime_thread_id()) else { return PLR_ERROR_BUSY }
      removed = sinks.remove(at: index)
      if sinks.isEmpty { Log.kinds.bitwiseAnd(~Log.immediateKind, ordering: .relaxed) }
      return PLR_OK
    }
    removed?.close()
    return status
  }
}
