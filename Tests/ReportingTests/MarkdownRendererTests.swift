import Testing

@testable import Reporting

@Suite("A report as Markdown")
struct MarkdownRendererTests {
  @Test("has headings, a bold result and GitHub's tables")
  func whole() {
    #expect(
      MarkdownRenderer().render(.sample) == """
        # Start-up of 50 plugins

        **One shared runtime starts them 6.2× faster.**

        ## Variants

        Medians of 20 rounds, paired by round.

        | Variant | Load | PSS | Relocations (each) | Ratio |
        | :--- | ---: | ---: | ---: | ---: |
        | shared | **3.9 ms** | 7.4 MB | 321 | ✓ 0.163× |
        | static | 24 ms | 127 MB | 14\u{202F}699 | 1× |
        | static-tuned | 30.5 ms | – | – | ✗ 1.27× |

        ## Refused

        *(none)*

        ## Notes

        - Page tables were not measured.

        """)
  }

  @Test(
    "shows a cell's text as it is",
    arguments: [
      ("swift_retain", "swift_retain"), ("_swift_retain_", "\\_swift_retain\\_"),
      ("a|b", "a\\|b"), ("a\\|b", "a\\\\\\|b"), ("`code`", "\\`code\\`"),
      ("**x**", "\\*\\*x\\*\\*"),
      ("<script>", "&lt;script&gt;"), ("&lt;", "&amp;lt;"), ("[a](b)", "\\[a\\](b)"),
      ("~~no~~", "\\~\\~no\\~\\~"), ("$s4main3fooyyF", "\\$s4main3fooyyF"), ("a\nb", "a␊b"),
      ("Array<Int>", "Array&lt;Int&gt;"), ("C#", "C\\#"),
    ])
  func escaped(raw: String, markdown: String) {
    #expect(MarkdownText.cell(raw) == markdown)
  }

  @Test(
    "mentions nobody, links no issue and draws no emoji",
    arguments: [
      ("@main", "@<!-- -->main"), ("a @ b", "a @ b"),
      ("closure #1 in f", "closure #<!-- -->1 in f"),
      ("insert(at:key:)", "insert(at:<!-- -->key:)"), ("std::string", "std::string"),
      ("(a: Int, b: Int)", "(a: Int, b: Int)"), ("https://swift.org", "https://swift.org"),
    ])
  func references(raw: String, markdown: String) {
    #expect(MarkdownText.cell(raw) == markdown)
  }

  @Test(
    "begins no list, rule or quotation with a paragraph",
    arguments: [
      ("- item", "\\- item"), ("+ item", "\\+ item"), ("---", "\\---"), ("=== x", "\\=== x"),
      ("1. item", "1\\. item"), ("23) item", "23\\) item"), ("2.8 MB", "2\\.8 MB"),
      ("# heading", "\\# heading"), ("> quote", "&gt; quote"), ("    code", "code"),
      ("50 plugins", "50 plugins"), ("", ""),
    ])
  func paragraphs(raw: String, markdown: String) {
    #expect(MarkdownText.paragraph(raw) == markdown)
  }

  @Test("puts no emphasis around nothing")
  func emptyEmphasis() {
    let table = Report.Table(
      columns: [.text("a")],
      rows: [[.text("", tone: .strong)], [.text(" x", tone: .strong)], [.text("x", tone: .strong)]])
    let text = MarkdownRenderer().render(
      Report(title: "", headline: "", sections: [.init("", table: table)]))
    #expect(text == "| a |\n| :--- |\n|  |\n|  x |\n| **x** |\n")
  }
}
