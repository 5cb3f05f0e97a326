import Measurement
import Platform
import TestSupport
import Testing

@testable import Regression

@Suite("Verdicts on two results")
struct RunComparisonTests {
  private func assess(
    _ old: [Metric: Double], _ new: [Metric: Double], machine: MachineFacts = SampleRuns.machine,
    allowsOtherMachine: Bool = false
  ) throws -> Assessment {
    try Assessment(
      baseline: SampleRuns.run(at: 1, old), named: "old",
      candidate: SampleRuns.run(at: 2, machine: machine, new), named: "new",
      metrics: Set(Metric.all.map(\.name)), allowsOtherMachine: allowsOtherMachine)
  }

  @Test("an exact figure is judged to its last digit")
  func judgesExactly() throws {
    let result = try assess(
      [.diskTotal: 1_000_000, .relocationsTotal: 35_539, .exportsTotal: 51],
      [.diskTotal: 1_000_064, .relocationsTotal: 35_538, .exportsTotal: 51])
    let verdicts = Dictionary(
      uniqueKeysWithValues: result.judgements.map { ($0.series.metric, $0.verdict) })
    #expect(
      verdicts == [
        "disk.total": .worse, "relocations.total": .better, "exports.total": .unchanged,
      ])
    #expect(result.exitStatus == 2)
    #expect(result.judgements[0].verdict == .worse, "worst first")
  }

  @Test("instructions may differ in their last digits")
  func toleratesRepeating() throws {
    #expect(try assess([.instructionsLoad: 2e7], [.instructionsLoad: 2.0005e7]).exitStatus == 0)
    #expect(try assess([.instructionsLoad: 2e7], [.instructionsLoad: 2.04e7]).exitStatus == 2)
  }

  @Test("memory is judged by intervals, times of two sessions are not judged")
  func judgesMemory() throws {
    let same = try assess([.memoryAnonymous: 1_380_352], [.memoryAnonymous: 1_380_352])
    #expect(same.exitStatus == 0)
    let more = try assess([.memoryAnonymous: 1_380_352], [.memoryAnonymous: 1_518_387])
    #expect(more.exitStatus == 2)
    let times = try assess([.startupLoad: 7e6], [.startupLoad: 14e6])
    #expect(times.judgements.map(\.verdict) == [.inconclusive])
    #expect(times.exitStatus == 3)
  }

  @Test("another class of machines is refused, with the way to allow what is exact")
  func refusesOtherMachine() throws {
    var other = SampleRuns.machine
    other.processors = 64
    let error = #expect(throws: HistoryError.self) {
      try assess([.diskTotal: 1], [.diskTotal: 1], machine: other)
    }
    #expect(error?.description.contains("--allow-other-machine") == true)
    let allowed = try assess(
      [.diskTotal: 1, .memoryPSS: 1e7], [.diskTotal: 1, .memoryPSS: 2e7], machine: other,
      allowsOtherMachine: true)
    #expect(Set(allowed.judgements.map(\.verdict)) == [.unchanged, .inconclusive])
    // A patch of the kernel makes no other class.
    var patched = SampleRuns.machine
    patched.kernel = "6.1.0-44"
    #expect(try assess([.diskTotal: 1], [.diskTotal: 1], machine: patched).exitStatus == 0)
  }

  @Test("a figure that one side lacks is open, and never 0")
  func leavesMissingOpen() throws {
    let result = try assess([.diskTotal: 1], [.exportsTotal: 1])
    #expect(result.judgements.allSatisfy { $0.verdict == .inconclusive && $0.basis == .missing })
    #expect(result.exitStatus == 3)
    #expect(!result.json().contains("\"baseline\": 0"))
  }
}

@Suite("Accepted figures")
struct BaselineTests {
  private let old = SampleRuns.run(
    at: 1, [.diskTotal: 1_000_000, .relocationsTotal: 100, .startupLoad: 7e6])

