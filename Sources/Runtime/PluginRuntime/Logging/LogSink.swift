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
  /// How many threads are inside ``write(_:line:)``; removal waits for none.
  private let users = Monitor(0)

  init(id: plr_log_sink, target: Target) {
    self.id = id
    self.target = target
  }

  func enter() { users.withLock { $0 += 1 } }

  func leave() {
    users.withLock { $0 -= 1 }
    users.notify()
  }

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
          if written < 0 && errno != EINTR { return }
          offset += max(written, 0)
        }
      }
    case .callback(let callback, let context):
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
    _ = users.wait(timeoutNanoseconds: .max) { $0 == 0 }
    if case .descriptor(let descriptor, ownsIt: true) = target { Glibc.close(descriptor) }
  }
}
