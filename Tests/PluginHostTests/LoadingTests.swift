import CFixture
import CPluginABI
import ELFInspection
import Glibc
import Platform
import PluginHost
import TestSupport
import Testing

@Suite("A loaded plugin is told apart from all others")
struct LoadingTests {
  @Test(arguments: [Fixture.wellBehavedC, .wellBehavedSwift, .wellBehavedEmbedded])
  func aPluginWorks(_ fixture: Fixture) throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(fixture)
    let id = try host.load(hosted.path)
    let information = try #require(host.information(id))
    #expect(information.name == hosted.name)
    #expect(information.version == "1.2.3")
    #expect(information.path == hosted.path)
    #expect(information.times.total >= information.times.open + information.times.plugin)
    let unit = try #require(try host.unit(of: id))
    let answer = unit.answer(13)
    #expect(answer == 40)
    let sharesTheRuntime = unsafe unit.runtime() == plr_runtime_identity()
    #expect(sharesTheRuntime)
    let others = [
      unsafe try host.interface(of: id, FIXTURE_UNIT_ID, revision: 99) == nil,
      unsafe try host.interface(of: id, "nobody", revision: 1) == nil,
    ]
    #expect(others == [true, true])
    #expect(try host.allocations(of: id) == (1, UInt64(FIXTURE_BLOCK_SIZE)))
    #expect(host.registrations(of: hosted) == 1)
    let report = try host.unload(id)
    #expect(report.leakedBlocks == 0 && report.leakedBytes == 0)
    #expect(host.registrations(of: hosted) == 0)
  }

  @Test("uses all services in Embedded Swift by their Swift face, and leaves nothing behind")
  func embeddedServices() throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(Fixture("services-embedded"))
    let id = try host.load(hosted.path)
    #expect(host.information(id)?.unload.isUnloadable == true)
    #expect(try host.allocations(of: id) == (1, 16))
    var reference = unsafe plr_reference()
    let (interface, revision) = ("fixture.services", UInt32(FIXTURE_UNIT_REVISION))
    #expect(
      unsafe plr_registry_acquire(host.account, interface, revision, 0, &reference) == PLR_OK)
    let answer = unsafe reference.table!.assumingMemoryBound(to: fixture_unit.self).pointee.answer(
      13)
    unsafe plr_registry_release(host.account, &reference)
    #expect(answer == 40)
    #expect(try host.allocations(of: id) == (1, UInt64(FIXTURE_BLOCK_SIZE)))
    #expect(try host.accounting(of: id).logRecords == 1)
    let report = try host.unload(id)
    #expect(report.leakedBlocks == 0 && report.leakedBytes == 0 && report.isUnmapped)
    #expect(unsafe plr_registry_count(host.account, interface, revision) == 0)
  }

  @Test func aFileIsLoadedOnce() throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(.wellBehavedC)
    let link = hosted.path + ".link.so"
    try FileEdits.makeLink(link, to: hosted.path)
    let id = try host.load(hosted.path)
    // The loader knows files, not paths, and knows them for all hosts.
    for (host, path) in [(host, hosted.path), (host, link), (try PluginHost(), hosted.path)] {
      let refused = try #require(throws: PluginRefused.self) { try host.load(path) }
      #expect(refused.reasons.map(\.code) == [.alreadyLoaded])
      #expect(refused.reasons[0].found.contains(hosted.path))
    }
    try host.unload(id)
    let again = try host.load(hosted.path)
    #expect(again != id)
  }

  @Test func aNameIsTakenOnce() throws {
    let host = try PluginHost()
    let directory = try TemporaryDirectory.make()
    let paths = try ["a.so", "b.so"].map {
      try Fixture.wellBehavedC.copy(to: directory, as: $0, manifestName: "one-name")
    }
    let id = try host.load(paths[0])
    let refused = try #require(throws: PluginRefused.self) { try host.load(paths[1]) }
    #expect(refused.reasons.map(\.code) == [.nameTaken])
    #expect(refused.reasons[0].fix.contains(paths[0]))
    #expect(!Files.exists(paths[1] + ".ran"))
    try host.unload(id)
    try host.load(paths[1])
  }

  @Test func aNameIsTakenFromTheMomentOnInWhichCodeOfItsPluginRuns() throws {
    let host = try PluginHost()
    let directory = try TemporaryDirectory.make()
    let paths = try ["a.so", "b.so"].map {
      try Fixture.wellBehavedC.copy(to: directory, as: $0, manifestName: "one-name-early")
    }
    var reasons: [Refusal] = []
    let observation = host.observe { event in
      guard event.to == .loaded else { return }
      do throws(PluginRefused) {
        try host.load(paths[1])
      } catch {
        reasons = error.reasons
      }
    }
    let id = try host.load(paths[0])
    host.stopObserving(observation)
    #expect(reasons.map(\.code) == [.nameTaken])
    #expect(!Files.exists(paths[1] + ".ran"))
    #expect(host.plugins.map(\.path) == [paths[0]])
    try host.unload(id)
    try host.load(paths[1])
  }

  @Test("a constructor may lead back to the host, which loads another plugin")
  func constructorLeadsBack() async throws {
    let outer = try HostedFixture(Fixture("calls-its-process")).path
    let inner = try HostedFixture(.wellBehavedC).path
    // In a process of its own: the function is found in the environment.
    await #expect(processExitsWith: .exitCode(42)) {
      [outer = outer as String, inner = inner as String] in
      exit(try LoadingTests.leadBack(from: outer, to: inner) ? 42 : 1)
    }
  }

  /// What the function in the process is to load, and where.
  nonisolated(unsafe) private static var reached: PluginHost?
  nonisolated(unsafe) private static var inner = ""

  private static func leadBack(from outer: String, to inner: String) throws -> Bool {
    let host = try PluginHost()
    let call: @convention(c) () -> Void = {
      guard let host = unsafe LoadingTests.reached else { return }
      unsafe LoadingTests.reached = nil
      _ = try? host.load(unsafe LoadingTests.inner)
    }
    unsafe (reached, Self.inner) = (host, inner)
    unsafe setenv("FIXTURE_CALLS", String(unsafe unsafeBitCast(call, to: UInt.self)), 1)
    try host.load(outer)
    return host.plugins.map(\.path) == [inner, outer]
  }

  @Test func aStaleHandleIsAnError() throws {
    let host = try PluginHost()
    let id = try host.load(try HostedFixture(.wellBehavedC).path)
    try host.unload(id)
    let stale = PluginHostError.staleHandle(id)
    #expect(throws: stale) { try host.unload(id) }
    #expect(throws: stale) { try host.allocations(of: id) }
    #expect(throws: stale) { try host.setLogLevel(of: id, PLR_LOG_DEBUG) }
    #expect(throws: stale) { _ = unsafe try host.interface(of: id, FIXTURE_UNIT_ID, revision: 1) }
    #expect(host.information(id) == nil)
  }

  @Test func eachPluginHasALogLevelOfItsOwn() throws {
    let host = try PluginHost()
    let loud = try HostedFixture(.wellBehavedC)
    let quiet = try HostedFixture(.wellBehavedC)
    let log = LogCollector(loud, quiet)
    defer { log.stop() }
    let loudID = try host.load(loud.path)
    let quietID = try host.load(quiet.path)
    try host.setLogLevel(of: loudID, PLR_LOG_TRACE)
    try host.setLogLevel(of: quietID, PLR_LOG_ERROR)
    for id in [loudID, quietID] {
      let unit = try #require(try host.unit(of: id))
      for level in [PLR_LOG_TRACE, PLR_LOG_WARNING, PLR_LOG_ERROR] {
        unsafe unit.log(level, "level \(level)")
      }
    }
    #expect(log.messages(of: loud) == ["init", "level 0", "level 4", "level 5"])
    #expect(log.messages(of: quiet) == ["init", "level 5"])
    #expect(throws: PluginHostError.self) { try host.setLogLevel(of: loudID, 42) }
  }

  @Test(arguments: ["entry-in-data", "entry-nowhere"])
  func anEntryThatIsNoCodeOfTheFileIsNotCalled(_ fixture: String) throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(Fixture(fixture))
    let refused = try #require(throws: PluginRefused.self) { try host.load(hosted.path) }
    #expect(refused.reasons.map(\.code) == [.entryMissing])
    #expect(!hosted.hasRun)
  }

  @Test func aPathWithoutASlashIsAFileInTheWorkingDirectory() throws {
    // Never looked for in the library path: there is no such file here.
    let host = try PluginHost()
    let refused = try #require(throws: PluginRefused.self) { try host.load("libc.so.6") }
    #expect(refused.reasons.map(\.code) == [.unreadable])
  }
}
