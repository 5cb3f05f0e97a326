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
  private static let numbers: InlineArray<7, Int32> = [
    SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP,
  ]

  private var actions = InlineArray<7, sigaction>(repeating: sigaction())
  private var stack = unsafe stack_t()

  /// As they are now.
  init() {
    for place in Self.numbers.indices {
      unsafe sigaction(Self.numbers[place], nil, &actions[place])
    }
    unsafe sigaltstack(nil, &stack)
  }

  /// Puts them back where they have changed.
  ///
  /// - Returns: how many signals that concerned.
  @discardableResult
  func restore() -> Int {
    var count = 0
    let actions = actions.span
    for place in actions.indices {
      var now = sigaction()
      unsafe sigaction(Self.numbers[place], nil, &now)
      guard !Self.isSame(now, actions[place]) else { continue }
      var wanted = actions[place]
      unsafe sigaction(Self.numbers[place], &wanted, nil)
      count += 1
    }
    var now = unsafe stack_t()
    unsafe sigaltstack(nil, &now)
    if unsafe now.ss_sp != stack.ss_sp || now.ss_flags != stack.ss_flags {
      var wanted = unsafe stack
      unsafe sigaltstack(&wanted, nil)
    }
    return count
  }

  /// Of the set of signals only as much is filled in as the system knows of.
  private static func isSame(_ left: sigaction, _ right: sigaction) -> Bool {
    func handler(_ action: sigaction) -> UInt {
      unsafe withUnsafeBytes(of: action.__sigaction_handler) { unsafe $0.load(as: UInt.self) }
    }
    return left.sa_flags == right.sa_flags && left.sa_mask.__val.0 == right.sa_mask.__val.0
      && handler(left) == handler(right)
  }
}
