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

    var text = ""
    append(((hasSectionColumn ? ["section"] : []) + keys).map(field), to: &text)
    for (key, table) in sections {
      let leading = hasSectionColumn ? [field(key)] : []
      let places = table.columns.compactMap { position[$0.key] }
      for row in table.rows {
        var fields = Array(repeating: "", count: keys.count)
        for (place, cell) in zip(places, row) {
          fields[place] = field(cell.value)
        }
        append(leading + fields, to: &text)
      }
    }
    return text
  }

  private func append(_ fields: [String], to text: inout String) {
    // A record of one empty field would be an empty line, which readers skip.
    if fields == [""] { text += "\"\"" }
    for (index, field) in fields.enumerated() {
      if index > 0 { text += "," }
      text += field
    }
    text += "\r\n"
  }

  private func field(_ value: Report.Value?) -> String {
    switch value {
    case nil: ""
    case .integer(let integer): String(integer)
    case .number(let number): field(number)
    case .text(let text): field(text)
    }
  }

  private func field(_ number: Double) -> String {
    if number.isNaN { return "" }
    // Every whole number below 2⁵³ is exact, and "2800000" reads better than "2800000.0".
    if number.magnitude < 0x1p53, let whole = Int(exactly: number) { return String(whole) }
    return number.description
  }

  private func field(_ raw: String) -> String {
    // Line feeds survive in quotes; other control characters would act when the file is printed.
    var text = SafeText.visible(raw, keepingLineFeeds: true)
    if guardsFormulas, let first = text.unicodeScalars.first, Self.formulaStarts.contains(first) {
      text = "'" + text
    }
    let isBare = text.withUTF8 { bytes in
      // No early exit: so the loop takes many bytes at a time.
      var special: UInt8 = 0
      for index in bytes.indices {
        let byte = unsafe bytes[index]
        special |=
          byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
          ? 1 : 0
      }
      return special == 0
    }
    if isBare { return text }
    var quoted = [UInt8(ascii: "\"")]
    quoted.reserveCapacity(text.utf8.count + 2)
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { quoted.append(byte) }
      quoted.append(byte)
    }
    quoted.append(UInt8(ascii: "\""))
    return String(decoding: quoted, as: UTF8.self)
  }

  private static let formulaStarts: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "＝", "＋", "－", "＠",
  ]
}
