import Glibc
import Measurement
import Platform
import TestSupport
import Testing

@testable import Regression

/// A PostgreSQL server of the test's own, in a temporary directory, reached by a socket there.
///
/// The server refuses to run as root: then it runs as `nobody`.
final class TestServer {
  private let directory: String
  let address: String

  /// Debian keeps the server's programs apart from the PATH.
  static let programs: String? = {
    let versions = (try? Files.list("/usr/lib/postgresql")) ?? []
    return versions.reversed().map { "/usr/lib/postgresql/\($0)/bin" }
      .first { Files.isExecutable($0 + "/initdb") && Files.isExecutable($0 + "/pg_ctl") }
  }()

  init() throws {
    var template = Array("/tmp/plugin-runtime-pg-XXXXXX".utf8CString)
    directory = unsafe String(cString: mkdtemp(&template)!)
    let isRoot = getuid() == 0
    if isRoot { try Tool.run(["chown", "nobody", directory]) }
    address =
      "postgresql:///postgres?host=\(directory)&user=\(isRoot ? "nobody" : "tester")"
    try command([
      "initdb", "-D", directory + "/data", "-A", "trust", "-U", isRoot ? "nobody" : "tester",
      "--no-sync",
    ])
    try command([
      "pg_ctl", "-D", directory + "/data", "-w", "-l", directory + "/log", "-o",
      "-k \(directory) -c listen_addresses='' -c fsync=off", "start",
    ])
  }

  deinit {
    try? command(["pg_ctl", "-D", directory + "/data", "-m", "immediate", "-w", "stop"])
    try? Files.remove(directory)
  }

  private func command(_ arguments: [String]) throws {
    let program = Path.join(Self.programs!, arguments[0])
    let whole =
      (getuid() == 0 ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [])
      + [program] + arguments.dropFirst()
    try Tool.run(whole)
  }
}

@Suite(
  "History on a PostgreSQL server",
  .enabled(
    if: TestServer.programs != nil,
    "no PostgreSQL server is installed; for these tests: apt-get install postgresql"),
  .serialized)
struct PostgreSQLTests {
  @Test("holds the runs that SQLite holds, merges them without doubling, and finds the same steps")
  func agreesWithSQLite() throws {
    let server = try TestServer()
    let directory = try TemporaryDirectory()
    let here = try History.unsynced(directory.file("history.db"))
    for time in 0..<60 as Range<Int64> {
      let level = time < 40 ? 7e6 : 8e6
      let wobble = Double((time * 7919) % 100) * 300
      _ = try here.add([
        SampleRuns.run(
          at: time, commit: "c\(time)",
          [.startupLoad: level + wobble + 0.25, .relocationsTotal: time < 50 ? 100 : 101])
      ])
    }
    let runs = try here.runs().reversed().map { try here.run($0.id) }
    let there = try History(path: server.address, .making)
    #expect(try there.add(runs).allSatisfy { !$0.wasKnown })
    #expect(try there.add(runs).allSatisfy(\.wasKnown))
    #expect(try there.runs() == here.runs())
    #expect(try there.runs().reversed().map { try there.run($0.id) } == runs)
    #expect(try there.id(beginningWith: String(runs[0].id.prefix(20))) == runs[0].id)

    let findings = try [here, there].map {
      try HistoryCheck().run($0, branch: nil, remembers: true)
    }
    #expect(findings[0].judgements == findings[1].judgements)
    #expect(findings[1].count(.worse) == 2)
    #expect(try HistoryCheck().run(there, branch: nil, remembers: true).judgements.isEmpty)

    try there.delete(runs[3].id)
    try there.vacuum()
    #expect(try there.count() == 59)
    // Opened again, it is there still.
    #expect(try History(path: server.address, .reading).count() == 59)
  }

  @Test(
    "refuses a newer schema, a schema of another program, a writer's lock and a server that is gone"
  )
  func refuses() throws {
    let server = try TestServer()
    func code(_ body: () throws -> Void) -> HistoryError.Code? {
      do { try body() } catch { return (error as? HistoryError)?.code }
      return nil
    }
    #expect(code { _ = try History(path: server.address, .reading) } == .unreadable)
    let history = try History(path: server.address, .making)
    let other = try PostgreSQLDatabase(server.address)
    try other.begin()
    #expect(
      code {
        try History(path: server.address, .writing, busyMilliseconds: 50)
          .record(SampleRuns.run(at: 1, [.diskTotal: 1]))
      } == .locked)
    try other.run("ROLLBACK", [])
    try history.record(SampleRuns.run(at: 1, [.diskTotal: 1]))
    try other.run("UPDATE version SET number = 9", [])
    #expect(code { _ = try History(path: server.address, .writing) } == .newerSchema)
    try other.run("DROP TABLE version", [])
    #expect(code { _ = try History(path: server.address, .writing) } == .foreignDatabase)
    let gone = "postgresql:///postgres?host=/nonexistent"
    #expect(code { _ = try History(path: gone, .making) } == .unreadable)
  }

  @Test("serves the commands by its address: import, list, check once, export, delete, vacuum")
  func servesCommands() throws {
    let server = try TestServer()
    let directory = try TemporaryDirectory()
    let file = directory.file("runs")
    let runs = (0..<4 as Range<Int64>).map { time in
      SampleRuns.run(at: time, commit: "c\(time)", [.diskTotal: time < 2 ? 100 : 164])
    }
    let text = try runs.map { try $0.line() + "\n" }.joined()
    try Files.replace(file, with: Array(text.utf8))
    func run(_ arguments: String...) throws -> CommandRun {
      try CommandRun(
        [Path.join(TestBuild.directory, "bench-runtime")] + arguments
          + ["--history", server.address])
    }
    #expect(try run("check").status == .exited(1), "nothing is made by looking")
    #expect(try run("history", "import", file).errors.contains("4 added"))
    #expect(try run("history", "import", file).errors.contains("4 were there already"))
    #expect(try run("history", "list").output.contains("4 runs"))
    let check = try run("check")
    #expect(check.status == .exited(2) && check.output.contains("c2"), "\(check.output)")
    #expect(try run("check").status == .exited(0))
    let exported = try run("history", "export")
    #expect(exported.output.split(separator: "\n").count == 4)
    let id = try runs[3].id
    #expect(try run("history", "show", String(id.prefix(12))).output.contains("disk.total"))
    #expect(try run("history", "delete", id).status.isSuccess)
    #expect(try run("history", "vacuum").status.isSuccess)
    #expect(try run("history", "list").output.contains("3 runs"))
    let gone = try CommandRun([
      Path.join(TestBuild.directory, "bench-runtime"), "check", "--history",
      "postgresql:///postgres?host=/nonexistent",
    ])
    #expect(gone.status == .exited(1) && gone.errors.split(separator: "\n").count == 1)
  }

  @Test("a password of an address is not shown")
  func hidesPassword() {
    do {
      _ = try History(path: "postgresql://me:secret@localhost:1/none", .reading)
      Issue.record("there is no such server")
    } catch {
      #expect(!error.description.contains("secret") && error.description.contains("me@localhost"))
    }
  }
}
