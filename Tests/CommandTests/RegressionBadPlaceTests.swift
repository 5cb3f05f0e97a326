import Glibc
import Platform
import TestSupport
import Testing

/// Databases and results that are damaged, full, killed, empty or not there.
extension RegressionCommandTests {
  @Test("history that is missing, foreign, newer or in a bad place is one sentence")
  func refusesDatabases() throws {
    let file = try result()
    expectRefusal(try run(["check", "--history", database]), database, "--record")
    expectRefusal(try run(["history", "list", "--history", file]), "no SQLite database")
    expectRefusal(
      try run(["history", "import", file, "--history", "/proc/none/history.db"]), "/proc/none")
    expectRefusal(try run(["history", "import", file, "--history", "/dev/full"]), "/dev/full")
    expectRefusal(
      try run(["--plugins", "1", "--record", "/proc/none/history.db"]), "/proc/none")
    #expect(try run(["history", "import", file, "--history", database]).status.isSuccess)
    // The version of the schema stands in four bytes of the header: user_version.
    var bytes = try Files.read(database)
    bytes[63] = 9
    try Files.replace(database, with: bytes)
    expectRefusal(try run(["history", "list", "--history", database]), "schema 9")
  }

  @Test(
    "a full disk loses the run and says so; a read-only one is still read",
    .enabled(
      if: BenchRuntimeTests.canMount, "mounting in a namespace of one's own is not permitted here"))
  func survivesBadFileSystem() throws {
    let file = try result()
    let full = try CommandRun([
      "unshare", "-rm", "/bin/sh", "-c",
      "mount -t tmpfs -o size=128k none \"$0\" && cp \"$2\" \"$0/r\" 2>/dev/null; "
        + "head -c 1000000 /dev/zero > \"$0/fill\" 2>/dev/null; "
        + "exec \"$1\" history import \"$2\" --history \"$0/history.db\"",
      directory.file("."), BenchRuntimeTests.command, try resultElsewhere(),
    ])
    #expect(full.status == .exited(1), "\(full.errors)")
    #expect(full.errors.contains("history.db") && !full.errors.contains("added"), "\(full.errors)")

    #expect(try run(["history", "import", file, "--history", database]).status.isSuccess)
    let script = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\""
    func readOnly(_ arguments: [String]) throws -> CommandRun {
      try CommandRun(
        ["unshare", "-rm", "/bin/sh", "-c", script, directory.path, BenchRuntimeTests.command]
          + arguments + ["--history", database])
    }
    #expect(try readOnly(["history", "list"]).output.contains("1 run"))
    let check = try readOnly(["check"])
    // Of one run there is no verdict.
    #expect(check.status == .exited(3) && check.output.contains("only be read"))
    expectRefusal(try readOnly(["history", "import", file]), database)
  }

