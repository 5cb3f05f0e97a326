/// Shows a report in a terminal or a text file.
///
/// The headline comes first, then the title and the sections, whose contents are indented so that
/// headings stand out without colour; a section without any has no heading either. Good and bad cells are marked ✓ and ✗ with colour or without.
public struct TextRenderer: ReportRenderer {
  /// The cells a line may take, or nil to leave tables as wide as they are.
  public var width: Int?

  /// Whether to write ANSI colours.
  public var color: Bool

  /// Creates a renderer for a width, such as ``Terminal/columns``.
  public init(width: Int? = nil, color: Bool = false) {
    self.width = width
    self.color = color
  }

  public func render(_ report: Report) -> String {
    lines(of: report).map { $0 + "\n" }.joined()
  }

  /// The lines of a report, without line feeds at their ends; those of a long table are several a
  /// string, so that they are copied as seldom as can be.
  public func lines(of report: Report) -> [String] {
    let style = ANSIStyle(isEnabled: color)
    var lines = paragraph(report.headline, indent: "").map(style.bold)
    lines += paragraph(report.title, indent: "").map(style.dim)
    for section in report.sections {
      let blocks = blocks(of: section, style)
      if blocks.isEmpty { continue }
      separate(&lines)
      lines += paragraph(section.title, indent: "").map(style.bold)
      var isFirst = true
      for block in blocks {
        if !isFirst { separate(&lines) }
        lines += block
        isFirst = false
      }
    }
    if !report.notes.isEmpty {
      separate(&lines)
      lines.append(style.bold("Notes"))
      for note in report.notes {
        lines += paragraph(note, indent: "    ", first: "  • ")
      }
    }
    return lines
  }

  private func blocks(of section: Report.Section, _ style: ANSIStyle) -> [[String]] {
    var blocks = section.paragraphs.map { paragraph($0, indent: Self.indent) }
    if let table = section.table {
      if table.isEmpty {
        blocks.append(paragraph(table.whenEmpty, indent: Self.indent).map(style.dim))
      } else {
        let layout = TextTable(table, width: width.map { $0 - Self.indent.count })
        blocks.append(layout.lines(style, indent: Self.indent))
      }
    }
    return blocks.filter { !$0.isEmpty }
  }

  private func paragraph(_ text: String, indent: String, first: String? = nil) -> [String] {
    let limit = max(1, min(width ?? Self.longestLine, Self.longestLine) - indent.count)
    return TextWrapping.lines(text, width: limit).enumerated().map { index, line in
      (index == 0 ? first ?? indent : indent) + line
    }
  }

  private func separate(_ lines: inout [String]) {
    if !lines.isEmpty { lines.append("") }
  }

  private static let indent = "  "

  /// Lines of prose longer than this tire the eye, however wide the terminal is.
  private static let longestLine = 100
}
