import Testing

@testable import Reporting

@Suite("A report")
struct ReportTests {
  @Test(
    "holds what was not measured as absent, never as zero",
    arguments: [
      .bytes(nil as Int?), .bytes(nil as Double?), .nanoseconds(nil), .count(nil as Int?),
      .count(nil as Double?), .ratio(nil), .percent(nil), .text(nil), .bytes(Double.nan),
      .nanoseconds(.nan), .count(Double.nan), .ratio(.nan), .percent(.nan),
    ] as [Report.Cell])
  func absent(cell: Report.Cell) {
    #expect(cell == .absent)
    #expect(cell.value == nil)
    #expect(cell.shown == "–")
  }

  @Test("may say why a figure is absent")
  func reason() {
    let cell = Report.Cell("no valgrind", value: nil, tone: .dim)
    #expect(cell.shown == "no valgrind")
  }

  @Test("keeps the exact value beside the rounded text")
  func exactValue() {
    #expect(Report.Cell.bytes(1_234_567) == Report.Cell("1.23 MB", value: .integer(1_234_567)))
    #expect(Report.Cell.ratio(5.3456) == Report.Cell("5.35×", value: .number(5.3456)))
    #expect(Report.Cell.percent(0.25) == Report.Cell("25 %", value: .number(0.25)))
    #expect("shared" == Report.Cell("shared", value: .text("shared")))
  }

  @Test("marks good and bad by a sign as well")
  func marks() {
    #expect(Report.Cell.text("yes", tone: .good).shownWithMark == "✓ yes")
    #expect(Report.Cell.text("no", tone: .bad).shownWithMark == "✗ no")
    #expect(Report.Cell.text("so", tone: .strong).shownWithMark == "so")
  }

  @Test("takes titles for keys and keys for titles where only one is given")
  func names() {
    #expect(Report.Section("Variants").key == "Variants")
    #expect(Report.Column("memory.pss").title == "memory.pss")
  }

  @Test("refuses a row that does not fit its table")
  func raggedRow() async {
    await #expect(processExitsWith: .failure) {
      var table = Report.Table(columns: [.text("a"), .text("b")])
      table.append(["only one"])
    }
    await #expect(processExitsWith: .failure) {
      _ = Report.Table(columns: [.text("a")], rows: [["one", "two"]])
    }
  }

  @Test("refuses two columns of one key")
  func duplicateKey() async {
    await #expect(processExitsWith: .failure) {
      _ = Report.Table(columns: [.text("a"), .number("a")])
    }
  }
}
