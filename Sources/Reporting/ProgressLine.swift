import Glibc
import Synchronization

/// One line on standard error that says what is going on, for the person who waits.
///
/// It draws only on a terminal, at most ten times a second and never wider than the window, and is
/// gone without trace at the end. It may be updated from any thread.
public final class ProgressLine: Sendable {
  /// How the line reaches the world, replaceable by tests.
  struct Output: Sendable {
    var columns: @Sendable () -> Int?
    /// Nanoseconds from `CLOCK_MONOTONIC`.
    var now: @Sendable () -> UInt64
    var write: @Sendable (String) -> Void
  }

  private struct State {
    var isDrawn = false
    var nextDrawing: UInt64 = 0
  }

  /// Nil where there is nobody to draw for.
  private let output: Output?
  private let state = Mutex(State())

  /// Creates a line, not yet drawn.
  ///
  /// - Parameter quiet: Whether the user asked for silence, in which case nothing is ever drawn.
  public convenience init(quiet: Bool = false) {
    self.init(on: .standardError, type: Self.terminalType, quiet: quiet)
  }

  /// - Parameter type: The value of `TERM`; one that is missing or "dumb" cannot erase a line.
  convenience init(on terminal: Terminal, type: String?, quiet: Bool) {
    let isShown = !quiet && terminal.isInteractive && type != nil && type != "dumb"
    self.init(
      output: isShown
        ? Output(
          columns: { terminal.columns }, now: { Self.monotonicNanoseconds },
          write: { terminal.write($0) }) : nil)
  }

  init(output: Output?) {
    self.output = output
  }

  deinit {
    clear()
  }

  /// Draws the text in place of the last one, unless that was less than 100 ms ago.
  ///
  /// - Parameter text: What is going on; not evaluated if nothing is drawn.
  public func update(_ text: @autoclosure () -> String) {
    guard let output else { return }
    let now = output.now()
    let isDue = state.withLock { state in
      guard now >= state.nextDrawing else { return false }
      state.nextDrawing = now + Self.interval
      return true
    }
    guard isDue else { return }
    // The last column stays free: some terminals begin a new line as soon as it is filled.
    let columns = (output.columns() ?? Self.assumedColumns) - 1
    let line = DisplayText(SafeText.line(text())).shortened(to: columns)
    state.withLock { state in
      output.write("\r\(line.text)\(Self.eraseToEnd)")
      state.isDrawn = true
    }
  }

  /// Removes the line, before other output or at the end; the next update draws it again.
  public func clear() {
    guard let output else { return }
    state.withLock { state in
      if state.isDrawn { output.write("\r\(Self.eraseToEnd)") }
      state = State()
    }
  }
}

extension ProgressLine {
  private static let interval: UInt64 = 100_000_000
  private static let assumedColumns = 80
  private static let eraseToEnd = "\u{1B}[K"

  private static var terminalType: String? {
    // Safe: the string is copied at once, and nothing here changes the environment.
    guard let type = unsafe getenv("TERM") else { return nil }
    return unsafe String(cString: type)
  }

  private static var monotonicNanoseconds: UInt64 {
    var time = timespec()
    // Safe: the kernel fills in exactly one timespec. It cannot fail for this clock.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
