import Platform
import TestSupport
import Testing

@Suite("size-report, asked for a judgement")
struct SizeReportJudgingTests {
  private func budget(_ text: String, in directory: TemporaryDirectory) throws -> String {
    let path = directory.file("budget")
    try Files.replace(path, with: Array(text.utf8))
    return path
  }

  @Test("a budget that is kept is status 0, one exceeded 2 with by how much, one open 3")
  func judges() throws {
    let directory = try TemporaryDirectory()
    let path = try Fixture.wellBehavedC.path()
    let size = try SizeReport.byteCount(path)
    let kept = try SizeReport.run(
      [path, "--budget", try budget("[*.so]\nfile-size <= \(size) B\n", in: directory)])
    #expect(kept.status == .exited(0) && kept.output.contains("are kept"), "\(kept.output)")

    let exceeded = try SizeReport.run(
      [path, "--budget", try budget("[*.so]\nfile-size <= \(size - 7) B\n", in: directory)])
    #expect(exceeded.status == .exited(2) && exceeded.errors.isEmpty)
    #expect(exceeded.output.contains("1 of 1 limits are exceeded"))
    let row = exceeded.output.split(separator: "\n").first { $0.contains("exceeded  ") }
    #expect(row?.contains("file-size") == true && row?.contains("7 B") == true, "\(row ?? "")")

    let open = try SizeReport.run(
      [path, "--budget", try budget("[*.so]\ngrowth file-size <= 1 %\n", in: directory)])
    #expect(open.status == .exited(3) && open.output.contains("growth needs --baseline"))
  }

  @Test("a limit that is exceeded outweighs one that is open, and both are in JSON")
  func judgesInJSON() throws {
    let directory = try TemporaryDirectory()
    let path = try Fixture.wellBehavedC.path()
    let text = "[*.so]\nfile-size <= 1 B\ngrowth exports <= 0\nrelocations <= 100000\n"
    let run = try SizeReport.run(
      [path, "--budget", try budget(text, in: directory), "--format", "json"])
    #expect(run.status == .exited(2))
    let rows = try #require(try SizeDocument(run.output).budget)
    #expect(rows.map(\.exceeded) == [true, false, false])
    #expect(rows[0].value == Int64(try SizeReport.byteCount(path)) && rows[0].limit == 1)
    #expect(rows[0].metric == "file-size" && rows[0].subject == path)
    #expect(rows[1].value == nil)
  }

  @Test("a budget with a mistake is one sentence with its line and what was probably meant")
  func namesMistakes() throws {
    let directory = try TemporaryDirectory()
    let path = try Fixture.wellBehavedC.path()
    let misspelt = try budget("[*.so]\n\nfile-sise <= 3 KB\n", in: directory)
    try SizeReport.expectRefusal(
      [path, "--budget", misspelt], [misspelt, "line 3", "'file-sise'", "did you mean 'file-size'"])
    let missing = directory.file("missing")
    try SizeReport.expectRefusal(
      [path, "--budget", missing], ["'\(missing)'", "No such file", "can be read"])
    try SizeReport.expectRefusal([path, "--budget", directory.path], [directory.path])
  }

  @Test("a file is unchanged since itself")
  func unchanged() throws {
    let path = try SizeReport.versions().new
    let copy = try TemporaryDirectory()
    try FileEdits.copy(path, to: copy.file("library.so"))
    for baseline in [path, copy.path] {
      let run = try SizeReport.run([path, "--baseline", baseline])
      #expect(run.status == .exited(0) && run.output.contains("1 unchanged"), "\(run.output)")
      let diff = try #require(try SizeReport.document([path, "--baseline", baseline]).diff)
      #expect(diff.allSatisfy { $0.status == "identical" && $0.delta == 0 })
    }
  }

