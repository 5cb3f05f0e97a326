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

  @Test(
    "and what the plugin offers are all found, whatever the linker throws away",
    arguments: Compiler.oneEach, linking)
  func offers(_ compiler: Compiler, _ options: [String]) throws {
    let directory = try TemporaryDirectory()
    let longest = String(repeating: "i", count: 63)
    let offers = "PLR_OFFERS(\"text.count\", 1);\nPLR_OFFERS(\"\(longest)\", 4294967295u);\n"
    try Files.replace(
      directory.file("plugin.c"),
      with: Self.source(name: "noted", version: "1.2.3") + Array(offers.utf8))
    let run = try compiler.run(
      ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fPIC", "-shared", "-I", Compiler.headers]
        + options + [directory.file("plugin.c"), "-o", directory.file("plugin.so")])
    try #require(run.status.isSuccess, "\(run.errors)")
    let file = try ELFFile(path: directory.file("plugin.so"))
    guard case .found(let manifest) = file.findManifest() else {
      Issue.record("\(file.findManifest())")
      return
    }
    #expect(manifest.name == "noted")
    let found = (manifest.offers ?? []).sorted { $0.revision < $1.revision }
    #expect(
      found == [
        InterfaceOffer(id: "text.count", revision: 1),
        InterfaceOffer(id: longest, revision: .max),
      ])
  }

  @Test("in Swift's form says the same as in C's")
  func swiftForm() throws {
    let directory = try TemporaryDirectory()
    var manifest = PluginManifest(
      name: "in-swift", version: "3", isUnloadable: true, sharesSwiftRuntime: true,
      offers: [InterfaceOffer(id: "a.b", revision: 1), InterfaceOffer(id: "c/d", revision: 7)])
    #expect(manifest.flaw == nil)
    for offers in [nil, manifest.offers] {
      manifest.offers = offers
      try Files.replace(
        directory.file("m.swift"), with: Array(manifest.swiftDeclaration().utf8))
      let run = try CommandRun([
        "swiftc", "-O", "-parse-as-library", "-emit-library", directory.file("m.swift"), "-o",
        directory.file("m.so"),
      ])
      try #require(run.status.isSuccess, "\(run.errors)")
      #expect(try ELFFile(path: directory.file("m.so")).findManifest() == .found(manifest))
    }
  }

  @Test(
    "is malformed with an offer that names no interface, or with more than there is room for",
    arguments: [
      ("PLR_OFFERS(\"two words\", 1);", "offer"), ("PLR_OFFERS(\"caf\\xc3\\xa9\", 1);", "offer"),
      ((0...256).map { "PLR_OFFERS(\"id.\($0)\", 1);" }.joined(separator: "\n"), "offers"),
    ])
  func malformedOffers(_ text: String, _ field: String) throws {
    let directory = try TemporaryDirectory()
    try Files.replace(
      directory.file("plugin.c"),
      with: Self.source(name: "noted", version: "1") + Array((text + "\n").utf8))
    let run = try Compiler.oneEach[0].run([
      "-fPIC", "-shared", "-I", Compiler.headers, directory.file("plugin.c"), "-o",
      directory.file("plugin.so"),
    ])
    try #require(run.status.isSuccess, "\(run.errors)")
    guard
      case .malformed(field, _, _) = try ELFFile(path: directory.file("plugin.so")).findManifest()
    else {
      Issue.record("not malformed")
      return
    }
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
