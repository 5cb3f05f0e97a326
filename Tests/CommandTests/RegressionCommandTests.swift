import Glibc
import Platform
import TestSupport
import Testing

@Suite("bench-runtime compare, check, accept and history")
struct RegressionCommandTests {
  private let directory: TemporaryDirectory
  private var database: String { directory.file("history.db") }

  init() throws { directory = try TemporaryDirectory() }

  private func run(_ arguments: [String]) throws -> CommandRun {
    try CommandRun([BenchRuntimeTests.command] + arguments)
  }

  /// A result with one time, one size and one count.
  private func result(
    _ name: String = "result.json", time: Double = 7e6, size: Int = 1_000_000,
    processors: Int = 2, at start: Int = 1_700_000_000_000, commit: String = "abc"
  ) throws -> String {
    let samples = (0..<8).map { String(time + Double($0) * 1000) }.joined(separator: ", ")
    let path = directory.file(name)
    let text = """
      { "schema": "bench-runtime/1",
        "machine": { "architecture": "x86_64", "processor": "Test", "processors": \(processors),
          "memoryBytes": 4294967296, "kernel": "6.1", "system": "Debian" },
        "toolchain": { "swift": "Swift 6.3.1", "target": "x86_64", "cc": "cc" },
        "configuration": { "profile": "tiny", "cache": "warm" },
        "startedAtMilliseconds": \(start),
        "revision": { "commit": "\(commit)", "branch": "main", "isModified": false },
        "results": [ { "variant": "shared", "plugins": 50, "artifacts": "/set", "metrics": {
          "startup.load": { "unit": "ns", "median": \(time), "low": \(time), "high": \(time),
            "samples": [\(samples)] },
          "disk.total": { "unit": "bytes", "median": \(size), "low": \(size), "high": \(size),
            "samples": [\(size)] } } } ] }
      """
    try Files.replace(path, with: Array(text.utf8))
    return path
  }

