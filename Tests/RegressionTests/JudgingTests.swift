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
