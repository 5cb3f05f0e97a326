internal import Glibc

/// Whose signal handlers a process has after a plugin was mapped.
public enum SignalPolicy: Sendable {
  /// Those that it had before. A plugin that brings a Swift runtime along would put a backtracer's in
  /// their place, from a constructor.
  case keepOwners
  /// Those that the plugin's constructors leave.
  case allowPlugin
}

/// What is done about the signals that tell of a crash, and the calling thread's stack for handlers.
///
/// The corresponding C functions are `sigaction(2)` and `sigaltstack(2)`.
@safe struct SignalDispositions {
  /// Those that Swift's backtracer takes.
  private static let numbers = [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP]

  private let actions: [sigaction]
  private let stack: stack_t

  /// As they are now.
  init() {
    actions = Self.numbers.map { number in
      var action = sigaction()
      unsafe sigaction(number, nil, &action)
      return action
    }
    var stack = unsafe stack_t()
    unsafe sigaltstack(nil, &stack)
    unsafe self.stack = unsafe stack
  }

  /// Puts them back where they have changed.
  ///
  /// - Returns: how many signals that concerned.
  @discardableResult
  func restore() -> Int {
    let now = SignalDispositions()
    var count = 0
    for place in Self.numbers.indices {
      var wanted = actions[place]
      var found = now.actions[place]
      guard unsafe memcmp(&wanted, &found, MemoryLayout<sigaction>.size) != 0 else { continue }
      unsafe sigaction(Self.numbers[place], &wanted, nil)
      count += 1
    }
    if unsafe now.stack.ss_sp != stack.ss_sp || now.stack.ss_flags != stack.ss_flags {
      var wanted = unsafe stack
      unsafe sigaltstack(&wanted, nil)
    }
    return count
  }
}
