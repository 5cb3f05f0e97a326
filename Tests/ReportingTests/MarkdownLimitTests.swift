import Testing

@testable import Reporting

@Suite("A report as Markdown of limited length")
struct MarkdownLimitTests {
  private static func table(_ rows: Int, name: String = "日本語 protocol witness") -> Report.Table {
    Report.Table(
      columns: [.text("name"), .number("size")],
      rows: (0..<rows).map { index in
        [
          .text("\(name) for Greeter.greet(name: String) -> Array<Int> in Plugin\(index)"),
          .bytes(index),
        ]
      })
  }

  private static let report = Report(
    title: "Sizes", headline: "They grew.",
    sections: [
      .init("Long", paragraphs: ["Every symbol."], table: table(1500)),
      .init("Short", table: table(3)),
      .init("Longer", table: table(2500)),
    ], notes: ["A note."])

  private static let lines = Set(MarkdownRenderer().render(report).split(separator: "\n"))

  @Test(
    "is no longer than that, and holds whole rows only",
    arguments: [60_000, 59_999, 30_000, 5000, 1500, 700, 400, 200, 100, 40, 10, 1, 0])
  func bounded(limit: Int) {
    let text = MarkdownRenderer(limit: limit).render(Self.report)
    #expect(text.utf8.count <= limit)
    #expect(text.isEmpty || text.hasSuffix("\n"))
    for line in text.split(separator: "\n") where !line.hasSuffix("left out.*") {
      #expect(Self.lines.contains(line))
    }
  }

  @Test("uses the room there is")
  func room() {
    #expect(MarkdownRenderer(limit: 60_000).render(Self.report).utf8.count > 59_000)
  }

  @Test("cuts the longest tables and says how many rows are missing")
  func sentences() throws {
    let text = MarkdownRenderer(limit: 60_000).render(Self.report)
    for part in ["# Sizes", "**They grew.**", "Every symbol.", "## Short", "- A note."] {
      #expect(text.contains(part))
    }
    let sections = text.split(separator: "\n## ").map { $0.split(separator: "\n") }
    #expect(sections.map { $0[0] } == ["# Sizes", "Long", "Short", "Longer", "Notes"])
    let shown = sections.map { lines in lines.count { $0.hasPrefix("| 日") } }
    #expect(shown[2] == 3)
    #expect(abs(shown[1] - shown[3]) <= 2)
    let missing = Quantity.count(1500 - shown[1])
    #expect(sections[1].last == "*\(missing) rows of \(Quantity.count(1500)) are left out.*")
    #expect(text.contains("\n\n*\(missing) rows"))
  }

  @Test("is whole where it fits to the byte, and lacks one row where it does not")
  func exact() {
    let report = Report(title: "", headline: "", sections: [.init("T", table: Self.table(100))])
    let whole = MarkdownRenderer().render(report)
    #expect(MarkdownRenderer(limit: whole.utf8.count).render(report) == whole)
    let cut = MarkdownRenderer(limit: whole.utf8.count - 1).render(report)
    #expect(cut.hasSuffix("*1 row of 100 is left out.*\n"))
  }

  @Test("ends early where words alone are too many, and says so")
  func words() {
    let report = Report(
      title: "Sizes", headline: String(repeating: "long ", count: 1000),
      sections: [.init("T", table: Self.table(10))])
    #expect(
      MarkdownRenderer(limit: 1000).render(report)
        == "# Sizes\n\n*The rest of the report is left out.*\n")
  }

  @Test("with rows as long as the limit leaves all of them out")
  func longRows() {
    let name = String(repeating: "x", count: 70_000)
    let report = Report(
      title: "", headline: "", sections: [.init("T", table: Self.table(3, name: name))])
    #expect(
      MarkdownRenderer(limit: 60_000).render(report) == "## T\n\n*3 rows of 3 are left out.*\n")
  }
}
