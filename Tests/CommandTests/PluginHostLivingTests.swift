import Platform
import TestSupport
import Testing

@Suite("plugin-host with plugins that come, crash and go")
struct PluginHostLivingTests {
  private let root: TemporaryDirectory

  init() throws { root = try TemporaryDirectory() }

  private var store: [String] { ["--quarantine", root.file("state/quarantine")] }

  private func run(_ arguments: [String]) throws -> CommandRun {
    try CommandRun([PluginHostTests.command] + arguments)
  }

  private func culprit(_ way: String) throws -> String {
    try Fixture("misbehaves", flags: ["-DHOW=" + way]).copy(to: root.path, as: way + ".so")
  }

  @Test("a plugin that crashes when it is tried is refused, listed and let go again")
  func quarantine() throws {
    let good = try Fixture("well-behaved-c").copy(to: root.path)
    let culprit = try culprit("crash_in_init")
    let probed = try run(["load", good, culprit, "--probe", "--format", "json"] + store)
    #expect(probed.status == .exited(2), "\(probed.errors)")
    #expect(probed.output.contains("\"code\" : \"quarantined\""), "\(probed.output)")
    #expect(probed.output.contains("\"unmapped\" : true"), "the good one was loaded")
    // Nothing is tried here: it would take this process down.
    #expect(try run(["load", culprit] + store).status == .exited(2))

    let inspected = try run(["inspect", culprit] + store)
    #expect(inspected.status == .exited(2) && inspected.output.contains("[quarantined]"))

    let list = try run(["quarantine", "list"] + store)
    #expect(list.status == .exited(0), "\(list.errors)")
    #expect(list.output.hasPrefix("1 culprits, 1 found good"), "\(list.output)")
    #expect(list.output.contains("crashed in its entry or init: signal 11"), "\(list.output)")
    let json = try run(["quarantine", "list", "--format", "json"] + store)
    for text in ["\"kind\" : \"crash\"", "\"stage\" : \"init\"", "\"backtrace\"", "\"good\" : 1"] {
      #expect(json.output.contains(text), "\(json.output)")
    }
    let wrong = try run(["quarantine", "clear", good] + store)
    #expect(wrong.status == .exited(1))
    #expect(wrong.errors.split(separator: "\n").count == 1, "\(wrong.errors)")
    let cleared = try run(["quarantine", "clear", culprit] + store)
    #expect(cleared.status == .exited(0) && cleared.output.hasPrefix("1 cleared, 0 left"))
    #expect(try run(["quarantine", "clear"] + store).output.hasPrefix("0 cleared"))
    #expect(try run(["load", culprit] + store).status != .exited(2), "nobody keeps it out")
  }

  @Test("a quarantine that cannot be read is one sentence, and one that is missing is none")
  func badQuarantine() throws {
    let bad = try run(["quarantine", "list", "--quarantine", root.path])
    #expect(bad.status == .exited(1))
    #expect(bad.errors.split(separator: "\n").count == 1, "\(bad.errors)")
    #expect(try run(["quarantine", "list"] + store).output.hasPrefix("0 culprits"))
    let late = try run(["load", root.path, "--probe", "--probe-deadline", "soon"] + store)
    #expect(late.status == .exited(1) && late.errors.contains("--probe-deadline"))
  }

