import ELFInspection
import Glibc
import Platform
import PluginHost
import TestSupport
import Testing

@Suite("A plugin is admitted, or refused with the reason")
struct AdmissionTests {
  struct Claim: CustomTestStringConvertible, Sendable {
    var fixture: Fixture
    var code: Refusal.Code
    var field: String
    var found: String
    /// The reason lies in what its code does, so that this has to run.
    var runs = false
    var testDescription: String { fixture.name }
  }

  static let claims: [Claim] = [
    Claim(fixture: Fixture("abi-too-new"), code: .abiTooNew, field: "abi.major", found: "2"),
    Claim(fixture: Fixture("abi-too-old"), code: .abiTooOld, field: "abi.major", found: "0"),
    Claim(fixture: Fixture("abi-minor-too-new"), code: .abiTooNew, field: "abi.minor", found: "2"),
    Claim(
      fixture: Fixture("without-manifest"), code: .manifestMissing, field: "manifest",
      found: "no note of PluginRuntime"),
    Claim(
      fixture: Fixture("two-manifests"), code: .manifestSeveral, field: "manifest",
      found: "2 notes"),
    Claim(
      fixture: Fixture("manifest-malformed"), code: .manifestMalformed, field: "manifest.name",
      found: "bytes without an end or not UTF-8"),
    Claim(
      fixture: Fixture("feature-unknown"), code: .featureUnknown, field: "manifest.features",
      found: "0x80000000"),
    Claim(
      fixture: Fixture("toolchain-mismatch"), code: .toolchainMismatch,
      field: "manifest.toolchain", found: "'Swift 5.0'"),
    Claim(
      fixture: Fixture("without-entry"), code: .entryMissing, field: "symbol plugin_entry",
      found: "not defined as a function"),
    Claim(
      fixture: Fixture("entry-is-data"), code: .entryMissing, field: "symbol plugin_entry",
      found: "not defined as a function"),
    Claim(
      fixture: Fixture("missing-symbol"), code: .symbolMissing,
      field: "symbol fixture_defined_nowhere", found: "defined nowhere"),
    Claim(
      fixture: .missingLibrary, code: .libraryMissing,
      field: "needed library libfixture-missing-library.so", found: "not to be found"),
    Claim(
      fixture: Fixture("entry-null"), code: .entryFailed, field: "plugin_entry",
      found: "NULL without a reason", runs: true),
    Claim(
      fixture: Fixture("entry-error"), code: .entryFailed, field: "plugin_entry",
      found: "licence: expired on 1 May", runs: true),
    Claim(
      fixture: Fixture("table-too-short"), code: .tableMalformed, field: "plugin.size", found: "8",
      runs: true),
    Claim(
      fixture: Fixture("table-missing-function"), code: .tableMalformed, field: "plugin.deinit",
      found: "NULL", runs: true),
    Claim(
      fixture: Fixture("init-fails"), code: .initFailed, field: "init",
      found: "dictionary: no words in it", runs: true),
    Claim(
      fixture: Fixture("init-fails-resident"), code: .initFailed, field: "init",
      found: "dictionary: no words in it", runs: true),
  ]

  /// Loads the file and gives the one reason for its refusal.
  private func reason(_ path: String, _ host: PluginHost) throws -> Refusal {
    let refused = try #require(throws: PluginRefused.self) { try host.load(path) }
    #expect(refused.path == path)
    #expect(refused.reasons.count == 1)
    let reason = try #require(refused.reasons.first)
    #expect(!reason.expected.isEmpty && !reason.fix.isEmpty)
    for part in [
      reason.field, reason.found, reason.expected, reason.fix, reason.code.rawValue, path,
    ] {
      #expect(refused.description.contains(part))
    }
    #expect(host.plugins.isEmpty)
    return reason
  }

  @Test(arguments: claims) func refused(_ claim: Claim) throws {
    let directory = try TemporaryDirectory.make(claim.fixture.name)
    // As it was built: what is wrong with it may be its name.
    let path = try claim.fixture.copy(to: directory)
    let reason = try reason(path, try PluginHost())
    #expect(reason.code == claim.code)
    #expect(reason.field == claim.field)
    #expect(reason.found == claim.found)
    #expect(Files.exists(path + ".ran") == claim.runs)
  }

  @Test func aRefusedPluginLeavesNothingBehind() throws {
    let host = try PluginHost()
    let fixture = try HostedFixture(Fixture("init-fails"))
    let reason = try reason(fixture.path, host)
    #expect(reason.code == .initFailed)
    #expect(host.registrations(of: fixture) == 0)
    #expect(try fixture.mappings == 0)
  }

  struct Edit: CustomTestStringConvertible, Sendable {
    var name: String
    var code: Refusal.Code
    var field: String
    var edit: @Sendable (inout [UInt8]) -> Void
    var testDescription: String { name }
  }

