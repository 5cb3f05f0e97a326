import Testing

@testable import Reporting

@Suite("Text on a terminal")
struct DisplayTextTests {
  @Test(
    "is as wide as the cells it takes",
    arguments: [
      ("", 0), ("shared", 6), ("µs × – … ✓", 10), ("1\u{202F}234", 5), ("e\u{301}", 1),
      ("日本語", 6), ("한국", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("ｆｕ", 4), ("ﾊﾝ", 2),
      ("שלום", 4), ("👍🏽", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("❤\u{FE0F}", 2), ("क्ष", 2),
    ] as [(String, Int)])
  func width(text: String, width: Int) {
    #expect(DisplayText(text).width == width)
  }

  @Test(
    "is cut between characters and never exceeds the limit",
    arguments: [
      ("shared-merged", 8, "shared-…"), ("shared", 6, "shared"), ("日本語", 5, "日本…"),
      ("日本語", 4, "日…"), ("ne\u{301}e\u{301}e\u{301}", 3, "ne\u{301}…"), ("👩‍👩‍👧👩‍👩‍👧", 3, "👩‍👩‍👧…"),
      ("ab", 1, "…"), ("ab", 0, ""), ("ab", -3, ""),
    ] as [(String, Int, String)])
  func shortened(text: String, limit: Int, expected: String) {
    let short = DisplayText(text).shortened(to: limit)
    #expect(short.text == expected)
    #expect(short.width <= max(limit, 0))
    #expect(short.width == DisplayText(expected).width)
  }

  @Test("wraps between words and leaves long words whole")
  func wrapping() {
    #expect(
      TextWrapping.lines("one two\n three /a/very/long/path x", width: 9)
        == ["one two", "three", "/a/very/long/path", "x"])
    #expect(TextWrapping.lines(" \n\t ", width: 9).isEmpty)
    #expect(TextWrapping.lines("日本 語日 本語", width: 9) == ["日本 語日", "本語"])
  }

  @Test("wraps to exactly the width", arguments: 1...30)
  func wrappedWidth(width: Int) {
    let words = "a bb ccc dddd a bb ccc dddd a bb ccc dddd"
    let lines = TextWrapping.lines(words, width: width)
    #expect(lines.joined(separator: " ") == words)
    for line in lines where line.contains(" ") {
      #expect(line.count <= width)
    }
  }
}
