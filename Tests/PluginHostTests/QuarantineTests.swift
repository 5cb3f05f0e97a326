import CFixture
import Glibc
import Platform
import PluginHost
import TestSupport
import Testing

@testable import PluginQuarantine

@Suite("A quarantine keeps culprits out of the host")
struct QuarantineTests {
  private let root: TemporaryDirectory
  private var store: String { root.file("state/quarantine") }

  init() throws { root = try TemporaryDirectory() }

  private func culprit(_ way: String = "crash_in_init") throws -> HostedFixture {
    try HostedFixture(Misbehaving.named(way).fixture, in: root.path)
  }

  private func quarantine(tries: Bool = true) throws -> Quarantine {
    try Quarantine(store, probe: tries ? PluginProbe.ofThisBuild() : nil)
  }

  private func host(_ quarantine: Quarantine) throws -> PluginHost {
    let host = try PluginHost()
    host.loadGuard = quarantine
    return host
  }

  private func codes(_ body: () throws -> Void) throws -> [Refusal.Code] {
    try #require(throws: PluginRefused.self, performing: body).reasons.map(\.code)
  }

  @Test("one that is found is refused, here and by the next host, and never mapped")
  func keepsOut() throws {
    let culprit = try culprit()
    let host = try host(quarantine())
    #expect(try codes { try host.load(culprit.path) } == [.quarantined])
    #expect(try culprit.mappings == 0)
    let next = try quarantine(tries: false)
    #expect(next.records.map(\.path) == [culprit.path])
    #expect(next.records.map(\.finding.kind) == [.crash])
    #expect(next.records[0].finding.backtrace.isEmpty == false)
    #expect(try codes { try self.host(next).load(culprit.path) } == [.quarantined])
    let good = try HostedFixture(.wellBehavedC, in: root.path)
    try host.load(good.path)
    #expect(try quarantine().goodCount == 1)
  }

  @Test("it goes by contents: touched, copied and renamed culprits stay out, mended ones come in")
  func goesByContents() throws {
    let culprit = try culprit("crash_in_constructor")
    let host = try host(quarantine())
    #expect(try codes { try host.load(culprit.path) } == [.quarantined])
    host.loadGuard = try quarantine(tries: false)
    let copy = root.file("copy.so")
    try FileEdits.copy(culprit.path, to: copy)
    #expect(try codes { try host.load(copy) } == [.quarantined])
    let good = try Fixture.wellBehavedC.copy(
      to: root.path, as: "good.tmp", manifestName: HostedFixture.uniqueName("mended"))
    try Files.rename(good, to: culprit.path)
    try host.load(culprit.path)
  }

  @Test("what was cleared is tried again, or loaded where nothing is tried")
  func clears() throws {
    let culprit = try culprit("crash_in_call")
    let other = try self.culprit("exit_in_init")
    let quarantine = try quarantine()
    quarantine.prepare([culprit.path, other.path])
    #expect(quarantine.records.map(\.path) == [culprit.path, other.path])
    #expect(try quarantine.clear { $0.path == culprit.path }.count == 1)
    #expect(try self.quarantine().records.map(\.path) == [other.path])
    let host = try host(quarantine)
    #expect(try codes { try host.load(culprit.path) } == [.quarantined], "it is tried again")
    #expect(try quarantine.clear().count == 2)
    quarantine.probe = nil
    // Its trial is nothing that the host itself calls.
    try host.load(culprit.path)
  }

  @Test("what was found good is not tried again, and what cannot be tried stays out")
  func triesOnce() throws {
    let good = try HostedFixture(.wellBehavedC, in: root.path)
    let quarantine = try quarantine()
    quarantine.prepare([good.path])
    quarantine.probe?.program = "/nowhere/plugin-probe"
    let host = try host(quarantine)
    try host.load(good.path)
    let other = try HostedFixture(.wellBehavedC, in: root.path)
    #expect(try codes { try host.load(other.path) } == [.quarantined])
    #expect(quarantine.records.isEmpty, "nothing is known of it")
    #expect(try codes { try host.load(root.file("missing.so")) } == [.unreadable])
  }

  @Test("all that a search finds are tried before the first one is loaded")
  func search() throws {
    for number in 0..<4 {
      _ = try Fixture.wellBehavedC.copy(
        to: root.path, as: "\(number).so",
        manifestName: HostedFixture.uniqueName("searched.\(number)"))
    }
    _ = try culprit("exit_in_constructor")
    let host = try host(quarantine())
    let result = host.load(try PluginFindings(try PluginSearch([root.path])))
    #expect(result.loaded.count == 4)
    #expect(result.refused.flatMap(\.reasons).map(\.code) == [.quarantined])
  }

  @Test("a reload into a culprit leaves the old version as it is")
  func reload() throws {
    let quarantine = try quarantine()
    let host = try host(quarantine)
    let hosted = try HostedFixture(.wellBehavedC, in: root.path)
    let id = try host.load(hosted.path)
    let new = try Misbehaving.named("crash_in_init").fixture.copy(
      to: root.path, as: "new.tmp", manifestName: hosted.name)
    try Files.rename(new, to: hosted.path)
    guard case .failed(let reasons) = try host.reload(id) else {
      Issue.record("it was replaced")
      return
    }
    #expect(reasons.map(\.code) == [.quarantined])
    #expect(try host.unit(of: id)?.answer(13) == 40)
  }

