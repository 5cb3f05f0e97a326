import Platform
import PluginQuarantine
import TestSupport
import Testing

/// A plugin that takes its process down.
struct Misbehaving: CustomStringConvertible, Sendable {
  /// As `Tests/Fixtures/misbehaves` knows it.
  var way: String
  var kind: ProbeFinding.Kind
  var stage: ProbeFinding.Stage
  /// In the finding's words.
  var detail = ""
  /// The plugin's own file is in its backtrace.
  var isTraced = true

  var description: String { way }

  var fixture: Fixture { Fixture("misbehaves", flags: ["-DHOW=" + way, "-rdynamic"]) }

  static let all: [Misbehaving] = [
    .init(
      way: "crash_in_constructor", kind: .crash, stage: .load,
      detail: "at 0x10; its last words: about"),
    .init(way: "crash_in_init", kind: .crash, stage: .initialise, detail: "signal 11"),
    .init(way: "crash_in_thread", kind: .crash, stage: .initialise, detail: "signal 11"),
    .init(way: "crash_in_call", kind: .crash, stage: .call, detail: "at 0x10"),
    .init(way: "crash_in_deinit", kind: .crash, stage: .deinitialise, detail: "signal 11"),
    .init(way: "fail_in_call", kind: .failure, stage: .call, detail: "no licence", isTraced: false),
    .init(way: "hang_in_init", kind: .hang, stage: .initialise),
    .init(way: "exit_in_init", kind: .exit, stage: .initialise, detail: "with status 0"),
    .init(way: "exit_in_constructor", kind: .exit, stage: .load, detail: "with status"),
    .init(way: "take_memory", kind: .memory, stage: .initialise),
    .init(way: "take_address_space", kind: .memory, stage: .initialise, detail: "were mapped"),
    .init(way: "fork_for_ever", kind: .hang, stage: .initialise),
  ]

  static func named(_ way: String) -> Misbehaving { all.first { $0.way == way }! }
}

extension PluginProbe {
  /// The one of this build.
  ///
  /// - Parameter hangs: the plugin is expected to use its time up.
  static func ofThisBuild(hangs: Bool = false) throws -> PluginProbe {
    var probe = try PluginProbe(program: Path.join(TestBuild.directory, programName))
    // Enough on a machine that is busy; no test waits for it.
    probe.deadlineNanoseconds = hangs ? 700_000_000 : 60_000_000_000
    probe.memoryBytes = 96 << 20
    return probe
  }
}

@Suite("A plugin that is tried in a process of its own")
struct ProbeTests {
  @Test(
    "is good where nothing happens",
    arguments: [
      Fixture.wellBehavedC, .wellBehavedSwift, .wellBehavedEmbedded, Fixture("offers-its-unit"),
      Fixture("has-state"),
    ])
  func good(_ fixture: Fixture) throws {
    #expect(try PluginProbe.ofThisBuild().run([fixture.path()]) == [.good])
  }

  @Test("is a culprit where the process does not survive it", arguments: Misbehaving.all)
  func culprit(_ plugin: Misbehaving) throws {
    let path = try plugin.fixture.copy(to: TemporaryDirectory.make(plugin.way), as: "culprit.so")
    let outcome = try PluginProbe.ofThisBuild(hangs: plugin.kind == .hang).run([path])
    guard case .culprit(let finding) = outcome[0] else {
      Issue.record("\(outcome[0])")
      return
    }
    #expect(finding.kind == plugin.kind && finding.stage == plugin.stage, "\(finding)")
    // A sanitizer that looks for leaks at the end changes it.
    if try plugin.kind != .exit || SwiftToolchain.sanitizerOptions().isEmpty {
      #expect(finding.detail.contains(plugin.detail), "\(finding)")
    }
    #expect(
      finding.backtrace.contains { $0.contains("culprit.so") } == plugin.isTraced,
      "\(finding.backtrace)")
    #expect(!Files.exists(path + ".forked"), "a process came into being")
  }

  @Test("is no culprit where it says itself that it cannot be loaded")
  func refused() throws {
    let outcome = try PluginProbe.ofThisBuild().run([
      try Fixture("init-fails").path(), try Fixture("missing-symbol").path(),
    ])
    guard case .refused(let first) = outcome[0], case .refused(let second) = outcome[1] else {
      Issue.record("\(outcome)")
      return
    }
    #expect(first.contains("init-failed") && second.contains("symbol-missing"))
  }

  @Test("has its outcome for itself, whatever the others of its batch do")
  func batch() throws {
    let directory = try TemporaryDirectory()
    var paths = try (0..<12).map {
      try Fixture.wellBehavedC.copy(to: directory.path, as: "\($0).so", manifestName: "b.\($0)")
    }
    let culprits = ["crash_in_init", "exit_in_init", "crash_in_constructor"]
    for (place, way) in zip([1, 6, 13], culprits) {
      paths.insert(
        try Misbehaving.named(way).fixture.copy(to: directory.path, as: way + ".so"), at: place)
    }
    var probe = try PluginProbe.ofThisBuild()
    probe.parallelism = 4
    let outcomes = try probe.run(paths)
    let found = zip(paths, outcomes).filter { $0.1 != .good }.map { Path.name(of: $0.0) }
    #expect(found == culprits.map { $0 + ".so" })
    #expect(try probe.run([]).isEmpty)
  }

  @Test("is not tried where there is no program that does it")
  func programIsMissing() throws {
    #expect(throws: SystemError.self) { try PluginProbe(program: "/nowhere/plugin-probe") }
    var probe = try PluginProbe.ofThisBuild()
    probe.program = "/nowhere/plugin-probe"
    let path = try Fixture.wellBehavedC.path()
    #expect(throws: SystemError("start", "/nowhere/plugin-probe", code: 2)) {
      try probe.run([path])
    }
  }
}
