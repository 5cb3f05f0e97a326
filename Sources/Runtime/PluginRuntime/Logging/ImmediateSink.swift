import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// A sink that is written to on the thread that logs. Closed when the last record on its way has passed.
final class ImmediateSink: @unchecked Sendable {
  @safe enum Target {
    case descriptor(Int32, ownsIt: Bool, isColored: Bool)
    case callback(plr_log_callback, UnsafeMutableRawPointer?)
  }

  let id: plr_log_sink
  private let target: Target
  /// The threads that write a record; removal waits for none.
  private let users = Monitor(ThreadCounts())
  /// The threads that are inside the callback.
  private let callers = Monitor(ThreadCounts())

  init(id: plr_log_sink, target: Target) {
    self.id = id
    self.target = target
  }

  /// False where so many threads write already that there is no room for one more.
  func enter(_ thread: UInt64) -> Bool { users.withLock { $0.enter(thread) } }

  func leave(_ thread: UInt64) {
    users.withLock { $0.leave(thread) }
    users.notify()
  }

  /// Waits until there may be room.
  func waitForRoom(_ thread: UInt64) {
    users.waitAndChange { $0.enter(thread) }
    leave(thread)
  }

  func isUsed(by thread: UInt64) -> Bool { users.withLock { $0.contains(thread) } }

  /// Whether the sink wants records as text, and how; nil for callbacks.
  var wantsColor: Bool? {
    if case .descriptor(_, _, let isColored) = target { isColored } else { nil }
  }

  /// False where the record was not written.
  ///
  /// - Parameter line: the record as text in the form that the sink wants; nil where there was no memory for it.
  func write(_ record: borrowing LogRecord, line: UnsafeRawBufferPointer?) -> Bool {
    switch target {
    case .descriptor(let descriptor, _, _):
      // One write(2) for a line: with O_APPEND the kernel keeps lines whole.
      guard let line = unsafe line else { return false }
      return unsafe LogFile.write(line, to: descriptor) == line.count
    case .callback(let callback, let context):
      // What a callback logs must not come back to it for ever.
      let thread = record.thread
      if callers.withLock({ $0.contains(thread) }) { return true }
      callers.waitAndChange { $0.enter(thread) }
      defer {
        callers.withLock { $0.leave(thread) }
        callers.notify()
      }
      return unsafe LogCallback.call(callback, context, record)
    }
  }

  /// Waits until no record is on its way, then closes the file.
  func close() {
    _ = users.wait(timeoutNanoseconds: .max) { $0.isEmpty }
    if case .descriptor(let descriptor, ownsIt: true, _) = target { Glibc.close(descriptor) }
  }
}
