import CPluginABI
import ELFInspection
import Platform
import TestSupport
import Testing

@testable import PluginHost

@Suite("An index of plugins")
struct IndexTests {
  @Test("is written by the first start and opens no file in the second")
  func firstAndSecond() throws {
    let set = try IndexedFixtures([.wellBehavedC, Fixture("abi-too-new")])
    let first = try PluginIndex(of: set.path)
    #expect(first.flaw == .missing)
    #expect(first.judged == 2 && first.count == 2 && first.writeError == nil)
    let second = try PluginIndex(of: set.path)
    #expect(second.flaw == nil)
    #expect(second.judged == 0 && second.count == 2)
    #expect(second.entries.map(\.told) == first.entries.map(\.told))
    #expect(second.byteCount == (try Files.read(set.indexPath)).count)
  }

  @Test("tells of every file what looking at the file tells")
  func saysTheSame() throws {
    let set = try IndexedFixtures(
      [
        "well-behaved-c", "offers-its-unit", "abi-too-new", "abi-too-old", "without-manifest",
        "two-manifests", "manifest-malformed", "feature-unknown", "toolchain-mismatch",
        "without-entry", "nodelete",
      ].map { Fixture($0) })
    try FileEdits.write([1, 2, 3], to: set.directory.file("text.so"))
    try FileEdits.makeLink(set.directory.file("nowhere.so"), to: "nothing")
    try Files.makeDirectory(set.directory.file("folder.so"))
    try FileEdits.write([], to: set.directory.file("other.txt"))
    _ = try PluginIndex(of: set.path)
    IndexedFixtures.waitForTick()
    _ = try PluginIndex(of: set.path)
    let index = try PluginIndex(of: set.path)
    #expect(index.flaw == nil)
    let verdicts = try Discovery.plugins(in: set.path).map(Admission.check)
    #expect(verdicts.count == 14)
    #expect(index.entries.map { $0.verdict.text } == verdicts.map { $0.text })
    #expect(index.refused.map(\.path) == verdicts.filter { !$0.isAdmitted }.map(\.path))
    #expect(set.fixtures.allSatisfy { !$0.hasRun })
    let offers = index.entries.compactMap(\.verdict.manifest?.offers)
    #expect(offers == [[InterfaceOffer(id: set.fixtures[1].name, revision: 1)]])
  }

  enum Change: CaseIterable {
    case replaced, overwritten, touched, removed, added, renamed
  }