  @Test("hold what is exact, come back from their file, and gate the next result")
  func gates() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("baseline.json")
    var baseline = Baseline(architecture: "x86_64")
    #expect(baseline.accept(old, reason: "the beginning") == 2)
    try baseline.write(to: path)
    #expect(try Baseline(path: path) == baseline)
    #expect(Baseline.isBaseline(path))
    #expect(try gate(baseline, old).exitStatus == 0)
    let grown = SampleRuns.run(at: 2, [.diskTotal: 1_000_001, .relocationsTotal: 100])
    #expect(try gate(baseline, grown).exitStatus == 2)
  }

  @Test("a change is accepted with its reason beside the number, and nothing else is touched")
  func acceptsWithReason() throws {
    var baseline = Baseline(architecture: "x86_64")
    _ = baseline.accept(old, reason: "the beginning")
    #expect(baseline.entries.allSatisfy { $0.reason == nil })
    let grown = SampleRuns.run(
      at: 2, commit: "0123456789abcdef", [.diskTotal: 1_000_064, .relocationsTotal: 100])
    #expect(baseline.accept(grown, reason: "the new table") == 1)
    let line = baseline.text().split(separator: "\n").first { $0.contains("disk.total") }
    #expect(line?.contains("1000064") == true && line?.contains("\"the new table\"") == true)
    #expect(line?.contains("0123456789ab") == true)
    #expect(baseline.entries.count { $0.reason != nil } == 1)
    #expect(try gate(baseline, grown).exitStatus == 0)
  }

  @Test("a tolerance is kept to its last unit")
  func tolerates() throws {
    var baseline = Baseline(architecture: "x86_64")
    _ = baseline.accept(old, reason: "the beginning")
    let place = try #require(
      baseline.entries.firstIndex { $0.series.metric == "relocations.total" })
    baseline.entries[place].tolerance = 2
    for (relocations, status) in [(102.0, 0 as Int32), (103, 2), (98, 0), (97, 0)] {
      let run = SampleRuns.run(
        at: 2, [.diskTotal: 1_000_000, .relocationsTotal: relocations])
      #expect(try gate(baseline, run).exitStatus == status, "\(relocations)")
    }
  }

  @Test("a figure without an accepted value has no verdict")
  func needsBaseline() throws {
    var baseline = Baseline(architecture: "x86_64")
    _ = baseline.accept(old, reason: "the beginning", metrics: ["disk.total"])
    #expect(try gate(baseline, old).exitStatus == 3)
  }

  @Test("of another architecture is refused")
  func refusesOtherArchitecture() {
    #expect(throws: HistoryError.self) { try gate(Baseline(architecture: "aarch64"), old) }
  }

  private func gate(_ baseline: Baseline, _ run: Run) throws -> Assessment {
    try Assessment(baseline: baseline, named: "baseline", candidate: run, named: "run")
  }
}

@Suite("A second session")
struct ConfirmationTests {
  private func paired(_ verdict: Verdict) -> Judgement {
    Judgement(
      series: SampleRuns.series(.startupLoad), baseline: 1, candidate: 2, verdict: verdict,
      basis: .paired(rounds: 12, confirmed: nil))
  }

  @Test(
    "makes what looks worse count, or leaves it open and says why",
    arguments: [
      (Verdict.worse, Verdict.worse), (.unchanged, .inconclusive), (.better, .inconclusive),
      (.inconclusive, .inconclusive),
    ])
  func confirms(second: Verdict, result: Verdict) {
    var judgement = paired(.worse)
    judgement.confirm(with: paired(second))
    #expect(judgement.verdict == result)
    #expect(judgement.basis == .paired(rounds: 12, confirmed: second == .worse))
    #expect((judgement.note == nil) == (second == .worse))
  }

  @Test("is not asked about what is not worse")
  func leavesOthers() {
    var judgement = paired(.better)
    judgement.confirm(with: nil)
    #expect(judgement == paired(.better))
  }
}
