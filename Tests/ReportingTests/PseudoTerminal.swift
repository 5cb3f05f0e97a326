import Glibc
import Reporting

/// A terminal of a given width that nobody looks at; closed when it goes out of scope.
///
/// The corresponding C function is `openpty(3)`.
struct PseudoTerminal: ~Copyable {
  private let controller: Int32
  let terminal: Terminal

  struct Failure: Error {
    var call: String
    var code = errno
  }

  init(columns: UInt16) throws(Failure) {
    var controller: Int32 = -1
    var descriptor: Int32 = -1
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    // Safe: two descriptors are written, one winsize is read, and the rest may be null.
    guard unsafe openpty(&controller, &descriptor, nil, nil, &size) == 0 else {
      throw Failure(call: "openpty")
    }
    self.controller = controller
    terminal = Terminal(descriptor: descriptor)
  }

  func resize(columns: UInt16) throws(Failure) {
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    // Safe: the kernel reads exactly one winsize.
    guard unsafe ioctl(terminal.descriptor, UInt(TIOCSWINSZ), &size) == 0 else {
      throw Failure(call: "ioctl")
    }
  }

  /// Returns what has been written to the terminal, which must be something.
  ///
  /// The kernel passes on each write by itself, and on a busy machine not all of them at once.
  func output() -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    var ready = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
    repeat {
      // Safe: the kernel writes within the array's bounds.
      let count = unsafe read(controller, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes += chunk.prefix(count)
      // Safe: one descriptor is polled, and outlives the call.
    } while unsafe poll(&ready, 1, Self.pauseMilliseconds) > 0
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let pauseMilliseconds: Int32 = 100

  deinit {
    close(terminal.descriptor)
    close(controller)
  }
}
