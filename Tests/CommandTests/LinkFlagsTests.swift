import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("package-runtime link-flags")
struct LinkFlagsTests {
  static let exports = "{ global: plugin_entry; local: *; };\n"

  private func run(_ arguments: String...) throws -> CommandRun {
    try CommandRun([PackageRuntimeTests.command, "link-flags"] + arguments)
  }

  @Test(
    "what it prints links a plugin in a makefile",
    arguments: [("compatible", false, Hardening.RELRO.full), ("smallest", true, .none)])
  func linksWithClang(preset: String, isStripped: Bool, relro: Hardening.RELRO) throws {
    let directory = try TemporaryDirectory()
    let exports = directory.file("plugin's exports")
    let plugin = directory.file("plugin.so")
    try Files.replace(exports, with: Array(Self.exports.utf8))
    let flags = try run(preset, "--exports", exports)
    #expect(flags.status.isSuccess, "\(flags.errors)")
    #expect(flags.output.split(separator: "\n").count == 1)
    let source = Path.join(TestBuild.root, "Tests/Fixtures/well-behaved-c/plugin.c")
    let includes = ["Tests/Fixtures/include", "Sources/Runtime/CPluginABI/include"]
      .map { "-I '\(Path.join(TestBuild.root, $0))' " }.joined()
    let link = try CommandRun([
      "/bin/sh", "-c",
      "clang -shared -fPIC \(includes)'\(source)' \(flags.output.dropLast()) -o '\(plugin)'",
    ])
    try #require(link.status.isSuccess, "\(link.errors)")

    let file = try ELFFile(path: plugin)
    #expect(file.definedDynamicSymbols() == ["plugin_entry"])
    let found = file.hardening()
    let hardening = try #require(found)
    #expect(hardening.relro == relro && hardening.isStripped == isStripped)
    try expectLoads(plugin)
  }

  @Test(
    "what it prints for SwiftPM links a plugin in a package of its own",
    arguments: [
      ("compatible", false, Hardening.RELRO.full), ("small", true, .full),
      ("smallest", true, .none),
    ])
  func linksWithSwiftPM(preset: String, isStripped: Bool, relro: Hardening.RELRO) throws {
    let settings = try run(preset, "--driver", "swiftpm").output
    #expect(settings.hasPrefix("linkerSettings: [\n"))
    let plugin = try OutOfTreePackage.build(
      manifestName: "linked-\(preset)", linkerSettings: settings, exports: Self.exports)
    let file = try ELFFile(path: plugin)
    #expect(file.definedDynamicSymbols() == ["plugin_entry"])
    let found = file.hardening()
    let hardening = try #require(found)
    #expect(hardening.relro == relro && hardening.isStripped == isStripped)
    // Only what gives protection up lets names lie with code.
    #expect(hardening.hasSeparateCode == (relro == .full))
    try expectLoads(plugin)
  }

  private func expectLoads(_ plugin: String) throws {
    for subcommand in ["verify", "load"] {
      let run = try CommandRun(
        [Path.join(TestBuild.directory, "plugin-host"), subcommand, plugin])
      #expect(run.status == .exited(0), "\(subcommand): \(run.output)\(run.errors)")
    }
  }

  @Test("a preset that is none is one sentence, which names those that are")
  func refuses() throws {
    let run = try run("tiny")
    #expect(run.status == .exited(1) && run.output.isEmpty)
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(run.errors.contains("'tiny'") && run.errors.contains("smallest"))
    #expect(try self.run().status == .exited(1))
  }

  @Test("its help says what each option gives up")
  func explains() throws {
    let help = try run("--help")
    #expect(help.status.isSuccess)
    for word in ["norelro", "gives up: protection", "compatible", "gc-sections"] {
      #expect(help.output.contains(word), "\(word)")
    }
  }
}
