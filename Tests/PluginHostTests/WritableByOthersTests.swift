import CFixture
import Glibc
import Platform
import PluginHost
import PluginTrust
import TestSupport
import Testing

/// Ways in which others could change what a path leads to.
private enum Opening: String, CaseIterable, CustomTestStringConvertible {
  case file, directory, directoryAbove, link
  var testDescription: String { rawValue }

  /// A plugin that is open to others in this way, in a directory of its own.
  func make() throws -> (plugin: HostedFixture, path: String) {
    let root = try TemporaryDirectory.make()
    let directory = Path.join(root, "plugins")
    try Files.makeDirectory(directory)
    let plugin = try HostedFixture(.wellBehavedC, in: directory)
    switch self {
    case .file: try #require(unsafe chmod(plugin.path, 0o775) == 0)
    case .directory: try #require(unsafe chmod(directory, 0o777) == 0)
    case .directoryAbove: try #require(unsafe chmod(root, 0o777) == 0)
    case .link:
      let open = Path.join(root, "open")
      try Files.makeDirectory(open)
      try #require(unsafe chmod(open, 0o777) == 0)
      let link = Path.join(open, "link.so")
      try FileEdits.makeLink(link, to: plugin.path)
      return (plugin, link)
    }
    return (plugin, plugin.path)
  }
}

@Suite("What others than the user and root could change is loaded by no way in, unless allowed")
struct WritableByOthersTests {
  private static let code = Refusal.Code.writableByOthers

  @Test(arguments: Opening.allCases) private func aDirectLoad(_ opening: Opening) throws {
    let (plugin, path) = try opening.make()
    let host = try PluginHost()
    let refused = try #require(throws: PluginRefused.self) { try host.load(path) }
    #expect(refused.reasons.map(\.code) == [Self.code])
    #expect(!plugin.hasRun)
    #expect(Admission.refusal(ofPath: path)?.code == Self.code)
    host.allowsWritable = true
    try host.unload(try host.load(path))
    #expect(plugin.hasRun)
  }

  @Test(arguments: Opening.allCases) private func aDirectory(_ opening: Opening) throws {
    let (plugin, path) = try opening.make()
    let host = try PluginHost()
    let (loaded, refused) = try host.loadDirectory(Path.parent(of: path))
    #expect(loaded.isEmpty && refused.map(\.reasons.first?.code) == [Self.code])
    #expect(!plugin.hasRun)
  }

  @Test(arguments: Opening.allCases) private func anIndex(_ opening: Opening) throws {
    let (plugin, path) = try opening.make()
    let host = try PluginHost()
    func codes(_ body: () throws -> Void) -> [Refusal.Code] {
      do {
        try body()
        return []
      } catch PluginHostError.refused(let plugin) {
        return plugin.reasons.map(\.code)
      } catch { return [] }
    }
    let found = codes {
      try host.discover(Path.parent(of: path))
      _ = try host.activateNext()
    }
    #expect(found == [Self.code])
    #expect(!plugin.hasRun)
  }

  @Test(arguments: Opening.allCases) private func aSearchAndASupervisor(_ opening: Opening) throws {
    let (plugin, path) = try opening.make()
    let host = try PluginHost()
    let search = try PluginSearch([Path.parent(of: path)])
    let findings = try PluginFindings(search)
    #expect(findings.admitted.isEmpty)
    #expect(findings.verdicts.allSatisfy { $0.reasons.map(\.code) == [Self.code] })
    #expect(host.load(findings).loaded.isEmpty)
    let supervisor = PluginSupervisor(host, search)
    guard case .refused(let refused)? = supervisor.handle(.appeared(path)) else {
      Issue.record("it was taken")
      return
    }
    #expect(refused.reasons.map(\.code) == [Self.code])
    #expect(!plugin.hasRun)
  }

  @Test(arguments: Opening.allCases) private func aReload(_ opening: Opening) throws {
    let host = try PluginHost()
    let old = try HostedFixture(.wellBehavedC)
    let id = try host.load(old.path)
    let (plugin, path) = try opening.make()
    guard case .failed(let reasons) = try host.reload(id, from: path) else {
      Issue.record("it was taken")
      return
    }
    #expect(reasons.map(\.code) == [Self.code])
    #expect(!plugin.hasRun)
    #expect(try host.unit(of: id)?.answer(1) == 4)
  }

  @Test(arguments: Opening.allCases) private func aLock(_ opening: Opening) throws {
    let (_, path) = try opening.make()
    let directory = Path.parent(of: path)
    #expect(throws: TrustError.self) { try LockFile(of: [path], in: directory) }
    #expect(
      try LockFile(of: [path], in: directory, allowsWritable: true).digests.count == 1)
  }

  @Test(arguments: Opening.allCases) private func theCommand(_ opening: Opening) throws {
    let (plugin, path) = try opening.make()
    let command = Path.join(TestBuild.directory, "plugin-host")
    for arguments in [
      ["verify", path], ["load", path], ["load", "--from-index", Path.parent(of: path)],
      ["lock", Path.parent(of: path)],
    ] {
      let run = try CommandRun([command] + arguments + ["--format", "json"])
      #expect(run.status != .exited(0), "\(arguments): \(run.output)")
      #expect((run.output + run.errors).contains(Self.code.rawValue), "\(arguments): \(run)")
    }
    #expect(!plugin.hasRun)
    let run = try CommandRun([command, "load", path, "--allow-writable"])
    #expect(run.status == .exited(0), "\(run.output)")
  }
}
