import CFixture
import Glibc
import Platform
import PluginHost
import TestSupport
import Testing

@Suite("What a plugin has done and has is told")
struct AccountingTests {
  private let millisecond: UInt64 = 1_000_000

  /// Goes in and stays for at least a millisecond.
  private func stay(_ handle: PluginHandle) throws {
    try handle.withPinned { plugin in
      let end = monotonicNanoseconds() + millisecond
      while monotonicNanoseconds() < end {}
      _ = unsafe plugin.account
    }
  }

  @Test("calls are counted, and their time is where that is asked for")
  func calls() throws {
    let host = try PluginHost()
    let id = try host.load(try HostedFixture(.wellBehavedC).path)
    let handle = try host.handle(of: id)
    try stay(handle)
    #expect(try host.accounting(of: id).nanosecondsInside == nil)
    host.measuresUse = true
    #expect(try host.accounting(of: id).nanosecondsInside == 0)
    let begin = monotonicNanoseconds()
    onThreads(4) { _ in
      for _ in 0..<5 { try? stay(handle) }
    }
    let passed = monotonicNanoseconds() - begin
    let use = try host.accounting(of: id)
    #expect(use.calls == 21)
    let inside = try #require(use.nanosecondsInside)
    #expect(inside >= 20 * millisecond && inside <= 4 * passed, "\(inside) of \(passed)")
    host.measuresUse = false
    try stay(handle)
    #expect(try host.accounting(of: id).nanosecondsInside == nil)
    host.measuresUse = true
    let after = try host.accounting(of: id)
    #expect(
      after.calls == 22 && after.nanosecondsInside == inside, "nothing was measured meanwhile")
  }

  @Test("of a plugin within a plugin both have the time, and other plugins none of it")
  func nested() throws {
    let host = try PluginHost()
    host.measuresUse = true
    let ids = try (0..<3).map { _ in try host.load(try HostedFixture(.wellBehavedC).path) }
    let handles = try ids.map { try host.handle(of: $0) }
    try handles[0].withPinned { (_) throws(PluginHostError) in
      try handles[1].withPinned { _ in
        let end = monotonicNanoseconds() + millisecond
        while monotonicNanoseconds() < end {}
      }
    }
    let inside = try ids.map { try #require(try host.accounting(of: $0).nanosecondsInside) }
    #expect(inside[1] >= millisecond && inside[0] >= inside[1] && inside[2] == 0)
  }

  @Test("the time goes on through a reload, and a retired plugin's is nobody's")
  func throughLives() throws {
    let host = try PluginHost()
    host.measuresUse = true
    let hosted = try HostedFixture(.wellBehavedC)
    let id = try host.load(hosted.path)
    let handle = try host.handle(of: id)
    try stay(handle)
    guard case .replaced(let new) = try host.reload(id) else {
      Issue.record("it was not replaced")
      return
    }
    #expect(try host.accounting(of: new).nanosecondsInside == 0)
    try stay(handle)
    let use = try host.accounting(of: new)
    #expect(try use.calls == 1 && #require(use.nanosecondsInside) >= millisecond)
    try host.unload(new)
    let other = try host.load(try HostedFixture(.wellBehavedC).path)
    #expect(try host.accounting(of: other).nanosecondsInside == 0)
    #expect(throws: PluginHostError.staleHandle(new)) { try host.accounting(of: new) }
  }

  @Test("memory, records and threads are told, of one and of all")
  func holdings() async throws {
    let path = try HostedFixture(Fixture("starts-a-thread")).path
    // In a process of its own: others start threads in this one.
    await #expect(processExitsWith: .success) { [path = path as String] in
      let host = try PluginHost()
      host.measuresUse = true
      let id = try host.load(path)
      let own = try host.accounting(of: id)
      // What tests stand on may have started some meanwhile; the command's tests are exact.
      #expect(own.threadsStarted.map { $0 >= 1 } == true)
      #expect(own.liveBlocks == 1 && own.liveBytes == UInt64(FIXTURE_BLOCK_SIZE))
      #expect(own.peakBytes == own.liveBytes && own.allocations == 1)
      #expect(own.logRecords == 1 && own.startNanoseconds > 0)
      // The page table tells no less than the variables that were written to.
      let anonymous = try #require(own.anonymousBytes)
      let mapped = try #require(own.mappedBytes)
      #expect(anonymous >= 64 << 10 && mapped >= anonymous && mapped < 1 << 20)
      let all = host.accounting()
      #expect(all.map(\.plugin.id) == [id] && all[0].accounting.liveBytes == own.liveBytes)
      try host.unload(id)
      #expect(host.accounting().isEmpty)
    }
  }

  @Test("of a plugin that is part of the host no memory of a file is told")
  func withoutFile() throws {
    let host = try PluginHost()
    let id = try host.load(try HostedFixture(.wellBehavedC).path)
    #expect(try host.accounting(of: id).threadsStarted == nil, "nobody asked for it")
    #expect(try host.accounting(of: id).mappedBytes != nil)
  }
}
