import Testing

@testable import Reporting

@Suite("A treemap on a page")
struct HTMLTreemapTests {
  typealias Node = Report.Treemap.Node

  @Test("names what fits, tells the rest under the pointer and explains its colours")
  func whole() {
    let treemap = Report.Treemap(
      "Bytes by module",
      sizes: [
        Node(
          "Swift", detail: "a module",
          children: [
            Node("retain", bytes: 2000, detail: "Heap.swift", category: 0),
            Node("type metadata", bytes: 1000, category: 2),
          ]),
        Node("padding", bytes: 1000, category: 9),
      ], categories: ["code", "data", "metadata"])
    #expect(
      HTMLTreemap(treemap).html() == """
        <figure>
        <figcaption>Bytes by module\
        <span class="key"><svg viewBox="0 0 1 1"><rect class="a0" width="1" height="1"/></svg>\
        code</span>\
        <span class="key"><svg viewBox="0 0 1 1"><rect class="a2" width="1" height="1"/></svg>\
        metadata</span>\
        <span class="key"><svg viewBox="0 0 1 1"><rect class="o" width="1" height="1"/></svg>\
        mixed or other</span></figcaption>
        <div class="map" role="region" tabindex="0" aria-label="Bytes by module">
        <svg viewBox="0 0 960 540" role="img" aria-label="Bytes by module">
        <g><title>Swift
        3 KB (75 % of the area)
        a module</title><rect class="h" x="0" y="0" width="720" height="540"/>\
        <svg x="0" y="0" width="720" height="540"><text x="4" y="12">Swift \
        <tspan>3 KB</tspan></text></svg></g>
        <g><title>retain
        2 KB (50 % of the area)
        code
        Heap.swift</title><rect class="a0" x="2" y="16" width="477.3" height="522"/>\
        <svg x="2" y="16" width="477.3" height="522"><text x="4" y="12">retain</text>\
        <text x="4" y="25">2 KB</text></svg></g>
        <g><title>type metadata
        1 KB (25 % of the area)
        metadata</title><rect class="a2" x="479.3" y="16" width="238.7" height="522"/>\
        <svg x="479.3" y="16" width="238.7" height="522"><text x="4" y="12">type metadata</text>\
        <text x="4" y="25">1 KB</text></svg></g>
        <g><title>padding
        1 KB (25 % of the area)</title><rect class="o" x="720" y="0" width="240" height="540"/>\
        <svg x="720" y="0" width="240" height="540"><text x="4" y="12">padding</text>\
        <text x="4" y="25">1 KB</text></svg></g>
        </svg>
        </div>
        </figure>

        """)
  }

  @Test("of changes shows which grew and which shrank, by sign as well as by colour")
  func changes() {
    let html = HTMLTreemap(
      Report.Treemap("Changes", changes: [Node("up", bytes: 3000), Node("down", bytes: -1000)])
    ).html()
    for part in ["+3 KB", "\u{2212}1 KB", "class=\"up\"", "class=\"down\"", ">grown<", ">shrunk<"] {
      #expect(html.contains(part))
    }
    #expect(!html.contains("class=\"o\""))
  }

  @Test("with nothing to draw says so")
  func empty() {
    let html = HTMLTreemap(Report.Treemap("Changes", changes: [Node("same", bytes: 0)])).html()
    #expect(html == "<p class=\"none\">Changes: (none)</p>\n")
  }

  @Test("of thousands of areas stays small")
  func large() {
    let nodes = (0..<300).map { group in
      Node(
        "Module\(group)",
        children: (0..<100).map { Node("symbol", bytes: 1 + group * $0, category: $0 % 9) })
    }
    let html = HTMLTreemap(Report.Treemap("T", sizes: nodes, categories: [])).html()
    #expect(html.split(separator: "<g>").count - 1 <= 1500)
    #expect(html.utf8.count < 400_000)
  }

  @Test("is left out by formats that cannot draw")
  func elsewhere() {
    let treemap = Report.Treemap("Figure", sizes: [Node("area", bytes: 1)], categories: [])
    let section = Report.Section("Title", treemap: treemap)
    let report = Report(title: "", headline: "", sections: [section])
    #expect(TextRenderer().render(report) == "")
    #expect(MarkdownRenderer().render(report) == "## Title\n")
    #expect(CSVRenderer().render(report) == "")
  }
}
