import Foundation
import FoundationXML
import Measurement
import Platform
import Reporting
import TestSupport
import Testing

@testable import Regression

@Suite("Formats of verdicts")
struct VerdictFormatTests {
  /// Whatever a file or a branch may be called.
  static let hostile =
    "<a href=\"x\">&'%0A\n::error::\u{1B}[31m]]>{0}[l](u),\u{202E}\u{FFFE}\\"

  /// One figure for each verdict, and one of a hostile name.
  static func assessment(_ kind: Assessment.Kind = .comparison) -> Assessment {
    func judgement(
      _ metric: Metric, _ verdict: Verdict, subject: String = "shared", _ values: Double?...
    ) -> Judgement {
      Judgement(
        series: SampleRuns.series(metric, subject: subject), baseline: values[0],
        candidate: values[1], verdict: verdict, basis: .exact(tolerance: 0), note: hostile)
    }
    return Assessment(
      kind: kind, baseline: "Benchmarks/runtime baseline.json", candidate: "new.json",
      machineClass: "x86_64",
      judgements: [
        judgement(.diskTotal, .worse, 1_000_000, 1_000_064),
        judgement(.startupLoad, .inconclusive, 7e6, 7.25e6),
        judgement(.memoryPSS, .inconclusive, 7e6, nil),
        judgement(.exportsTotal, .better, 52, 51),
        judgement(.symbolsTotal, .unchanged, 100, 100),
        judgement(.diskTotal, .worse, subject: hostile, 1, 2),
      ])
  }

  static let empty = Assessment(
    kind: .check, baseline: "before", candidate: "history.db", machineClass: "", judgements: [])

