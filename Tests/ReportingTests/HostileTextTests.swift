import Testing

@testable import Reporting

/// What a stranger may call a symbol, a plugin or a file.
private let hostileTexts = [
  "\u{1B}[31mred\u{1B}[0m", "\u{1B}]0;title\u{07}", "\u{9B}31m", "back\u{8}space", "nul\u{0}",
  "line\r\nfeed", "tab\there", "del\u{7F}ete", "next\u{85}line", "para\u{2029}graph",
  "\u{202E}gnp.exe", "\u{2066}isolate\u{2069}", "zero\u{200B}width", "soft\u{AD}hyphen",
  "\u{FEFF}mark",
  "<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "\"><b>", "'><b>", "&copy;",
  "<!-- --><table>", "a|b", "\\|", "`\\`|", "$x$", "| --- |", "```\n# heading\n```",
  "=cmd|' /C calc'!A0", "\",=1+1,\"", "שלום עולם", "👩‍👩‍👧 👍🏽 🇩🇪", "日本語", "e\u{301}\u{301}\u{301}",
]

@Suite("Hostile text")
struct HostileTextTests {
  @Test("reaches no format with a character that acts", arguments: hostileTexts)
  func controls(text: String) {
    let renderers: [any ReportRenderer] = [
      TextRenderer(width: 40), TextRenderer(), MarkdownRenderer(), CSVRenderer(), HTMLRenderer(),
    ]
    for renderer in renderers {
      let acting = renderer.render(.everywhere(text)).unicodeScalars.filter { scalar in
        switch scalar.properties.generalCategory {
        case .control: scalar != "\n" && !(renderer is CSVRenderer && scalar == "\r")
        case .lineSeparator, .paragraphSeparator: true
        case .format: scalar != "\u{200D}"  // joins emoji
        default: false
        }
      }
      #expect(acting.isEmpty)
    }
  }

  @Test("brings no colour of its own to a coloured report", arguments: hostileTexts)
  func escapes(text: String) {
    let rendered = TextRenderer(width: 40, color: true).render(.everywhere(text))
    let codes = rendered.unicodeScalars.split(separator: "\u{1B}").dropFirst()
    for code in codes {
      let isOurs = ["[0m", "[1m", "[2m", "[32m", "[1;31m"].contains {
        String(code).unicodeScalars.starts(with: $0.unicodeScalars)
      }
      #expect(isOurs)
    }
  }

  @Test("adds no element to a page and leaves none open", arguments: hostileTexts)
  func elements(text: String) throws {
    let page = HTMLRenderer().render(.everywhere(text))
    let innocent = HTMLRenderer().render(.everywhere("word"))
    #expect(tags(page) == tags(innocent))
    var open: [Substring] = []
    for tag in tags(page) where !["meta", "!DOCTYPE", "rect"].contains(tag) {
      if tag.hasPrefix("/") {
        #expect(open.popLast() == tag.dropFirst())
      } else {
        open.append(tag)
      }
    }
    #expect(open.isEmpty)
  }

  @Test("breaks no row of a Markdown table", arguments: hostileTexts)
  func rows(text: String) {
    let table = Report.Table(
      columns: [.text("a", title: text), .text("b")], rows: [[.text(text), .text(text)]])
    let lines = MarkdownRenderer().render(
      Report(title: "", headline: "", sections: [.init("", table: table)])
    ).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { bars($0) == 3 && $0.hasPrefix("| ") && $0.hasSuffix(" |") })
  }

  @Test("is one field of CSV, whatever it holds", arguments: hostileTexts)
  func fields(text: String) {
    let csv = CSVRenderer(guardsFormulas: false).render(.words([text]))
    let expected = SafeText.visible(text, keepingLineFeeds: true)
    #expect(records(csv) == [["word"], [expected]])
  }

  @Test("keeps what is only unusual", arguments: hostileTexts.suffix(4))
  func unusual(text: String) {
    #expect(SafeText.visible(text) == text)
  }

  @Test("shows control characters as pictures")
  func pictures() {
    #expect(SafeText.visible("\u{1B}[31m\n\u{7F}\u{9B}\u{202E}") == "␛[31m␊␡��")
  }

  /// The names of all tags, in order.
  private func tags(_ page: String) -> [Substring] {
    page.replacing(HTMLScript.text, with: "").split(separator: "<").dropFirst()
      .map { part in part.prefix { !" >\n".contains($0) } }
      // A size stands beside a name in a treemap only where there is room.
      .filter { $0 != "tspan" && $0 != "/tspan" }
  }

  /// The bars of a line that are not escaped.
  private func bars(_ line: Substring) -> Int {
    var count = 0
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if scalar == "|", !isEscaped { count += 1 }
      isEscaped = scalar == "\\" && !isEscaped
    }
    return count
  }

  /// A reader of RFC 4180.
  private func records(_ csv: String) -> [[String]] {
    var records: [[String]] = []
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    var previous: Unicode.Scalar?
    for scalar in csv.unicodeScalars {
      switch scalar {
      case "\"":
        if !isQuoted, previous == "\"" { field.unicodeScalars.append(scalar) }
        isQuoted.toggle()
      case "," where !isQuoted:
        fields.append(field)
        field = ""
      case "\r" where !isQuoted: break
      case "\n" where !isQuoted:
        records.append(fields + [field])
        (fields, field) = ([], "")
      default: field.unicodeScalars.append(scalar)
      }
      previous = scalar
    }
    return records
  }
}
