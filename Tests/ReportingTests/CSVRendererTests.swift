import Reporting
import Testing

@Suite("A report as CSV")
struct CSVRendererTests {
  @Test("has keys for headers, exact values in base units and nothing for what is absent")
  func whole() {
    #expect(
      CSVRenderer().render(.sample).split(separator: "\r\n") == [
        "section,variant,startup.load,memory.pss,relocations.total,ratio,path",
        "variants,shared,3900000,7400000,321,0.1625,",
        "variants,static,24000000,127000000,14699,1,",
        "variants,static-tuned,30500000,,,1.27,",
      ])
  }

  @Test("has no column for sections if there is one table")
  func oneTable() {
    #expect(CSVRenderer().render(.words(["a", "b"])) == "word\r\na\r\nb\r\n")
    #expect(CSVRenderer().render(Report(title: "T", headline: "H")) == "")
  }

  @Test("is a header alone if the one table is empty")
  func noRows() {
    #expect(CSVRenderer().render(.words([])) == "word\r\n")
  }

  @Test("joins tables over the columns they share")
  func union() {
    let report = Report(
      title: "", headline: "",
      sections: [
        .init(
          "A", table: .init(columns: [.text("name"), .number("x")], rows: [["a", .count(1)]])),
        .init("no table"),
        .init(
          "B", table: .init(columns: [.number("y"), .text("name")], rows: [[.count(2), "b"]])),
      ])
    #expect(CSVRenderer().render(report) == "section,name,x,y\r\nA,a,1,\r\nB,b,,2\r\n")
  }

  @Test(
    "writes numbers that read back as the same",
    arguments: [
      (1, "1"), (0.1, "0.1"), (-2.5, "-2.5"), (1e15, "1000000000000000"), (1e300, "1e+300"),
      (-0.0, "0"), (1 / 3, "0.3333333333333333"), (.infinity, "inf"), (-.infinity, "-inf"),
      (.nan, "\"\""),
    ] as [(Double, String)])
  func numbers(value: Double, text: String) {
    let table = Report.Table(
      columns: [.number("n")], rows: [[Report.Cell("n", value: .number(value))]])
    let report = Report(title: "", headline: "", sections: [.init("", table: table)])
    #expect(CSVRenderer().render(report) == "n\r\n\(text)\r\n")
    if !value.isNaN { #expect(Double(text) == value) }
  }

  @Test(
    "quotes where it must, and only there",
    arguments: [
      ("plain text", "plain text"), ("a,b", "\"a,b\""), ("say \"no\"", "\"say \"\"no\"\"\""),
      ("two\nlines", "\"two\nlines\""), ("two\r\nlines", "\"two␍\nlines\""), ("", "\"\""),
      ("semi;colon", "semi;colon"),
    ])
  func quoting(raw: String, field: String) {
    #expect(CSVRenderer().render(.words([raw])) == "word\r\n\(field)\r\n")
  }

  @Test(
    "keeps texts from running as formulas in a spreadsheet",
    arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "=HYPERLINK(\"x\",\"y\")"])
  func formulas(raw: String) {
    let guarded = CSVRenderer().render(.words([raw]))
    #expect(guarded.hasPrefix("word\r\n'") || guarded.hasPrefix("word\r\n\"'"))
    #expect(!CSVRenderer(guardsFormulas: false).render(.words([raw])).contains("'"))
  }

  @Test("leaves negative numbers alone")
  func negativeNumbers() {
    let table = Report.Table(columns: [.number("n")], rows: [[.count(-5)], [.bytes(-5.5)]])
    let report = Report(title: "", headline: "", sections: [.init("", table: table)])
    #expect(CSVRenderer().render(report) == "n\r\n-5\r\n-5.5\r\n")
  }
}
