import CFixture
import CPluginABI
import ELFInspection
import Glibc
import Platform
import PluginHost
import Synchronization
import TestSupport
import Testing

private protocol Unheard {}

private struct Fresh<Inner> { var inner: Inner? = nil }

/// The last type that was made up; each is nested in the next.
private let lastFreshType = Mutex<Any.Type>(Never.self)

/// Asks Swift's runtime for a conformance that does not exist, of a type it has never seen: it then
/// looks through every image that it knows, and would through those that are gone.
func missesACastOfAFreshType() -> Bool {
  func cast<Inner>(of type: Inner.Type) -> (next: Any.Type, isMissed: Bool) {
    let value: Any = Fresh<Inner>()
    let isMissed = (value as? any Unheard) == nil && (value as? any CustomStringConvertible) == nil
    return (Fresh<Inner>.self, isMissed)
  }
  return lastFreshType.withLock { type in
    let result = _openExistential(type, do: cast)
    type = result.next
    return result.isMissed
  }
}

@Suite("A plugin is unmapped if, and only if, that is safe")
struct UnloadingTests {
  @Test(arguments: [Fixture.wellBehavedC, .wellBehavedEmbedded])
  func unloadablePluginsAreUnmapped(_ fixture: Fixture) throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(fixture)
    let id = try host.load(hosted.path)
    #expect(try hosted.mappings > 0)
    #expect(try host.unload(id).isUnmapped)
    #expect(try hosted.mappings == 0)
    #expect(missesACastOfAFreshType())
  }

  @Test(arguments: [Fixture.wellBehavedSwift, .claimsUnloadable, .nodelete])
  func residentPluginsStayMapped(_ fixture: Fixture) throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(fixture)
    let id = try host.load(hosted.path)
    #expect(host.information(id)?.unload.isUnloadable == false)
    #expect(try host.unload(id).isUnmapped == false)
    #expect(try hosted.mappings > 0)
    #expect(missesACastOfAFreshType())
  }

  @Test(
    "A second life begins anew, whatever became of the first one's file",
    arguments: [Fixture.wellBehavedSwift, Fixture("counts-its-lives")], [false, true])
  func aSecondLifeBeginsAnew(_ fixture: Fixture, isReplaced: Bool) throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(fixture)
    var lives: [UInt64] = []
    for _ in 0..<3 {
      let id = try host.load(hosted.path)
      #expect(host.information(id)?.unload.isUnloadable == false)
      let unit = try #require(try host.unit(of: id))
      lives.append(unit.answer(1))
      #expect(try host.unload(id).isUnmapped == false)
      if isReplaced {
        try FileEdits.copy(hosted.path, to: hosted.path + ".new")
        try Files.rename(hosted.path + ".new", to: hosted.path)
      }
    }
    // The fixture in C tells how often its init has run in one set of variables.
    let first: UInt64 = fixture.name == "counts-its-lives" ? 1 : 4
    #expect(lives == [first, first, first])
    #expect(missesACastOfAFreshType())
  }

  @Test func aResidentPluginGivesItsCleanPagesBack() throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(Fixture("counts-its-lives"))
    let id = try host.load(hosted.path)
    let unit = try #require(try host.unit(of: id))
    #expect(unit.answer(1) == 1)
    #expect(try hosted.residentCodePages > 0)
    #expect(try host.unload(id).isUnmapped == false)
    #expect(try hosted.residentCodePages == 0)
    // They come back where they are touched: a late caller finds the code.
    #expect(unit.answer(1) == 1)
  }

  @Test func aFileThatWasWrittenToWhileItIsMappedIsRefused() throws {
    let hosted = try HostedFixture(Fixture("counts-its-lives"))
    let host = try PluginHost()
    try host.unload(try host.load(hosted.path))
    // Bytes that the loader does not look at.
    let file = try FileDescriptor(opening: hosted.path, O_WRONLY | O_APPEND)
    try file.write([0])
    let refused = try #require(throws: PluginRefused.self) { try host.load(hosted.path) }
    #expect(refused.reasons.map(\.code) == [.mappingStale])
  }

  @Test func aLibraryThatCameAlongStaysMapped() throws {
    let host = try PluginHost()
    let fixture = Fixture("needs-a-swift-library")
    let hosted = try HostedFixture(fixture)
    let library = "/lib/libfixture-needs-a-swift-library.so"
    let id = try host.load(hosted.path)
    #expect(try host.unload(id).isUnmapped)
    #expect(try hosted.mappings == 0)
    #expect(try Files.readText("/proc/self/maps").contains(library))
    #expect(missesACastOfAFreshType())
  }

  @Test func initAndDeinitAreBalanced() throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(.wellBehavedC)
    let log = LogCollector(hosted)
    defer { log.stop() }
    for _ in 0..<200 {
      let id = try host.load(hosted.path)
      let report = try host.unload(id)
      #expect(report.leakedBlocks == 0 && report.leakedBytes == 0 && report.isUnmapped)
    }
    let messages = log.messages(of: hosted)
    #expect(messages == Array(repeating: ["init", "deinit"], count: 200).flatMap { $0 })
    #expect(try hosted.mappings == 0)
    #expect(host.registrations(of: hosted) == 0)
  }

  @Test func aHostThatGoesAwayTakesItsPluginsDownLastOneFirst() throws {
    let first = try HostedFixture(.wellBehavedC)
    let second = try HostedFixture(.wellBehavedC)
    let log = LogCollector(first, second)
    defer { log.stop() }
    do {
      let host = try PluginHost()
      try host.load(first.path)
      try host.load(second.path)
    }
    #expect(
      log.records.filter { $0.message == "deinit" }.map(\.plugin) == [second.name, first.name])
    #expect(try first.mappings == 0 && second.mappings == 0)
  }

  @Test func leaksAreReportedExactly() throws {
    let host = try PluginHost()
    let id = try host.load(try HostedFixture(Fixture("leaks-memory")).path)
    #expect(try host.allocations(of: id) == (4, UInt64(FIXTURE_BLOCK_SIZE) + 3000))
    let report = try host.unload(id)
    #expect(report.leakedBlocks == 3 && report.leakedBytes == 3000 && report.isUnmapped)
    #expect(report.leaks.map(\.blocks) == [3])
    #expect(report.leaks.map(\.bytes) == [3000])
    guard case .sizeClass(let size) = report.leaks.first?.place else {
      Issue.record("\(report.leaks)")
      return
    }
    #expect((1000...1200).contains(size))
  }

  @Test func whatAPluginLeavesInTheRegistryIsTakenOut() throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(Fixture("keeps-registered"))
    let id = try host.load(hosted.path)
    #expect(host.registrations(of: hosted) == 1)
    #expect(try host.unload(id).isUnmapped)
    #expect(host.registrations(of: hosted) == 0)
  }

  @Test func aPluginThatIsInUseIsBusy() throws {
    let host = try PluginHost()
    host.drainTimeoutNanoseconds = 1_000_000
    let hosted = try HostedFixture(.wellBehavedC)
    let id = try host.load(hosted.path)
    var reference = unsafe plr_reference()
    let status = unsafe plr_registry_acquire(host.account, hosted.name, 1, 0, &reference)
    try #require(status == PLR_OK)
    let error = try #require(throws: PluginHostError.self) { try host.unload(id) }
    let held = PluginHolder.Hold.reference(account: "host", interface: hosted.name, revision: 1)
    guard case .busy(let plugin, let holders) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(plugin == hosted.name && holders.map(\.hold) == [held])
    #expect(holders.map(\.count) == [1])
    // Nobody new gets it, who has it can use it, and the handle still holds.
    #expect(host.registrations(of: hosted) == 0)
    let table = unsafe reference.table.assumingMemoryBound(to: fixture_unit.self)
    let answer = unsafe table.pointee.answer(2)
    #expect(answer == 7)
    #expect(host.information(id) != nil)
    unsafe plr_registry_release(host.account, &reference)
    #expect(try host.unload(id).isUnmapped)
    #expect(try hosted.mappings == 0)
  }

  @Test func whoIsHeldFromWithinDeinitStaysMapped() throws {
    let host = try PluginHost()
    host.drainTimeoutNanoseconds = 1_000_000
    let hosted = try HostedFixture(Fixture("registers-in-deinit"))
    let name = hosted.name
    nonisolated(unsafe) let account = unsafe host.account
    nonisolated(unsafe) var reference = unsafe plr_reference()
    // Takes hold of what the plugin offers in the middle of its deinit.
    let log = LogCollector(hosted) { record in
      guard record.message == "late" else { return }
      unsafe plr_registry_acquire(account, name, 1, 0, &reference)
    }
    defer { log.stop() }
    let id = try host.load(hosted.path)
    #expect(try host.unload(id).isUnmapped == false)
    #expect(try hosted.mappings > 0)
    let table = unsafe reference.table?.assumingMemoryBound(to: fixture_unit.self)
    let answer = unsafe table?.pointee.answer(2)
    #expect(answer == 7)
    unsafe plr_registry_release(account, &reference)
  }

  @Test func aReplacedFileIsLoadedWhereTheOldOneIsGone() throws {
    let hosted = try HostedFixture(.wellBehavedC)
    let host = try PluginHost()
    try host.unload(try host.load(hosted.path))
    try FileEdits.copy(hosted.path, to: hosted.path + ".new")
    try Files.rename(hosted.path + ".new", to: hosted.path)
    let id = try host.load(hosted.path)
    let answer = try host.unit(of: id)?.answer(5)
    #expect(answer == 16)
  }

  @Test func aFailedLoadForgetsNothingOfWhatIsMapped() throws {
    let hosted = try HostedFixture(Fixture("counts-its-lives"))
    let host = try PluginHost()
    try host.unload(try host.load(hosted.path))
    // A file that is admitted and that the loader then refuses; then a good one.
    for fixture in [Fixture.notForLoading, Fixture("counts-its-lives")] {
      let new = Path.join(try TemporaryDirectory.make(), "new.so")
      try FileEdits.copy(try fixture.path(), to: new)
      try Files.rename(new, to: hosted.path)
      guard fixture.name == Fixture.notForLoading.name else { break }
      let refused = try #require(throws: PluginRefused.self) { try host.load(hosted.path) }
      #expect(refused.reasons.map(\.code) == [.loadFailed])
    }
    // The loader would give the old code, by the name that it knows.
    let id = try host.load(hosted.path)
    #expect(try host.unit(of: id)?.answer(1) == 1)
  }

  @Test func whatSomebodyElseHasOpenedStaysMapped() throws {
    let hosted = try HostedFixture(.wellBehavedC)
    // Opened under another name first, which is then the loader's name for it.
    let link = hosted.path + ".link.so"
    try FileEdits.makeLink(link, to: hosted.path)
    let handle = unsafe dlopen(link, RTLD_NOW)
    let host = try PluginHost()
    #expect(try host.unload(try host.load(hosted.path)).isUnmapped == false)
    #expect(try hosted.mappings > 0)
    unsafe dlclose(handle!)
    #expect(try hosted.mappings == 0)
  }

  @Test func aFIFOThatTookTheFilesPlaceIsNotOpened() throws {
    let hosted = try HostedFixture(.wellBehavedC)
    let host = try PluginHost()
    let id = try host.load(hosted.path)
    let fifo = hosted.path + ".fifo"
    try FileEdits.makeFIFO(fifo)
    try Files.rename(fifo, to: hosted.path)
    #expect(try host.unload(id).isUnmapped)
  }
}