  @Test(
    "notices every change of the directory, and judges what changed only",
    arguments: Change.allCases)
  func notices(_ change: Change) throws {
    let set = try IndexedFixtures([.wellBehavedC, Fixture("offers-its-unit"), Fixture("nodelete")])
    _ = try PluginIndex(of: set.path)
    let target = set.fixtures[1]
    let expected: (changed: Int, added: Int, removed: Int)
    switch change {
    case .replaced:
      try set.replace(target, with: Fixture("abi-too-new"))
      expected = (1, 0, 0)
    case .overwritten:
      // The same file, as long as before.
      let bytes = try Files.read(target.path)
      try FileEdits.write([0] + bytes.dropFirst(), to: target.path)
      expected = (1, 0, 0)
    case .touched:
      try FileEdits.makeLink(set.directory.file("link"), to: target.path)
      _ = try CommandRun(["touch", "-d", "2001-01-01", target.path])
      expected = (1, 0, 0)
    case .removed:
      try Files.remove(target.path)
      expected = (0, 0, 1)
    case .added:
      _ = try HostedFixture(.wellBehavedC, in: set.path)
      expected = (0, 1, 0)
    case .renamed:
      try Files.rename(target.path, to: set.directory.file("zz.so"))
      expected = (0, 1, 1)
    }
    IndexedFixtures.waitForTick()
    let index = try PluginIndex(of: set.path)
    #expect(
      index.flaw
        == .outdated(changed: expected.changed, added: expected.added, removed: expected.removed))
    #expect(index.judged == expected.changed + expected.added)
    let verdicts = try Discovery.plugins(in: set.path).map(Admission.check)
    #expect(index.entries.map { $0.verdict.text } == verdicts.map { $0.text })
    #expect(try PluginIndex(of: set.path).flaw == nil)
  }

  @Test("trusts no file that was changed in the tick of the clock in which it was judged")
  func unsettled() {
    var identity = FileIdentity.none
    identity.changeNanoseconds = 1_000
    #expect(identity.isSettled(at: 1_001))
    #expect(!identity.isSettled(at: 1_000))
    #expect(!identity.isSettled(at: 999))
    // Of a file system that keeps every other second.
    identity.changeNanoseconds = 4_000_000_000
    #expect(!identity.isSettled(at: 6_000_000_000))
    #expect(identity.isSettled(at: 6_000_000_001))
    let file = IndexedFile(
      name: "a.so", verdict: AdmissionVerdict(path: "", manifest: nil, unload: nil, reasons: []),
      identity: identity, isSettled: false)
    let image = IndexImage(
      IndexWriter.bytes(of: [file], host: .test), host: .test)
    #expect(!image.isCurrent(0, identity))
  }

  private static let rpath = ["-Wl,--enable-new-dtags,-rpath,$ORIGIN/lib"]

  @Test("keeps no refusal whose reason lies in another file")
  func missingLibrary() throws {
    let fixture = Fixture("missing-library", flags: Self.rpath, shipsLibrary: false)
    let set = try IndexedFixtures([fixture, .wellBehavedC])
    let first = try PluginIndex(of: set.path)
    #expect(first.refused.map(\.path) == [set.fixtures[0].path])
    #expect(first.refused[0].reasons.map(\.code) == [.libraryMissing])
    // Judged at each start, and it alone.
    let second = try PluginIndex(of: set.path)
    #expect(second.judged == 1 && second.refused.count == 1 && second.flaw == nil)
    try Files.makeDirectory(set.directory.file("lib"))
    let library = "lib/libfixture-missing-library.so"
    try FileEdits.copy(
      Path.join(Path.parent(of: try fixture.path()), library), to: set.directory.file(library)
    ) { _ in }
    let third = try PluginIndex(of: set.path)
    #expect(third.judged == 1 && third.refused.isEmpty)
    #expect(try PluginIndex(of: set.path).judged == 0)
  }

  @Test("stands for judging no file that brings a library along, also when it is written again")
  func bringsLibrary() throws {
    let fixture = Fixture("missing-library", flags: Self.rpath, shipsLibrary: false)
    let set = try IndexedFixtures([fixture])
    try Files.makeDirectory(set.directory.file("lib"))
    let library = "lib/libfixture-missing-library.so"
    try FileEdits.copy(
      Path.join(Path.parent(of: try fixture.path()), library), to: set.directory.file(library)
    ) { _ in }
    func stands(_ index: PluginIndex) throws -> Bool {
      let name = Path.name(of: set.fixtures[0].path)
      let number = try #require(
        unsafe Array(name.utf8).withUnsafeBytes { unsafe index.image.number(of: $0) })
      return index.image.verdict(number, on: "", index.image.identity(number)) != nil
    }
    #expect(try !stands(try PluginIndex(of: set.path)))
    _ = try Fixture.wellBehavedC.copy(to: set.path, as: "other.so", manifestName: "other")
    let again = try PluginIndex(of: set.path)
    #expect(again.judged == 1 && again.count == 2)
    #expect(try !stands(again))
  }

  @Test("of a host with another runtime library, which may lack what this has, is not taken over")
  func otherRuntime() throws {
    var other = IndexHost.test
    other.runtime = 7
    let bytes = IndexWriter.bytes(of: [], host: other)
    _ = unsafe try IndexImage(SealedIndex.copy(bytes), host: other)
    let flaw = #expect(throws: IndexFlaw.self) {
      unsafe try IndexImage(SealedIndex.copy(bytes), host: .test)
    }
    #expect(flaw == .otherHost(found: "\(other)", expected: "\(IndexHost.test)"))
    #expect("\(other)".contains("the runtime 0x7,"))
  }

  @Test("of another host or version of the format is rebuilt, and says why")
  func others() throws {
    let set = try IndexedFixtures([.wellBehavedC])
    let good = try PluginIndex(of: set.path)
    let bytes = try Files.read(set.indexPath)
    #expect(throws: IndexFlaw.self) {
      unsafe try IndexImage(SealedIndex.copy(bytes), host: .test)
    }
    let foreign = IndexWriter.bytes(of: [], host: .test)
    try Files.replace(set.indexPath, with: foreign)
    let rebuilt = try PluginIndex(of: set.path)
    #expect(
      rebuilt.flaw
        == .otherHost(found: "\(IndexHost.test)", expected: "\(IndexHost.current)"))
    #expect(rebuilt.entries.map(\.told) == good.entries.map(\.told))
    var later = bytes
    later.overwrite(at: IndexFormat.Header.version, with: IndexFormat.version + 1)
    try Files.replace(set.indexPath, with: SealedIndex.seal(later))
    #expect(try PluginIndex(of: set.path).flaw == .otherVersion(IndexFormat.version + 1))
    #expect(try PluginIndex(of: set.path).flaw == nil)
  }

  @Test("in a place that cannot be read or written is done without, and says why")
  func badPlaces() throws {
    let set = try IndexedFixtures([.wellBehavedC])
    let nowhere = try PluginIndex(of: set.path, at: "/proc/plugin-index")
    #expect(nowhere.flaw == .missing && nowhere.count == 1)
    #expect(nowhere.writeError?.subject == "/proc/plugin-index")
    try Files.makeDirectory(set.indexPath)
    let folder = try PluginIndex(of: set.path)
    #expect(folder.flaw == .unreadable("Is a directory") && folder.count == 1)
    #expect(folder.writeError != nil)
    try Files.remove(set.indexPath)
    // Nobody ever writes into it: opening it must not wait.
    try FileEdits.makeFIFO(set.indexPath)
    let pipe = try PluginIndex(of: set.path)
    #expect(pipe.count == 1 && pipe.writeError == nil)
    #expect(try PluginIndex(of: set.path).flaw == nil)
    #expect(try Files.list(set.path).filter { $0.hasPrefix(".") } == [".plugin-index"])
  }

  @Test("of a directory that is not there is an error")
  func noDirectory() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: SystemError.self) { try PluginIndex(of: directory.file("nowhere")) }
  }

  @Test("tells a directory that is replaced while it is read from one that is not")
  func replacedDirectory() throws {
    let directory = try TemporaryDirectory()
    try Files.makeDirectory(directory.file("plugins"))
    let scan = try DirectoryScan(directory.file("plugins"))
    var answers = [scan.isInPlace]
    try Files.rename(directory.file("plugins"), to: directory.file("old"))
    answers.append(scan.isInPlace)
    try Files.makeDirectory(directory.file("plugins"))
    answers.append(scan.isInPlace)
    #expect(answers == [true, false, false])
  }

  @Test("is made of the directory that is there in the end, however often it was replaced before")
  func retries() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("plugins")
    /// Puts a directory with a plugin of that name in place of what is there.
    func put(_ name: String) throws {
      try Files.makeDirectory(directory.file("next"))
      try FileEdits.write([1], to: Path.join(directory.file("next"), name))
      try? Files.rename(path, to: directory.file("old-" + name))
      try Files.rename(directory.file("next"), to: path)
    }
    try put("first.so")
    var reads = 0
    let seen = try PluginIndex.compare(path, with: nil) {
      reads += 1
      if reads < 3 { try? put("after-\(reads).so") }
    }
    #expect(reads == 3)
    #expect(seen.unknown == ["after-2.so"])

    reads = 0
    let error = #expect(throws: SystemError.self) {
      try PluginIndex.compare(path, with: nil) {
        reads += 1
        try? put("again-\(reads).so")
      }
    }
    #expect(reads == 3)
    #expect(error?.description.contains("replaced again and again") == true, "\(error as Any)")
    #expect(error?.subject == path)
  }

  @Test("is never seen half-written by another process, while two write it")
  func sharedByProcesses() throws {
    let set = try IndexedFixtures([.wellBehavedC, Fixture("offers-its-unit")])
    _ = try PluginIndex(of: set.path)
    let command = Path.join(TestBuild.directory, "plugin-host")
    var looks = 0
    for _ in 0..<4 {
      let first = try CommandRun.start([command, "cache", "rebuild", set.path])
      let second = try CommandRun.start([command, "cache", "rebuild", set.path])
      for _ in 0..<200 {
        let index = try set.look()
        // Whatever of the two was last: whole, and of this host.
        #expect(index.flaw == nil && index.count == 2, "\(index.flaw as Any)")
        looks += 1
      }
      let runs = [try first.finish(), try second.finish()]
      for run in runs { #expect(run.status.isSuccess, "\(run.errors)") }
    }
    #expect(looks == 800)
    #expect(try set.look().flaw == nil)
    #expect(try Files.list(set.path).filter { $0.hasPrefix(".") } == [".plugin-index"])
  }

  @Test(
    "on read-only media is done without: every plugin is loaded, one after the other, and nothing written",
    .enabled(if: PrivateMounts.areAllowed))
  func readOnlyMedia() throws {
    let set = try IndexedFixtures([.wellBehavedC, Fixture("offers-its-unit")])
    let names = try Files.list(set.path)
    let command = [
      Path.join(TestBuild.directory, "plugin-host"), "load", "--from-index", set.path,
    ]
    let run = try PrivateMounts.run(command, onReadOnlyMedia: set.path)
    #expect(run.status == .exited(0), "\(run.output)\(run.errors)")
    #expect(run.output.contains("2 loaded, 0 refused"), "\(run.output)")
    #expect(run.errors.contains("is rebuilt at each start") && run.errors.contains("Read-only"))
    #expect(try Files.list(set.path) == names)
    // Where it can be written, it is.
    let other = try CommandRun(command)
    #expect(other.status == .exited(0) && other.output.contains("2 loaded, 0 refused"))
    #expect(try Files.list(set.path).filter { $0.hasPrefix(".") } == [".plugin-index"])
    #expect(try set.look().flaw == nil)
  }

  @Test("tells of a plugin that is refused when all are loaded one after the other")
  func backgroundRefusal() throws {
    let set = try IndexedFixtures([.wellBehavedC, Fixture("init-fails"), Fixture("abi-too-new")])
    let run = try CommandRun([
      Path.join(TestBuild.directory, "plugin-host"), "load", "--from-index", set.path,
    ])
    #expect(run.status == .exited(2), "\(run.output)\(run.errors)")
    #expect(run.output.contains("1 loaded, 2 refused"), "\(run.output)")
    #expect(run.output.contains("init-failed") && run.output.contains("abi-too-new"))
  }

  @Test("is never seen half-written by those who share it")
  func shared() throws {
    let set = try IndexedFixtures([.wellBehavedC, Fixture("offers-its-unit")])
    _ = try PluginIndex(of: set.path)
    let path = set.path
    let flaws = Guarded<[String]>([])
    onThreads(4) { number in
      for _ in 0..<50 {
        do {
          let index = try PluginIndex(of: path, number < 2 ? .rewrite : .readOnly)
          if number >= 2, let flaw = index.flaw { flaws.withLock { $0.append("\(flaw)") } }
          if index.count != 2 { flaws.withLock { $0.append("\(index.count) plugins") } }
          if let error = index.writeError { flaws.withLock { $0.append("\(error)") } }
        } catch {
          flaws.withLock { $0.append("\(error)") }
        }
      }
    }
    #expect(flaws.withLock { $0 } == [])
    #expect(try Files.list(path).filter { $0.hasPrefix(".") } == [".plugin-index"])
  }

  @Test("is removed with what writers that died have left, and nothing else")
  func removed() throws {
    let set = try IndexedFixtures([.wellBehavedC])
    _ = try PluginIndex(of: set.path)
    try FileEdits.write([1], to: set.directory.file(".plugin-index.new-1-2"))
    #expect(try PluginIndex.remove(of: set.path) == 2)
    #expect(try PluginIndex.remove(of: set.path) == 0)
    #expect(try Files.list(set.path).count == 1)
  }
}

extension AdmissionVerdict {
  /// All that is said of a file.
  /// An index keeps nothing of signals: they are looked at then.
  fileprivate var text: String {
    var verdict = self
    verdict.mayChangeSignals = true
    return "\(verdict)"
  }
}
