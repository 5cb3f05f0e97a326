import Measurement
import Platform
import Reporting
import TestSupport
import Testing

@testable import Regression

/// The schema is frozen: what it is stands as text in a fixture, and databases of it still open.
@Suite("The schema of history")
struct HistorySchemaTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.file("history.db") }

  init() throws { directory = try TemporaryDirectory() }

  /// The statements of the fixture, without its remark.
  private func golden() throws -> [String] {
    let text = try Files.readText(Path.join(TestBuild.root, "Tests/Fixtures/history-1/history.sql"))
    return text.split(separator: "\n").filter { !$0.hasPrefix("--") }.joined(separator: "\n")
      .split(separator: ";\n").map { Self.plain(String($0)) }
  }

  private static func plain(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ").filter { $0 != ";" }
  }

  @Test("of a database that is made today is that of version 1, to the last word")
  func isFrozen() throws {
    _ = try History.unsynced(path)
    let database = try SQLiteDatabase(path, .reading)
    let made = try database.run(
      "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid", []
    ).compactMap { $0[0].text.map(Self.plain) }
    #expect(made == (try golden().filter { $0.hasPrefix("CREATE") }))
    #expect(made.count == 9)
    #expect(try database.schemaVersion() == 1)
  }

  /// A database of version 1 that only SQL has made.
  private func stored() throws -> String {
    let path = directory.file("stored.db")
    let database = try SQLiteDatabase(path, .making)
    for statement in try golden() { try database.run(statement, []) }
    return path
  }

  @Test("of version 1 still opens: its runs, steps and order are there, and more can be added")
  func opensVersion1() throws {
    let history = try History(path: try stored(), .writing)
    #expect(try history.runs().map(\.revision.commit) == ["decade", "c0ffee"])
    let run = try history.run(try history.id(beginningWith: "89ab"))
    #expect(run.machine == SampleRuns.machine && run.toolchain == "Swift 6.3.1")
    #expect(run.revision.isModified && run.warnings == ["3 pages were swapped"])
    #expect(
      run.figures == [
        Figure(SampleRuns.series(.diskTotal), exactly: 1_000_064),
        Figure(SampleRuns.series(.startupLoad), exactly: 7_100_000.5),
      ])
    let first = try history.run(try history.id(beginningWith: "0123"))
    #expect(first.figures.last?.samples == [7_000_000, 7_001_000])
    // The step in it was told.
    #expect(try HistoryCheck().run(history, branch: "main", remembers: true).judgements.isEmpty)
    try history.record(
      SampleRuns.run(at: 1_700_000_002_000, [.diskTotal: 1_000_128]), at: 1_700_000_003_000)
    #expect(try HistoryCheck().run(history, branch: "main", remembers: true).exitStatus == 2)
    #expect(try history.count() == 3)
  }

  @Test("is read where nothing can be written")
  func readsVersion1() throws {
    #expect(try History(path: try stored(), .reading).count() == 2)
  }

  @Test("a database that is written to keeps its changes in a log, and waits for the disk")
  func writesAhead() throws {
    let history = try History(path: path, .making)
    #expect(try history.connection.run("PRAGMA journal_mode", []) == [[.text("wal")]])
    // 2 is FULL.
    #expect(try history.connection.run("PRAGMA synchronous", []) == [[.integer(2)]])
    #expect(try history.connection.run("PRAGMA foreign_keys", []) == [[.integer(1)]])
    try history.record(SampleRuns.run(at: 1, [.diskTotal: 1]))
    #expect(Files.exists(path + "-wal"))
  }

  @Test("keeps the whole fingerprint of the toolchain: compiler, target and C compiler")
  func keepsToolchain() throws {
    let file = directory.file("result.json")
    let text = """
      { "schema": "bench-runtime/1",
        "machine": { "architecture": "x86_64", "processor": "Test", "processors": 2,
          "memoryBytes": 4294967296, "kernel": "6.1", "system": "Debian" },
        "toolchain": { "swift": "Swift 6.3.1", "target": "x86_64-linux", "cc": "cc\\n12.2" },
        "configuration": { "profile": "tiny", "cache": "warm" }, "results": [] }
      """
    try Files.replace(file, with: Array(text.utf8))
    let history = try History.unsynced(path)
    let id = try history.record(try Run(path: file)).id
    let run = try history.run(id)
    #expect(run.toolchain == "Swift 6.3.1\nx86_64-linux\ncc 12.2")
    #expect(try run.id == id)
    #expect(try run.report().notes.contains("Swift 6.3.1; x86_64-linux; cc 12.2"))
  }
}
