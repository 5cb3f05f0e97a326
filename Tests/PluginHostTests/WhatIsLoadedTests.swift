import CFixture
import ELFInspection
import Glibc
import Platform
import PluginTrust
import TestSupport
import Testing

@testable import PluginHost

@Suite("What was judged is what is loaded, also where nobody vouches for it")
struct WhatIsLoadedTests {
  /// For each of three ways, 1,000 and more in all; `Tests/endurance` asks for more.
  private static let rounds =
    unsafe getenv("PLUGIN_HOST_SWAPS").flatMap { unsafe Int(String(cString: $0)) } ?? 334

  @Test(
    "a file that is swapped between judgement and load is never run",
    arguments: [(FileHold.openFile, false), (.sealedCopy, false), (.sealedCopy, true)])
  func swapped(hold: FileHold, inPlace: Bool) throws {
    let directory = try TemporaryDirectory()
    let plugin = try HostedFixture(.wellBehavedC, in: directory.path)
    let path = plugin.path
    let good = try Files.read(path)
    let bad = try Files.read(try Fixture("swapped-in").path())
    func put(_ bytes: [UInt8]) throws {
      if inPlace {
        try FileEdits.write(bytes, to: path)
      } else {
        try FileEdits.write(bytes, to: path + ".new")
        try Files.rename(path + ".new", to: path)
      }
    }
    let host = try PluginHost()
    host.hold = hold
    // Told in the moment between.
    _ = host.observe { event in
      if event.to == .admitted { try? put(bad) }
    }
    for _ in 0..<Self.rounds {
      try put(good)
      let id = try host.load(path)
      #expect(try Files.read(path) == bad)
      #expect(host.information(id)?.version == "1.2.3")
      try #require(try host.unload(id).isUnmapped)
    }
    let hasRun = unsafe getenv("FIXTURE_SWAPPED_IN_RAN") != nil
    #expect(!hasRun)
  }

  @Test("all files of a batch are those of the directory that was read, whatever takes its place")
  func movedDirectory() throws {
    let root = try TemporaryDirectory()
    let (place, away) = (root.file("plugins"), root.file("away"))
    try Files.makeDirectory(place)
    let names = ["a", "b", "c"].map { HostedFixture.uniqueName("moved-\($0)") }
    for name in names {
      _ = try Fixture.wellBehavedC.copy(to: place, as: name + ".so", manifestName: name)
    }
    let other = HostedFixture.uniqueName("moved-other")
    let host = try PluginHost()
    var moved = 0
    let observation = host.observe { event in
      guard event.to == .active else { return }
      // Longer than a judgement of directories holds.
      let end = monotonicNanoseconds() + 12_000_000
      while monotonicNanoseconds() < end { yieldProcessor() }
      guard moved == 0 else { return }
      moved += 1
      do {
        try Files.rename(place, to: away)
        try Files.makeDirectory(place)
        for name in names.dropFirst() {
          _ = try Fixture.wellBehavedC.copy(to: place, as: name + ".so", manifestName: other)
        }
        // A batch within the batch, which ends before it.
        let inner = root.file("inner")
        try Files.makeDirectory(inner)
        _ = try Fixture.wellBehavedC.copy(
          to: inner, as: "inner.so", manifestName: HostedFixture.uniqueName("moved-inner"))
        moved += try host.loadDirectory(inner).loaded.count
      } catch {
        Issue.record(error)
      }
    }
    let (loaded, refused) = try host.loadDirectory(place)
    host.stopObserving(observation)
    #expect(moved == 2)
    #expect(refused.isEmpty && loaded.count == 3)
    #expect(Set(host.plugins.map(\.name)).isSuperset(of: names))
    #expect(!host.plugins.contains { $0.name == other })
  }

