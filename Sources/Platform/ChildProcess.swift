internal import CPlatform
public import Glibc

/// A child process in a process group of its own.
///
/// The corresponding C functions are `posix_spawn(3)`, `waitpid(2)` and `kill(2)`.
public struct ChildProcess: Sendable {
  public let pid: pid_t

  /// What a child sees as one of its descriptors.
  public enum Stream {
    case null
    case descriptor(Int32)
  }

  /// Starts `arguments[0]`, found through PATH where it has no slash.
  ///
  /// - Parameters:
  ///   - environment: the whole environment, as `NAME=value`.
  ///   - streams: what becomes the child's descriptors 0, 1, 2, …; all others are closed.
  /// - Throws: `SystemError` where the program cannot be started.
  public init(
    _ arguments: [String], environment: [String], streams: [Stream]
  ) throws(SystemError) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (index, stream) in streams.enumerated() {
      let number = Int32(index)
      switch stream {
      case .null:
        unsafe posix_spawn_file_actions_addopen(
          &actions, number, "/dev/null", index == 0 ? O_RDONLY : O_WRONLY, 0)
      case .descriptor(let descriptor):
        unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, number)
      }
    }
    unsafe platform_close_from(&actions, Int32(streams.count))

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // A group of its own, so that it can be ended with all that it started; and no signal blocked or
    // ignored that its parent happens to block or ignore.
    unsafe posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    var defaults = sigset_t()
    unsafe sigemptyset(&defaults)
    for signal in [SIGINT, SIGTERM, SIGPIPE, SIGHUP] { unsafe sigaddset(&defaults, signal) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)

    var child = pid_t()
    let code = unsafe withCStrings(arguments) { arguments in
      unsafe withCStrings(environment) { environment in
        unsafe posix_spawnp(
          &child, arguments[0]!, &actions, &attributes, arguments, environment)
      }
    }
    guard code == 0 else { throw SystemError("start", arguments[0], code: code) }
    pid = child
  }

  /// Waits until the process has ended.
  public func wait() throws(SystemError) -> ExitStatus {
    var status: Int32 = 0
    try retrying("wait for", "process \(pid)") { unsafe waitpid(pid, &status, 0) }
    return ExitStatus(waitStatus: status)
  }

  /// Whether the process has ended, or is not there; it must still be waited for.
  ///
  /// The corresponding C function is `waitid(2)` with `WNOWAIT`.
  public var hasEnded: Bool {
    var information = unsafe siginfo_t()
    let result = unsafe waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT)
    return result == 0 ? unsafe information._sifields._kill.si_pid != 0 : errno != EINTR
  }

  /// Ends the process and all that it started, at once. The process must still be waited for.
  public func kill() { _ = Glibc.kill(-pid, SIGKILL) }
}

/// How a process ended.
public enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
  case exited(Int32)
  case signaled(Int32)

  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7f
    self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .signaled(signal)
  }

  public var isSuccess: Bool { self == .exited(0) }

  public var description: String {
    switch self {
    case .exited(let code): return "exit status \(code)"
    case .signaled(let signal):
      return "signal \(signal) (\(unsafe String(cString: strsignal(signal))))"
    }
  }
}

/// A pipe; both ends are closed in children that were not given them.
public func makePipe() throws(SystemError) -> (read: Int32, write: Int32) {
  var ends: [Int32] = [-1, -1]
  try retrying("make", "a pipe") { unsafe platform_make_pipe(&ends) }
  return (ends[0], ends[1])
}

/// Calls `body` with a NULL-terminated array of C strings.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) }
  unsafe pointers.append(nil)
  defer { for index in unsafe pointers.indices { unsafe free(pointers[index]) } }
  return unsafe body(pointers)
}
