/// Shows a report as one self-contained page for a browser.
///
/// No scripts, nothing fetched: the page's own content policy forbids both. Light or dark follows
/// the reader's system.
public struct HTMLRenderer: ReportRenderer {
  /// Creates a renderer.
  public init() {}

  public func render(_ report: Report) -> String {
    var page = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(Self.line(report.title))</title>
      <style>
      \(HTMLStyle.css)
      </style>
      </head>
      <body>
      <main>

      """
    page += header(report)
    for section in report.sections {
      append(section, to: &page)
    }
    if !report.notes.isEmpty {
      page += "<section class=\"notes\">\n<h2>Notes</h2>\n<ul>\n"
      for note in report.notes {
        page += "<li>\(Self.line(note))</li>\n"
      }
      page += "</ul>\n</section>\n"
    }
    return page + "</main>\n</body>\n</html>\n"
  }

  /// The result is the page's heading, as in a newspaper; the title stands above it.
  private func header(_ report: Report) -> String {
    let title = Self.line(report.title)
    let headline = Self.line(report.headline)
    return headline.isEmpty
      ? "<header>\n<h1>\(title)</h1>\n</header>\n"
      : "<header>\n<p>\(title)</p>\n<h1>\(headline)</h1>\n</header>\n"
  }

  private func append(_ section: Report.Section, to page: inout String) {
    page += "<section>\n"
    let title = Self.line(section.title)
    if !title.isEmpty { page += "<h2>\(title)</h2>\n" }
    for paragraph in section.paragraphs {
      page += "<p>\(Self.line(paragraph))</p>\n"
    }
    if let table = section.table {
      if table.isEmpty {
        page += "<p class=\"none\">\(Self.line(table.whenEmpty))</p>\n"
      } else {
        append(table, captioned: title.isEmpty ? "Table" : title, to: &page)
      }
    }
    page += "</section>\n"
  }

  private func append(_ table: Report.Table, captioned caption: String, to page: inout String) {
    let classes = columnClasses(of: table)
    // A container that scrolls has to be reachable by keyboard, and then needs a name.
    page += "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"\(caption)\">\n"
    page += "<table>\n<caption>\(caption)</caption>\n<thead>\n<tr>"
    for (column, names) in zip(table.columns, classes) {
      page += "<th scope=\"col\"\(attribute(names))>\(Self.cell(column.title))"
      if let unit = column.unit { page += " <span class=\"unit\">\(Self.cell(unit))</span>" }
      page += "</th>"
    }
    page += "</tr>\n</thead>\n<tbody>\n"
    for row in table.rows {
      page += "<tr>"
      for (index, cell) in row.enumerated() {
        let attribute = attribute(classes[index] + cell.tone.classes)
        let text = Self.cell(cell.shown)
        page +=
          index == 0 ? "<th scope=\"row\"\(attribute)>\(text)</th>" : "<td\(attribute)>\(text)</td>"
      }
      page += "</tr>\n"
    }
    page += "</tbody>\n</table>\n</div>\n"
  }

  /// Numbers line up on the right; words wrap only in columns where some are long, because
  /// browsers would otherwise break the short ones first.
  private func columnClasses(of table: Report.Table) -> [[String]] {
    table.columns.indices.map { index in
      if table.columns[index].alignment == .trailing { return ["n"] }
      let hasLongText = table.rows.contains { $0[index].text.utf8.count > Self.longText }
      return hasLongText ? ["w"] : []
    }
  }

  private func attribute(_ classes: [String]) -> String {
    classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
  }

  private static let longText = 36
}

extension HTMLRenderer {
  private static func line(_ raw: String) -> String { escaped(SafeText.line(raw)) }

  private static func cell(_ raw: String) -> String { escaped(SafeText.visible(raw)) }

  /// Returns safe text with everything escaped that HTML would act on, in text and in attributes.
  static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { entity($0) != nil }) else { return text }
    var result: [UInt8] = []
    for byte in text.utf8 {
      if let entity = entity(byte) {
        result += entity.utf8
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func entity(_ byte: UInt8) -> String? {
    switch byte {
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "\""): "&quot;"
    case UInt8(ascii: "'"): "&#39;"
    default: nil
    }
  }
}

extension Report.Tone {
  fileprivate var classes: [String] {
    switch self {
    case .plain: []
    case .good: ["g"]
    case .bad: ["b"]
    case .dim: ["d"]
    case .strong: ["s"]
    }
  }
}
