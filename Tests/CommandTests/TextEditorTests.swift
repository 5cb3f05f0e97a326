import Platform
import TestSupport
import Testing

/// The editor of the examples with its plugins, built once as its README says.
private enum BuiltEditor {
  static let scratch = Result {
    let scratch = Path.join(try TemporaryDirectory.make("text-editor"), "build")
    try Tool.run([
      "make", "-C", package, "SCRATCH=\(scratch)", "EMBEDDED=\(TestBuild.embedded)",
    ])
    return scratch
  }

  static let package = Path.join(TestBuild.root, "Examples/TextEditor")
  static let hasCargo = (try? CommandRun(["cargo", "--version"]))?.status.isSuccess == true
}

@Suite("The example TextEditor", .serialized)
struct TextEditorTests {
  @Test(
    "in a terminal: each of its five plugins does its work, and one is replaced while it runs",
    .enabled(if: TerminalSession.isAvailable, "tmux is missing"))
  func edits() throws {
    let scratch = try BuiltEditor.scratch.get()
    let directory = try TemporaryDirectory()
    let plugins = directory.file("plugins")
    try Files.makeDirectory(plugins)
    for plugin in try Files.list(Path.join(scratch, "plugins")) where plugin.hasSuffix(".so") {
      try FileEdits.copy(Path.join(scratch, "plugins/\(plugin)"), to: Path.join(plugins, plugin))
    }
    let text = directory.file("notes.txt")
    let session = try TerminalSession(
      [Path.join(scratch, "debug/edit"), text, plugins], directory: directory.path)
    try session.wait(for: "0 words")

    // Swift: the line after a bracket is indented.
    try session.type("list {")
    try session.press("Enter")
    try session.type("teh first   ")
    try session.wait("the indented line") { $0.contains("\n  ") && $0.contains("4 words") }

    // Rust: what is misspelled is underlined.
    if BuiltEditor.hasCargo { try session.wait(for: "\u{1b}[4mteh") }

    // Embedded Swift: a command changes the line.
    try session.press("C-p")
    try session.type("upper-case")
    try session.press("Enter")
    try session.wait(for: " FIRST")

    // C: what is blank at the end of lines is not saved.
    try session.press("C-s")
    try session.wait(for: "saved \(text)")
    #expect(try Files.readText(text) == "list {\n  TEH FIRST")

    // C++: another version takes over while the editor runs, and goes on counting changes.
    let before = try #require(Self.change(try session.screen()))
    try Tool.run([
      "make", "-C", BuiltEditor.package, "SCRATCH=\(directory.file("new"))",
      "CXXFLAGS=-DWORDS='\"Worte\"'", directory.file("new/plugins/word-count.so"),
    ])
    try Files.rename(
      directory.file("new/plugins/word-count.so"), to: Path.join(plugins, "word-count.so"))
    let screen = try session.wait(for: "4 Worte")
    let after = try #require(Self.change(screen))
    #expect(after > before)

    // A plugin that is none is refused, and nothing else happens.
    try Files.replace(Path.join(plugins, "broken.so"), with: Array("no plugin".utf8))
    try session.wait(for: "broken.so")
    try session.type("!")
    try session.wait(for: " FIRST!")
    try session.press("C-q")
    try session.waitForEnd()
  }

  /// The number that word-count shows.
  private static func change(_ screen: String) -> Int? {
    guard let place = screen.firstRange(of: ", change ") else { return nil }
    return Int(screen[place.upperBound...].prefix { $0.isNumber })
  }
}
