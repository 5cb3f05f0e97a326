import Glibc
import Platform
import TestSupport
import Testing

@Suite("bench-runtime compare, check, accept and history")
struct RegressionCommandTests {
  let directory: TemporaryDirectory
  var database: String { directory.file("history.db") }

  init() throws { directory = try TemporaryDirectory() }

  func run(_ arguments: [String]) throws -> CommandRun {
    try CommandRun([BenchRuntimeTests.command] + arguments)
  }

  /// A result with one time, one size and one count.
  func result(
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

  func expectRefusal(
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
}
