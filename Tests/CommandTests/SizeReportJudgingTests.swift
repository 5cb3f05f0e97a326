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

  @Test("files are told apart by what they do not share")
  func namesFiles() throws {
    let directory = try SizeReport.directory()
    let text = "[*.so]\nfile-size <= 1 B\n"
    let run = try SizeReport.run([directory.path, "--budget", try budget(text, in: directory)])
    #expect(run.status == .exited(2))
    let rows = run.output.split(separator: "\n").filter { $0.contains("exceeded  ") }
    let subjects = rows.map { $0.split(separator: " ").map(String.init)[3] }
    #expect(Set(subjects) == ["a.so", "b.so", "sub/libc.so"], "\(run.output)")
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

  @Test("what a section's padding gives to a function is in the sums, though the section stays")
  func changesWithinASectionAddUp() throws {
    let directory = try TemporaryDirectory()
    let paths = try ["old", "new"].map { version in
      try Files.makeDirectory(directory.file(version))
      let source = directory.file("\(version)/library.s")
      // Functions begin at multiples of 64 bytes, so that there is room behind the first.
      let text = """
        .text
        .balign 64
        .globl grows
        .type grows, @function
        grows: .fill \(version == "old" ? 8 : 24), 1, 0x90
        .size grows, . - grows
        .balign 64
        .globl stays
        .type stays, @function
        stays: .fill 8, 1, 0x90
        .size stays, . - stays

        """
      try Files.replace(source, with: Array(text.utf8))
      let output = directory.file("\(version)/library.so")
      try Tool.run(["cc", "-shared", "-nostdlib", "-o", output, source])
      return output
    }
    let diff = try #require(
      try SizeReport.document([paths[1], "--baseline", paths[0]]).diff?.first)
    let symbols = try #require(diff.symbols)
    #expect(symbols.map(\.name) == ["grows"] && symbols.map(\.delta) == [16])
    let text = try #require(diff.parts.first { $0.name == ".text" })
    #expect(text.delta == 0 && text.remainderDelta == -16 && text.kind == "section")
    #expect(diff.parts.reduce(0) { $0 + $1.delta } == diff.delta)
    #expect(
      symbols.reduce(0) { $0 + $1.delta } + diff.parts.reduce(0) { $0 + ($1.remainderDelta ?? 0) }
        == diff.delta)
  }

  @Test("every limit that is exceeded or overridden is shown, however many files there are")
  func showsAllVerdicts() throws {
    let directory = try TemporaryDirectory()
    for index in 0..<25 {
      try FileEdits.copy(
        try Fixture.wellBehavedC.path(), to: directory.file("p\(index).so"))
    }
    let size = try SizeReport.byteCount(directory.file("p0.so"))
    let text = """
      [*.so]
      file-size <= 1 B
      memory-size <= 1 B override 1 MB because "until the next release"
      relocations <= 100000
      """
    let run = try SizeReport.run([directory.path, "--budget", try budget(text, in: directory)])
    #expect(run.status == .exited(2) && size > 1)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count { $0.contains("exceeded  ") && $0.contains("file-size") } == 25)
    #expect(lines.count { $0.contains("overridden  ") } == 25)
    #expect(lines.count { $0.contains("until the next release") } == 25)
    #expect(lines.count { $0.contains(" kept  ") } == 20 && run.output.contains("Tables show"))
  }

  @Test("the reason of an override is told, be it enough, too little or not needed")
  func tellsReasons() throws {
    let directory = try TemporaryDirectory()
    let path = try Fixture.wellBehavedC.path()
    func text(_ limit: String, _ override: String) -> String {
      "[*.so]\nfile-size <= \(limit) override \(override) because \"a second entry\"\n"
    }
    for (rule, status, verdict, words) in [
      (text("1 B", "9 MB"), 0, "overridden", "a second entry"),
      (text("1 B", "2 B"), 2, "exceeded", "a second entry (the override ends at 2 B)"),
      (text("9 MB", "10 MB"), 0, "kept", "the override (a second entry) can go"),
    ] {
      let file = try budget(rule, in: directory)
      let run = try SizeReport.run([path, "--budget", file])
      #expect(run.status == .exited(Int32(status)) && run.output.contains(words), "\(run.output)")
      let document = try SizeDocument(
        try SizeReport.run([path, "--budget", file, "--format", "json"]).output)
      let row = try #require(document.budget?.first)
      #expect(row.verdict == verdict && row.overrideReason == "a second entry")
      #expect(
        row.overrideLimit
          == (verdict == "exceeded" ? 2 : verdict == "kept" ? 10_000_000 : 9_000_000))
      #expect(row.override == (verdict == "overridden" ? "a second entry" : nil))
      #expect(
        document.budgetWarnings?.map(\.code) == (verdict == "kept" ? ["override-not-needed"] : []))
    }
  }

  @Test("a limit that is exceeded is told beside a file that cannot be read; the status is 1")
  func tellsBoth() throws {
    let directory = try TemporaryDirectory()
    let good = directory.file("good.so")
    let cut = directory.file("cut.so")
    try FileEdits.copy(try Fixture.wellBehavedC.path(), to: good)
    try FileEdits.copy(good, to: cut) { $0.truncate(to: $0.count / 2) }
    let file = try budget("[good.so]\nfile-size <= 1 B\n", in: directory)
    let run = try SizeReport.run([directory.path, "--budget", file])
    #expect(run.status == .exited(1) && run.errors.contains(cut))
    #expect(run.errors.contains("1 of 1 limits are exceeded") && run.errors.contains("status is 1"))
    let row = run.output.split(separator: "\n").first { $0.contains("exceeded  ") }
    #expect(row?.contains("file-size") == true, "\(run.output)")
  }

  @Test("CSV, which has no place for verdicts, leaves them to standard error")
  func judgesBesideCSV() throws {
    let directory = try TemporaryDirectory()
    let (old, new) = try SizeReport.versions()
    let text = "[*.so]\nfile-size <= 1 B\nexports <= 0 override 100 because \"an experiment\"\n"
    let file = try budget(text, in: directory)
    let plain = try SizeReport.run([new, "--format", "csv"])
    #expect(plain.errors.isEmpty)
    for view in ["sections", "symbols"] {
      let run = try SizeReport.run(
        [new, "--baseline", old, "--budget", file, "--format", "csv", "--by", view])
      #expect(run.status == .exited(2))
      for words in [
        "since \(old)", "1 of 2 limits are exceeded", "exceeded: file-size of \(new)",
        "overridden: exports of \(new)", "an experiment",
      ] {
        #expect(run.errors.contains(words), "\(words): \(run.errors)")
      }
      if view == "sections" { #expect(run.output == plain.output) }
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

  @Test("a prediction that was half of what was measured is said to be, in every form and view")
  func knownRatio() throws {
    let directory = try TemporaryDirectory()
    let (old, _) = try SizeReport.versions()
    for set in ["floor", "shared"] {
      try Files.makeDirectory(directory.file(set))
      try Files.makeDirectory(directory.file(set + "/plugins"))
    }
    let bare = try Fixture.wellBehavedC.copy(to: directory.file("floor/plugins"))
    try FileEdits.copy(old, to: directory.file("shared/plugins/one.so"))
    func predicted(_ path: String) throws -> Double {
      let document = try SizeReport.document([path, "--by", "sections"])
      return Double(try #require(document.files.first).loading.predictedAnonymous)
    }
    // Of bare C the loader has 4096 bytes; with them the other set is predicted to have half.
    let floor = try predicted(bare) + 4096
    let shared = 2 * (try predicted(old) + 4096)
    func slope(_ variant: String, _ bytes: Double) -> String {
      """
      { "metric": "memory.anonymous", "variant": "\(variant)", "fixed": 1.0, "perPlugin": \(bytes),
        "low": \(bytes), "high": \(bytes) }
      """
    }
    func set(_ variant: String) -> String {
      """
      { "variant": "\(variant)", "plugins": 1, "artifacts": "\(directory.file(variant))",
        "metrics": {} }
      """
    }
    let text = """
      { "schema": "bench-runtime/1",
        "results": [\(["floor", "shared", "gone"].map(set).joined(separator: ","))],
        "scaling": [\(slope("floor", floor)), \(slope("shared", shared)), \(slope("gone", 1))] }
      """
    let result = directory.file("result.json")
    try Files.replace(result, with: Array(text.utf8))
    for view in [[], ["--by", "sections"], ["--by", "symbols"]] {
      let arguments = [bare, "--measured", result] + view
      let shown = try SizeReport.run(arguments)
      #expect(shown.status == .exited(0) && shown.output.contains("Prediction and measurement\n"))
      #expect(shown.output.contains("Not predicted: gone"), "\(shown.output)")
      let prediction = try #require(try SizeReport.document(arguments).prediction)
      #expect(prediction.variants.map(\.variant) == ["floor", "shared"])
      #expect(prediction.variants.map(\.reference) == [true, false])
      #expect(prediction.variants.map(\.loader) == [4096, 4096])
      #expect(prediction.variants.map(\.ratio) == [1, 0.5])
      #expect(prediction.least == 0.5 && prediction.most == 0.5)
      #expect(prediction.missing.map(\.variant) == ["gone"])
      let csv = try SizeReport.run(arguments + ["--format", "csv"])
      #expect(csv.errors.contains("The prediction is"), "\(csv.errors)")
    }
  }
}