  private func expectRefusal(
    _ run: CommandRun, _ words: String..., location: SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == .exited(1), "\(run.output)", sourceLocation: location)
    #expect(run.output.isEmpty, sourceLocation: location)
    #expect(
      run.errors.split(separator: "\n").count == 1, "\(run.errors)", sourceLocation: location)
    for word in words {
      #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: location)
    }
  }

  // MARK: Formats

  @Test("one comparison serves several readers: --format, and --also as often as there are others")
  func writesSeveralFormats() throws {
    let old = try result("old.json")
    let grown = try result("grown.json", size: 1_000_064)
    let paths = ["junit", "sarif", "markdown", "json"].map { ($0, directory.file($0)) }
    let compared = try run(
      ["compare", old, grown, "--metrics", "disk.total", "--format", "github"]
        + paths.flatMap { ["--also", "\($0.0)=\($0.1)"] })
    #expect(compared.status == .exited(2), "\(compared.errors)")
    #expect(compared.output.hasPrefix("::error file="), "\(compared.output)")
    for (format, start) in [
      ("junit", "<?xml"), ("sarif", "{"), ("markdown", "#"), ("json", "{"),
    ] {
      let text = String(decoding: try Files.read(directory.file(format)), as: UTF8.self)
      #expect(text.hasPrefix(start), "\(format): \(text)")
    }
  }

  @Test("an annotation stands on the line of the accepted figure")
  func annotatesBaseline() throws {
    let baseline = directory.file("baseline.json")
    let old = try result("old.json")
    #expect(
      try run(["accept", old, "--baseline", baseline, "--reason", "first"]).status == .exited(0))
    let grown = try result("grown.json", size: 1_000_064)
    let gated = try run(["compare", baseline, grown, "--format", "github"])
    #expect(gated.status == .exited(2))
    #expect(gated.output.contains("baseline.json,line=5,title=disk.total"), "\(gated.output)")
  }

  @Test(
    "an output that nobody can write is refused before anything is compared",
    arguments: [
      ("junit", "a format and a path"), ("junt=x", "did you mean 'junit'"),
      ("junit=/nowhere/at/all", "/nowhere/at/all"),
    ])
  func refusesOutputs(also: String, words: String) throws {
    let old = try result("old.json")
    expectRefusal(try run(["compare", old, old, "--also", also]), words)
  }

  // MARK: Results and accepted figures

  @Test("a size that grew is worse, exit status 2; one that did not is 0; times alone are 3")
  func comparesResults() throws {
    let old = try result("old.json")
    let grown = try result("grown.json", size: 1_000_064)
    let only = ["--metrics", "disk.total"]
    #expect(try run(["compare", old, old] + only).status == .exited(0))
    let worse = try run(["compare", old, grown] + only + ["--format", "json"])
    #expect(worse.status == .exited(2))
    #expect(worse.output.contains("\"verdict\": \"worse\""))
    #expect(try run(["compare", grown, old] + only).status == .exited(0), "better is no failure")
    #expect(try run(["compare", old, old, "--metrics", "startup.load"]).status == .exited(3))
    let markdown = try run(["compare", old, grown, "--format", "markdown"])
    #expect(markdown.output.contains("disk.total") && markdown.status == .exited(2))
  }

  @Test("another class of machines is refused, and exact figures compared if that is allowed")
  func refusesOtherMachine() throws {
    let (old, other) = (try result("old.json"), try result("other.json", processors: 64))
    expectRefusal(try run(["compare", old, other]), "64 processors", "--allow-other-machine")
    let allowed = try run(
      ["compare", old, other, "--metrics", "disk.total", "--allow-other-machine"])
    #expect(allowed.status == .exited(0))
  }

  @Test("an accepted growth passes, with its reason in the file; another one does not")
  func accepts() throws {
    let baseline = directory.file("baseline.json")
    let old = try result("old.json")
    let grown = try result("grown.json", size: 1_000_064)
    let accept = ["accept", "--baseline", baseline, "--reason"]
    expectRefusal(try run(["accept", old, "--baseline", baseline]), "--reason")
    expectRefusal(try run(accept + ["  ", old]), "--reason")
    #expect(try run(accept + ["start", old]).status.isSuccess)
    #expect(try run(["compare", baseline, old]).status == .exited(0))
    #expect(try run(["compare", baseline, grown]).status == .exited(2))
    #expect(try run(accept + ["a new table for reloading", grown]).status.isSuccess)
    #expect(try Files.readText(baseline).contains("\"reason\": \"a new table for reloading\""))
    #expect(try run(["compare", baseline, grown]).status == .exited(0))
    expectRefusal(
      try run(["accept", grown, "--baseline", "/dev/full", "--reason", "x"]), "/dev/full")
  }

  @Test("documents that are cut short, empty, of another kind or missing are one sentence")
  func refusesDocuments() throws {
    let whole = try result()
    let bytes = try Files.read(whole)
    let cut = directory.file("cut.json")
    for count in [0, 1, 40, bytes.count / 2, bytes.count - 2] {
      try Files.replace(cut, with: Array(bytes[..<count]))
      expectRefusal(try run(["compare", whole, cut]), "cut.json")
      expectRefusal(try run(["history", "import", cut, "--history", database]), "cut.json")
      expectRefusal(
        try run(
          ["accept", cut, "--baseline", directory.file("b.json"), "--reason", "x"]), "cut.json")
    }
    #expect(!Files.exists(database), "nothing was made for what could not be read")
    try Files.replace(cut, with: Array("{\"schema\": \"other/1\"}".utf8))
    expectRefusal(try run(["compare", whole, cut]), "other/1", "bench-runtime/1")
    expectRefusal(try run(["compare", whole, "/nonexistent"]), "/nonexistent")
    expectRefusal(try run(["compare", whole, directory.path]), "two files or two directories")
    let nan = directory.file("nan.json")
    try Files.replace(
      nan,
      with: Array(String(decoding: bytes, as: UTF8.self).replacing("7000000.0", with: "NaN").utf8))
    expectRefusal(try run(["history", "import", nan, "--history", database]), "nan.json")
  }

  // MARK: History

  @Test("runs are imported once, listed, shown, exported, deleted and their space given back")
  func keepsHistory() throws {
    let files = try (0..<3).map {
      try result("\($0).json", at: 1_700_000_000_000 + $0, commit: "commit\($0)")
    }
    let place = ["--history", database]
    #expect(try run(["history", "import"] + files + place).errors.contains("3 added"))
    #expect(
      try run(["history", "import", files[0]] + place).errors.contains("1 were there already"))
    let list = try run(["history", "list"] + place)
    #expect(list.output.contains("3 runs") && list.output.contains("commit2"))
    let ids = try run(["history", "list", "--format", "json"] + place).output
      .split(separator: "\"id\": \"").dropFirst().map { String($0.prefix(40)) }
    try #require(ids.count == 3)
    let show = try run(["history", "show", ids[0]] + place)
    #expect(show.output.contains("startup.load") && show.output.contains("commit2"))
    let lines = directory.file("lines")
    #expect(try run(["history", "export", "--output", lines] + place).status.isSuccess)
    #expect(try run(["history", "delete", ids[0]] + place).status.isSuccess)
    #expect(try run(["history", "vacuum"] + place).status.isSuccess)
    #expect(try run(["history", "list"] + place).output.contains("2 runs"))
    #expect(try run(["history", "import", lines] + place).errors.contains("1 added, 2 were there"))
    expectRefusal(try run(["history", "show", "feed"] + place), "feed", "history list")
    // A line that was changed by hand does not fit its name.
    let changed = directory.file("changed")
    let text = try Files.readText(lines).replacing("1000000", with: "1000001")
    try Files.replace(changed, with: Array(text.utf8))
    expectRefusal(try run(["history", "import", changed] + place), "changed, line 1")
  }

  @Test("a step in a size is exit status 2 once, and names its commit")
  func checks() throws {
    let files = try (0..<4).map {
      try result("\($0).json", size: $0 < 2 ? 100 : 164, at: $0, commit: "commit\($0)")
    }
    let place = ["--history", database]
    #expect(try run(["history", "import"] + files + place).status.isSuccess)
    let dry = try run(["check", "--dry-run"] + place)
    #expect(dry.status == .exited(2))
    let first = try run(["check"] + place)
    #expect(first.status == .exited(2) && first.output.contains("commit2"), "\(first.output)")
    #expect(try run(["check"] + place).status == .exited(0))
    #expect(try run(["check", "--all"] + place).output.contains("(known)"))
    expectRefusal(try run(["check", "--branch", "none"] + place), "none", "history list")
  }

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
    #expect(check.status == .exited(0) && check.output.contains("only be read"))
    expectRefusal(try readOnly(["history", "import", file]), database)
  }

  /// A result outside of the folder that is mounted over.
  private func resultElsewhere() throws -> String {
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

  // MARK: Builds

  @Test("a run is recorded, and its result imported is the same run")
  func records() throws {
    let cache = try TemporaryDirectory()
    let file = directory.file("run.json")
    let place = ["--history", database]
    let recorded = try run([
      "--plugins", "1", "--variants", "floor", "--samples", "2", "--cache", cache.path,
      "--record", database, "--format", "json", "--output", file,
    ])
    #expect(recorded.status.isSuccess && recorded.errors.contains("recorded"), "\(recorded.errors)")
    #expect(
      try run(["history", "import", file] + place).errors.contains("1 were there already"))
  }

  @Test("noise tells the spread of a set with itself, and from which effect on it is seen")
  func tellsNoise() throws {
    let cache = try TemporaryDirectory()
    let noise = try run([
      "noise", "--plugins", "1", "--variants", "floor", "--rounds", "12", "--cache", cache.path,
      "--format", "json",
    ])
    #expect(noise.status == .exited(0), "\(noise.errors)")
    for part in ["\"bench-noise/1\"", "\"startup.ready\"", "\"detectable\"", "\"otherLoad\""] {
      #expect(noise.output.contains(part), "\(noise.output)")
    }
  }

  @Test("the same files are unchanged without being measured; one byte more is worse")
  func comparesDirectories() throws {
    func library(_ folder: String, _ source: String) throws -> String {
      let path = directory.file(folder)
      try Files.makeDirectory(path)
      try Files.replace(Path.join(path, "a.c"), with: Array(source.utf8))
      try Tool.run([
        "cc", "-shared", "-fPIC", Path.join(path, "a.c"), "-o", Path.join(path, "a.so"),
      ])
      return path
    }
    let old = try library("old", "int f(void) { return 1; }\n")
    let copy = directory.file("copy")
    try Files.makeDirectory(copy)
    try Files.replace(Path.join(copy, "a.so"), with: try Files.read(Path.join(old, "a.so")))
    let new = try library("new", "int f(void) { return 1; }\nchar more = 7;\n")
    let exact = ["--metrics", "size.sections,exports.total,relocations.total", "--format", "json"]
    let same = try run(["compare", old, copy] + exact)
    #expect(same.status == .exited(0), "\(same.errors)")
    #expect(same.output.contains("identical-files"))
    let grown = try run(["compare", old, new] + exact)
    #expect(grown.status == .exited(2))
    #expect(grown.output.split(separator: "\n").count { $0.contains("\"worse\"") } == 2)
  }

  @Test("what size-report records is what its JSON tells, and is gated in the same way")
  func recordsSizes() throws {
    let library = try Fixture.wellBehavedC.path()
    let json = directory.file("size.json")
    let recorded = try CommandRun([
      Path.join(TestBuild.directory, "size-report"), library, "--record", database, "--format",
      "json", "--output", json,
    ])
    #expect(recorded.status.isSuccess, "\(recorded.errors)")
    let place = ["--history", database]
    #expect(try run(["history", "import", json] + place).errors.contains("1 added"))
    // Recorded and imported differ in when and where, and in no figure: no step.
    #expect(try run(["check", "--branch", "", "--dry-run"] + place).status != .exited(2))
    let baseline = directory.file("sizes.json")
    #expect(
      try run(["accept", json, "--baseline", baseline, "--reason", "start"]).status.isSuccess)
    #expect(try run(["compare", baseline, json]).status == .exited(0))
    #expect(try run(["compare", json, json]).status == .exited(0))
  }
}
