import Platform
import TestSupport
import Testing

/// The pages of `docs/tutorials`, followed to the letter.
@Suite("The tutorials")
struct TutorialTests {
  static let languages = ["c", "cxx", "rust", "embedded-swift", "swift"]

  /// One step of a page.
  private enum Step {
    case run(String)
    /// Puts a text in the place of what begins and ends with the same lines.
    case replace(file: String, with: [Substring])
  }

  private static func steps(_ language: String) throws -> [Step] {
    let page = try Files.readText(Path.join(TestBuild.root, "docs/tutorials/\(language).md"))
    var steps: [Step] = []
    var block: (head: Substring, before: Substring, lines: [Substring])?
    var previous: Substring = ""
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let done = block {
          if done.head == "```sh" {
            steps.append(.run(done.lines.joined(separator: "\n")))
          } else if done.before.contains("`: in place of") {
            steps.append(
              .replace(file: String(done.before.split(separator: "`")[0]), with: done.lines))
          }
          block = nil
        } else {
          block = (line, previous, [])
        }
      } else {
        block?.lines.append(line)
      }
      previous = line
    }
    return steps
  }

  @Test("lead from nothing to a plugin that runs", arguments: languages)
  func lead(_ language: String) throws {
    guard language != "rust" || NewPluginTests.hasCargo else {
      print("cargo is missing: docs/tutorials/rust.md was not followed")
      return
    }
    let directory = try TemporaryDirectory()
    let environment =
      processEnvironment() + [
        "ROOT=\(TestBuild.root)", "HOST=\(NewPluginTests.host)", "EMBEDDED=\(TestBuild.embedded)",
      ]
    let steps = try Self.steps(language)
    #expect(steps.count >= 4)
    for step in steps {
      switch step {
      case .run(let commands):
        // The commands of this build, in place of those that would be built.
        let script = commands.replacing("\"$ROOT\"/tools/", with: "'\(TestBuild.directory)'/")
        let run = try CommandRun(
          ["/bin/sh", "-euc", "cd '\(directory.path)'\n" + script], environment: environment)
        try #require(run.status.isSuccess, "\(commands)\n\(run.output)\(run.errors)")
      case .replace(let file, let lines):
        let path = directory.file(file)
        var old = try Files.readText(path)
          .split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(old.firstIndex(of: lines[0]), "\(lines[0]) in \(old)")
        let end = try #require(old[start...].firstIndex(of: lines[lines.count - 1]))
        old.replaceSubrange(start...end, with: lines)
        try Files.replace(path, with: Array(old.joined(separator: "\n").utf8))
      }
    }
  }
}
