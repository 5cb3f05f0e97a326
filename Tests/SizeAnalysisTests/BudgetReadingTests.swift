import Platform
import TestSupport
import Testing

@testable import SizeAnalysis

@Suite("The text of a budget")
struct BudgetReadingTests {
  private func budget(_ text: String) throws(BudgetError) -> Budget {
    try Budget(text: Array(text.utf8), path: "budget")
  }

  private func rule(_ line: String) throws -> Budget.Rule {
    try #require(try budget("[total]\n" + line).groups.first?.rules.first)
  }

  @Test("says which files rules are for, with comments and room as one likes")
  func readsGroups() throws {
    let budget = try budget(
      "\u{feff}# first\r\n\r\n [ plugins/*.so ] # these\r\n\texports<=1#no more\r\n[total]\nown <= 8 KB"
    )
    #expect(budget.groups.map(\.subject) == [.files(PathPattern("plugins/*.so")), .total])
    #expect(budget.groups.map(\.line) == [3, 5])
    #expect(
      budget.groups.flatMap(\.rules) == [
        Budget.Rule(figure: .exports, isGrowth: false, limit: .absolute(1), line: 4),
        Budget.Rule(figure: .owner(.own), isGrowth: false, limit: .absolute(8000), line: 6),
      ])
  }

  @Test(
    "knows every figure",
    arguments: [
      ("file-size <= 1 B", .fileSize), ("memory-size <= 1 B", .memorySize),
      ("section .text <= 1 B", .section(".text")),
      ("section \"with room\" <= 1 B", .section("with room")), ("own <= 1 B", .owner(.own)),
      ("runtime <= 1 B", .owner(.runtime)), ("stdlib <= 1 B", .owner(.stdlib)),
      ("other <= 1 B", .owner(.other)), ("relocations <= 1", .relocations),
      ("dirty-pages <= 1", .dirtyPages), ("exports <= 1", .exports),
      ("constructors <= 1", .constructors),
    ] as [(String, BudgetFigure)])
  func knowsFigures(line: String, figure: BudgetFigure) throws {
    #expect(try rule(line).figure == figure)
    #expect(try rule("growth " + line).metric == "growth \(figure)")
  }

  @Test(
    "knows every unit",
    arguments: [
      ("12 B", 12), ("30 KB", 30_000), ("1.5 MB", 1_500_000), ("2KiB", 2048), ("0.5 MiB", 524_288),
      ("0.1 KiB", 102), ("999999999999 MiB", 1_048_575_999_998_951_424),
    ])
  func knowsUnits(text: String, bytes: Int64) throws {
    #expect(try rule("file-size <= " + text).limit == .absolute(bytes))
  }

  @Test("has growth in percent or in the figure's unit, and overrides with reasons")
  func readsGrowthAndOverrides() throws {
    #expect(try rule("growth file-size <= 2 %").limit == .percent(thousandths: 2000))
    #expect(try rule("growth exports <= 0.125%").limit == .percent(thousandths: 125))
    #expect(try rule("growth own <= 4 KB").limit == .absolute(4000))
    #expect(
      try rule("exports <= 1 override 3 because \"second # entry\" # until 1.2").override
        == Budget.Override(limit: .absolute(3), reason: "second # entry"))
    #expect(
      try rule("growth own <= 1 % override 2 % because \"x\"").override?.limit
        == .percent(thousandths: 2000))
  }

  @Test(
    "with a mistake is refused with line, what was found, what is expected and what was meant",
    arguments: [
      ("exprots <= 1", .unknownFigure, "'exprots'", "exports"),
      ("growth file-sice <= 1 %", .unknownFigure, "'file-sice'", "file-size"),
      ("Exports <= 1", .unknownFigure, "'Exports'", "exports"),
      ("= 1", .unknownFigure, "'='", nil), ("<= 1", .unknownFigure, "'<='", nil),
      ("exports < 1", .syntax, "'<'", nil), ("exports", .syntax, "the end of the line", nil),
      ("exports <=", .syntax, "the end of the line", nil), ("exports <= x", .syntax, "'x'", nil),
      ("exports <= -1", .syntax, "'-1'", nil), ("exports <= 1.5", .syntax, "'1.5'", nil),
      ("exports <= 1 KB", .unknownUnit, "'KB'", nil), ("exports <= 1 %", .unknownUnit, "'%'", nil),
      ("file-size <= 30", .unknownUnit, "the end of the line", nil),
      ("file-size <= 30 kb", .unknownUnit, "'kb'", "KB"),
      ("file-size <= 30 KIB", .unknownUnit, "'KIB'", "KiB"),
      ("file-size <= 3 %", .unknownUnit, "'%'", nil),
      ("file-size <= 1.2.3 KB", .syntax, "'1.2.3'", nil),
      ("file-size <= 1.0001 KB", .syntax, "'1.0001'", nil), ("own <= . KB", .syntax, "'.'", nil),
      ("own <= 9999999999999 KB", .syntax, "'9999999999999'", nil),
      ("section <= 1 KB", .syntax, "'<='", nil), ("[a", .syntax, "'[a'", nil),
      ("[]", .syntax, "'[]'", nil), ("[a] b", .syntax, "'[a]'", nil),
      ("exports <= 1 overide 2 because \"x\"", .syntax, "'overide'", "override"),
      ("exports <= 1 override 2", .override, "the end of the line", nil),
      ("exports <= 1 override 2 because", .override, "'because'", nil),
      ("exports <= 1 override 2 because \"\"", .override, "a blank reason", nil),
      ("exports <= 1 override 2 because \" \"", .override, "a blank reason", nil),
      ("exports <= 1 override 2 because \"x", .override, "'because'", nil),
      ("exports <= 1 override 1 because \"x\"", .override, "'1'", nil),
      ("growth own <= 1 % override 9 KB because \"x\"", .override, "'9'", nil),
      ("exports <= 1 override 2 because \"x\" y", .syntax, "'y'", nil),
      ("exports <= \0", .notText, "the control character 0", nil),
    ] as [(String, BudgetError.Code, String, String?)])
  func refusesMistakes(
    line: String, code: BudgetError.Code, found: String, suggestion: String?
  ) {
    let error = #expect(throws: BudgetError.self) { try budget("[total]\n\n" + line) }
    #expect(error?.code == code && error?.line == 3)
    #expect(error?.found == found)
    #expect(error?.suggestion == suggestion)
    #expect(error?.expected.isEmpty == false)
  }

  @Test("needs files to be for")
  func needsGroups() {
    let error = #expect(throws: BudgetError.self) { try budget("exports <= 1") }
    #expect(error?.line == 1 && error?.code == .syntax)
    #expect(
      error?.description
        == "'budget', line 1: found 'exports', expected first [a pattern of paths] or [total]")
  }

  @Test("may be hostile")
  func survivesHostileText() throws {
    func code(_ bytes: [UInt8]) -> BudgetError.Code? {
      #expect(throws: BudgetError.self) { try Budget(text: bytes, path: "x") }?.code
    }
    #expect(code([UInt8](repeating: 10, count: Budget.sizeLimit + 1)) == .tooLarge)
    #expect(code([UInt8](repeating: 97, count: Budget.lineLimit + 1)) == .tooLarge)
    #expect(code([0x5b, 0xff, 0x5d]) == .notText)
    #expect(code([0]) == .notText)
    #expect(try Budget(text: [UInt8](repeating: 10, count: 1_000_000), path: "x").groups == [])
    for _ in 0..<2000 {
      let alphabet = Array("[]<=%\"# .1exportsown because override KB".utf8)
      let bytes = (0..<Int.random(in: 0...60)).compactMap { _ in alphabet.randomElement() }
      _ = try? Budget(text: Array("[total]\nown <= 1 KB ".utf8) + bytes, path: "x")
      _ = try? Budget(text: bytes, path: "x")
    }
  }

  @Test("comes from a file, of which no more is read than it may have")
  func readsFiles() throws {
    let directory = try TemporaryDirectory()
    try FileEdits.write(Array("[total]\nexports <= 1\n".utf8), to: directory.file("good"))
    #expect(try Budget(path: directory.file("good")).groups.count == 1)
    let errors = [directory.file("missing"), directory.path, "/dev/zero"].map { path in
      #expect(throws: BudgetError.self) { try Budget(path: path) }?.code
    }
    #expect(errors == [.unreadable, .unreadable, .tooLarge])
  }
}
