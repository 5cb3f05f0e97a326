import ELFInspection
import Platform
import PluginHost
import TestSupport
import Testing

@Suite("A file that lies is refused with its own code, and nothing of it runs")
struct HostileFileTests {
  @Test func thereAreEnough() {
    #expect(HostileFile.all.count >= 60)
    #expect(Set(HostileFile.all.map(\.claim)).count == HostileFile.all.count)
  }

  /// Without this, that the others leave no trace would say nothing.
  @Test func theFileThatIsEditedRunsAndLeavesATrace() throws {
    let path = try Fixture.wellBehavedC.copy(to: try TemporaryDirectory.make(), as: "good.so")
    let host = try PluginHost()
    try host.unload(try host.load(path))
    #expect(Files.exists(path + ".ran"))
  }

  @Test(arguments: HostileFile.all) func isRefused(_ file: HostileFile) throws {
    let path = try file.write(into: try TemporaryDirectory.make())
    let host = try PluginHost()
    let refused = try #require(throws: PluginRefused.self) { try host.load(path) }
    #expect(
      refused.reasons.contains { $0.code == file.code && $0.field.hasPrefix(file.field) },
      "\(refused.reasons)")
    #expect(Admission.check(path).reasons == refused.reasons)
    #expect(
      refused.reasons.allSatisfy { !$0.found.isEmpty && !$0.expected.isEmpty && !$0.fix.isEmpty })
    #expect(host.plugins.isEmpty)
    #expect(!Files.exists(path + ".ran"))
    #expect(try HostedFixture(path: path, name: "").mappings == 0)
  }

  @Test("the command says the same of all of them, and runs none")
  func theCommandRefusesAll() throws {
    let directory = try TemporaryDirectory()
    let paths = try HostileFile.all.map { try $0.write(into: directory.path) }
    for subcommand in ["verify", "load"] {
      let run = try CommandRun(
        [Path.join(TestBuild.directory, "plugin-host"), subcommand, "--format", "json"] + paths)
      #expect(run.status == .exited(2), "\(run.errors)")
      for (path, file) in zip(paths, HostileFile.all) {
        let of = try #require(run.output.firstRange(of: "\"\(path)\""), "\(file)")
        // Fields are sorted: the path comes before the reasons.
        let rest = run.output[of.upperBound...].prefix(6000)
        #expect(rest.contains("\"code\" : \"\(file.code.rawValue)\""), "\(subcommand) \(file)")
        #expect(!Files.exists(path + ".ran"))
      }
    }
  }

  @Test("symbols that all have one long name take neither time nor memory")
  func longNames() throws {
    let directory = try TemporaryDirectory()
    let long = String(repeating: "n", count: 1 << 20)
    let symbols = [long] + (0..<70).map { "short_\($0)" }
    let source = directory.file("names.s")
    try FileEdits.write(
      Array(
        (".section .note.GNU-stack,\"\"\n.data\n" + symbols.map { ".quad \($0)\n" }.joined()).utf8),
      to: source)
    let path = directory.file("names.so")
    let fixture = Fixture("well-behaved-c", flags: [source])
    let name = try ELFFile(path: try fixture.path())
    let table = try #require(name.sections.first { name.name(of: $0) == ".dynsym" })
    let strings = try #require(name.sections.first { name.name(of: $0) == ".dynstr" })
    try FileEdits.copy(try fixture.path(), to: path) { bytes in
      let start = bytes[Int(strings.offset)...].firstRange(of: Array(long.utf8))!.lowerBound
      for entry in 1..<Int(table.size) / 24 {
        let place = Int(table.offset) + entry * 24
        // Undefined and global.
        guard bytes[place + 4] >> 4 == 1, bytes[place + 6] == 0, bytes[place + 7] == 0 else {
          continue
        }
        bytes.overwrite(at: place, with: UInt32(start - Int(strings.offset)))
      }
    }
    let verdict = Admission.check(path)
    #expect(verdict.reasons.map(\.field) == ["dynamic symbols"])
    #expect(verdict.reasons.map(\.code) == [.malformed])
  }
}
