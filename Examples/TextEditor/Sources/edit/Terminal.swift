import Glibc

/// The terminal on standard input and output, without line editing until this goes.
@safe struct Terminal: ~Copyable {
  private var before = termios()

  /// nil where there is none.
  init?() {
    guard unsafe tcgetattr(STDIN_FILENO, &before) == 0, isatty(STDOUT_FILENO) == 1 else {
      return nil
    }
    var raw = before
    unsafe cfmakeraw(&raw)
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    // The other screen, so that what was there comes back.
    write("\u{1b}[?1049h")
  }

  deinit {
    write("\u{1b}[?1049l")
    var before = before
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &before)
  }

  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return (80, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = unsafe Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }

  /// Waits until there is something to read from standard input or from `other`.
  ///
  /// - Returns: whether standard input, and whether the other.
  func wait(for other: Int32, milliseconds: Int32 = -1) -> (input: Bool, other: Bool) {
    var polled = [
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    unsafe poll(&polled, 2, milliseconds)
    return (polled[0].revents != 0, polled[1].revents != 0)
  }

  /// What was typed; nil at the end of input.
  func read() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe Glibc.read(STDIN_FILENO, &bytes, bytes.count)
    return count > 0 ? Array(bytes[..<count]) : nil
  }
}
