import Glibc
import TestSupport
import Testing

@testable import PluginHost

@Suite("The process's signal handlers")
struct SignalTests {
  /// Which of the signals of crashes are not at their default.
  private static func handled() -> [Int32] {
    [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP].filter { number in
      var action = sigaction()
      unsafe sigaction(number, nil, &action)
      return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) != 0
    }
  }

  @Test("stay their owner's whatever a plugin's constructors do, unless the host allows it")
  func stay() async throws {
    let path = try HostedFixture(Fixture("installs-signal-handlers")).path
    // In processes of their own: handlers are the process's.
    await #expect(processExitsWith: .exitCode(40)) { [path = path as String] in
      for number in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP] {
        _ = signal(number, SIG_DFL)
      }
      _ = signal(SIGSEGV) { _ in }
      let host = try PluginHost()
      try host.load(path)
      exit(SignalTests.handled() == [SIGSEGV] ? 40 : 1)
    }
    await #expect(processExitsWith: .exitCode(47)) { [path = path as String] in
      let host = try PluginHost()
      host.signalPolicy = .allowPlugin
      try host.load(path)
      exit(40 + Int32(SignalTests.handled().count))
    }
  }

  @Test("are looked at only where a plugin names a function that reaches them")
  func areReached() throws {
    func mayChange(_ fixture: Fixture) throws -> Bool {
      Admission.check(try HostedFixture(fixture).path).mayChangeSignals
    }
    #expect(try mayChange(Fixture("installs-signal-handlers")))
    // Each time: what the first one asked for is not taken for harmless with the next.
    #expect(try mayChange(Fixture("installs-signal-handlers")))
    #expect(try mayChange(Fixture("reaches-signals-weakly")))
    #expect(try !mayChange(.wellBehavedC))
    #expect(try !mayChange(.wellBehavedEmbedded))
  }
}
