import Platform
import TestSupport
import Testing

/// What takes builds and measurements of its own.
extension RegressionCommandTests {
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

  @Test(
    "instructions are counted by a run, accepted, and held against the accepted ones",
    .enabled(if: hasValgrind, "SKIPPED: valgrind is not installed"))
  func gatesInstructions() throws {
    let cache = try TemporaryDirectory()
    let now = directory.file("now.json")
    let baseline = directory.file("baseline.json")
    #expect(
      try run([
        "--plugins", "2", "--variants", "floor", "--samples", "1", "--instructions", "--cache",
        cache.path, "--format", "json", "--output", now,
      ]).status.isSuccess)
    #expect(
      try run(["accept", now, "--baseline", baseline, "--reason", "start"]).status.isSuccess)
    let gate = ["compare", baseline, now, "--metrics", "instructions.load"]
    let same = try run(gate + ["--format", "json"])
    #expect(same.status == .exited(0), "\(same.output)")
    // A line of the file, as a hand would change it: one per cent fewer were accepted.
    let lines = try Files.readText(baseline).split(separator: "\n").map { line -> String in
      guard line.contains("instructions.load"),
        let value = line.split(separator: "\"value\": ").last?.prefix(while: \.isNumber),
        let count = Int(value)
      else { return String(line) }
      #expect(count > 100_000 && line.contains("\"machineClass\""))
      return String(line).replacing("\"value\": \(count)", with: "\"value\": \(count * 99 / 100)")
    }
    try Files.replace(baseline, with: Array((lines.joined(separator: "\n") + "\n").utf8))
    #expect(try run(gate).status == .exited(2))
  }

  static let hasValgrind =
    (try? CommandRun(["valgrind", "--version"]))?.status.isSuccess ?? false

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
    let checked = try run(["check", "--dry-run"] + place).status
    #expect(checked == .exited(0) || checked == .exited(3), "\(checked)")
    let baseline = directory.file("sizes.json")
    #expect(
      try run(["accept", json, "--baseline", baseline, "--reason", "start"]).status.isSuccess)
    #expect(try run(["compare", baseline, json]).status == .exited(0))
    #expect(try run(["compare", json, json]).status == .exited(0))
  }

  @Test("a file that has grown is a step in what size-report records, told once")
  func tellsGrownFile() throws {
    let file = directory.file("plugin.so")
    let bytes = try Files.read(try Fixture.wellBehavedC.path())
    func record() throws {
      let recorded = try CommandRun([
        Path.join(TestBuild.directory, "size-report"), file, "--record", database, "--output",
        "/dev/null",
      ])
      #expect(recorded.status.isSuccess, "\(recorded.errors)")
    }
    let check = ["check", "--history", database]
    try Files.replace(file, with: bytes)
    for _ in 0..<5 { try record() }
    #expect(try run(check).status == .exited(0))
    try Files.replace(file, with: bytes + [UInt8](repeating: 1, count: 512))
    try record()
    let told = try run(check)
    #expect(told.status == .exited(2) && told.output.contains("size.file"), "\(told.output)")
    #expect(try run(check).status == .exited(0))
  }
}