  @Test("what cannot be written holds for this process, and is told")
  func cannotBeWritten() throws {
    let culprit = try culprit()
    let quarantine = try Quarantine("/proc/quarantine", probe: PluginProbe.ofThisBuild())
    #expect(try codes { try self.host(quarantine).load(culprit.path) } == [.quarantined])
    #expect(quarantine.writeError != nil && quarantine.records.count == 1)
    #expect(throws: SystemError.self) { try quarantine.clear() }
    #expect(quarantine.records.count == 1)
  }

  @Test("several hosts that find something at once lose nothing of each other")
  func together() throws {
    let paths = try (0..<8).map {
      try Fixture.wellBehavedC.copy(to: root.path, as: "\($0).so", manifestName: "together.\($0)")
    }
    let culprit = try culprit("exit_in_init").path
    let store = store
    onThreads(4) { number in
      guard let quarantine = try? Quarantine(store, probe: try? PluginProbe.ofThisBuild()) else {
        return
      }
      quarantine.prepare([paths[2 * number], paths[2 * number + 1], culprit])
    }
    let all = try quarantine()
    #expect(all.goodCount == 8 && all.records.map(\.path) == [culprit])
  }
}

@Suite("The quarantine's file is read for what it is")
struct QuarantineFileTests {
  private static func record(_ path: String, _ digits: Character = "a") -> QuarantineRecord {
    QuarantineRecord(
      path: path, digest: ContentDigest(String(repeating: digits, count: 32)[...])!,
      byteCount: 12, wallMilliseconds: 1_700_000_000_000,
      finding: ProbeFinding(
        .crash, .initialise, detail: "signal 11\tat \\x41 \u{1b}[31m", backtrace: ["a\nb", "", "ü"])
    )
  }

  @Test("whatever names and words hold comes back as it was")
  func comesBack() {
    var file = QuarantineFile()
    for (path, digits) in zip(["/a b/ü\t\n\\.so", "", "\u{7f}\\x0"], "abc") {
      file.add(Self.record(path, digits))
    }
    file.add(
      .init(digest: ContentDigest("00000000000000000000000000000001")!, byteCount: 0, path: "\\"))
    let again = QuarantineFile(file.bytes)
    #expect(again.bad == file.bad && again.good == file.good && again.flawCount == 0)
    #expect(again.bytes == file.bytes)
  }

  @Test("lines that are none count for nothing, and are counted")
  func damaged() {
    var file = QuarantineFile()
    file.add(Self.record("/kept.so"))
    let digest = String(repeating: "b", count: 32)
    let lines = [
      "bad", "bad\t\t\t\t\t\t\t", "good\t\(digest)\t-1\tx", "good\t\(digest)\t1",
      "ugly\t\(digest)\t1\tx",
      "good\t+\(digest.dropFirst())\t1\tx", "bad\t\(digest)\t1\tx\tyesterday\tcrash\tinit\t",
      "bad\t\(digest)\t1\tx\t1\tboredom\tinit\t",
      "bad\t\(digest)\t99999999999999999999\tx\t1\tcrash\tinit\t",
      "\u{0}\u{0}", String(repeating: "\t", count: 10_000),
    ]
    let read = QuarantineFile(file.bytes + Array((lines.joined(separator: "\n") + "\n").utf8))
    #expect(read.bad == file.bad && read.good.isEmpty && read.flawCount == lines.count)
    #expect(QuarantineFile(Array("plugin-quarantine 2\nbad\n".utf8)).flawCount == 2)
    #expect(QuarantineFile([]).flawCount == 0)
    // Any prefix, and any byte changed.
    let bytes = file.bytes
    for count in bytes.indices {
      #expect(QuarantineFile(Array(bytes[..<count])).bad.count <= 1)
      var changed = bytes
      changed[count] ^= 0xff
      #expect(QuarantineFile(changed).bad.count <= 1)
    }
  }

  @Test("what is no file, is too large or could be another user's is refused")
  func refused() throws {
    let root = try TemporaryDirectory()
    let fifo = root.file("fifo")
    try FileEdits.makeFIFO(fifo)
    let large = root.file("large")
    try FileEdits.write([], to: large)
    #expect(unsafe truncate(large, off_t(QuarantineFile.largestSize + 1)) == 0)
    let open = root.file("open")
    try FileEdits.write(Array(QuarantineFile.heading.utf8), to: open)
    #expect(unsafe chmod(open, 0o666) == 0)
    for (path, code) in [
      (fifo, Refusal.Code.unreadable), (root.path, .unreadable), (large, .unreadable),
      (open, .writableByOthers),
    ] {
      let refusal = try #require(throws: Refusal.self) { try Quarantine(path) }
      #expect(refusal.code == code, "\(path): \(refusal)")
    }
    #expect(try Quarantine(open, allowsWritable: true).records.isEmpty)
  }

  @Test("contents are told apart by every byte and by their length")
  func digests() throws {
    let root = try TemporaryDirectory()
    func digest(_ bytes: [UInt8]) throws -> ContentDigest {
      try FileEdits.write(bytes, to: root.file("x"))
      return try ContentDigest.of(root.file("x")).digest
    }
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var seen: Set<ContentDigest> = [try digest(bytes)]
    for place in stride(from: 0, to: bytes.count, by: 13) {
      var changed = bytes
      changed[place] ^= 1
      #expect(try seen.insert(digest(changed)).inserted)
    }
    for count in 0..<40 {
      #expect(try seen.insert(digest([UInt8](repeating: 0, count: count))).inserted)
    }
    let one = try digest(bytes)
    #expect(ContentDigest("\(one)"[...]) == one && "\(one)".utf8.count == 32)
    // Longer than what is read at a time.
    let long = [UInt8](repeating: 9, count: (256 << 10) + 5)
    #expect(try digest(long) == digest(long) && digest(long) != digest(Array(long.dropLast())))
  }
}
