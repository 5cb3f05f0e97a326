import CPluginABI
import Glibc
import Synchronization

/// Where records go. Closed when the last record on its way has passed.
final class LogSink: @unchecked Sendable {
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

  func write(_ record: LogRecord, line: () -> [UInt8]) {
    switch target {
    case .descriptor(let descriptor, _):
      // One write(2) for a line: with O_APPEND the kernel keeps lines whole.
      let bytes = line()
      unsafe bytes.withUnsafeBytes { bytes in
        var offset = 0
        while offset < bytes.count {
          let written = unsafe Glibc.write(
            descriptor, bytes.baseAddress! + offset, bytes.count - offset)
          // A log has nobody to tell that it cannot write, and the caller must go on.
          if written == 0 || (written < 0 && errno != EINTR) { return }
          offset += max(written, 0)
        }
      }
    case .callback(let callback, let context):
      // What a callback logs must not come back to it for ever.
      let isNested = callers.withLock { callers in
        if callers.contains(record.thread) { return true }
        callers.append(record.thread)
        return false
      }
      if isNested { return }
      defer { callers.withLock { $0.removeFirst(record.thread) } }
      unsafe record.plugin.withCString { plugin in
        unsafe record.category.withCString { category in
          var message = record.message
          message.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
              // An empty message still has an address to point to.
              var view = unsafe plr_log_record(
                size: UInt32(MemoryLayout<plr_log_record>.size), level: record.level,
                wall_nanoseconds: record.wallNanoseconds, thread: record.thread, plugin: plugin,
                category: category, message: bytes.baseAddress ?? category, length: bytes.count)
              unsafe callback(context, &view)
            }
          }
        }
      }
    }
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
