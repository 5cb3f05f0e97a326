import Testing

@testable import Reporting

@Suite("Packed rows are rows like any other")
struct PackedRowsTests {
  /// What tables hold: sizes that repeat, all magnitudes, and names of every kind.
  private static let rows: [(size: UInt64, count: Int, name: String)] = [
    (0, 0, ""), (1, 1, "main"), (256, 9, "a b"), (256, 10, "größe"), (512, 99, "漢字"),
    (999, 100, "\u{1b}[31mred"), (1000, 999, "tab\there"), (123_456_789, 1000, "👩‍👩‍👧 family"),
    (.max, 1_234_567, String(repeating: "n", count: 300)), (1, -5, "bidi \u{202e} override"),
  ]

  private static let columns: [Report.Column] = [
    .number("size", unit: "B"), .name("name"),
    .number("count", title: "how many of them there are"),
  ]

  private static func tables() -> (packed: Report.Table, plain: Report.Table) {
    var packed = Report.Table(columns: columns)
    var plain = Report.Table(columns: columns)
    for round in 0..<3 {
      var part = PackedRows(columns: 3)
      for row in rows.dropFirst(round) {
        part.bytes(row.size)
        part.text(row.name)
        part.count(row.count)
        plain.append([.bytes(Int(clamping: row.size)), .text(row.name), .count(row.count)])
      }
      packed.append(part)
    }
    return (packed, plain)
  }

  private static func report(_ table: Report.Table) -> Report {
    Report(
      title: "Title", headline: "Headline.", sections: [Report.Section("Rows", table: table)])
  }

  @Test("in a terminal as in a file", arguments: [nil, 200, 60, 30], [false, true])
  func text(width: Int?, color: Bool) {
    let (packed, plain) = Self.tables()
    let renderer = TextRenderer(width: width, color: color)
    let expected = renderer.render(Self.report(plain))
    #expect(expected.split(separator: "\n").count > 27)
    #expect(renderer.render(Self.report(packed)) == expected)
  }

  @Test("and in all other formats")
  func formats() {
    let (packed, plain) = Self.tables()
    let renderers: [any ReportRenderer] = [CSVRenderer(), MarkdownRenderer(), HTMLRenderer()]
    for renderer in renderers {
      #expect(renderer.render(Self.report(packed)) == renderer.render(Self.report(plain)))
    }
    #expect(packed.rows == plain.rows && packed.rows.count == 27)
  }

  @Test("also where others are added behind them")
  func rowsBehind() {
    var (packed, plain) = Self.tables()
    let row: [Report.Cell] = [.bytes(7), .text("last", tone: .bad), .count(7)]
    packed.append(row)
    plain.append(row)
    #expect(packed.rows == plain.rows)
    #expect(
      TextRenderer().render(Self.report(packed)) == TextRenderer().render(Self.report(plain)))
    // And again packed ones behind those.
    packed.append(Self.tables().packed.packed[0])
    #expect(packed.rows.count == plain.rows.count + 10)
    #expect(
      TextRenderer().render(Self.report(packed)).hasPrefix(
        TextRenderer().render(Self.report(plain)).dropLast(1)))
  }

  @Test("and none of them are no rows")
  func none() {
    var table = Report.Table(columns: Self.columns, whenEmpty: "(nothing)")
    table.append(PackedRows(columns: 3))
    #expect(table.rows.isEmpty)
    #expect(TextRenderer().render(Self.report(table)).contains("(nothing)"))
  }
}
