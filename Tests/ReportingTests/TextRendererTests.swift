import Testing

@testable import Reporting

@Suite("A report as text")
struct TextRendererTests {
  @Test("begins with the result, lines columns up and says what is not there")
  func whole() {
    #expect(
      TextRenderer(width: 80).render(.sample) == """
        One shared runtime starts them 6.2× faster.
        Start-up of 50 plugins

        Variants
          Medians of 20 rounds, paired by round.

          Variant          Load     PSS  Relocations (each)     Ratio
          ────────────  ───────  ──────  ──────────────────  ────────
          shared         3.9 ms  7.4 MB                 321  ✓ 0.163×
          static          24 ms  127 MB              14\u{202F}699        1×
          static-tuned  30.5 ms       –                   –   ✗ 1.27×

        Refused
          (none)

        Notes
          • Page tables were not measured.

        """)
  }

  @Test("a section that has nothing to show has no heading")
  func emptySections() {
    let report = Report(
      title: "Title", headline: "Headline.",
      sections: [
        .init("Pictures"), .init("Words", paragraphs: [" "]), .init("Rest", paragraphs: ["This."]),
      ])
    #expect(TextRenderer().render(report) == "Headline.\nTitle\n\nRest\n  This.\n")
  }

  @Test("has colours only if asked, and never on spaces between columns")
  func colored() {
    let text = TextRenderer(width: 80, color: true).render(.sample)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "\u{1B}[1mOne shared runtime starts them 6.2× faster.\u{1B}[0m")
    #expect(lines[1] == "\u{1B}[2mStart-up of 50 plugins\u{1B}[0m")
    #expect(
      lines[8] == """
          shared         \u{1B}[1m3.9 ms\u{1B}[0m  7.4 MB                 321  \
        \u{1B}[32m✓ 0.163×\u{1B}[0m
        """)
    #expect(lines[10].contains("  \u{1B}[2mstatic-tuned\u{1B}[0m  30.5 ms"))
    #expect(lines[10].hasSuffix("   \u{1B}[1;31m✗ 1.27×\u{1B}[0m"))
    #expect(withoutColour(text) == TextRenderer(width: 80).render(.sample))
  }

  @Test("wraps headings before it shortens words, and words before it runs over")
  func narrowing() {
    let report = Report(
      title: "", headline: "",
      sections: [
        .init(
          "", table: .init(columns: [.text("name", title: "Name"), .number("n", title: "In all")]))
      ])
    func render(_ name: String, width: Int) -> String {
      var report = report
      report.sections[0].table?.append([.text(name), .count(1234)])
      return TextRenderer(width: width).render(report)
    }
    let name = "a name of some length"
    #expect(
      render(name, width: 31) == """
          Name                   In all
          ─────────────────────  ──────
          a name of some length   1\u{202F}234

        """)
    #expect(
      render(name, width: 30) == """
                                    In
          Name                     all
          ─────────────────────  ─────
          a name of some length  1\u{202F}234

        """)
    #expect(
      render(name, width: 24) == """
                              In
          Name               all
          ───────────────  ─────
          a name of some…  1\u{202F}234

        """)
    #expect(render(name, width: 10) == render(name, width: 21))
    #expect(render(name, width: 10).contains("a name of s…  1\u{202F}234"))
  }

  @Test("fits the width wherever words can be shortened", arguments: 44...120)
  func fits(width: Int) {
    let long = String(repeating: "long words ", count: 20)
    let table = Report.Table(
      columns: [.text("a"), .number("b", title: "a heading"), .text("c"), .text("d")],
      rows: [[.text(long), .count(14_699), "short", .text(long + long)]])
    let text = TextRenderer(width: width).render(
      Report(
        title: long, headline: long, sections: [.init("T", paragraphs: [long], table: table)],
        notes: [long]))
    for line in text.split(separator: "\n") {
      #expect(DisplayText(String(line)).width <= width)
    }
  }

  @Test("leaves tables as wide as they are where no width is given")
  func unlimited() {
    let word = String(repeating: "x", count: 500)
    #expect(TextRenderer().render(.words([word])).contains(word))
  }

  @Test("lines columns up by cells, not by characters")
  func wideCharacters() {
    let table = Report.Table(
      columns: [.text("name"), .number("n")],
      rows: [["日本", .count(1)], ["e\u{301}", .count(22)], ["👩‍👩‍👧", .count(3)]])
    let report = Report(title: "", headline: "", sections: [.init("", table: table)])
    #expect(
      TextRenderer(width: 40).render(report) == """
          name   n
          ────  ──
          日本   1
          e\u{301}     22
          👩‍👩‍👧     3

        """)
  }

  @Test("leaves no spaces at the ends of lines, and none of a missing part")
  func noTrailingSpaces() {
    let table = Report.Table(
      columns: [.text("a"), .text("b")], rows: [["one", .text("")], [.text(""), "two"]])
    let text = TextRenderer(width: 40).render(
      Report(title: "Only a title", headline: "", sections: [.init("", table: table)]))
    #expect(text == "Only a title\n\n  a    b\n  ───  ───\n  one\n       two\n")
    #expect(TextRenderer().render(Report(title: "", headline: "")) == "")
  }

  private func withoutColour(_ text: String) -> String {
    var result = ""
    var isCode = false
    for character in text {
      if character == "\u{1B}" { isCode = true }
      if !isCode { result.append(character) }
      if character == "m" { isCode = false }
    }
    return result
  }
}
