import Platform
import TestSupport
import Testing

@Suite("tools/gate")
struct GateTests {
  private let directory: TemporaryDirectory
  private let cache: TemporaryDirectory
  private var baseline: String { directory.file("baseline.json") }

  init() throws {
    directory = try TemporaryDirectory()
    cache = try TemporaryDirectory()
  }

  private func gate(_ arguments: String..., environment: [String] = []) throws -> CommandRun {
    try CommandRun(
      [Path.join(TestBuild.root, "tools/gate")] + arguments,
      environment: processEnvironment() + [
        "BENCH=\(BenchRuntimeTests.command)", "BASELINE=\(baseline)",
        "SET=--plugins 1 --variants floor --cache \(cache.path)",
      ] + environment)
  }

  /// Changes the one number of the accepted lines that hold `metric`.
  private func accept(_ metric: String, _ change: (Int) -> Int) throws {
    var edited = 0
    let lines = try Files.readText(baseline).split(separator: "\n").map { line -> String in
      guard line.contains("\"\(metric)\""),
        let digits = line.split(separator: "\"value\": ").last?.prefix(while: \.isNumber),
        let value = Int(digits)
      else { return String(line) }
      edited += 1
      return String(line).replacing("\"value\": \(digits)", with: "\"value\": \(change(value))")
    }
    #expect(edited == 1)
    try Files.replace(baseline, with: Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  @Test(
    "passes what was accepted, fails what grew, and is open where a figure has no accepted value")
  func gates() throws {
    let missing = try gate()
    #expect(missing.status == .exited(1) && missing.errors.contains("baseline.json"))
    #expect(try gate("--accept", "").status == .exited(1), "a reason is asked for")
    let accepted = try gate("--accept", "the beginning")
    #expect(accepted.status == .exited(0), "\(accepted.errors)")
    #expect(try Files.readText(baseline).contains("\"reason\": \"the beginning\""))
    let history = directory.file("history.db")
    let same = try gate(environment: ["HISTORY=\(history)"])
    #expect(same.status == .exited(0), "\(same.output) \(same.errors)")
    #expect(Files.exists(history))
    let again = try gate("--also", "markdown=\(directory.file("verdicts.md"))")
    #expect(again.status == .exited(0) && again.output.contains("No new step."), "\(again.output)")
    #expect(Files.exists(directory.file("verdicts.md")))

    try accept("size.sections") { $0 - 1 }
    let grown = try gate()
    #expect(grown.status == .exited(2), "\(grown.output)")
    #expect(grown.output.contains("size.sections"))
    try accept("size.sections") { $0 + 1 }
    #expect(try gate().status == .exited(0))

    let lines = try Files.readText(baseline).split(separator: "\n")
      .filter { !$0.contains("exports.total") }
    try Files.replace(baseline, with: Array(lines.joined(separator: "\n").utf8))
    #expect(try gate().status == .exited(3))
  }

  @Test("leaves nothing behind where it runs")
  func leavesNothing() throws {
    let place = directory.file("tmp")
    try Files.makeDirectory(place)
    _ = try gate(environment: ["TMPDIR=\(place)"])
    // The compiler leaves empty folders of its own.
    #expect(try !Files.list(place).contains { $0.hasPrefix("tmp.") })
  }
}