  @Test("a plugin is inspected from its file, and nothing of it runs")
  func inspects() throws {
    let good = try Fixture("offers-its-unit").copy(to: root.path)
    let text = try run(["inspect", good])
    #expect(text.status == .exited(0), "\(text.errors)")
    for words in [
      "admitted", "offers-its-unit", "Needed libraries", "libc.so.6", "It can be unmapped",
      "which is proven then",
    ] { #expect(text.output.contains(words), "\(words): \(text.output)") }
    let json = try run(["inspect", good, try Fixture.wellBehavedSwift.path(), "--format", "json"])
    #expect(json.status == .exited(0), "\(json.errors)")
    for words in [
      "\"schema\" : \"plugin-host/1\"", "\"abiMajor\" : 1", "\"name\" : \"libc.so.6\"",
      "\"class\" : \"resident\"", "\"class\" : \"unloadable\"", "\"effects\"", "\"revision\" : 1",
    ] { #expect(json.output.contains(words), "\(words): \(json.output)") }
    let refused = try run(["inspect", try Fixture("abi-too-new").copy(to: root.path)])
    #expect(refused.status == .exited(2))
    #expect(refused.output.contains("abi-too-new") && refused.output.contains("An unload"))
    #expect(try run(["inspect", root.file("missing.so")]).status == .exited(1))
    #expect(!Files.exists(good + ".ran"))
  }

  /// Each change comes after the one before was told of, which the plugin's words in the log say.
  private static func wait(for words: String, of running: borrowing CommandRun.Running) throws {
    let deadline = monotonicNanoseconds() + 30_000_000_000
    while try !running.errorsSoFar().contains(words) {
      guard monotonicNanoseconds() < deadline else { throw SystemError("await", words, code: 110) }
      yieldProcessor()
    }
  }

  @Test("with --auto-load plugins are loaded, replaced and retired as their files are")
  func watches() throws {
    let path = root.file("a.so")
    let running = try CommandRun.start([
      PluginHostTests.command, "watch", root.path, "--auto-load", "--auto-unload", "--debounce",
      "20",
      "--existing", "--count", "3",
    ])
    func put(_ fixture: Fixture) throws {
      let new = try fixture.copy(to: root.path, as: "a.tmp", manifestName: "watched")
      try Files.rename(new, to: path)
    }
    try put(.wellBehavedC)
    try Self.wait(for: "init", of: running)
    try put(Fixture("has-state"))
    try Self.wait(for: "deinit", of: running)
    try Files.remove(path)
    let run = try running.finish()
    #expect(run.status == .exited(0), "\(run.errors)")
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("appeared \(path)") && lines[0].hasSuffix(", loaded"), "\(lines)")
    #expect(lines[1].hasPrefix("changed \(path)") && lines[1].hasSuffix(", reloaded"), "\(lines)")
    #expect(lines[2] == "disappeared \(path), retired", "\(lines)")
    let crash = try culprit("crash_in_constructor")
    let probed = try self.run(
      ["watch", root.path, "--auto-load", "--probe", "--existing", "--count", "1"] + store)
    #expect(probed.status == .exited(0), "\(probed.errors)")
    #expect(
      probed.output.hasPrefix(
        "appeared \(crash) (admitted, unloadable), refused: trial is a plugin that"),
      "\(probed.output)")
    let alone = try self.run(["watch", root.path, "--auto-unload"])
    #expect(alone.status == .exited(1) && alone.errors.contains("--auto-load"))
  }

  @Test("a plugin whose file goes while others require it is said to be kept, and why")
  func keepsWhatOthersRequire() throws {
    for format in ["text", "json"] {
      let directory = try TemporaryDirectory()
      func put(_ fixture: String, _ name: String, _ flags: [String]) throws {
        let fixture = Fixture(fixture, flags: ["-DNAME=\"\(name)\""] + flags)
        _ = try fixture.copy(to: directory.path, as: name + ".so")
      }
      try put("offers-an-interface", "below", ["-DOFFERS=\"kept.below\""])
      try put(
        "requires-an-interface", "more", ["-DOFFERS=\"kept.more\"", "-DREQUIRES=\"kept.below\""])
      let running = try CommandRun.start([
        PluginHostTests.command, "watch", directory.path, "--auto-load", "--auto-unload",
        "--debounce", "20", "--existing", "--count", "3", "--format", format,
      ])
      try Self.wait(for: "more", of: running)
      try Files.remove(directory.file("below.so"))
      let run = try running.finish()
      #expect(run.status == .exited(0), "\(run.errors)")
      let last = try #require(run.output.split(separator: "\n").last)
      for words in format == "text"
        ? ["disappeared \(directory.file("below.so")), kept: more requires kept.below/1"]
        : ["\"action\":\"kept\"", "\"because\":\"more requires kept.below/1\""]
      { #expect(last.contains(words), "\(last)") }
    }
  }
}
