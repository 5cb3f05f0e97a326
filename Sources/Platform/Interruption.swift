internal import Glibc

/// Whether the user, or the system, has asked the process to end.
///
/// A handler only notes the signal; long work looks at ``signal`` between steps and in its waits, so
/// that children are ended, temporary files removed and partial results printed on the way out.
public enum Interruption {
  /// Written by the signal handler alone; a plain word is what a handler may write.
  nonisolated(unsafe) private static var noted: sig_atomic_t = 0

  /// The signal that came, or nil.
  public static var signal: Int32? {
    let noted = unsafe noted
    return noted == 0 ? nil : Int32(noted)
  }

  /// Notes SIGINT, SIGTERM and SIGHUP from now on; a second one ends the process at once.
  public static func install() {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { unsafe Interruption.noted = $0 }
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
    for signal in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaction(signal, &action, nil) }
    ignoreBrokenPipes()
    // A parent that ignores it would make children vanish before they can be waited for.
    _ = Glibc.signal(SIGCHLD, SIG_DFL)
  }

  /// Waits until one of `descriptors` can be read or `milliseconds` have passed.
  ///
  /// - Returns: the positions of those that can be read or have been closed; empty on time-out or
  ///   when a signal came.
  public static func poll(_ descriptors: [Int32], milliseconds: Int32) -> [Int] {
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let count = unsafe Glibc.poll(&entries, nfds_t(entries.count), milliseconds)
    guard count > 0 else { return [] }
    return entries.indices.filter { entries[$0].revents != 0 }
  }
}

/// Makes a reader that goes away an error of write(2), not the end of the process.
public func ignoreBrokenPipes() {
  _ = Glibc.signal(SIGPIPE, SIG_IGN)
}
