import Platform
import SizeAnalysis
import TestSupport
import Testing

@Suite("A budget applied to files")
struct BudgetEvaluationTests {
  private func budget(_ text: String) throws -> Budget {
    try Budget(text: Array(text.utf8), path: "budget")
  }

  private func set(_ paths: [String], depth: Depth = .symbols) -> FileSet {
    FileSet.read([paths], depth: depth)[0]
  }

  private func evaluate(_ text: String, old: FileTree, new: FileTree) throws -> BudgetResult {
    let pairing = FilePairing(old: [old], new: [new])
    let sets = FileSet.read([pairing.oldPaths, new.paths], depth: .symbols)
    return try budget(text).evaluate(
      sets[1], baseline: BudgetBaseline(pairing: pairing, files: sets[0]))
  }

  @Test("has the values that the system and other tools tell")
  func hasTheValues() throws {
    let path = try Versions.c.paths().new
    let file = try #require(set([path]).files.first)
    let result = try budget(
      """
      [*.so]
      file-size <= 0 B
      memory-size <= 0 B
      section .text <= 0 B
      section .bss <= 0 B
      own <= 0 B
      relocations <= 0
      dirty-pages <= 0
      exports <= 0
      constructors <= 0
      """
    ).evaluate(set([path]))
    #expect(result.rows.map(\.line) == Array(2...10))
    #expect(result.rows.allSatisfy { $0.subject == path && $0.limit == 0 && $0.isExceeded })
    #expect(!result.isMet && result.warnings.isEmpty)
    let values = result.rows.map(\.value)
    #expect(values[0] == (try byteCount(path)))
    #expect(values[1] == Int64(file.memorySize))
    let text = try #require(file.parts.first { $0.name == ".text" })
    let bss = try #require(file.parts.first { $0.name == ".bss" })
    #expect(values[2] == Int64(text.fileSize) && values[3] == Int64(bss.memorySize))
    #expect(bss.fileSize == 0 && bss.memorySize > 0)
    let own = try #require(file.symbols).symbols
      .filter { $0.owner == .own && !$0.traits.contains(.isImported) }
    #expect(values[4] == Int64(own.reduce(0) { $0 + $1.fileSize }))
    // stays, grows, comes, moves
    #expect(values[7] == 4)
  }

  @Test("is met at the limit and not one above")
  func isExact() throws {
    let path = try Versions.c.paths().new
    let size = try byteCount(path)
    let result = try budget(
      "[total]\nfile-size <= \(size) B\nfile-size <= \(size - 1) B"
    ).evaluate(set([path]))
    #expect(result.rows.map(\.verdict) == [.within, .exceeded])
    #expect(result.rows.map(\.subject) == ["total", "total"])
  }

