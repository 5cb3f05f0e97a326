import Platform
import TestSupport
import Testing

@Suite("Help of the commands")
struct HelpWidthTests {
  @Test(
    "fits into 80 columns",
    arguments: [
      ["bench-runtime", "--help"], ["bench-runtime", "help", "run"],
      ["bench-runtime", "help", "compare"], ["bench-runtime", "help", "noise"],
      ["package-runtime", "--help"], ["package-runtime", "help", "link-flags"],
      ["plugin-host", "--help"], ["plugin-host", "help", "load"], ["plugin-interface", "--help"],
      ["new-plugin", "--help"], ["size-report", "--help"],
    ])
  func fits(words: [String]) throws {
    let command = Path.join(TestBuild.directory, words[0])
    let run = try CommandRun([command] + words.dropFirst())
    #expect(run.status.isSuccess)
    for line in run.output.split(separator: "\n") {
      #expect(line.count <= 80, "\(words): \(line)")
    }
  }

  @Test("shows what must be given without brackets")
  func showsWhatIsRequired() throws {
    for (command, words) in [
      ("new-plugin", "new-plugin --language LANGUAGE ["),
      ("package-runtime", "package-runtime [library] (--output DIR | --bundle DIR) ["),
    ] {
      let help = try CommandRun([Path.join(TestBuild.directory, command), "--help"]).output
      let text = help.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
      #expect(text.contains(words), "\(help)")
    }
  }
}
