import Measurement
import Platform
import Reporting
import TestSupport
import Testing

@testable import Regression

@Suite("A check of history")
struct CheckTests {
  private let directory: TemporaryDirectory
  private let history: History

  init() throws {
    directory = try TemporaryDirectory()
    history = try History.unsynced(directory.file("history.db"))
  }

  /// Records a run for each level, with 3 % of noise that is the same in every test.
  private func record(_ metric: Metric, _ levels: [Double], from start: Int64 = 0) throws {
    var random = RandomSource(seed: UInt64(start) + 1)
    _ = try history.add(
      levels.enumerated().map { index, level in
        let noise =
          metric.isExact ? 1 : 1 + 0.03 * (Double(random.next(below: 2001)) / 1000 - 1)
        let time = start + Int64(index)
        return SampleRuns.run(at: 1000 * time, commit: "c\(time)", [metric: level * noise])
      })
  }

  private func check(_ change: (inout HistoryCheck) -> Void = { _ in }) throws -> Assessment {
    var check = HistoryCheck()
    change(&check)
    return try check.run(history, branch: nil, remembers: true)
  }

  private func levels(_ parts: (count: Int, level: Double)...) -> [Double] {
    parts.flatMap { Array(repeating: $0.level, count: $0.count) }
  }

  @Test("finds nothing in what does not change")
  func findsNothing() throws {
    try record(.startupLoad, levels((150, 7e6)))
    let result = try check()
    #expect(result.judgements.isEmpty)
    #expect(result.exitStatus == 0)
  }

  @Test("names the commit since which it is slower, and tells it once")
  func tellsOnce() throws {
    try record(.startupLoad, levels((60, 7e6), (20, 7.6e6)))
    let first = try check()
    #expect(first.exitStatus == 2)
    let step = try #require(first.judgements.first)
    #expect(step.verdict == .worse && step.since?.state == .new)
    let commit = try #require(step.since?.revision.commit)
    #expect(["c58", "c59", "c60", "c61", "c62"].contains(commit), "\(commit)")
    #expect(try check().exitStatus == 0)
    // Nor for later runs, which move the step by one or two.
    for more in 0..<10 {
      try record(.startupLoad, [7.6e6], from: 80 + Int64(more))
      #expect(try check().exitStatus == 0, "after \(more + 1) more runs")
    }
    let all = try check { $0.tellsAll = true }
    #expect(all.judgements.map(\.since?.state) == [.known])
  }

  @Test("tells a recovery once, and calls the step before it recovered")
  func tellsRecovery() throws {
    try record(.startupLoad, levels((40, 7e6), (20, 8e6)))
    #expect(try check().exitStatus == 2)
    try record(.startupLoad, levels((20, 7e6)), from: 60)
    let result = try check()
    #expect(result.exitStatus == 0)
    #expect(result.judgements.map(\.verdict) == [.better])
    let all = try check { $0.tellsAll = true }
    #expect(Set(all.judgements.map(\.since?.state)) == [.recovered, .known])
  }

  @Test("an exact figure steps with a single run")
  func stepsExactly() throws {
    try record(.relocationsTotal, [100, 100, 101])
    let result = try check()
    #expect(result.exitStatus == 2)
    #expect(result.judgements.first?.since?.revision.commit == "c2")
    #expect(result.judgements.first?.since?.previousRevision?.commit == "c1")
    #expect(try check().exitStatus == 0)
  }

  @Test("machines of another class and other branches are looked at apart")
  func separates() throws {
    var other = SampleRuns.machine
    other.processor = "Twice as fast"
    _ = try history.add(
      (0..<40 as Range<Int64>).flatMap { time in
        let isFast = !time.isMultiple(of: 2)
        return [
          SampleRuns.run(
            at: time, machine: isFast ? other : SampleRuns.machine,
            [.startupLoad: isFast ? 3.5e6 : 7e6]),
          SampleRuns.run(at: time, branch: "topic", [.startupLoad: Double(time + 1) * 1e6]),
        ]
      })
    #expect(try HistoryCheck().run(history, branch: "main", remembers: false).judgements.isEmpty)
  }

  @Test("of no run, and of too few, comes to no verdict, and says so")
  func leavesOpen() throws {
    let empty = try check()
    #expect(empty.exitStatus == 3 && empty.judgements.isEmpty)
    #expect(empty.notes.contains { $0.contains("--record") })
    try record(.startupLoad, levels((5, 7e6)))
    try record(.relocationsTotal, [100], from: 5)
    let few = try check()
    #expect(few.exitStatus == 3, "\(few)")
    #expect(few.headline.contains("Too few runs"))
    // Two runs are enough for what is exact, six for what is not: each alone makes a verdict.
    try record(.relocationsTotal, [100], from: 6)
    let exact = try check()
    #expect(exact.exitStatus == 0 && exact.headline == "No new step.")
    #expect(exact.notes.contains { $0.contains("1 of them has fewer") }, "\(exact.notes)")
  }

  @Test("a branch that is not there is a sentence, whatever else there is")
  func refusesUnknownBranch() throws {
    try record(.relocationsTotal, [100, 100])
    let error = #expect(throws: HistoryError.self) {
      try HistoryCheck().run(history, branch: "mian", remembers: false)
    }
    #expect(error?.code == .noSuchRun && error?.description.contains("mian") == true)
  }

  @Test(
    "gives back what it looked at, to be drawn: steps first, each at its commit, also known ones")
  func drawsHistory() throws {
    try record(.startupLoad, levels((40, 7e6), (20, 8e6)))
    try record(.relocationsTotal, Array(repeating: 100, count: 5) + [164, 164], from: 60)
    try record(.memoryPSS, levels((20, 1e7)), from: 67)
    for look in 0..<2 {
      let result = try check()
      #expect(result.histories.map(\.series.metric).last == "memory.pss", "look \(look)")
      #expect(result.histories.map(\.points.count) == [7, 60, 20], "look \(look)")
      let exact = result.histories[0]
      #expect(exact.steps == [.init(index: 5, before: 100, after: 164)])
      #expect(exact.points[5].commit == "c65")
      let charts = result.report().charts
      #expect(charts.map(\.key) == ["history-1", "history-2", "history-3"])
      guard case .lines(let lines, _, _, let marks) = charts[0].content else {
        Issue.record("history is no line")
        continue
      }
      #expect(lines[0].points.map(\.y) == [100, 100, 100, 100, 100, 164, 164])
      #expect(marks.map(\.x) == [6] && marks[0].label == "+64 % since c65", "\(marks)")
      #expect(marks[0].tone == .bad)
    }
  }

  @Test("the figures of both kinds of result are found as numbers in JSON")
  func writesJSON() throws {
    try record(.relocationsTotal, [100, 101])
    let text = try check().json()
    for part in ["\"bench-verdicts/1\"", "\"state\": \"new\"", "\"baseline\": 100"] {
      #expect(text.contains(part), "\(text)")
    }
  }
}
