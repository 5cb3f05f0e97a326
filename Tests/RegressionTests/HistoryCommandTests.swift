import Glibc
import Measurement
import Platform
import TestSupport
import Testing

@testable import Regression

/// What `bench-runtime history` and its kin do with a database that something else has a hand on: these
/// tests hold locks, move clocks and kill, and look into the file beside the command.
@Suite("History through the commands, in bad company")
struct HistoryCommandTests {
  private let directory: TemporaryDirectory
  private var database: String { directory.file("history.db") }
  private static let bench = Path.join(TestBuild.directory, "bench-runtime")

  init() throws { directory = try TemporaryDirectory() }

  private func run(_ arguments: [String]) throws -> CommandRun {
    try CommandRun([Self.bench] + arguments + ["--history", database])
  }

  /// A file of runs as history exports them.
  private func lines(_ name: String, _ runs: [Run]) throws -> String {
    let path = directory.file(name)
    let text = try runs.map { try $0.line() + "\n" }.joined()
    try Files.replace(path, with: Array(text.utf8))
    return path
  }

  private func isWhole(_ path: String) throws -> Bool {
    try SQLiteDatabase(path, .writing).run("PRAGMA integrity_check", []) == [[.text("ok")]]
  }

  @Test(
    "a database that another process has locked is waited for as long as was said, then a sentence")
  func waitsForLock() throws {
    let one = try lines("one", [SampleRuns.run(at: 1, [.diskTotal: 1])])
    let other = try lines("other", [SampleRuns.run(at: 2, [.diskTotal: 1])])
    #expect(try run(["history", "import", one]).status.isSuccess)
    let holder = try SQLiteDatabase(database, .writing)
    try holder.begin()
    for command in [
      ["history", "import", other], ["history", "delete", "0"], ["history", "vacuum"],
    ] {
      let begun = monotonicNanoseconds()
      let refused = try run(command + ["--wait", "50"])
      let isOne = refused.errors.split(separator: "\n").count == 1
      #expect(refused.status == .exited(1) && isOne, "\(command): \(refused.errors)")
      if command[1] != "delete" {
        #expect(refused.errors.contains("locked by another process"), "\(refused.errors)")
        #expect(monotonicNanoseconds() - begun >= 50_000_000)
      }
    }
    // Reading goes on.
    #expect(try run(["history", "list", "--wait", "0"]).output.contains("1 run."))
    try holder.run("ROLLBACK", [])
    #expect(try run(["history", "import", other]).errors.contains("1 added"))
  }

  @Test("an import that is older than what is there says so, and stands before it")
  func tellsOlderImport() throws {
    let new = try lines("new", [SampleRuns.run(at: 2000, commit: "new", [.diskTotal: 2])])
    let old = try lines(
      "old", [1000, 1500].map { SampleRuns.run(at: $0, commit: "old", [.diskTotal: 1]) })
    #expect(try !run(["history", "import", new]).errors.contains("older"))
    let imported = try run(["history", "import", old])
    #expect(imported.errors.contains("2 added"))
    #expect(imported.errors.contains("2 of them are older than the last run"), "\(imported.errors)")
    #expect(
      try History(path: database, .reading).runs().reversed().map(\.startedAt) == [
        1000, 1500, 2000,
      ])
  }

  @Test("a clock that went back is a sentence of size-report too, and the order is kept")
  func tellsClock() throws {
    let library = try Fixture.wellBehavedC.path()
    func record() throws -> CommandRun {
      try CommandRun([
        Path.join(TestBuild.directory, "size-report"), library, "--record", database, "--output",
        "/dev/null",
      ])
    }
    #expect(try !record().errors.contains("clock"))
    let second = try record()
    #expect(second.status.isSuccess && !second.errors.contains("clock"), "\(second.errors)")
    // As if the last one had been made a day later.
    let history = try SQLiteDatabase(database, .writing)
    try history.run("UPDATE run SET position = position + 86400000", [])
    let third = try record()
    #expect(third.status.isSuccess)
    #expect(third.errors.contains("warning: the clock stands"), "\(third.errors)")
    #expect(third.errors.contains("kept in its order"))
    let positions = try history.run("SELECT position FROM run ORDER BY id", [])
      .compactMap { $0[0].integer }
    #expect(positions == positions.sorted() && Set(positions).count == 3)
  }

  @Test("killed in the middle of an import of two thousand runs, all of it is there or nothing")
  func survivesKilledImport() throws {
    let many = try lines(
      "many", (0..<2000).map { SampleRuns.run(at: 1000 + $0, [.diskTotal: Double($0)]) })
    let first = try lines("first", [SampleRuns.run(at: 1, [.startupLoad: 7e6])])
    #expect(try run(["history", "import", first]).status.isSuccess)
    let before = try Files.read(database)
    // How long it reads, and how long all takes: the kills fall between, where it writes.
    let scratch = directory.file("scratch.db")
    let begun = monotonicNanoseconds()
    #expect(
      try CommandRun([Self.bench, "history", "import", many, "--history", scratch]).status.isSuccess
    )
    let usual = monotonicNanoseconds() - begun
    var random = SystemRandomNumberGenerator()
    var killed = 0
    for attempt in 0..<12 {
      let path = directory.file("\(attempt).db")
      try Files.replace(path, with: before)
      let running = try CommandRun.start(
        [Self.bench, "history", "import", many, "--history", path])
      usleep(UInt32(UInt64.random(in: usual / 4...usual, using: &random) / 1000))
      running.child.kill()
      killed += try running.finish().status.isSuccess ? 0 : 1
      #expect(try isWhole(path), "attempt \(attempt)")
      let history = try History(path: path, .writing)
      let count = try history.count()
      #expect(count == 1 || count == 2001, "\(count) after attempt \(attempt)")
      // Nothing of half an import is left in the other tables.
      let figures = try history.connection.run("SELECT count(*) FROM figure", [])
      #expect(figures == [[.integer(Int64(count))]])
    }
    #expect(killed > 2, "of twelve kills only \(killed) came in time")
  }

  @Test("numbers that are none are refused in a sentence, and nothing of the file is recorded")
  func refusesNumbers() throws {
    let good = try SampleRuns.run(at: 1, [.startupLoad: 7e6]).line()
    for (old, new) in [
      ("\"median\":7000000", "\"median\":1e999"), ("\"median\":7000000", "\"median\":NaN"),
      ("\"low\":", "\"low\":-1e999,\"x\":"),
      ("\"startedAtMilliseconds\":1", "\"startedAtMilliseconds\":1e30"),
    ] {
      let changed = good.replacing(old, with: new)
      #expect(changed != good, "\(old)")
      let path = directory.file("bad")
      try Files.replace(path, with: Array((good + "\n" + changed + "\n").utf8))
      let refused = try run(["history", "import", path])
      #expect(refused.status == .exited(1), "\(new): \(refused.errors)")
      #expect(refused.errors.split(separator: "\n").count == 1 && refused.errors.contains("line 2"))
      #expect(!Files.exists(database))
    }
  }
}
