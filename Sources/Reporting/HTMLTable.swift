/// A table of a page, in a container that scrolls.
///
/// A browser takes seconds to lay out thousands of rows, because every cell has a say in the width
/// of its column. A long table states the widths itself; its rows are then laid out one by one, and
/// only those in sight.
struct HTMLTable {
  private let table: Report.Table
  private let caption: String
  private let classes: [[String]]

  /// - Parameter caption: Safe and escaped text.
  init(_ table: Report.Table, caption: String) {
    self.table = table
    self.caption = caption
    classes = Self.classes(of: table)
  }

  func append(to page: inout String) {
    // A container that scrolls has to be reachable by keyboard, and then needs a name.
    let isLong = table.rows.count >= Self.longTable
    page += """
      <div class="scroll\(isLong ? " long" : "")" role="region" tabindex="0" \
      aria-label="\(caption)">
      <table\(isLong ? " style=\"--columns: \(widths())\"" : "")>
      <caption>\(caption)</caption>
      <thead>
      <tr>
      """
    for (column, names) in zip(table.columns, classes) {
      page += "<th scope=\"col\"\(attribute(names))>\(HTMLText.cell(column.title))"
      if let unit = column.unit { page += " <span class=\"unit\">\(HTMLText.cell(unit))</span>" }
      page += "</th>"
    }
    page += "</tr>\n</thead>\n<tbody>\n"
    for row in table.rows {
      page += "<tr>"
      for (index, cell) in row.enumerated() {
        let attributes = attribute(classes[index] + cell.tone.classes) + exactValue(cell)
        let text = HTMLText.cell(cell.shown)
        page +=
          index == 0
          ? "<th scope=\"row\"\(attributes)>\(text)</th>" : "<td\(attributes)>\(text)</td>"
      }
      page += "</tr>\n"
    }
    page += "</tbody>\n</table>\n</div>\n"
  }

  /// Numbers line up on the right; words wrap only in columns where some are long, because
  /// browsers would otherwise break the short ones first.
  private static func classes(of table: Report.Table) -> [[String]] {
    table.columns.indices.map { index in
      if table.columns[index].alignment == .trailing { return ["n"] }
      let hasLongText = table.rows.contains { $0[index].text.utf8.count > Self.longText }
      return hasLongText ? ["w"] : []
    }
  }

  private func attribute(_ classes: [String]) -> String {
    classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
  }

  /// The value that the script sorts by, as JavaScript reads it; the text shown is rounded.
  private func exactValue(_ cell: Report.Cell) -> String {
    switch cell.value {
    case .integer(let integer): " data-v=\"\(integer)\""
    case .number(.infinity): " data-v=\"Infinity\""
    case .number(-.infinity): " data-v=\"-Infinity\""
    case .number(let number) where !number.isNaN: " data-v=\"\(number)\""
    case .number, .text, nil: ""
    }
  }

  /// Returns the widths of the columns for a grid of CSS, from the widest text in each.
  private func widths() -> String {
    table.columns.enumerated().map { index, column in
      if classes[index] == ["w"] { return "var(--wide)" }
      let heading = SafeText.words(column.title) + SafeText.words(column.unit ?? "")
      let texts = heading + table.rows.map { $0[index].shownWithMark }
      let widest = texts.map { DisplayText($0).width }.max() ?? 0
      // Two more for what is bold, and for the sign of the order.
      return "calc(\(min(widest, Self.longText) + 2)ch + 2 * var(--gap))"
    }.joined(separator: " ")
  }

  private static let longText = 36
  private static let longTable = 500
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