  private static func json(_ text: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8))
  }

  @Test("every format ends in one line feed, and says something of no judgement at all")
  func isWhole() {
    for format in VerdictFormat.allCases {
      for assessment in [Self.assessment(), Self.empty] {
        let text = assessment.text(format)
        #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"), "\(format)")
        #expect(!text.unicodeScalars.contains("\u{1B}"), "\(format)")
        #expect(!text.unicodeScalars.contains("\u{202E}"), "\(format)")
      }
    }
  }

  // MARK: JUnit

  @Test("JUnit: what is worse has failed, what is open was skipped, nothing else is either")
  func junitCounts() throws {
    final class Counter: NSObject, XMLParserDelegate {
      var counts: [String: Int] = [:]
      var names: [String] = []
      func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
      ) {
        counts[name, default: 0] += 1
        if name == "testsuite", let name = attributes["name"] { names.append(name) }
      }
    }
    let text = Self.assessment().text(.junit)
    let parser = XMLParser(data: Data(text.utf8))
    let counter = Counter()
    parser.delegate = counter
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(
      counter.counts == [
        "testsuites": 1, "testsuite": 2, "testcase": 6, "failure": 2, "skipped": 2,
        "system-out": 2,
      ])
    #expect(counter.names.contains { $0.hasPrefix("<a href=\"x\">&'%0A ::error::") })
    #expect(Self.empty.text(.junit).contains("tests=\"1\" failures=\"0\""))
  }

  @Test("JUnit is well-formed to xmllint", .enabled(if: Consumer.xmllint))
  func junitIsWellFormed() throws {
    for assessment in [Self.assessment(), Self.empty] {
      try Consumer.check(assessment.text(.junit), ["xmllint", "--noout"])
    }
  }

  @Test("JUnit is read by junitparser", .enabled(if: Consumer.junitparser))
  func junitIsRead() throws {
    let words = try Consumer.python(
      Self.assessment().text(.junit),
      """
      import junitparser
      report = junitparser.JUnitXml.fromfile(path)
      cases = [case for suite in report for case in suite]
      results = [type(result).__name__ for case in cases for result in case.result]
      print(report.tests, report.failures, report.skipped, sorted(results))
      """)
    #expect(words == "6 2 2 ['Failure', 'Failure', 'Skipped', 'Skipped']\n")
  }

  // MARK: SARIF

  private struct SARIF: Decodable {
    struct Run: Decodable {
      struct Tool: Decodable { var driver: Driver }
      struct Driver: Decodable { var rules: [Rule] }
      struct Rule: Decodable { var id: String }
      struct Result: Decodable {
        struct Message: Decodable { var text: String }
        struct Location: Decodable { var physicalLocation: Physical }
        struct Physical: Decodable { var artifactLocation: Artifact, region: Region }
        struct Artifact: Decodable { var uri: String }
        struct Region: Decodable { var startLine: Int }
        var ruleId: String
        var ruleIndex: Int
        var level: String
        var message: Message
        var locations: [Location]
        var partialFingerprints: [String: String]
      }
      var tool: Tool
      var results: [Result]
    }
    var version: String
    var runs: [Run]
  }

  private static func sarif(_ assessment: Assessment) throws -> SARIF.Run {
    let log = try JSONDecoder().decode(SARIF.self, from: Data(assessment.text(.sarif).utf8))
    #expect(log.version == "2.1.0" && log.runs.count == 1)
    return log.runs[0]
  }

  @Test("SARIF has a result for what is worse or open, each with its rule and place")
  func sarifResults() throws {
    var assessment = Self.assessment(.gate)
    assessment.lines[SampleRuns.series(.diskTotal)] = 7
    let run = try Self.sarif(assessment)
    #expect(run.results.map(\.level).sorted() == ["error", "error", "note", "note"])
    for result in run.results {
      #expect(run.tool.driver.rules[result.ruleIndex].id == result.ruleId)
      #expect(
        result.locations[0].physicalLocation.artifactLocation.uri
          == "Benchmarks/runtime%20baseline.json")
    }
    #expect(
      run.results.contains {
        $0.ruleId == "disk.total" && $0.locations[0].physicalLocation.region.startLine == 7
      })
    #expect(try Self.sarif(Self.empty).results.isEmpty)
  }

  @Test("a fingerprint is of the figure: other numbers keep it, another figure has another")
  func sarifFingerprints() throws {
    let before = Self.assessment()
    var after = before
    for index in after.judgements.indices {
      after.judgements[index].candidate = 1e9
      after.judgements[index].note = nil
    }
    let prints = try [before, after].map { try Self.sarif($0).results.map(\.partialFingerprints) }
    #expect(prints[0] == prints[1])
    #expect(Set(prints[0].compactMap { $0["benchFigure/v1"] }).count == 4)
    // Stable from build to build, not only within one process.
    #expect(
      Judgement(exact: SampleRuns.series(.diskTotal), baseline: 1, candidate: 2).digest
        == "8705bca966c24b33505d7a268f727304")
  }

  @Test(
    "a path becomes a URI that leads to it",
    arguments: [
      ("a b.json", "a%20b.json"), ("/tmp/ä", "file:///tmp/%C3%A4"), ("x/%41", "x/%2541"),
    ])
  func sarifURI(path: String, uri: String) {
    #expect(Assessment.uri(path) == uri)
  }

  // MARK: GitHub

  @Test("annotations: one line for each figure that is worse or open, and nothing in it acts")
  func githubLines() {
    var assessment = Self.assessment(.gate)
    assessment.lines[SampleRuns.series(.diskTotal)] = 7
    let lines = assessment.text(.github).split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines.count { $0.hasPrefix("::error file=Benchmarks/runtime baseline.json") } == 2)
    #expect(
      lines.contains {
        $0.hasPrefix(
          "::error file=Benchmarks/runtime baseline.json,line=7,title=disk.total is worse::")
      })
    #expect(lines.count { $0.hasPrefix("::warning ") } == 2)
    #expect(lines.last?.hasPrefix("::notice ") == true)
    #expect(lines.allSatisfy { !$0.contains("%0A") || $0.contains("%250A") })
  }

  @Test("annotations are bounded: ten of a kind, the last of which counts the rest")
  func githubIsBounded() {
    let judgement = Self.assessment().judgements.first { $0.verdict == .worse }!
    let many = Assessment(
      kind: .comparison, baseline: "a", candidate: "b", machineClass: "",
      judgements: Array(repeating: judgement, count: 40))
    let lines = many.text(.github).split(separator: "\n")
    #expect(lines.count == 11)
    #expect(lines[9] == "::error::31 more figures are left out here")
  }

  // MARK: Figures

  @Test("github-action-benchmark gets a list of name, unit and value; what is absent is left out")
  func benchmarkAction() throws {
    let list = try #require(
      try Self.json(Self.assessment().text(.benchmarkAction)) as? [[String: Any]])
    #expect(list.count == 5)
    for entry in list {
      #expect(entry["name"] is String && entry["unit"] is String && entry["value"] is NSNumber)
    }
    let size = list.first { $0["name"] as? String == "shared, 50 plugins, tiny, warm: disk.total" }
    #expect(size?["value"] as? Int == 1_000_064 && size?["unit"] as? String == "bytes")
  }

  @Test("Bencher gets each figure once, by place and metric")
  func bencher() throws {
    let document = try #require(
      try Self.json(Self.assessment().text(.bmf)) as? [String: [String: [String: Double]]])
    #expect(document.count == 2)
    #expect(
      document["shared, 50 plugins, tiny, warm"] == [
        "disk.total": ["value": 1_000_064], "startup.load": ["value": 7_250_000],
        "exports.total": ["value": 51], "symbols.total": ["value": 100],
      ])
  }

  @Test("OpenMetrics: base units, one verdict of four, and an end")
  func openMetrics() {
    let text = Self.assessment().text(.openMetrics)
    let place = "subject=\"shared\",setting=\"50 plugins, tiny, warm\",tool=\"bench-runtime\""
    let lines = Set(text.split(separator: "\n").map(String.init))
    #expect(lines.contains("bench_figure_seconds{metric=\"startup.load\",\(place)} 0.00725"))
    #expect(lines.contains("bench_baseline_bytes{metric=\"disk.total\",\(place)} 1000000.0"))
    #expect(
      lines.contains("bench_verdict{metric=\"disk.total\",\(place),bench_verdict=\"worse\"} 1.0"))
    #expect(text.hasSuffix("# EOF\n"))
    #expect(Self.empty.text(.openMetrics) == "# EOF\n")
  }

  @Test("OpenMetrics is read by Prometheus' own parser", .enabled(if: Consumer.prometheus))
  func openMetricsIsRead() throws {
    let words = try Consumer.python(
      Self.assessment().text(.openMetrics),
      """
      from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
      families = {f.name: f for f in parse(open(path).read())}
      print(sorted(families), len(families["bench_verdict"].samples),
            families["bench_figure_bytes"].unit, families["bench_verdict"].type)
      print(any('"' in s.labels["subject"] for s in families["bench_figure_bytes"].samples))
      """)
    #expect(
      words == """
        ['bench_baseline', 'bench_baseline_bytes', 'bench_baseline_seconds', 'bench_figure', \
        'bench_figure_bytes', 'bench_figure_seconds', 'bench_verdict'] 24 bytes stateset
        True

        """)
  }

  @Test("of two steps of one series the later is the figure")
  func namesFiguresOnce() {
    func step(_ value: Double, at time: Int64) -> Judgement {
      Judgement(
        series: SampleRuns.series(.diskTotal), baseline: 1, candidate: value, verdict: .worse,
        basis: .changePoint(pValue: 0),
        since: .init(run: "", startedAt: time, revision: Revision(), state: .new))
    }
    let check = Assessment(
      kind: .check, baseline: "", candidate: "h.db", machineClass: "",
      judgements: [step(9, at: 1), step(2, at: 2)])
    #expect(check.figures.map(\.candidate) == [2])
    #expect(check.text(.junit).contains("tests=\"2\""))
  }

  @Test("a line of the baseline's file is known where each figure has one of its own")
  func findsLines() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("baseline.json")
    var baseline = Baseline(architecture: "x86_64")
    _ = baseline.accept(
      SampleRuns.run(at: 1, [.diskTotal: 1, .exportsTotal: 2]), reason: "the beginning")
    try baseline.write(to: path)
    let lines = baseline.lines(inFile: path)
    let text = String(decoding: try Files.read(path), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 2)
    for (series, line) in lines { #expect(text[line - 1].contains("\"\(series.metric)\"")) }
    let joined = text.joined(separator: " ")
    try Files.replace(path, with: Array(joined.utf8))
    #expect(baseline.lines(inFile: path).isEmpty)
  }
}
