import Measurement
import Platform
import TestSupport
import Testing

@testable import Regression

/// What people copy out of `docs/ci.md` is read by what will read it there.
@Suite("Jobs in docs/ci.md")
struct CIDocumentTests {
  /// The blocks of one language.
  private static func blocks(_ language: String) throws -> [String] {
    let text = try Files.readText(Path.join(TestBuild.root, "docs/ci.md"))
    var blocks: [String] = []
    var block: [Substring]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```" {
        if let lines = block { blocks.append(lines.joined(separator: "\n") + "\n") }
        block = nil
      } else if line == "```\(language)" {
        block = []
      } else {
        block?.append(line)
      }
    }
    return blocks
  }

  @Test("are YAML with the parts that GitHub and GitLab ask for", .enabled(if: Consumer.yaml))
  func yamlIsRead() throws {
    let blocks = try Self.blocks("yaml")
    try #require(blocks.count == 2)
    let github = try Consumer.python(
      blocks[0],
      """
      import yaml
      jobs = yaml.safe_load(open(path))["jobs"]
      for job in jobs.values():
          assert job["runs-on"] and all("uses" in step or "run" in step for step in job["steps"])
          assert all(set(step) <= {"name", "uses", "with", "run", "if"} for step in job["steps"])
          print("\\n".join(step["run"] for step in job["steps"] if "run" in step))
      """)
    try Self.checkScript(github.replacing("${{", with: "$(").replacing("}}", with: ")"))
    #expect(github.contains("tools/gate"))
    let gitlab = try Consumer.python(
      blocks[1],
      """
      import yaml
      keys = {"image", "variables", "script", "artifacts", "rules", "allow_failure"}
      for name, job in yaml.safe_load(open(path)).items():
          assert set(job) <= keys and all(isinstance(line, str) for line in job["script"]), name
          assert set(job["artifacts"]) <= {"when", "reports", "paths", "expire_in"}, name
          print("\\n".join(job["script"]))
      """)
    try Self.checkScript(gitlab)
    #expect(gitlab.contains("tools/gate"))
  }

  @Test("are scripts that a shell can read")
  func scriptsAreRead() throws {
    let blocks = try Self.blocks("sh")
    #expect(blocks.count == 3)
    for block in blocks { try Self.checkScript(block) }
    try Self.checkScript(try Files.readText(Path.join(TestBuild.root, "tools/gate")))
  }

  private static func checkScript(_ text: String) throws {
    let directory = try TemporaryDirectory()
    try Files.replace(directory.file("script"), with: Array(text.utf8))
    try Tool.run(["sh", "-n", directory.file("script")])
  }

  @Test("name only options, formats and subcommands that there are")
  func optionsExist() throws {
    let bench = Path.join(TestBuild.directory, "bench-runtime")
    let help = try [["run"], ["compare"], ["check"], ["accept"], ["history"]]
      .map { try CommandRun([bench] + $0 + ["--help"]).output }.joined()
    let text = try Files.readText(Path.join(TestBuild.root, "docs/ci.md"))
    let words = text.split { !($0.isLetter || $0 == "-") }.map(String.init)
    // Git's own, and that of tools/gate.
    let others = ["--global", "--add", "--detach", "--accept"]
    let options = Set(words.filter { $0.hasPrefix("--") && $0.contains(where: \.isLetter) })
      .subtracting(others)
    #expect(options.count >= 8)
    for option in options { #expect(help.contains(option), "\(option)") }
    for also in text.split(separator: "--also ").dropFirst() {
      let format = also.split(whereSeparator: \.isWhitespace)[0].prefix { $0 != "=" }
      #expect(help.contains(format), "\(format)")
    }
  }
}

/// The figures that this project accepts of itself.
@Suite("Benchmarks/baseline.json")
struct OwnBaselineTests {
  private static let path = Path.join(TestBuild.root, "Benchmarks/baseline.json")

  private static func run(_ baseline: Baseline, _ value: (Baseline.Entry) -> Double) -> Run {
    var machine = SampleRuns.machine
    machine.architecture = baseline.architecture
    return Run(
      startedAt: 1, machine: machine, toolchain: "", revision: Revision(),
      figures: baseline.entries.map { Figure($0.series, exactly: value($0)) })
  }

  @Test("holds exact figures of several variants, each with its reason")
  func isWhole() throws {
    let baseline = try Baseline(path: Self.path)
    #expect(baseline.entries.allSatisfy { $0.series.kind == .exact && $0.reason?.isEmpty == false })
    #expect(Set(baseline.entries.map(\.series.subject)).count >= 3)
    for metric in ["size.sections", "relocations.total", "exports.total", "disk.total"] {
      #expect(baseline.entries.contains { $0.series.metric == metric }, "\(metric)")
    }
    #expect(baseline.lines(inFile: Self.path).count == baseline.entries.count)
  }

  @Test("passes what it holds, and a figure that grew by more than its tolerance is exit status 2")
  func gates() throws {
    let baseline = try Baseline(path: Self.path)
    func status(_ run: Run) throws -> Int32 {
      try Assessment(baseline: baseline, named: "baseline", candidate: run, named: "run").exitStatus
    }
    #expect(try status(Self.run(baseline) { $0.value }) == 0)
    #expect(try status(Self.run(baseline) { $0.value + $0.tolerance }) == 0)
    for grown in baseline.entries {
      let run = Self.run(baseline) { entry in
        entry.value + (entry.series == grown.series ? entry.tolerance + 1 : 0)
      }
      #expect(try status(run) == 2, "\(grown.series.metric) of \(grown.series.subject)")
      // A tolerance is for what does not repeat, and not for what grew.
      #expect(grown.tolerance <= max(16, grown.value * 0.02), "\(grown.series.metric)")
    }
  }
}
