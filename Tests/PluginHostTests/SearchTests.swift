import Glibc
import Platform
import PluginHost
import TestSupport
import Testing

@Suite(
  "A search finds the same plugins in the same order, of each one, and none that others put there")
struct SearchTests {
  private func found(_ search: PluginSearch) throws -> [String] {
    try PluginFindings(search).admitted.map(\.path)
  }

  private func codes(_ search: PluginSearch) throws -> [String: Refusal.Code] {
    var codes: [String: Refusal.Code] = [:]
    for verdict in try PluginFindings(search).verdicts {
      codes[Path.name(of: verdict.path)] = verdict.reasons.first?.code
    }
    return codes
  }

  /// A plugin in C with a manifest of its own.
  private func make(_ name: String, _ path: String, version: String = "1.2.3") throws {
    let directory = Path.parent(of: path)
    try Files.makeDirectory(directory)
    let made = try Fixture.wellBehavedC.copy(
      to: directory, as: Path.name(of: path), manifestName: name)
    try FileEdits.copy(made, to: made + ".tmp") { bytes in
      for owner in bytes.offsets(of: Array("1.2.3\0".utf8)) {
        let text = Array(version.utf8)
        bytes.overwrite(at: owner, with: text + Array(repeating: 0, count: 24 - text.count))
      }
    }
    try Files.rename(made + ".tmp", to: made)
  }

  @Test("directories come in the order given, files in byte order, and patterns choose")
  func order() throws {
    let root = try TemporaryDirectory()
    for (name, path) in [
      ("a", "one/z.so"), ("b", "one/B.so"), ("c", "one/sub/x.so"), ("d", "two/a.so"),
      ("e", "two/a.plugin"), ("f", "one/.hidden.so"), ("g", "one/.git/x.so"),
    ] { try make(name, root.file(path)) }
    let one = root.file("one")
    let two = root.file("two")
    var search = try PluginSearch([two, one, two + "/../one"], path: "\(one)::/nowhere:\(two)")
    #expect(search.directories == [two, one])
    #expect(try found(search) == [two + "/a.so", one + "/B.so", one + "/z.so"])
    search.isRecursive = true
    #expect(
      try found(search) == [two + "/a.so", one + "/B.so", one + "/sub/x.so", one + "/z.so"])
    search.patterns = ["*.plugin", "sub/*.so"]
    #expect(try found(search) == [two + "/a.plugin", one + "/sub/x.so"])
    #expect(throws: SystemError.self) { try PluginSearch([root.file("nowhere")]) }
    #expect(throws: SystemError.self) { try PluginSearch([two + "/a.so"]) }
  }

  @Test("the runtime's library beside plugins is no plugin; named, it is judged")
  func runtimeBesidePlugins() throws {
    let root = try TemporaryDirectory()
    try make("a", root.file("a.so"))
    let runtime = root.file("libPluginRuntime.so")
    try FileEdits.copy(Path.join(TestBuild.directory, "libPluginRuntime.so"), to: runtime)
    try FileEdits.copy(runtime, to: root.file("libPluginRuntime-tool.so"))
    let search = try PluginSearch([root.path])
    #expect(try PluginFindings(search).verdicts.map(\.path) == [root.file("a.so")])
    #expect(try Discovery.plugins(in: root.path) == [root.file("a.so")])
    let index = try PluginIndex(of: root.path, at: nil, .readOnly)
    #expect(index.count == 1)
    #expect(!Admission.check(runtime).isAdmitted)
  }

  @Test(
    "of one name the newest version is taken, whatever the order",
    arguments: [
      ("1.9.0", "1.10.0", 1), ("2", "1.9", 0), ("1.0.0-rc.1", "1.0.0", 1), ("1.0", "1.0.0", 0),
      ("1.0.0+b", "1.0.0+a", 0), ("1.0.0-rc.10", "1.0.0-rc.9", 0), ("1.0.0-1", "1.0.0-a", 1),
      ("99999999999999999999", "100000000000000000000", 1), ("1.a", "1.1", 0),
    ])
  func duplicates(first: String, second: String, winner: Int) throws {
    let root = try TemporaryDirectory()
    let paths = [root.file("a/x.so"), root.file("b/x.so")]
    try make("same", paths[0], version: first)
    try make("same", paths[1], version: second)
    let search = try PluginSearch([root.file("a"), root.file("b")])
    let findings = try PluginFindings(search)
    try #require(findings.verdicts.count == 2)
    #expect(findings.admitted.map(\.path) == [paths[winner]])
    #expect(findings.verdicts[1 - winner].reasons.map(\.code) == [.shadowed])
    let host = try PluginHost()
    let (loaded, refused) = host.load(findings)
    #expect(loaded.count == 1 && refused.count == 1)
  }

  @Test("a plugin that is refused shadows nobody")
  func refusedDoNotShadow() throws {
    let root = try TemporaryDirectory()
    try make("same", root.file("a.so"), version: "1.0")
    _ = try Fixture("abi-too-new").copy(to: root.path, as: "b.so", manifestName: "same")
    #expect(try found(PluginSearch([root.path])) == [root.file("a.so")])
  }

  @Test("what others could change is refused unless allowed: files, directories, links and owners")
  func permissions() throws {
    let root = try TemporaryDirectory()
    let open = root.file("open")
    try make("a", root.file("good/a.so"))
    try make("b", root.file("good/writable.so"))
    try make("c", open + "/c.so")
    try make("d", root.file("sticky/d.so"))
    try FileEdits.makeLink(root.file("good/into-open.so"), to: "../open/c.so")
    try FileEdits.makeLink(root.file("good/fine.so"), to: root.file("good/a.so"))
    try FileEdits.makeLink(root.file("good/through.so"), to: "../open/link/a.so")
    try FileEdits.makeLink(open + "/link", to: root.file("good"))
    try FileEdits.makeLink(root.file("good/circle.so"), to: "circle.so")
    for (path, mode) in [
      (root.file("good/writable.so"), 0o775), (open, 0o777), (root.file("sticky"), 0o1777),
    ] { try #require(unsafe chmod(path, mode_t(mode)) == 0) }

    var search = try PluginSearch([root.file("good"), open, root.file("sticky")])
    let codes = try codes(search)
    #expect(codes["a.so"] == nil)
    #expect(codes["fine.so"] == .shadowed)
    #expect(codes["circle.so"] == .unreadable)
    for name in ["writable.so", "into-open.so", "through.so", "open", "sticky"] {
      #expect(codes[name] == .writableByOthers, "\(name)")
    }
    #expect(codes["c.so"] == nil && codes["d.so"] == nil, "an open directory is not looked into")
    search.allowsWritable = true
    #expect(try self.codes(search)["writable.so"] == nil)
    #expect(try found(search).contains(open + "/c.so") == false, "into-open.so is the same plugin")
    #expect(try found(search).contains(root.file("sticky/d.so")))
  }

  @Test(
    "what belongs to a stranger is refused", .enabled(if: geteuid() == 0, "only root gives away"))
  func strangers() throws {
    let root = try TemporaryDirectory()
    try make("a", root.file("a.so"))
    try #require(unsafe chown(root.file("a.so"), 12345, 12345) == 0)
    #expect(try codes(PluginSearch([root.path]))["a.so"] == .writableByOthers)
  }
}
