import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("What a file wants of others")
struct ImportsTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func compile(_ name: String, _ text: String, _ arguments: [String]) throws -> String {
    let source = directory.file(name + ".c")
    try Files.replace(source, with: Array(text.utf8))
    let output = directory.file(name)
    let run = try CommandRun(["cc", "-fPIC", source, "-o", output] + arguments)
    #expect(run.status.isSuccess, "\(run.errors)")
    return output
  }

  /// The names that `nm` prints, without versions.
  private func names(_ arguments: [String]) throws -> Set<String> {
    Set(
      try CommandRun(["nm"] + arguments).output.split(separator: "\n").compactMap {
        $0.split(separator: " ").last?.split(separator: "@").first.map(String.init)
      })
  }

  private static let text = """
    extern int strong(void);
    extern int weak(void) __attribute__((weak));
    static int own(void) { return 1; }
    int defined(void) { return strong() + (weak ? weak() : own()); }
    int variable = 4;
    """

  @Test("an object's are those that nm calls undefined, and what is weak is told")
  func agreesOnObjects() throws {
    let path = try compile("object.o", Self.text, ["-c", "-O0"])
    let imports = try ELFFile(path: path).importedSymbols()
    #expect(try Set(imports.map(\.name)) == names(["-u", path]))
    #expect(imports.contains(ImportedSymbol(name: "strong", isWeak: false)))
    #expect(imports.contains(ImportedSymbol(name: "weak", isWeak: true)))
    #expect(try Set(ELFFile(path: path).definedLinkSymbols()) == ["defined", "variable"])
  }

  @Test("a shared object's are those that the loader looks for")
  func agreesOnSharedObjects() throws {
    let path = try compile("library.so", Self.text, ["-shared"])
    let file = try ELFFile(path: path)
    #expect(try Set(file.importedSymbols().map(\.name)) == names(["-D", "-u", path]))
    #expect(file.definedLinkSymbols().isEmpty)
  }

  @Test("an archive's index holds what its members define, each name once")
  func readsArchives() throws {
    let path = try archive()
    #expect(try ELFArchive(path: path).definedSymbols == ["defined", "second", "variable"])
  }

  @Test("what is no archive, or has no index, is named")
  func namesBadArchives() throws {
    let object = try compile("object.o", Self.text, ["-c"])
    let empty = directory.file("empty.a")
    try Files.replace(empty, with: Array("!<arch>\n".utf8))
    for (path, code) in [(object, ELFError.Code.notELF), (empty, .malformed)] {
      let error = #expect(throws: ELFError.self) { try ELFArchive(path: path) }
      #expect(error?.code == code)
      #expect(error?.path == path)
    }
    let error = #expect(throws: ELFError.self) {
      try ELFArchive(path: directory.file("none.a"))
    }
    #expect(error?.code == .unreadable)
  }

  @Test("an archive that is cut off or whose index was damaged is an error or has fewer names")
  func survivesDamage() throws {
    let bytes = try Files.read(try archive())
    let damaged = directory.file("damaged.a")
    for count in 0..<min(bytes.count, 200) {
      try Files.replace(damaged, with: Array(bytes[..<count]))
      _ = try? ELFArchive(path: damaged)
    }
    // The number of symbols, their offsets and their names.
    for position in 58..<140 {
      for value in [0, 0x7f, 0xff] as [UInt8] {
        var edited = bytes
        edited[position] = value
        try Files.replace(damaged, with: edited)
        _ = try? ELFArchive(path: damaged)
      }
    }
  }

  private func archive() throws -> String {
    let first = try compile("first.o", Self.text, ["-c"])
    let second = try compile(
      "second.o", "int second(void) { return 2; }\nint variable __attribute__((weak));\n", ["-c"])
    let path = directory.file("library.a")
    let run = try CommandRun(["ar", "rcs", path, first, second])
    #expect(run.status.isSuccess, "\(run.errors)")
    return path
  }
}
