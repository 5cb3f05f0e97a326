internal import ConcurrentMap

/// A table laid out in columns of terminal cells.
///
/// Too wide a table is narrowed in three steps: headings wrap between words; the widest columns of
/// words are shortened with …, to 12 cells at least; what is then still too wide runs over.
/// Numbers are never shortened.
struct TextTable {
  private let columns: [Report.Column]
  private let rows: [[Report.Cell]]
  /// In place of `rows`, where no cell is to be shortened.
  private let packed: [PackedRows]
  private var widths: [Int]

  /// Lays out a table of at least one row.
  ///
  /// - Parameter limit: The cells a line may take, or nil if it may take any number.
  init(_ table: Report.Table, width limit: Int?) {
    columns = table.columns
    if limit == nil, let all = table.allPacked {
      packed = all
      rows = []
    } else {
      packed = []
      rows = table.rows
    }
    let none = Array(repeating: 0, count: columns.count)
    let widest =
      packed.isEmpty
      ? Self.widest(rows, columns.count)
      : packed.reduce(none) { zip($0, $1.widest).map(max) }
    widths = zip(columns, widest).map { max(DisplayText($0.heading).width, $1) }
    if let limit { narrow(to: limit, cells: widest) }
  }

  /// The width of the widest cell of each column.
  private static func widest(_ rows: [[Report.Cell]], _ columns: Int) -> [Int] {
    let none = Array(repeating: 0, count: columns)
    return rows.concurrentChunks { chunk in
      chunk.reduce(into: none) { widest, row in
        for index in row.indices {
          widest[index] = max(widest[index], DisplayText(row[index].shownWithMark).width)
        }
      }
    }.reduce(none) { zip($0, $1).map(max) }
  }

  private mutating func narrow(to limit: Int, cells: [Int]) {
    let available = limit - Self.gap.count * (columns.count - 1)
    let withWrappedHeadings = zip(columns, cells).map { column, cell in
      let words = SafeText.words(column.heading).map { DisplayText($0).width }
      // Half the heading: two lines, seldom three, are still read as one heading.
      return max(cell, words.max() ?? 0, (DisplayText(column.heading).width + 1) / 2)
    }
    lower(toward: withWrappedHeadings, available)
    let shortest = zip(columns, widths).map { column, width in
      column.alignment == .leading ? min(width, Self.narrowest) : width
    }
    lower(toward: shortest, available)
  }

  /// Narrows the widest column that is above its floor, again and again, until all fit.
  private mutating func lower(toward floors: [Int], _ available: Int) {
    // One hostile cell of a million characters must not mean a million steps.
    for index in widths.indices {
      widths[index] = max(min(widths[index], max(available, 0)), min(widths[index], floors[index]))
    }
    var excess = widths.reduce(0, +) - available
    while excess > 0 {
      let candidates = widths.indices.filter { widths[$0] > floors[$0] }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] -= 1
      excess -= 1
    }
  }

  /// Returns the heading, a rule and the rows, each behind `indent`; long tables as several lines a
  /// string.
  func lines(_ style: ANSIStyle, indent: String) -> [String] {
    var lines = headingLines(indent)
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: Self.gap)
    lines.append(indent + style.dim(rule))
    lines += packed.concurrentMap(chunk: 1) { packedLines($0, indent) }
    lines += rows.concurrentChunks { chunk in
      var text: [UInt8] = []
      // A hostile name of a megabyte must not count for every line.
      text.reserveCapacity(chunk.count * min(indent.utf8.count + lineWidth, 200))
      for row in chunk {
        if !text.isEmpty { text.append(Self.lineFeed) }
        append(row.map { DisplayText($0.shownWithMark) }, indent, to: &text) { column, text in
          style.isEnabled ? style.tone(row[column].tone, text) : text
        }
      }
      return String(decoding: text, as: UTF8.self)
    }
    return lines
  }

  /// Lines of packed rows, as one string.
  private func packedLines(_ rows: PackedRows, _ indent: String) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(rows.count * min(indent.utf8.count + lineWidth, 200))
    for row in 0..<rows.count {
      if row > 0 { text.append(Self.lineFeed) }
      text += indent.utf8
      var pending = 0
      for column in 0..<columns.count {
        let cell = row * columns.count + column
        let width = rows.width(of: cell)
        let padding = widths[column] - width
        let isLeading = columns[column].alignment == .leading
        if !rows.isEmpty(cell) {
          text += repeatElement(Self.blank, count: pending + (isLeading ? 0 : padding))
          rows.append(cell, to: &text)
          pending = isLeading ? padding : 0
        } else {
          pending += padding
        }
        pending += Self.gap.count
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private func headingLines(_ indent: String) -> [String] {
    let headings = zip(columns, widths).map { TextWrapping.lines($0.heading, width: $1) }
    let height = headings.map(\.count).max() ?? 0
    return (0..<height).map { level in
      // Short headings stand on the rule, not under the ceiling.
      let row = headings.map { lines in
        let index = level - (height - lines.count)
        return DisplayText(index >= 0 ? lines[index] : "")
      }
      var text: [UInt8] = []
      append(row, indent, to: &text) { $1 }
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// Joins one row, without spaces at its end.
  private func append(
    _ row: [DisplayText], _ indent: String, to line: inout [UInt8],
    _ style: (Int, String) -> String
  ) {
    line += indent.utf8
    var pending = 0
    for (index, cell) in row.enumerated() {
      let cell = cell.shortened(to: widths[index], keepingEnd: columns[index].keepsEnds)
      let padding = widths[index] - cell.width
      let isLeading = columns[index].alignment == .leading
      if !cell.text.isEmpty {
        line += repeatElement(Self.blank, count: pending + (isLeading ? 0 : padding))
        var text = style(index, cell.text)
        text.withUTF8 { unsafe line.append(contentsOf: $0) }
        pending = isLeading ? padding : 0
      } else {
        pending += padding
      }
      pending += Self.gap.count
    }
  }

  /// Bytes of a line that is ASCII, as most are.
  private var lineWidth: Int { widths.reduce(0) { $0 + $1 + Self.gap.count } }

  private static let blank = UInt8(ascii: " ")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let gap = "  "
  private static let narrowest = 12
}

extension Report.Column {
  /// The title with its unit in brackets.
  fileprivate var heading: String { unit.map { "\(title) (\($0))" } ?? title }
}