  @Test(
    "a disk that fills up leaves the history that is on it whole: it is still read, and written later",
    .enabled(
      if: BenchRuntimeTests.canMount, "mounting in a namespace of one's own is not permitted here"))
  func survivesFullDisk() throws {
    // One mount holds for all commands of the script, whose exit statuses it prints.
    let script = """
      mount -t tmpfs -o size=1m none "$0" || exit 99
      bench=$1 first=$2 more=$3 database=$0/history.db
      step() { name=$1; shift; "$@" >"$0.out" 2>"$0.err"; echo "$name $? $(cat "$0.out" "$0.err" | tr '\\n' ' ')"; }
      step import "$bench" history import "$first" --history "$database"
      head -c 2000000 /dev/zero >"$0/fill" 2>/dev/null
      step full "$bench" history import "$more" --history "$database"
      step list "$bench" history list --history "$database"
      step export "$bench" history export --history "$database" --output "$0.lines"
      rm "$0/fill"
      step later "$bench" history import "$more" --history "$database"
      step again "$bench" history list --history "$database"
      """
    let place = Path.join(try TemporaryDirectory.make("full"), "disk")
    try Files.makeDirectory(place)
    let first = try result("first.json", at: 1)
    let many = directory.file("many")
    // More than the log has room for.
    let one = directory.file("one.db")
    for start in 0..<40 {
      let file = try result(
        "\(start).json", at: 100 + start, commit: String(repeating: "c", count: 2000))
      #expect(try run(["history", "import", file, "--history", one]).status.isSuccess)
    }
    #expect(try run(["history", "export", "--history", one, "--output", many]).status.isSuccess)
    let steps = try CommandRun([
      "unshare", "-rm", "/bin/sh", "-c", script, place, BenchRuntimeTests.command, first, many,
    ])
    let words = Dictionary(
      uniqueKeysWithValues: steps.output.split(separator: "\n").map { line in
        let parts = line.split(separator: " ", maxSplits: 2)
        return (String(parts[0]), (String(parts[1]), parts.count > 2 ? String(parts[2]) : ""))
      })
    try #require(words.count == 6, "\(steps.output) \(steps.errors)")
    #expect(words["import"]!.0 == "0")
    #expect(
      words["full"]!.0 == "1" && words["full"]!.1.contains("nothing was recorded"), "\(words)")
    #expect(words["list"]!.0 == "0" && words["list"]!.1.contains("1 run."), "\(words)")
    #expect(words["export"]!.0 == "0", "\(words)")
    #expect(words["later"]!.0 == "0" && words["later"]!.1.contains("40 added"), "\(words)")
    #expect(words["again"]!.1.contains("41 runs"), "\(words)")
  }

  /// A result outside of the folder that is mounted over.
  func resultElsewhere() throws -> String {
    let path = Path.join(try TemporaryDirectory.make("elsewhere"), "result.json")
    try Files.replace(path, with: try Files.read(try result()))
    return path
  }

  @Test("killed a hundred times at any moment while recording, all that was recorded is there")
  func survivesKilling() throws {
    var random = SystemRandomNumberGenerator()
    let place = ["--history", database]
    #expect(
      try run(["history", "import", try result("first.json", at: 1)] + place).status.isSuccess)
    // How long one recording takes, so that the kills fall on all of it.
    let begun = monotonicNanoseconds()
    _ = try run(["history", "import", try result("second.json", at: 2)] + place)
    let usual = monotonicNanoseconds() - begun
    var finished = 2
    var killed = 0
    for attempt in 0..<100 {
      let running = try CommandRun.start(
        [BenchRuntimeTests.command, "history", "import"]
          + [try result("\(attempt).json", at: 10 + attempt)] + place)
      usleep(UInt32(UInt64.random(in: 0...(usual + usual / 4), using: &random) / 1000))
      running.child.kill()
      let run = try running.finish()
      if run.status.isSuccess { finished += 1 } else { killed += 1 }
      #expect(run.status.isSuccess || run.status == .signaled(SIGKILL), "\(run.errors)")
      let list = try self.run(["history", "list", "--limit", "0", "--format", "json"] + place)
      try #require(list.status.isSuccess, "\(list.errors)")
      let count = list.output.split(separator: "\"id\":").count - 1
      // A run may have been committed just before its process was killed.
      #expect((finished...(finished + 1)).contains(count), "\(count) after \(finished)")
      finished = count
    }
    #expect(killed > 10, "of a hundred kills only \(killed) came in time")
    // Every run is whole: exporting reads them all, importing checks their names.
    let lines = directory.file("lines")
    #expect(try run(["history", "export", "--output", lines] + place).status.isSuccess)
    let copy = ["--history", directory.file("copy.db")]
    #expect(
      try run(["history", "import", lines] + copy).errors.contains("\(finished) added"))
    #expect(
      try Files.readText(lines).split(separator: "\n").allSatisfy {
        $0.contains("startup.load") && $0.contains("disk.total")
      })
  }

  @Test("a history without a run is open, and one that is not there an error")
  func leavesEmptyHistoryOpen() throws {
    let place = ["--history", database]
    let file = try result()
    #expect(try run(["history", "import", file] + place).status.isSuccess)
    let few = try run(["check"] + place)
    #expect(few.status == .exited(3) && few.output.contains("Too few runs"), "\(few.output)")
    let list = try run(["history", "list", "--format", "json"] + place).output
    let id = try #require(list.split(separator: "\"id\": \"").dropFirst().first?.prefix(40))
    #expect(try run(["history", "delete", String(id)] + place).status.isSuccess)
    let empty = try run(["check"] + place)
    #expect(empty.status == .exited(3) && empty.output.contains("--record"), "\(empty.output)")
    expectRefusal(try run(["check", "--history", directory.file("none.db")]), "none.db")
  }

  @Test("1e999 in a result or among accepted figures is a sentence")
  func refusesInfinity() throws {
    let good = try result()
    let bad = directory.file("bad.json")
    let text = try Files.readText(good)
    try Files.replace(
      bad, with: Array(text.replacing("\"median\": 7000000.0", with: "\"median\": 1e999").utf8))
    expectRefusal(try run(["history", "import", bad, "--history", database]), "bad.json")
    expectRefusal(try run(["compare", good, bad]), "bad.json")
    let baseline = directory.file("baseline.json")
    #expect(
      try run(["accept", good, "--baseline", baseline, "--reason", "start"]).status.isSuccess)
    let figures = try Files.readText(baseline)
    for (old, new) in [("1000000", "1e999"), ("1000000", "NaN")] {
      try Files.replace(
        bad, with: Array(figures.replacing("\"value\": \(old)", with: "\"value\": \(new)").utf8))
      expectRefusal(try run(["compare", bad, good]), "bad.json")
      expectRefusal(try run(["accept", good, "--baseline", bad, "--reason", "x"]), "bad.json")
    }
  }

  @Test("accepted figures that a result lacks go when that is asked for, and are counted")
  func removesMissing() throws {
    let baseline = directory.file("baseline.json")
    let accept = ["accept", "--baseline", baseline, "--reason", "start"]
    #expect(try run(accept + [try result()]).errors.contains("accepted 1 figure in"))
    let other = directory.file("other.json")
    try Files.replace(
      other,
      with: Array(try Files.readText(try result()).replacing("\"shared\"", with: "\"other\"").utf8))
    #expect(try run(accept + [other]).errors.contains("accepted 1 figure in"))
    #expect(try run(["compare", baseline, other]).status == .exited(3))
    let removed = try run(accept + [other, "--remove-missing"])
    #expect(removed.status.isSuccess && removed.errors.contains("removed 1"), "\(removed.errors)")
    #expect(try run(["compare", baseline, other]).status == .exited(0))
    #expect(try run(accept + [other, "--remove-missing"]).errors.contains("nothing differs"))
  }
}
