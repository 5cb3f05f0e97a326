import Glibc
import Reporting
import Testing

@Suite("A report of 10 000 rows")
struct SpeedTests {
  /// Counts the time of this thread alone: others share the machine.
  @Test(
    "is rendered in less than a second, even by a debug build",
    arguments: [
      TextRenderer(width: 100, color: true), TextRenderer(), MarkdownRenderer(), CSVRenderer(),
      HTMLRenderer(),
    ] as [any ReportRenderer])
  func rows(renderer: any ReportRenderer) {
    let report = Self.large
    let start = threadNanoseconds()
    let text = renderer.render(report)
    let elapsed = threadNanoseconds() - start
    #expect(text.utf8.count { $0 == UInt8(ascii: "\n") } > 10_000)
    #expect(elapsed < 1_000_000_000, "\(Quantity.nanoseconds(elapsed))")
  }

  @Test("with cells of a million characters is laid out just as fast")
  func longCells() {
    let long = Report.Cell.text(String(repeating: "x", count: 1_000_000))
    let table = Report.Table(
      columns: [.text("a"), .text("b"), .text("c"), .text("d")],
      rows: [["a", "b", "c", "d"], [long, long, long, long]])
    let report = Report(title: "", headline: "", sections: [.init("", table: table)])
    let start = threadNanoseconds()
    let text = TextRenderer(width: 80).render(report)
    #expect(threadNanoseconds() - start < 1_000_000_000)
    #expect(text.utf8.count < 1000)
  }

  private static let large = Report(
    title: "Symbols", headline: "There are many.",
    sections: [
      .init(
        "Symbols",
        table: .init(
          columns: [
            .text("name"), .text("module"), .text("owner"), .number("size"), .number("share"),
            .text("verdict"),
          ],
          rows: (0..<10_000).map { index in
            [
              .text("protocol witness for Greeter.greet() in Plugin\(index)"),
              .text(index.isMultiple(of: 10) ? "日本語" : "Plugin\(index % 50)"),
              index.isMultiple(of: 7) ? .absent : "own", .bytes(index * 37),
              .percent(1 / Double(index + 1)),
              .text("within", tone: index.isMultiple(of: 3) ? .good : .bad),
            ]
          }))
    ])

  /// From `CLOCK_THREAD_CPUTIME_ID`.
  private func threadNanoseconds() -> Double {
    var time = timespec()
    // Safe: the kernel fills in exactly one timespec.
    let result = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    precondition(result == 0)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }
}
