/// Shows a report in GitHub's Markdown, for pull requests and job summaries.
///
/// Good and bad cells are marked ✓ and ✗, strong ones are bold; GitHub offers no colour.
public struct MarkdownRenderer: ReportRenderer {
  /// Creates a renderer.
  public init() {}

  public func render(_ report: Report) -> String {
    var blocks: [String] = []
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
      } else {
        blocks.append(markdown(table))
      }
    }
    if !report.notes.isEmpty {
      blocks.append("## Notes")
      blocks.append(report.notes.map { "- \(MarkdownText.paragraph($0))" }.joined(separator: "\n"))
    }
    return blocks.isEmpty ? "" : blocks.joined(separator: "\n\n") + "\n"
  }

  private func add(_ text: String, to blocks: inout [String], _ decorate: (String) -> String) {
    let text = MarkdownText.paragraph(text)
    if !text.isEmpty { blocks.append(decorate(text)) }
  }

  private func markdown(_ table: Report.Table) -> String {
    var text = "|"
    for column in table.columns {
      let unit = column.unit.map { " (\($0))" } ?? ""
      text += " \(MarkdownText.cell(column.title + unit)) |"
    }
    text += "\n|"
    for column in table.columns {
      text += column.alignment == .leading ? " :--- |" : " ---: |"
    }
    for row in table.rows {
      text += "\n|"
      for cell in row {
        text += " \(markdown(cell)) |"
      }
    }
    return text
  }

  private func markdown(_ cell: Report.Cell) -> String {
    let text = MarkdownText.cell(cell.shownWithMark)
    // Emphasis around nothing, or around outer spaces, would show its asterisks.
    let isPlain = text.first?.isWhitespace ?? true || text.last?.isWhitespace ?? true
    return cell.tone == .strong && !isPlain ? "**\(text)**" : text
  }
}
