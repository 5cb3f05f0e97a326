import Glibc

/// A standard stream that may be a terminal.
public struct Terminal: Sendable {
  /// The file descriptor.
  public let descriptor: Int32

  /// Creates a terminal from an open file descriptor, which stays the caller's.
  public init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// The stream of results.
  public static let standardOutput = Terminal(descriptor: STDOUT_FILENO)

  /// The stream of progress and warnings.
  public static let standardError = Terminal(descriptor: STDERR_FILENO)

  /// Whether a person may be watching.
  ///
  /// The corresponding C function is `isatty(3)`.
  public var isInteractive: Bool { isatty(descriptor) == 1 }

  /// The cells of a line, or nil if this is no terminal or does not know.
  ///
  /// Asked anew every time, because windows are resized. The corresponding C request is
  /// `TIOCGWINSZ` of `ioctl(2)`.
  public var columns: Int? {
    var size = winsize()
    // Safe: the kernel fills in exactly one winsize, which outlives the call.
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }

  /// Writes text as it is.
  ///
  /// Errors end the writing and are not reported: progress that nobody can see is no failure.
  func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        // Safe: the range lies inside the buffer, which outlives the call.
        let count = unsafe Glibc.write(
          descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count > 0 {
          written += count
        } else if errno != EINTR {
          return
        }
      }
    }
  }
}
