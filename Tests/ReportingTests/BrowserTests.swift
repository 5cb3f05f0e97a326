import TestSupport
import Testing

@testable import Reporting

@Suite(
  "A page in a browser",
  .enabled(
    if: Browser.path != nil,
    "SKIPPED: no Chromium here, so nothing says whether pages work; install 'chromium'"),
  .serialized)
struct BrowserTests {
  /// Names and sizes whose orders by text, by rounded text and by exact value all differ.
  private static let report = Report(
    title: "Sizes", headline: "",
    sections: [
      .init(
        "Symbols",
        treemap: .init("Symbols", sizes: [.init("a", bytes: 9)], categories: ["A"]),
        table: .init(
          columns: [.text("name"), .number("size"), .text("owner")],
          rows: (0..<20).map { index in
            [
              .text("Name\(index)"),
              index == 7 ? .absent : .bytes(1_000_000 + (index * 13) % 20),
              .text(index.isMultiple(of: 2) ? "Own" : "Shared"),
            ]
          })),
      .init("Few", table: .init(columns: [.text("name")], rows: [["b"], ["a"]])),
    ])

  private static let names = """
    [...document.querySelector("tbody").rows].filter((row) => !row.hidden)
      .map((row) => row.cells[0].textContent).join(" ")
    """

  private func click(_ column: Int, in browser: Browser) throws -> String? {
    try browser.value("document.querySelectorAll('thead button')[\(column)].click()")
    return try browser.value(Self.names) as? String
  }

  private func sort(of column: Int, in browser: Browser) throws -> String? {
    try browser.value(
      "document.querySelectorAll('thead th')[\(column)].getAttribute('aria-sort')") as? String
  }

  private func joined(_ order: [Int]) -> String {
    order.map { "Name\($0)" }.joined(separator: " ")
  }

