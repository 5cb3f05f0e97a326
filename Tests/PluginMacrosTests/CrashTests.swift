import CPluginABI
import CTickets
import Glibc
import Platform
import PluginMacros
import TestSupport
import Testing

@Suite("What ends the process: docs/abi.md says so")
struct CrashTests {
  /// Calls a table of `throws.cpp` through its proxy.
  static func call(_ table: String) throws {
    let directory = try TemporaryDirectory()
    let library = directory.file("throws.so")
    try Tool.run([
      "g++", "-std=c++17", "-O1", "-fPIC", "-shared", "-o", library,
      "-I" + Path.join(TestBuild.root, "Sources/Runtime/CPluginABI/include"),
      "-I" + Path.join(TestBuild.root, "Tests/Fixtures/tickets"),
      Path.join(TestBuild.root, "Tests/Fixtures/throws/throws.cpp"),
    ])
    let handle = unsafe dlopen(library, RTLD_NOW)
    guard let symbol = unsafe dlsym(handle, table) else { return }
    let account = try Account()
    let proxy = unsafe NamedProxy(
      table: symbol.assumingMemoryBound(to: test_named.self), account: account.host)
    do {
      _ = try proxy.name()
    } catch {
      print("caught: \(error)")
    }
  }

  @Test("an exception that leaves a plugin ends it with its own words, before anything is unwound")
  func exception() async throws {
    let result = await #expect(
      processExitsWith: .signal(SIGABRT), observing: [\.standardErrorContent]
    ) {
      try CrashTests.call("throwing_table")
    }
    let words = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(words.contains("std::runtime_error") && words.contains("out of paper"), "\(words)")
  }

  @Test("a trap in a plugin ends it")
  func trap() async {
    await #expect(processExitsWith: .signal(SIGILL)) { try CrashTests.call("trapping_table") }
  }
}
