/// Shows the tables of a report as comma-separated values, by RFC 4180, for scripts.
///
/// The header holds the columns' keys, the fields exact values in base units; an absent value is
/// an empty field. A report with several tables becomes one, with a leading column `section` and
/// the union of all columns in order of appearance; what a table lacks is empty. Title, headline,
/// paragraphs and notes have no place here. Records end in CR LF.
///
/// Numbers are the shortest that read back as the same value, and whole ones have no fraction.
/// "Not a number" is absent, infinity is `inf`.
public struct CSVRenderer: ReportRenderer {
  /// Whether texts that a spreadsheet would run as a formula begin with an apostrophe.
  ///
  /// Such texts begin with `=`, `+`, `-` or `@`, or their full-width forms. Names in a report can
  /// come from files of strangers, and a report is easily opened in a spreadsheet, so this is on
  /// unless a script that never shows them asks for the names as they are. Numbers are left alone.
  public var guardsFormulas: Bool

  /// Creates a renderer.
  public init(guardsFormulas: Bool = true) {
    self.guardsFormulas = guardsFormulas
  }

  public func render(_ report: Report) -> String {
    let sections = report.sections.compactMap { section in
      section.table.map { (key: section.key, table: $0) }
    }.filter { !$0.table.columns.isEmpty }
    guard !sections.isEmpty else { return "" }
    let hasSectionColumn = sections.count > 1
    var keys: [String] = []
    var position: [String: Int] = [:]
    for column in sections.flatMap(\.table.columns) where position[column.key] == nil {
      position[column.key] = keys.count
      keys.append(column.key)
    }

    var writer = CSVWriter(guardsFormulas: guardsFormulas)
    if hasSectionColumn { writer.field("section") }
    for key in keys { writer.field(key) }
    writer.endRecord()
    for (key, table) in sections {
      // Of each column of the union, the table's own.
      var own = [Int?](repeating: nil, count: keys.count)
      for (index, column) in table.columns.enumerated() { own[position[column.key]!] = index }
      for row in table.rows {
        if hasSectionColumn { writer.field(key) }
        for index in own { append(index.flatMap { row[$0].value }, to: &writer) }
        writer.endRecord()
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func append(_ value: Report.Value?, to writer: inout CSVWriter) {
    switch value {
    case nil: writer.absent()
    case .integer(let integer): writer.field(integer)
    case .number(let number): writer.field(number)
    case .text(let text): writer.field(text)
    }
  }
}
