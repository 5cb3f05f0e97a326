import Platform
import TestSupport
import Testing

@Suite("plugin-interface")
struct PluginInterfaceTests {
  static let command = Path.join(TestBuild.directory, "plugin-interface")

  /// A Swift file with interfaces, where what is written from it is kept, and in which language that is.
  static let written = [
    (
      "Examples/TextEditor/Sources/EditorHooks/Hooks.swift",
      "Examples/TextEditor/Sources/CEditorHooks/include", "c"
    ),
    (
      "Examples/TextEditor/Sources/EditorHooks/Hooks.swift",
      "Examples/TextEditor/Sources/CEditorHooks/rust", "rust"
    ),
    ("Tests/PluginMacrosTests/AllKinds.swift", "Tests/Fixtures/all-kinds/rust", "rust"),
    ("Tests/PluginMacrosTests/AllKinds.swift", "Tests/Fixtures/all-kinds/cxx", "cxx"),
  ]

  @Test("would write what other languages have as it is kept here", arguments: written)
  func agreesInOtherLanguages(_ source: String, _ directory: String, _ language: String) throws {
    let run = try run(
      Path.join(TestBuild.root, source), "--language", language, "--check", "--output",
      Path.join(TestBuild.root, directory))
    #expect(run.status == .exited(0), "\(run.errors)")
  }

  /// A Swift file with interfaces, and where the header of each is kept.
  static let committed = [
    ("Examples/Greeter/Sources/Greeter/Greeter.swift", "Examples/Greeter/Sources/CGreeter/include"),
    ("Tests/PluginMacrosTests/EveryValue.swift", "Tests/Fixtures/every-value"),
  ]

  private func run(_ arguments: String...) throws -> CommandRun {
    try CommandRun([Self.command, "header"] + arguments)
  }

  @Test("would write the headers as they are kept here", arguments: committed)
  func agrees(_ source: String, _ headers: String) throws {
    let run = try run(
      Path.join(TestBuild.root, source), "--check", "--output", Path.join(TestBuild.root, headers))
    #expect(run.status == .exited(0), "\(run.errors)")
  }

  @Test("writes a header that C and C++ compile, and tells when it no longer fits")
  func writes() throws {
    let directory = try TemporaryDirectory()
    let source = directory.file("a.swift")
    let text = "@PluginInterface(\"t.a\", revision: 3) protocol A { func f(_ x: Int32) }"
    try Files.replace(source, with: Array(text.utf8))
    let missing = try run(source, "--check", "--output", directory.path)
    #expect(missing.status == .exited(2))
    #expect(missing.errors.contains("t_a.h is not what the declaration would be written as"))
    #expect(try run(source, "--output", directory.path).status == .exited(0))
    #expect(try run(source, "--check", "--output", directory.path).status == .exited(0))
    for compiler in Compiler.all {
      let user = directory.file("user.c")
      try Files.replace(user, with: Array("#include \"t_a.h\"\nint size = sizeof(t_a);\n".utf8))
      let compiled = try compiler.run([
        "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-I", Compiler.headers, "-I",
        directory.path, user,
      ])
      #expect(compiled.status.isSuccess, "\(compiled.errors)")
    }
    try Files.replace(source, with: Array(text.replacing("Int32", with: "Int64").utf8))
    #expect(try run(source, "--check", "--output", directory.path).status == .exited(2))
  }

  @Test("names file, line and column of what cannot cross, and writes nothing")
  func refuses() throws {
    let directory = try TemporaryDirectory()
    let source = directory.file("a.swift")
    let text = "@PluginInterface(\"t.a\", revision: 3)\nprotocol A { func f(_ x: Any) }"
    try Files.replace(source, with: Array(text.utf8))
    let run = try run(source, "--output", directory.path)
    #expect(run.status == .exited(1))
    #expect(run.errors.hasPrefix("\(source):2:26: 'Any' cannot cross: "), "\(run.errors)")
    #expect(try Files.list(directory.path) == ["a.swift"])
  }

  @Test("says what is missing: a file, an interface, the directory for --check")
  func tellsMissing() throws {
    let directory = try TemporaryDirectory()
    let source = directory.file("a.swift")
    try Files.replace(source, with: Array("protocol A {}".utf8))
    #expect(try run(source).errors.contains("nothing has '@PluginInterface'"))
    #expect(try run(directory.file("none.swift")).status == .exited(1))
    #expect(try run(source, "--check").errors.contains("--output DIR"))
  }
}