  @Test("the changes of parts, and those of symbols and remainders, are the change of the file")
  func changesAddUp() throws {
    let (old, new) = try SizeReport.versions()
    for (before, after) in [(old, new), (new, old)] {
      let diff = try #require(try SizeReport.document([after, "--baseline", before]).diff)
      let file = try #require(diff.first)
      let delta = Int64(try SizeReport.byteCount(after)) - Int64(try SizeReport.byteCount(before))
      #expect(diff.count == 1 && file.path == after && file.baseline == before)
      #expect(file.delta == delta && Int64(file.after) - Int64(file.before) == delta)
      #expect(file.parts.reduce(0) { $0 + $1.delta } == delta)
      let symbols = try #require(file.symbols)
      #expect(
        symbols.reduce(0) { $0 + $1.delta }
          + file.parts.reduce(0) { $0 + ($1.remainderDelta ?? 0) } == delta)
      #expect(symbols.allSatisfy { Int64($0.after) - Int64($0.before) == $0.delta })
    }
    let text = try SizeReport.run([new, "--baseline", old]).output
    for title in ["Changes", "Changed sections", "Changed modules", "Changed symbols"] {
      #expect(text.contains("\(title)\n"), "\(title)")
    }
  }

  @Test("growth is judged against the baseline")
  func judgesGrowth() throws {
    let directory = try TemporaryDirectory()
    let (old, new) = try SizeReport.versions()
    let strict = try budget("[*.so]\ngrowth exports <= 0\ngrowth file-size <= 0 B\n", in: directory)
    let same = try SizeReport.run([new, "--baseline", new, "--budget", strict])
    #expect(same.status == .exited(0))
    let grown = try SizeReport.byteCount(new) > SizeReport.byteCount(old) ? (old, new) : (new, old)
    let run = try SizeReport.run([grown.1, "--baseline", grown.0, "--budget", strict])
    #expect(run.status == .exited(2), "\(run.output)")
  }

  @Test("a prediction is held against what was measured, and a bad result is one sentence")
  func measured() throws {
    let directory = try TemporaryDirectory()
    try Files.makeDirectory(directory.file("set"))
    try Files.makeDirectory(directory.file("set/plugins"))
    let plugin = try Fixture.wellBehavedC.copy(to: directory.file("set/plugins"))
    func result(_ text: String) throws -> String {
      try Files.replace(directory.file("result.json"), with: Array(text.utf8))
      return directory.file("result.json")
    }
    let good = """
      { "schema": "bench-runtime/1", "machine": {}, "comparisons": [],
        "results": [ { "variant": "floor", "plugins": 1, "artifacts": "\(directory.file("set"))",
                       "metrics": {} } ],
        "scaling": [ { "metric": "memory.anonymous", "variant": "floor", "fixed": 1.0,
                       "perPlugin": 12288.0, "low": 12000.0, "high": 13000.0 } ] }
      """
    let run = try SizeReport.run([plugin, "--measured", try result(good)])
    #expect(run.status == .exited(0), "\(run.errors)")
    #expect(run.output.contains("Prediction and measurement\n"), "\(run.output)")
    // Nothing but the measured value would do for plugins of bare C: they say what the loader takes.
    let row = run.output.split(separator: "\n").first { $0.hasPrefix("  floor  ") }
    #expect(row?.contains("12.3 KB") == true, "\(run.output)")
    for (text, words) in [
      ("{", ["no result of bench-runtime"]), ("[]", ["no result of bench-runtime"]),
      (good.replacing("runtime/1", with: "runtime/9"), ["bench-runtime/9", "bench-runtime/1"]),
      (good.replacing("memory.anonymous", with: "memory.rss"), ["--plugins 10,50"]),
      (good.replacing("\"artifacts\"", with: "\"artefacts\""), ["no result of bench-runtime"]),
    ] {
      let path = try result(text)
      try SizeReport.expectRefusal([plugin, "--measured", path], [path] + words)
    }
    try SizeReport.expectRefusal([plugin, "--measured", "/nowhere.json"], ["/nowhere.json"])
  }
}
