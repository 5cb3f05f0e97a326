/// Shows a report in GitHub's Markdown, for pull requests and job summaries.
///
/// Good and bad cells are marked ✓ and ✗, strong ones are bold; GitHub offers no colour.
public struct MarkdownRenderer: ReportRenderer {
  /// The most bytes of UTF-8 that may come out, or nil for any number.
  ///
  /// Where a report is larger, tables lose their last rows, the longest tables first, and each says
  /// how many are missing. Where even that does not do, the report ends early and says so. What is
  /// left is never half a row. GitHub takes comments of up to 65 536 characters.
  public var limit: Int?

  /// Creates a renderer.
  public init(limit: Int? = nil) {
    self.limit = limit
  }

  public func render(_ report: Report) -> String {
    var blocks: [MarkdownBlock] = []
    add(report.title, to: &blocks) { "# \($0)" }
    add(report.headline, to: &blocks) { "**\($0)**" }
    for section in report.sections {
      add(section.title, to: &blocks) { "## \($0)" }
      for paragraph in section.paragraphs {
        add(paragraph, to: &blocks) { $0 }
      }
      guard let table = section.table else { continue }
      if table.isEmpty {
        add(table.whenEmpty, to: &blocks) { "*\($0)*" }
      } else if section.isFolded {
        blocks.append(.folded(MarkdownTable(table), summary: count(table.rows.count)))
      } else {
        blocks.append(.table(MarkdownTable(table)))
      }
    }
    if !report.notes.isEmpty {
      blocks.append(.text("## Notes"))
      blocks.append(
        .text(report.notes.map { "- \(MarkdownText.paragraph($0))" }.joined(separator: "\n")))
    }
    if let limit { blocks = MarkdownBlock.fitted(blocks, to: limit) }
    return MarkdownBlock.document(blocks)
  }

  private func count(_ rows: Int) -> String { "\(rows) row\(rows == 1 ? "" : "s")" }

  private func add(
    _ text: String, to blocks: inout [MarkdownBlock], _ decorate: (String) -> String
  ) {
    let text = MarkdownText.paragraph(text)
    if !text.isEmpty { blocks.append(.text(decorate(text))) }
  }
}