  @Test("draws charts without a script, with every name inside, on a desk and on a telephone")
  func charts() throws {
    let browser = try Browser()
    try browser.setScripts(enabled: false)
    var report = Report(title: "Charts", headline: "")
    report.charts = [SVGChartTests.lines, SVGChartTests.bars]
    for (scheme, width) in [("light", 1200), ("dark", 380)] {
      try browser.set(scheme: scheme, width: width)
      try browser.load(HTMLRenderer().render(report))
      let outside = try browser.value(
        """
        [...document.querySelectorAll(".chart > svg")].flatMap((svg) => {
          const frame = svg.getBoundingClientRect();
          return [...svg.querySelectorAll("text")].filter((text) => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1
              || box.top < frame.top - 1 || box.bottom > frame.bottom + 1 || box.width == 0;
          }).map((text) => text.textContent);
        }).join("; ")
        """)
      #expect(outside as? String == "", "\(scheme), \(width)")
      #expect(try browser.value("document.querySelectorAll('.chart > svg').length") as? Int == 2)
      #expect(
        try browser.value("document.documentElement.scrollWidth <= innerWidth") as? Bool == true)
    }
    #expect(browser.complaints == [])
  }

  @Test("sorts by exact value, then the other way, then as it was, by pointer and by keyboard")
  func sorting() throws {
    let browser = try Browser()
    try browser.load(HTMLRenderer().render(Self.report))
    let rising = (0..<20).filter { $0 != 7 }.sorted { $0 * 13 % 20 < $1 * 13 % 20 }
    #expect(try click(1, in: browser) == joined(rising.reversed() + [7]))
    #expect(try sort(of: 1, in: browser) == "descending")
    #expect(try click(1, in: browser) == joined(rising + [7]))
    #expect(try sort(of: 1, in: browser) == "ascending")
    #expect(try click(1, in: browser) == joined(Array(0..<20)))
    #expect(try sort(of: 1, in: browser) == nil)

    // Equal ones stay in the report's order, whichever the direction.
    let own = stride(from: 0, to: 20, by: 2)
    let shared = stride(from: 1, to: 20, by: 2)
    #expect(try click(2, in: browser) == joined(Array(own) + Array(shared)))
    #expect(try click(2, in: browser) == joined(Array(shared) + Array(own)))
    // By number inside the name: 2 before 10.
    #expect(try click(0, in: browser) == joined(Array(0..<20)))
    #expect(try sort(of: 2, in: browser) == nil)

    try browser.value("document.querySelectorAll('thead button')[1].focus()")
    try browser.press("Enter", code: 13)
    #expect(try sort(of: 1, in: browser) == "descending")
    #expect(browser.complaints == [])
  }

  @Test("filters by words of any column, whatever their case, and says how many rows are left")
  func filtering() throws {
    let browser = try Browser()
    try browser.load(HTMLRenderer().render(Self.report))
    let said = "document.querySelector('output').value"
    #expect(try browser.value("document.querySelectorAll('input').length") as? Int == 1)
    #expect(try browser.value(said) as? String == "20 rows")
    try browser.value("document.querySelector('input').focus()")
    try browser.type("name1")
    try waitForFilter(browser)
    #expect(try browser.value(Self.names) as? String == joined([1] + Array(10..<20)))
    #expect(try browser.value(said) as? String == "11 of 20 rows")
    #expect(try click(1, in: browser)?.split(separator: " ").count == 11)

    try browser.value("document.querySelector('input').value = ''")
    try browser.type("SHARED")
    try waitForFilter(browser)
    #expect(try browser.value(said) as? String == "10 of 20 rows")
    #expect(browser.complaints == [])
  }

  private func waitForFilter(_ browser: Browser) throws {
    try browser.value("new Promise((done) => setTimeout(done, 200))")
  }

  @Test("says the same without a script, and has no dead buttons and fields")
  func withoutScripts() throws {
    let browser = try Browser()
    try browser.setScripts(enabled: false)
    try browser.load(HTMLRenderer().render(Self.report))
    let document = try browser.document()
    for index in 0..<20 { #expect(document.contains(">Name\(index)</th>")) }
    let body = document.replacing(HTMLScript.text, with: "")
    #expect(!body.contains("<button") && !body.contains("<input"))
    #expect(body.contains("<title>a\n9 B (100 % of the area)\nA</title>"))
  }

  @Test("runs no script but its own")
  func foreignScript() throws {
    let browser = try Browser()
    let page = HTMLRenderer().render(Self.report)
    try browser.load(
      page.replacing("</main>", with: "</main><script>document.title = 'taken'</script>"))
    #expect(try browser.value("document.title") as? String == "Sizes")
    #expect(browser.complaints.count == 1)
    #expect(browser.complaints.first?.contains("Content Security Policy") == true)
    #expect(try browser.value("document.querySelectorAll('thead button').length") as? Int == 4)
  }

  @Test("is as wide as the window, whatever the names, in the reader's scheme")
  func width() throws {
    let browser = try Browser()
    var report = Self.report
    report.sections[0].table?.append([
      .text(String(repeating: "LongName", count: 40)), .bytes(1), "Own",
    ])
    report.sections[0].treemap?.title = String(repeating: "LongTitle", count: 40)
    let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for (scheme, width) in [("dark", 360), ("light", 1280)] {
      try browser.set(scheme: scheme, width: width)
      try browser.load(HTMLRenderer().render(report))
      #expect(try browser.value(overflow) as? Int == 0)
      let background = try browser.value("getComputedStyle(document.body).backgroundColor")
      #expect(
        background as? String == (scheme == "dark" ? "rgb(21, 23, 26)" : "rgb(255, 255, 255)"))
    }
  }

  @Test("of 5000 rows sorts and filters in less than a second, and its columns line up")
  func longTable() throws {
    let browser = try Browser()
    let table = Report.Table(
      columns: [.text("name"), .number("size"), .number("share"), .text("module")],
      rows: (0..<5000).map { index in
        [
          .text("protocol witness for Greeter.greet(name: Swift.String) in Plugin\(index * 7919)"),
          .bytes(index * 7919 % 5003), .percent(1 / Double(index + 1)), .text("M\(index % 50)"),
        ]
      })
    try browser.load(
      HTMLRenderer().render(
        Report(title: "", headline: "", sections: [.init("Symbols", table: table)])))
    // Reading a height makes the browser lay out at once.
    let times = try browser.value(
      """
      (async () => {
        const timed = (action) => {
          const start = performance.now();
          action();
          document.querySelector("table").offsetHeight;
          return performance.now() - start;
        };
        const buttons = document.querySelectorAll("thead button");
        const field = document.querySelector("input");
        const times = [timed(() => buttons[0].click()), timed(() => buttons[1].click())];
        field.value = "plugin7";
        const start = performance.now();
        field.dispatchEvent(new Event("input"));
        await new Promise((done) => new MutationObserver(done)
          .observe(document.querySelector("output"), { childList: true }));
        document.querySelector("table").offsetHeight;
        times.push(performance.now() - start);
        return times.map(Math.round).join(" ");
      })()
      """)
    let milliseconds = (times as? String ?? "").split(separator: " ").compactMap { Int($0) }
    #expect(milliseconds.count == 3)
    #expect(milliseconds.allSatisfy { $0 < 1000 }, "\(milliseconds) ms")

    let misaligned = try browser.value(
      """
      const edges = (row) => [...row.cells].map((cell) => cell.getBoundingClientRect().right);
      const table = document.querySelector("table");
      const heads = edges(table.tHead.rows[0]);
      [...table.rows].filter((row) => !row.hidden).slice(0, 20)
        .filter((row) => edges(row).some((edge, index) => Math.abs(edge - heads[index]) > 0.5))
        .length
      """)
    #expect(misaligned as? Int == 0)
    // The heading stays in sight.
    let moved = try browser.value(
      """
      const box = document.querySelector(".scroll");
      box.scrollTop = 3000;
      box.querySelector("thead").getBoundingClientRect().top - box.getBoundingClientRect().top
      """)
    #expect((moved as? Double).map { abs($0) < 3 } == true)
    #expect(browser.complaints == [])
  }
}
