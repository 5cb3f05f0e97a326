import Glibc
import Measurement
import Platform
import TestSupport
import Testing

@testable import Regression

@Suite("History")
struct HistoryTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.file("history.db") }

  init() throws { directory = try TemporaryDirectory() }

  private func refusal(_ body: () throws -> Void) -> HistoryError? {
    do {
      try body()
      return nil
    } catch {
      return error as? HistoryError
    }
  }

  @Test("gives a run back as it was recorded")
  func keepsRuns() throws {
    let run = SampleRuns.run(
      at: 1_700_000_000_000, commit: "abc123",
      [.startupLoad: 7_740_302.5, .memoryPSS: 10_836_992, .diskTotal: 18_833_288])
    let recorded = try History(path: path, .making).record(run)
    var found = try History(path: path, .reading).run(recorded.id)
    #expect(found.position == run.startedAt)
    found.position = nil
    #expect(found == run)
    #expect(try found.id == recorded.id)
  }

  @Test("leaves one file, and keeps it when it is opened again")
  func leavesOneFile() throws {
    for start in 0..<3 {
      try History.unsynced(path).record(SampleRuns.run(at: Int64(start), [.diskTotal: 1]))
    }
    #expect(try Files.list(directory.path) == ["history.db"])
    #expect(try History(path: path, .reading).count() == 3)
  }

  @Test("records a run once, however often it comes")
  func recordsOnce() throws {
    let run = SampleRuns.run(at: 5, [.startupLoad: 7e6])
    let history = try History(path: path, .making)
    #expect(try !history.record(run).wasKnown)
    #expect(try history.record(run).wasKnown)
    #expect(try history.count() == 1)
  }

  @Test("merges the runs of two machines without doubling those that both have")
  func merges() throws {
    var other = SampleRuns.machine
    other.processor = "Another"
    let shared = SampleRuns.run(at: 3, [.startupLoad: 7e6])
    let histories = try ["a.db", "b.db"].map { try History.unsynced(directory.file($0)) }
    _ = try histories[0].add([SampleRuns.run(at: 1, [.diskTotal: 1]), shared])
    _ = try histories[1].add([
      shared, SampleRuns.run(at: 2, machine: other, [.startupLoad: 8e6]),
    ])
    let lines = try histories.flatMap { history in
      try history.runs().map { try history.run($0.id).line() }
    }
    let file = directory.file("all.jsonl")
    try Files.replace(file, with: Array((lines.joined(separator: "\n") + "\n").utf8))
    let merged = try History.unsynced(path)
    let recorded = try merged.add(try Run.all(inFile: file))
    #expect(recorded.count == 4)
    #expect(try merged.count() == 3)
    #expect(try merged.runs().map(\.startedAt) == [3, 2, 1])
    #expect(try merged.add(try Run.all(inFile: file)).allSatisfy(\.wasKnown))
  }

  @Test("removes a run with its figures")
  func deletes() throws {
    let history = try History(path: path, .making)
    let first = try history.record(SampleRuns.run(at: 1, [.startupLoad: 7e6]))
    let second = try history.record(SampleRuns.run(at: 2, [.startupLoad: 7e6]))
    try history.delete(first.id)
    try history.vacuum()
    #expect(try history.runs().map(\.id) == [second.id])
    #expect(try history.connection.run("SELECT count(*) FROM figure", []) == [[.integer(1)]])
    #expect(refusal { try history.delete(first.id) }?.code == .noSuchRun)
  }

  @Test("finds a run by the first digits of its name, and refuses digits that several share")
  func findsByPrefix() throws {
    let history = try History(path: path, .making)
    let ids = try history.add((0..<40).map { SampleRuns.run(at: $0, [.diskTotal: 1]) }).map(\.id)
    #expect(try history.id(beginningWith: String(ids[0].prefix(16))) == ids[0])
    // Of forty names, some begin with the same digit.
    let shared = ids.first { id in ids.count { $0.first == id.first } > 1 }!
    #expect(
      refusal { _ = try history.id(beginningWith: "\(shared.first!)") }?.code == .ambiguousRun)
    #expect(refusal { _ = try history.id(beginningWith: "xyz") }?.code == .noSuchRun)
  }

  @Test("keeps the order of a machine's runs when its clock goes back, and says so")
  func survivesClock() throws {
    let history = try History.unsynced(path)
    let commits = ["first", "second", "third"]
    for (commit, clock) in zip(commits, [2_000_000_000_000, 1000, 1_700_000_000_000] as [Int64]) {
      let recorded = try history.record(
        SampleRuns.run(at: clock, commit: commit, [.startupLoad: 7e6]), at: clock + 10)
      #expect((recorded.clockWentBack != nil) == (commit != "first"))
      #expect(recorded.warning?.contains("clock") == (commit == "first" ? nil : true))
    }
    #expect(try history.runs().reversed().map(\.revision.commit) == commits)
  }

  @Test("runs of like machines side by side are in the order of their beginning, and no alarm")
  func allowsLikeMachines() throws {
    let history = try History.unsynced(path)
    // The second began first and was ready last.
    let runs = [(begun: 100, ready: 110), (begun: 95, ready: 120)] as [(Int64, Int64)]
    for (begun, ready) in runs {
      let recorded = try history.record(
        SampleRuns.run(at: begun, commit: "at \(begun)", [.startupLoad: 7e6]), at: ready)
      #expect(recorded.clockWentBack == nil && recorded.warning == nil)
    }
    #expect(try history.runs().reversed().map(\.position) == [95, 100])
  }

  @Test("older results that are imported later stand where they belong, and are told of")
  func importsOutOfOrder() throws {
    let history = try History.unsynced(path)
    let times: [Int64] = [500, 300, 400, 100]
    let recorded = try times.map {
      try history.add([SampleRuns.run(at: $0, commit: "at \($0)", [.diskTotal: Double($0)])])[0]
    }
    #expect(recorded.map(\.isOlder) == [false, true, true, true])
    #expect(recorded.allSatisfy { $0.clockWentBack == nil })
    #expect(
      try history.runs().reversed().map(\.revision.commit)
        == ["at 100", "at 300", "at 400", "at 500"])
    // A check sees the steps in the order of the runs.
    var check = HistoryCheck()
    check.tellsAll = true
    let steps = try check.run(history, branch: nil, remembers: false).judgements
    #expect(steps.allSatisfy { $0.verdict == .worse })
    #expect(Set(steps.compactMap(\.since?.revision.commit)) == ["at 300", "at 400", "at 500"])
  }

  @Test(
    "refuses what is not a number, and records nothing of the run",
    arguments: [
      Double.nan, .infinity,
    ])
  func refusesNaN(value: Double) throws {
    let history = try History(path: path, .making)
    var run = SampleRuns.run(at: 1, [.startupLoad: 7e6, .diskTotal: 5])
    run.figures[1].samples[0] = value
    #expect(refusal { try history.record(run) }?.code == .notANumber)
    #expect(try history.count() == 0)
  }

  @Test("refuses a newer schema, a foreign database, a file that is none, and a directory")
  func refusesForeign() throws {
    try History(path: path, .making).record(SampleRuns.run(at: 1, [.diskTotal: 1]))
    do {
      let database = try SQLiteDatabase(path, .writing)
      try database.run("PRAGMA user_version = 7", [])
    }
    let newer = refusal { _ = try History(path: path, .writing) }
    #expect(newer?.code == .newerSchema)
    #expect(newer?.description.contains("schema 7") == true)

    let foreign = directory.file("foreign.db")
    do {
      let database = try SQLiteDatabase(foreign, .making)
      try database.run("CREATE TABLE cookies (id INTEGER)", [])
    }
    let before = try Files.read(foreign)
    #expect(refusal { _ = try History(path: foreign, .making) }?.code == .foreignDatabase)
    #expect(try Files.read(foreign) == before)

    let text = directory.file("text")
    try Files.replace(text, with: Array(String(repeating: "no database ", count: 100).utf8))
    #expect(refusal { _ = try History(path: text, .making) }?.code == .foreignDatabase)
    #expect(refusal { _ = try History(path: directory.path, .making) }?.code == .unreadable)
    #expect(
      refusal { _ = try History(path: directory.file("none"), .reading) }?.code == .unreadable)
  }

  @Test("a file that lost its end is said to be damaged, or still gives whole runs")
  func survivesTruncation() throws {
    let history = try History(path: path, .making)
    _ = try history.add(
      (0..<200).map { SampleRuns.run(at: $0, [.startupLoad: 7e6, .memoryPSS: 1e7]) })
    try history.vacuum()
    let bytes = try Files.read(path)
    for share in [3, 5, 8] {
      let cut = directory.file("cut-\(share).db")
      try Files.replace(cut, with: Array(bytes[..<(bytes.count * share / 10)]))
      let error = refusal {
        let history = try History(path: cut, .reading)
        for run in try history.runs() { _ = try history.run(run.id) }
      }
      #expect(error?.code == .damaged, "\(share): \(String(describing: error))")
    }
  }

  @Test("waits for a lock of another process as long as it was told, then says so")
  func refusesLocked() throws {
    try History(path: path, .making).record(SampleRuns.run(at: 1, [.diskTotal: 1]))
    let holder = try SQLiteDatabase(path, .writing)
    try holder.begin()
    let waiting = try History(path: path, .writing, busyMilliseconds: 50)
    let error = refusal { try waiting.record(SampleRuns.run(at: 2, [.diskTotal: 1])) }
    #expect(error?.code == .locked)
    // Reading goes on meanwhile.
    #expect(try History(path: path, .reading).count() == 1)
    try holder.run("ROLLBACK", [])
    #expect(try !waiting.record(SampleRuns.run(at: 2, [.diskTotal: 1])).wasKnown)
  }

  @Test("two that make one file at the same time both have it")
  func makesConcurrently() async throws {
    for trial in 0..<60 {
      let path = directory.file("\(trial).db")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask { _ = try History(path: path, .making, busyMilliseconds: 60_000) }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("two writers at once lose nothing")
  func writesConcurrently() async throws {
    let path = path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<2 {
        group.addTask {
          let history = try History.unsynced(path, busyMilliseconds: 60_000)
          for start in 0..<50 {
            try history.record(
              SampleRuns.run(at: Int64(1000 * writer + start), [.startupLoad: 7e6]))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try History(path: path, .reading).count() == 100)
  }
}

@Suite("Samples in a database")
struct SampleCodingTests {
  @Test(
    "come back to the last digit",
    arguments: [
      [], [0], [1, 2, 3], [7_740_302, 7_740_301, 9e15, 0, 12], [0.1, 2.5e-300, 1e300],
      [-5, 5, -9_007_199_254_740_991], [-0.0, 1],
    ] as [[Double]])
  func roundTrips(samples: [Double]) {
    let decoded = SampleCoding.decode(SampleCoding.encode(samples))
    #expect(decoded?.map(\.bitPattern) == samples.map(\.bitPattern))
  }

  @Test("twenty times of some milliseconds take less than half of what they would")
  func saves() {
    let times = (0..<20).map { 7_740_302 + Double($0 * 7919 % 400_000) }
    #expect(SampleCoding.encode(times).count < 80)
  }

  @Test(
    "bytes that are none are refused, and end nothing", arguments: [[9], [2, 1, 2], [1, 0x80]])
  func refuses(bytes: [UInt8]) {
    #expect(SampleCoding.decode(bytes) == nil)
  }
}
