import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("The manifest macro")
struct ManifestTests {
  /// What linkers are asked to throw away.
  static let linking: [[String]] = [
    [], ["-Wl,-s"], ["-Wl,--gc-sections", "-ffunction-sections", "-fdata-sections"],
    ["-Wl,-s", "-Wl,--gc-sections", "-O2", "-fvisibility=hidden"],
    ["-fuse-ld=gold", "-Wl,-s", "-Wl,--gc-sections"],
  ]

  private static func source(name: String, version: String) -> [UInt8] {
    Array(
      """
      #include "plugin_abi.h"
      PLR_MANIFEST("\(name)", "\(version)", PLR_UNLOAD_UNLOADABLE, 0);
      const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {
        (void)host;
        (void)error;
        return NULL;
      }

      """.utf8)
  }

  @Test(
    "leaves exactly one note, whatever the linker throws away", arguments: Compiler.oneEach, linking
  )
  func oneNote(_ compiler: Compiler, _ options: [String]) throws {
    let directory = try TemporaryDirectory()
    try Files.replace(
      directory.file("plugin.c"), with: Self.source(name: "noted", version: "1.2.3"))
    let run = try compiler.run(
      ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fPIC", "-shared", "-I", Compiler.headers]
        + options + [directory.file("plugin.c"), "-o", directory.file("plugin.so")])
    try #require(run.status.isSuccess, "\(run.errors)")

    let notes = try CommandRun(["readelf", "--notes", directory.file("plugin.so")]).output
    #expect(notes.split(separator: "\n").filter { $0.contains("PluginRuntime") }.count == 1)
    let file = try ELFFile(path: directory.file("plugin.so"))
    guard case .found(let manifest) = file.findManifest() else {
      Issue.record("\(file.findManifest())")
      return
    }
    #expect(manifest.name == "noted")
    #expect(manifest.version == "1.2.3")
    #expect(manifest.abiMajor == 1 && manifest.abiMinor == 0)
    #expect(manifest.unloadClass == 1)
    #expect(manifest.features == 0)
    #expect(!manifest.toolchain.isEmpty)
  }

  @Test("compiles with texts that just fit", arguments: Compiler.all)
  func longest(_ compiler: Compiler) throws {
    let run = try Self.compile(
      compiler, name: String(repeating: "n", count: 63), version: String(repeating: "v", count: 31))
    #expect(run.status.isSuccess, "\(run.errors)")
  }

  @Test(
    "does not compile with a text that does not fit, even where warnings are off",
    arguments: Compiler.all, [(64, 1), (65, 1), (200, 1), (1, 32), (1, 33), (0, 1)])
  func tooLong(_ compiler: Compiler, _ counts: (name: Int, version: Int)) throws {
    let run = try Self.compile(
      compiler, name: String(repeating: "n", count: counts.name),
      version: String(repeating: "v", count: counts.version), options: ["-w"])
    #expect(run.status == .exited(1))
    #expect(run.errors.contains(counts.name == 0 ? "a plugin needs a name" : "is too long"))
  }

  private static func compile(
    _ compiler: Compiler, name: String, version: String, options: [String] = []
  ) throws -> CommandRun {
    let directory = try TemporaryDirectory()
    try Files.replace(
      directory.file("plugin.c"), with: source(name: name, version: version))
    return try compiler.run(
      options + ["-fsyntax-only", "-I", Compiler.headers, directory.file("plugin.c")])
  }
}
