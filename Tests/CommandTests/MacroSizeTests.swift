import Platform
import TestSupport
import Testing

/// The same plugin three times, of Tests/Fixtures/tally: with macros, with everything that they write written by
/// hand, and with nothing but PluginKit.
@Suite("A plugin from macros")
struct MacroSizeTests {
  private static func path(_ file: String) -> String { Path.join(TestBuild.root, file) }

  /// The objects of a target that the tests were built with.
  private static func objects(of target: String) throws -> [String] {
    let folder = Path.join(TestBuild.directory, target + ".build")
    return try Files.list(folder).filter { $0.hasSuffix(".o") }.map { Path.join(folder, $0) }
  }

  /// Compiles and links one of them as a release would: its size without symbols.
  private static func size(
    of name: String, forValues: Bool, modules: [String], in directory: TemporaryDirectory
  ) throws -> Int {
    var source = try Files.readText(path("Tests/Fixtures/tally/\(name).swift"))
    if forValues { source = source.replacing("Ticket: AnyObject, ", with: "Ticket: ") }
    if name != "macros" {
      source += try CommandRun([
        Path.join(TestBuild.directory, "plugin-host"), "manifest", "tally", "1.0.0", "--offers",
        "test.ticket/1",
      ]).output
    }
    let file = directory.file(name + ".swift")
    try Files.replace(file, with: Array(source.utf8))
    let library = directory.file(name + ".so")
    let macros = Path.join(TestBuild.directory, "PluginMacroExpansion-tool")
    try Tool.run(
      [
        "swiftc", "-O", "-wmo", "-parse-as-library", "-emit-library", "-module-name", "Tally",
        "-swift-version", "6", "-strict-memory-safety", "-warnings-as-errors",
        "-load-plugin-executable", macros + "#PluginMacroExpansion",
        "-Xfrontend", "-disable-implicit-concurrency-module-import",
        "-Xfrontend", "-disable-implicit-string-processing-module-import",
        "-I", path("Tests/Fixtures/tickets"), "-I", Path.join(TestBuild.directory, "Modules"),
        "-I", path("Sources/Runtime/CPluginABI/include"),
        "-I", path("Sources/Runtime/CRuntimeSupport/include"), file, "-o", library,
        "-use-ld=lld", "-Xlinker", "--gc-sections", "-Xlinker", "-s", "-L", TestBuild.directory,
        "-lPluginRuntime", "-Xlinker", "-rpath", "-Xlinker", TestBuild.directory,
      ] + modules.flatMap { try objects(of: $0) })
    let host = Path.join(TestBuild.directory, "plugin-host")
    let verdict = try CommandRun([host, "load", library])
    #expect(verdict.status.isSuccess, "\(name): \(verdict.output)\(verdict.errors)")
    return try Files.read(library).count
  }

  @Test(
    "is no larger than one written by hand by more than 2 KB, its interface for classes or for values too",
    arguments: [false, true])
  func size(forValues: Bool) throws {
    let directory = try TemporaryDirectory()
    func size(_ name: String, _ modules: [String]) throws -> Int {
      try Self.size(of: name, forValues: forValues, modules: modules, in: directory)
    }
    let macros = try size("macros", ["PluginKit", "PluginInterfaces"])
    let byHand = try size("by_hand", ["PluginKit", "PluginInterfaces"])
    let bare = try size("bare", ["PluginKit"])
    #expect(macros <= byHand + 2048, "\(macros) bytes from macros, \(byHand) by hand, \(bare) bare")
    print(
      "a plugin from macros: \(macros) bytes, by hand: \(byHand), bare: \(bare)"
        + (forValues ? " (an interface for values too)" : ""))
  }
}