  static let edits: [Edit] = [
    Edit(name: "zero-length", code: .notELF, field: "magic number") { $0.truncate(to: 0) },
    Edit(name: "not-elf", code: .notELF, field: "magic number") {
      $0.overwrite(at: 0, with: Array("#!/b".utf8))
    },
    Edit(name: "truncated header", code: .truncated, field: "ELF header") { $0.truncate(to: 20) },
    Edit(name: "truncated segments", code: .truncated, field: "program header table") {
      $0.truncate(to: 100)
    },
    Edit(name: "truncated half", code: .truncated, field: "section header table") {
      $0.truncate(to: $0.count / 2)
    },
    Edit(name: "truncated by a byte", code: .truncated, field: "section header table") {
      $0.truncate(to: $0.count - 1)
    },
    Edit(name: "wrong-machine", code: .wrongMachine, field: "e_machine") {
      $0.overwrite(at: 18, with: UInt16(40))
    },
    Edit(name: "wrong-type", code: .notSharedObject, field: "e_type") {
      $0.overwrite(at: 16, with: UInt16(2))
    },
    Edit(name: "overlapping segments", code: .malformed, field: "segment 1") {
      $0.overwrite(at: 64 + 16, with: UInt64(1) << 30)
    },
    Edit(name: "no section table", code: .entryMissing, field: "symbol plugin_entry") {
      $0.overwrite(at: 40, with: UInt64(0))
      $0.overwrite(at: 58, with: UInt16(0))
      $0.overwrite(at: 60, with: UInt32(0))
    },
  ]

  @Test(arguments: edits) func broken(_ edit: Edit) throws {
    let path = Path.join(try TemporaryDirectory.make(), "plugin.so")
    try FileEdits.copy(try Fixture.wellBehavedC.path(), to: path, edit.edit)
    let reason = try reason(path, try PluginHost())
    #expect(reason.code == edit.code)
    #expect(reason.field == edit.field)
    #expect(!Files.exists(path + ".ran"))
  }

  @Test func whatIsNoFile() throws {
    let directory = try TemporaryDirectory.make()
    let fifo = Path.join(directory, "fifo.so")
    try FileEdits.makeFIFO(fifo)
    #expect(try reason(fifo, try PluginHost()).code == .notELF)
    #expect(try reason(directory, try PluginHost()).code == .notELF)
    #expect(try reason(Path.join(directory, "nobody.so"), try PluginHost()).code == .unreadable)
    #expect(try reason(Path.join(fifo, "nobody.so"), try PluginHost()).code == .unreadable)
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything")) func whatMayNotBeRead() throws {
    let fixture = try HostedFixture(.wellBehavedC)
    try #require(unsafe chmod(fixture.path, 0) == 0)
    #expect(try reason(fixture.path, try PluginHost()).code == .unreadable)
  }

  @Test func allReasonsAreGiven() throws {
    let path = Path.join(try TemporaryDirectory.make(), "plugin.so")
    try FileEdits.copy(try Fixture("without-manifest").path(), to: path) {
      $0.overwrite(at: 16, with: UInt16(2))
      $0.overwrite(at: 18, with: UInt16(40))
    }
    let codes = Admission.check(path).reasons.map(\.code)
    #expect(codes == [.wrongMachine, .notSharedObject, .manifestMissing])
  }

  @Test func aPathThatTheLoaderWouldReplaceIsTakenAsItIs() throws {
    let directory = Path.join(try TemporaryDirectory.make(), "$ORIGIN")
    try Files.makeDirectory(directory)
    let fixture = try HostedFixture(.wellBehavedC, in: directory)
    let host = try PluginHost()
    try host.unload(try host.load(fixture.path))
    #expect(Files.exists(fixture.path + ".ran"))
  }

  @Test func oneBadPluginStopsNoOther() throws {
    let directory = try TemporaryDirectory.make()
    // Byte order: capitals before small letters, 10 before 9.
    let good = ["B.so", "a10.so", "a9.so", "z.so"]
    for name in good {
      _ = try Fixture.wellBehavedC.copy(
        to: directory, as: name, manifestName: "in-a-directory.\(name)")
    }
    _ = try Fixture("abi-too-new").copy(to: directory, as: "A.so")
    _ = try Fixture("init-fails").copy(to: directory, as: "b.so")
    try FileEdits.write([], to: Path.join(directory, "empty.so"))
    try FileEdits.makeFIFO(Path.join(directory, "fifo.so"))
    try Files.makeDirectory(Path.join(directory, "folder.so"))
    try FileEdits.makeLink(Path.join(directory, "link.so"), to: "/nowhere")
    for other in [".hidden.so", "notes.txt", "plugin.so.bak"] {
      try FileEdits.write([], to: Path.join(directory, other))
    }
    let host = try PluginHost()
    let (loaded, refused) = try host.loadDirectory(directory)
    #expect(loaded.compactMap { host.information($0).map { Path.name(of: $0.path) } } == good)
    #expect(host.plugins.map(\.id) == loaded)
    #expect(
      refused.map { Path.name(of: $0.path) }
        == ["A.so", "b.so", "empty.so", "fifo.so", "folder.so", "link.so"])
    #expect(
      refused.compactMap(\.reasons.first?.code)
        == [.abiTooNew, .initFailed, .notELF, .notELF, .notELF, .unreadable])
  }

  @Test func aDirectoryThatCannotBeReadIsAnError() throws {
    let host = try PluginHost()
    let error = #expect(throws: PluginHostError.self) { try host.loadDirectory("/nowhere") }
    guard case .system(let system) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(system.code == ENOENT && system.subject == "/nowhere")
  }
}