  @Test("a library that only the plugin's directory leads to is found")
  func neighbour() throws {
    let fixture = Fixture(
      "needs-its-neighbour", flags: ["-Wl,--enable-new-dtags,-rpath,$ORIGIN/lib"],
      shipsLibrary: false)
    let path = try fixture.path()
    let verdict = Admission.check(path)
    #expect(verdict.isAdmitted, "\(verdict.reasons)")
    #expect(
      verdict.neighbours
        == [Path.join(Path.parent(of: path), "lib/libfixture-needs-its-neighbour.so")])
    let host = try PluginHost()
    let id = try host.load(path)
    #expect(try host.unit(of: id)?.answer(13) == 40)
    // Elsewhere it is not.
    let alone = try fixture.copy(to: try TemporaryDirectory.make())
    let reasons = Admission.check(alone).reasons
    // What the process has meanwhile, it has for all.
    #expect(reasons.isEmpty || reasons.map(\.code) == [.libraryMissing])
  }

  @Test("a file that has the number, size and time of a loaded one that is gone is another one")
  func reusedInode() throws {
    let directory = try TemporaryDirectory()
    let plugin = try HostedFixture(.wellBehavedC, in: directory.path)
    let host = try PluginHost()
    host.hold = .sealedCopy
    let id = try host.load(plugin.path)
    let status = try #require(try Files.status(plugin.path))
    let bytes = try Files.read(plugin.path)
    // As if the file had been removed, and its number were that of the next one.
    func put(_ name: String) throws {
      var edited = bytes
      for place in bytes.offsets(of: Array(plugin.name.utf8)) {
        edited.overwrite(at: place, with: Array(name.utf8))
      }
      try FileEdits.write(edited, to: plugin.path)
      let (seconds, rest) = status.modificationNanoseconds.quotientAndRemainder(
        dividingBy: 1_000_000_000)
      let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
      try #require(unsafe utimensat(AT_FDCWD, plugin.path, [time, time], 0) == 0)
    }
    try put(plugin.name)
    #expect(try Files.status(plugin.path) == status, "but for the time of its change")
    // Of the same name as a plugin that is loaded.
    let taken = try #require(throws: PluginRefused.self) { try host.load(plugin.path) }
    #expect(taken.reasons.map(\.code) == [.nameTaken])
    let name = String(plugin.name.reversed())
    try put(name)
    IndexedFixtures.waitForTick()
    let other = try host.load(plugin.path)
    #expect(host.information(other)?.name == name)
    // And that one is loaded, as it is.
    #expect(
      try #require(throws: PluginRefused.self) { try host.load(plugin.path) }.reasons.map(\.code)
        == [.alreadyLoaded])
    for id in [other, id] { #expect(try host.unload(id).isUnmapped) }
    try host.unload(try host.load(plugin.path))
  }

  /// Takes a file as it is, and gives whether its plugin must be a copy; nil where it is refused.
  private func claim(
    _ status: FileStatus, isSettled: Bool = true, isCopied: Bool
  ) -> FilesInUse.Claim? {
    try? FilesInUse.claim(
      candidate(status, isSettled: isSettled, isCopied: isCopied), at: "a", isAgain: false)
  }

  private func candidate(
    _ status: FileStatus, isSettled: Bool = true, isCopied: Bool
  ) -> FilesInUse.Candidate {
    FilesInUse.Candidate(
      status, openedAt: isSettled ? .max : status.changeNanoseconds, isCopied: isCopied)
  }

  @Test("whether a file is loaded is told from what no other file can have")
  func inUse() throws {
    let directory = try TemporaryDirectory()
    try FileEdits.write([1], to: directory.file("a"))
    let status = try #require(try Files.status(directory.file("a")))
    // What a copy was made of when it was just written may be gone, and the next file have all that it had.
    let unsettled = try #require(claim(status, isSettled: false, isCopied: true))
    #expect(!FilesInUse.isTaken(candidate(status, isCopied: true), by: unsettled))
    let settled = try #require(claim(status, isCopied: true))
    #expect(FilesInUse.isTaken(candidate(status, isCopied: true), by: settled))
    #expect(claim(status, isCopied: true) == nil && claim(status, isCopied: false) == nil)
    #expect(
      !FilesInUse.isTaken(candidate(status, isSettled: false, isCopied: true), by: settled))
    FilesInUse.release(settled, status, staysMapped: false)
    // What is mapped is the file itself, whatever was written to it since.
    let mapped = try #require(claim(status, isSettled: false, isCopied: false))
    #expect(!mapped.mustBeCopy)
    #expect(FilesInUse.isTaken(candidate(status, isCopied: false), by: mapped))
    #expect(claim(status, isCopied: false) == nil)
    try #require(unsafe chmod(directory.file("a"), 0o700) == 0)
    let touched = try #require(try Files.status(directory.file("a")))
    #expect(claim(touched, isSettled: false, isCopied: false) == nil)
    // But what was copied before may be gone, and what is mapped have its place.
    let copied = try #require(claim(touched, isCopied: true))
    FilesInUse.release(copied, touched, staysMapped: false)
    FilesInUse.release(unsettled, status, staysMapped: false)
    FilesInUse.willUnmap(mapped)
    // It may be mapped still, or gone and another one's: a copy is right for both.
    let next = try #require(claim(status, isCopied: false))
    #expect(next.mustBeCopy)
    for claim in [mapped, next] {
      FilesInUse.willUnmap(claim)
      FilesInUse.release(claim, status, staysMapped: false)
    }
    let last = try #require(claim(status, isCopied: false))
    #expect(!last.mustBeCopy)
    FilesInUse.release(last, status, staysMapped: false)
  }

  // MARK: Verdicts that are remembered

  @Test("a file that is as it was is not judged again, and one that was touched is")
  func remembered() throws {
    let directory = try TemporaryDirectory()
    let plugin = try HostedFixture(.wellBehavedC, in: directory.path)
    IndexedFixtures.waitForTick()
    let host = try PluginHost()
    try host.unload(try host.load(plugin.path))
    let status = try #require(try Files.status(plugin.path))
    var verdict = try #require(host.verdicts.verdict(of: plugin.path, status, digest: nil))
    verdict.manifest?.version = "remembered"
    host.verdicts.note(verdict, of: plugin.path, status, at: .max)
    func version() throws -> String? {
      let id = try host.load(plugin.path)
      let version = host.information(id)?.version
      try host.unload(id)
      return version
    }
    #expect(try version() == "remembered")
    // Of bytes whose digest is taken, only what was found with that digest counts.
    host.trust = FileVouching(
      .require, locks: [try LockFile(of: [plugin.path], in: directory.path)])
    #expect(try version() == "1.2.3")
    host.trust = nil
    try Files.link(plugin.path, as: plugin.path + ".other")
    IndexedFixtures.waitForTick()
    #expect(try version() == "1.2.3")
  }

  @Test("what may have changed in the moment in which it was judged is not remembered")
  func unsettled() {
    var cache = VerdictCache()
    let verdict = AdmissionVerdict(path: "a", reasons: [])
    guard let status = try? Files.status("/") else { return }
    cache.note(verdict, of: "a", status, at: status.changeNanoseconds)
    #expect(cache.count == 0)
    cache.note(verdict, of: "a", status, at: status.changeNanoseconds + 1)
    #expect(cache.count == 1)
    let reason = Refusal(.shadowed, field: "", found: "", expected: "", fix: "")
    cache.note(AdmissionVerdict(refusing: "b", because: reason), of: "b", status, at: .max)
    #expect(cache.count == 1)
    for number in 0..<VerdictCache.capacity + 10 {
      cache.note(verdict, of: "\(number)", status, at: .max)
    }
    #expect(cache.count <= VerdictCache.capacity)
  }

  /// An index of one plugin that admits it as a version of its own.
  private func forge(_ set: IndexedFixtures) throws {
    let fixture = set.fixtures[0]
    var file = IndexedFile(judging: Path.name(of: fixture.path), in: set.path)
    file.verdict.reasons = []
    file.verdict.unload = UnloadVerdict(because: [])
    file.verdict.manifest = PluginManifest(
      name: fixture.name, version: "forged", isUnloadable: true, sharesSwiftRuntime: false)
    try Files.replace(set.indexPath, with: IndexWriter.bytes(of: [file], host: .current))
  }

  @Test("an index stands for judging a file only where nobody else could have written it")
  func indexes() throws {
    let set = try IndexedFixtures([.wellBehavedC])
    func version(_ change: (PluginHost) throws -> Void) throws -> String? {
      try forge(set)
      let host = try PluginHost()
      try change(host)
      #expect(try host.discover(set.path).flaw == nil)
      let id = try #require(try host.activateNext())
      return host.information(id)?.version
    }
    #expect(try version { _ in } == "forged")
    #expect(try version { _ in try #require(unsafe chmod(set.indexPath, 0o666) == 0) } == "1.2.3")
    #expect(
      try version { host in
        host.trust = FileVouching(
          .require, locks: [try LockFile(of: [set.fixtures[0].path], in: set.path)])
      } == "1.2.3")
  }

  @Test("an index that others could write has nothing run that is refused, and is not passed on")
  func hostileIndex() throws {
    let set = try IndexedFixtures([Fixture("abi-too-new")])
    try forge(set)
    try #require(unsafe chmod(set.indexPath, 0o666) == 0)
    let host = try PluginHost()
    let index = try host.discover(set.path)
    #expect(index.flaw == nil && !index.isTrusted && host.waitingPlugins.count == 1)
    let error = #expect(throws: PluginHostError.self) { try host.activateNext() }
    guard case .refused(let plugin)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(plugin.reasons.map(\.code) == [.abiTooNew])
    #expect(!set.fixtures[0].hasRun)
    // The next writer, whom all trust, does not take it over.
    _ = try HostedFixture(.wellBehavedC, in: set.path)
    IndexedFixtures.waitForTick()
    let next = try PluginIndex(of: set.path)
    #expect(next.isTrusted && next.judged == 2)
    #expect(next.refused.map(\.path) == [set.fixtures[0].path])
  }
}
