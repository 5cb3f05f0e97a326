internal import Platform

/// A program in a real terminal: a session of tmux of its own, in which keys are typed and whose screen is read.
public final class TerminalSession {
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  public static let isAvailable = (try? CommandRun(["tmux", "-V"]))?.status.isSuccess == true

  private let socket: String

  /// Starts `command`, a list of words, in a terminal of 80 by 24.
  public init(_ command: [String], directory: String) throws {
    socket = Path.join(directory, "tmux")
    // No configuration of the user's, and no server that others share.
    try tmux(
      ["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "-c", directory] + command)
    try tmux(["set-option", "-g", "remain-on-exit", "on"])
  }

  deinit { _ = try? tmux(["kill-server"]) }

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> String {
    try Tool.run(["tmux", "-S", socket] + arguments)
  }

  /// Types a text as it is.
  public func type(_ text: String) throws { try tmux(["send-keys", "-l", text]) }

  /// Presses a key by tmux's name for it: `Enter`, `C-s`, `Up`.
  public func press(_ keys: String...) throws { try tmux(["send-keys"] + keys) }

  /// What the screen shows, with the colours and marks of ECMA-48.
  public func screen() throws -> String { try tmux(["capture-pane", "-p", "-e"]) }

  /// Waits until the screen is as `condition` wants it, and returns it.
  ///
  /// The program says nothing when it is done; so its screen is looked at again and again, which takes some
  /// milliseconds each time, until a deadline.
  @discardableResult
  public func wait(_ what: String, until condition: (String) throws -> Bool) throws -> String {
    let deadline = monotonicNanoseconds() + 20_000_000_000
    while true {
      let screen = try screen()
      if try condition(screen) { return screen }
      guard monotonicNanoseconds() < deadline else {
        throw Failure(description: "\(what) did not come:\n\(screen)")
      }
    }
  }

  @discardableResult
  public func wait(for text: String) throws -> String {
    try wait("'\(text)'") { $0.contains(text) }
  }

  /// Waits until the program has ended: tmux knows it for sure, and does not always write it on the screen.
  public func waitForEnd() throws {
    try wait("the program's end") { _ in
      try tmux(["display-message", "-p", "#{pane_dead}"]).hasPrefix("1")
    }
  }
}
