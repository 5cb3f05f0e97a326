import Platform
import TestSupport
import Testing

@Suite("The exports of the runtime")
struct ExportTests {
  static let frozen = Path.join(TestBuild.root, "Tests/ABITests/exports.txt")

  /// The names of the symbols that `nm` lists for a product.
  static func symbols(of file: String, _ options: [String]) throws -> [String] {
    let path = file.hasPrefix("/") ? file : Path.join(TestBuild.directory, file)
    let run = try CommandRun(["nm"] + options + ["--defined-only", path])
    try #require(run.status.isSuccess, "\(run.errors)")
    return run.output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
      .map(String.init)
  }

  static func frozenNames() throws -> [String] {
    try Files.readText(frozen).split(separator: "\n").map(String.init)
  }

  @Test("are those of version 1: a name may be added at its place, none may go")
  func exports() throws {
    let exported = try Self.symbols(of: "libPluginRuntime.so", ["-D"])
      .filter { $0.hasPrefix("plr_") }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    #expect(exported == (try Self.frozenNames()))
    #expect(exported.count > 10)
  }

  // SwiftPM links targets of one package statically: a wrong dependency would copy the runtime.
  @Test(
    "are defined in the library and in no program", arguments: ["plugin-host", "bench-probe"],
    [["-D"], []])
  func oneRuntime(_ product: String, _ options: [String]) throws {
    let names = Set(try Self.frozenNames())
    let defined = try Self.symbols(of: product, options).filter { names.contains($0) }
    #expect(defined == [])
    let needed = try CommandRun(["readelf", "-d", Path.join(TestBuild.directory, product)]).output
    #expect(needed.contains("[libPluginRuntime.so]"))
  }

  @Test("stay mapped: Swift cannot forget an image")
  func noDelete() throws {
    let library = Path.join(TestBuild.directory, "libPluginRuntime.so")
    let flags = try CommandRun(["readelf", "-d", library]).output
      .split(separator: "\n").filter { $0.contains("FLAGS_1") }
    #expect(flags.count == 1 && flags[0].contains("NODELETE"))
  }
}