  @Test("takes an override with its reason, and says when it is no longer needed")
  func takesOverrides() throws {
    let path = try Versions.c.paths().new
    let result = try budget(
      """
      [*.so]
      exports <= 1 override 4 because "until 1.2"
      exports <= 1 override 3 because "not enough"
      exports <= 5 override 9 because "long ago"
      """
    ).evaluate(set([path]))
    #expect(result.rows.map(\.verdict) == [.overridden, .exceeded, .within])
    #expect(result.rows.map(\.overridden) == ["until 1.2", nil, nil])
    #expect(result.rows.map(\.limit) == [1, 1, 5])
    #expect(result.rows[1].override?.reason == "not enough")
    #expect(
      result.warnings == [
        .overrideNotNeeded(metric: "exports", subject: "*.so", reason: "long ago", line: 4)
      ])
  }

  @Test("warns where it checks nothing")
  func warns() throws {
    let path = try Versions.c.paths().new
    let result = try budget(
      """
      [plugins/*.dll]
      exports <= 1
      [*.so]
      section .txt <= 1 KB
      [total]
      """
    ).evaluate(set([path]))
    #expect(result.rows.count == 1)
    #expect(
      result.warnings == [
        .noFile(pattern: "plugins/*.dll", line: 1),
        .noSection(name: ".txt", subject: "*.so", nearest: ".text", line: 4),
        .noRules(subject: "total", line: 5),
      ])
  }

  @Test("measures growth in bytes, counts and percent, for each file and for all")
  func measuresGrowth() throws {
    let (old, new) = try Versions.c.paths()
    let (before, after) = (try byteCount(old), try byteCount(new))
    let thousandths = (after - before) * 100_000 / before
    #expect(after > before)
    let text = """
      growth file-size <= \(after - before) B
      growth file-size <= \(after - before - 1) B
      growth file-size <= 0.001 %
      growth file-size <= \(thousandths / 1000 + 1) %
      growth exports <= 0
      """
    let result = try evaluate(
      "[*.so]\n" + text + "\n[total]\n" + text, old: FileTree(root: old, paths: [old]),
      new: FileTree(root: new, paths: [new]))
    let verdicts: [BudgetResult.Verdict] = [.within, .exceeded, .exceeded, .within, .within]
    #expect(result.rows.map(\.verdict) == verdicts + verdicts)
    #expect(result.rows[0].baseline == before && result.rows[0].value == after - before)
    #expect(result.rows[2].limit == before / 100_000)
    #expect(result.rows[2].percentThousandths == 1)
    #expect(result.rows[4].value == 0 && result.rows[0].metric == "growth file-size")
  }

  @Test("of files that are the same finds no growth, and counts those that went and came in totals")
  func countsAllFiles() throws {
    let (old, new) = try Versions.c.paths()
    let directory = try TemporaryDirectory()
    for (folder, files) in [
      ("old", [("same.so", old), ("gone.so", new)]),
      ("new", [("same.so", old), ("fresh-x.so", new)]),
    ] {
      try Files.makeDirectory(directory.file(folder))
      for (name, source) in files {
        try FileEdits.copy(source, to: Path.join(directory.file(folder), name)) {
          if name == "fresh-x.so" { $0.append(0) }
        }
      }
    }
    let result = try evaluate(
      "[*.so]\ngrowth file-size <= 0 B\n[total]\ngrowth file-size <= 0 B",
      old: try FileTree.find(directory.file("old")), new: try FileTree.find(directory.file("new")))
    #expect(result.rows.map(\.verdict) == [.none(.noPredecessor), .within, .exceeded])
    #expect(result.rows[1].value == 0)
    #expect(result.rows[2].value == 1)
    #expect(result.rows[2].baseline == (try byteCount(old)) + (try byteCount(new)))
  }

  @Test("gives no verdict where nothing can be said, and does not call that met")
  func givesNoVerdict() throws {
    let path = try Versions.c.paths().new
    let directory = try TemporaryDirectory()
    let stripped = directory.file("stripped.so")
    try Tool.run(["strip", "-o", stripped, path])
    let broken = directory.file("broken.so")
    try FileEdits.copy(path, to: broken) { $0.truncate(to: 80) }
    func verdicts(_ text: String, _ set: FileSet) throws -> [BudgetResult.Verdict] {
      let result = try budget(text).evaluate(set)
      #expect(result.isMet && result.hasNoVerdicts)
      return result.rows.map(\.verdict)
    }
    #expect(
      try verdicts("[*.so]\ngrowth own <= 2 %\n[total]\ngrowth exports <= 1", set([path]))
        == [.none(.noBaseline), .none(.noBaseline)])
    #expect(
      try verdicts("[total]\nown <= 1 MB\nexports <= 9", set([path], depth: .sections))
        == [.none(.symbolsNotRead), .none(.symbolsNotRead)])
    #expect(try verdicts("[*.so]\nown <= 1 MB", set([stripped])) == [.none(.stripped)])
    #expect(
      try verdicts("[*.so]\nfile-size <= 1 MB\n[total]\nfile-size <= 1 MB", set([path, broken]))
        == [.none(.unread), .within, .none(.unread)])
  }
}
