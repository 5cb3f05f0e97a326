/// A table of a Markdown document, of which the last rows may be left out.
struct MarkdownTable {
  private let heading: String
  private let rows: [String]
  /// The bytes of the heading and of the first rows, each with the line feed before it.
  private let sizes: [Int]
  /// How many of the rows are shown.
  private var shown: Int

  init(_ table: Report.Table) {
    var heading = "|"
    for column in table.columns {
      let unit = column.unit.map { " (\($0))" } ?? ""
      heading += " \(MarkdownText.cell(column.title + unit)) |"
    }
    heading += "\n|"
    for column in table.columns {
      heading += column.alignment == .leading ? " :--- |" : " ---: |"
    }
    self.heading = heading
    rows = table.rows.map { row in
      row.reduce(into: "|") { $0 += " \(Self.markdown($1)) |" }
    }
    var sizes = [heading.utf8.count]
    for row in rows { sizes.append(sizes[sizes.count - 1] + 1 + row.utf8.count) }
    self.sizes = sizes
    shown = rows.count
  }

  private static func markdown(_ cell: Report.Cell) -> String {
    let text = MarkdownText.cell(cell.shownWithMark)
    // Emphasis around nothing, or around outer spaces, would show its asterisks.
    let isPlain = text.first?.isWhitespace ?? true || text.last?.isWhitespace ?? true
    return cell.tone == .strong && !isPlain ? "**\(text)**" : text
  }

  /// Leaves out as many rows as it takes to need no more than so many bytes.
  ///
  /// A table without rows that are shown is its sentence alone, and may need more.
  func cut(to limit: Int) -> MarkdownTable {
    var table = self
    if size <= limit { return table }
    // The sentence is longest where all rows are missing.
    table.shown = 0
    let room = limit - table.sentence.utf8.count - 2
    table.shown = max(0, (sizes.firstIndex { $0 > room } ?? sizes.count) - 1)
    return table
  }

  /// The bytes of ``text``.
  var size: Int {
    let sentence = shown < rows.count ? sentence.utf8.count : 0
    return shown == 0 ? sentence : sizes[shown] + (sentence > 0 ? 2 + sentence : 0)
  }

  var text: String {
    var text = shown > 0 ? heading : ""
    for row in rows[..<shown] { text += "\n" + row }
    if shown < rows.count { text += (shown > 0 ? "\n\n" : "") + sentence }
    return text
  }

  private var sentence: String {
    let missing = rows.count - shown
    return missing == 1
      ? "*1 row of \(Quantity.count(rows.count)) is left out.*"
      : "*\(Quantity.count(missing)) rows of \(Quantity.count(rows.count)) are left out.*"
  }
}
