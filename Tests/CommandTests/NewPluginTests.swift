import Platform
import TestSupport
import Testing

@Suite("new-plugin")
struct NewPluginTests {
  static let command = Path.join(TestBuild.directory, "new-plugin")
  static let host = Path.join(TestBuild.directory, "plugin-host")

  /// The languages, and a change that makes what the plugin returns wrong: in the file below, this by that. Swift,
  /// which takes longest, is in TutorialTests.
  static let languages: [(language: String, file: String, old: String, new: String)] = [
    ("c", "src/first_try.c", "result->length = name.length", "result->length = 0"),
    ("cxx", "src/first_try.cpp", "std::string(name)", "std::string(\"x\")"),
    ("rust", "plugin/src/lib.rs", "name.to_owned()", "\"x\".to_owned()"),
    ("embedded-swift", "src/FirstTry.swift", "    name\n", "    \"x\"\n"),
  ]

  static let hasCargo = (try? CommandRun(["cargo", "--version"]))?.status.isSuccess == true

  @Test(
    "writes a project that builds at once, whose test passes, and fails where the plugin is wrong",
    arguments: languages)
  func builds(_ language: String, _ file: String, _ old: String, _ new: String) throws {
    guard language != "rust" || Self.hasCargo else {
      print("cargo is missing: new-plugin --language rust was not tested")
      return
    }
    let directory = try TemporaryDirectory()
    let project = directory.file("project")
    let made = try CommandRun([
      Self.command, "first-try", "--language", language, "--output", project,
    ])
    #expect(made.status == .exited(0), "\(made.errors)")
    let test = [
      "make", "-C", project, "test", "HOST=\(Self.host)", "EMBEDDED=\(TestBuild.embedded)",
    ]
    let passed = try CommandRun(test)
    #expect(passed.status.isSuccess, "\(passed.output)\(passed.errors)")
    #expect(passed.output.contains("first-try: test passed\n"), "\(passed.output)")
    let built = Path.join(project, language == "rust" ? "target/release" : "build")
    // By byte order the test comes first: it says that it needs the other.
    let loaded = try CommandRun([Self.host, "load", built])
    #expect(loaded.status.isSuccess, "\(loaded.output)\(loaded.errors)")
    #expect(loaded.output.hasPrefix("2 loaded, 0 refused."), "\(loaded.output)")
    for file in try Files.list(built) where file.hasSuffix(".so") {
      let inspected = try CommandRun([Self.host, "inspect", Path.join(built, file)]).output
      let relro = inspected.split(separator: "\n").first { $0.contains("relro") }
      #expect(relro?.contains("full") == true, "\(file): \(inspected)")
    }
    #expect(
      !(passed.output + passed.errors).contains("warning"), "\(passed.output)\(passed.errors)")

    let path = Path.join(project, file)
    let text = try Files.readText(path)
    try #require(text.contains(old), "\(text)")
    try Files.replace(path, with: Array(text.replacing(old, with: new).utf8))
    let failed = try CommandRun(test)
    #expect(!failed.status.isSuccess, "\(failed.output)")
    #expect(!failed.output.contains("test passed"))
    // What was expected, as the function echoes it.
    #expect((failed.output + failed.errors).contains("Ada"), "\(failed.output)\(failed.errors)")
  }

  /// What is asked for, and what the one sentence says.
  static let refusals: [([String], String)] = [
    (["1st", "--language", "c"], "'NAME' needs words of letters and digits"),
    (["a b", "--language", "c"], "'NAME' needs words of letters and digits"),
    (["-", "--language", "c"], "'NAME' needs words"),
    (["ünder", "--language", "c"], "'NAME' needs words"),
    (["a--b", "--language", "c"], "'NAME' needs words"),
    (["fine"], "missing option '--language', one of swift, embedded-swift, c, cxx or rust"),
    (["fine", "--language", "cobol"], "'--language'"),
    (
      ["fine", "--language", "c", "--output", "/tmp"],
      "needs a directory that does not exist, not '/tmp'"
    ),
    (
      ["fine", "--language", "c", "--interface", "no.such"],
      "an interface of the examples (example."
    ),
    (["fine", "--language", "c", "--interface", "none.swift"], "none.swift"),
    (["--language", "c"], "missing argument 'NAME'"),
  ]

  @Test("says in one sentence what it cannot do, and writes nothing", arguments: refusals)
  func refuses(_ arguments: [String], _ words: String) throws {
    let directory = try TemporaryDirectory()
    let run = try CommandRun(
      ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory.path, Self.command] + arguments)
    #expect(run.status == .exited(1))
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(try Files.list(directory.path) == [])
  }

  @Test("names the compiler that is missing, and where it comes from")
  func missesCompilers() throws {
    let directory = try TemporaryDirectory()
    for (language, words) in [
      ("cxx", "'make' on the PATH"), ("rust", "install it: Debian's package"),
    ] {
      let run = try CommandRun(
        [Self.command, "fine", "--language", language, "--output", directory.file("p")],
        environment: ["PATH=\(directory.path)"])
      #expect(run.status == .exited(1))
      #expect(run.errors.contains(words), "\(run.errors)")
    }
  }

  @Test("takes an interface from a file, one of several by its id")
  func takesInterfaces() throws {
    let directory = try TemporaryDirectory()
    let file = directory.file("many.swift")
    let text = """
      @PluginInterface("t.one", revision: 1) public protocol One { func f(_ x: Int32) -> Int32 }
      @PluginInterface("t.two", revision: 7) public protocol Two {
        func nothing()
        func sum(_ x: Double, `default`: [UInt8]) throws(PluginError) -> [UInt8]
      }
      """
    try Files.replace(file, with: Array(text.utf8))
    func run(_ interface: String) throws -> CommandRun {
      try CommandRun([
        Self.command, "fine", "--language", "c", "--interface", interface, "--output",
        directory.file("fine"),
      ])
    }
    #expect(try run(file).errors.contains("needs one of t.one, t.two"))
    #expect(try run(file + ":t.three").errors.contains("not 't.three'"))
    #expect(try run(file + ":t.two").status == .exited(0))
    let tested = try CommandRun([
      "make", "-C", directory.file("fine"), "test", "HOST=\(Self.host)",
      "CFLAGS=-Wall -Wextra -Werror",
    ])
    #expect(tested.status.isSuccess, "\(tested.output)\(tested.errors)")
  }
}
