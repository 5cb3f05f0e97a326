import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// A sink that is written to on the thread that logs. Closed when the last record on its way has passed.
final class ImmediateSink: @unchecked Sendable {
  @safe enum Target {
    case descriptor(Int32, ownsIt: Bool)
    case callback(plr_log_callback, UnsafeMutableRawPointer?)
  }

  let id: plr_log_sink
  private let target: Target
  /// Once for each record on its way, the thread that writes it; removal waits for none.
  private let users = Monitor<[UInt64]>([])
  /// The threads that are inside the callback.
  private let callers = Mutex<[UInt64]>([])

  init(id: plr_log_sink, target: Target) {
    self.id = id
    self.target = target
  }

  func enter(_ thread: UInt64) { users.withLock { $0.append(thread) } }

  func leave(_ thread: UInt64) {
    users.withLock { $0.removeFirst(thread) }
    users.notify()
  }

  func isUsed(by thread: UInt64) -> Bool { users.withLock { $0.contains(thread) } }

  /// - Parameter line: the record as text; nil where there was no memory for it.
  func write(_ record: borrowing LogRecord, line: UnsafeRawBufferPointer?) {
    switch target {
    case .descriptor(let descriptor, _):
      // One write(2) for a line: with O_APPEND the kernel keeps lines whole.
      if let line = unsafe line { unsafe LogFile.write(line, to: descriptor) }
    case .callback(let callback, let context):
      // What a callback logs must not come back to it for ever.
      let thread = record.thread
      let isNested = callers.withLock { callers in
        if callers.contains(thread) { return true }
        callers.append(thread)
        return false
      }
      if isNested { return }
      defer { callers.withLock { $0.removeFirst(thread) } }
      _ = unsafe LogCallback.call(callback, context, record)
    }
  }

  var wantsLines: Bool {
    if case .descriptor = target { true } else { false }
  }

  /// Waits until no record is on its way, then closes the file.
  func close() {
    _ = users.wait(timeoutNanoseconds: .max) { $0.isEmpty }
    if case .descriptor(let descriptor, ownsIt: true) = target { Glibc.close(descriptor) }
  }
}

extension [UInt64] {
  /// Takes one occurrence of `thread` out.
  fileprivate mutating func removeFirst(_ thread: UInt64) {
    if let index = firstIndex(of: thread) { remove(at: index) }
  }
}
