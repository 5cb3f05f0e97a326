/// Shows a report as one self-contained page for a browser.
///
/// Nothing is fetched. The one script sorts and filters tables, and without it the page says the
/// same; the page's own content policy forbids all others. Light or dark follows the reader's
/// system.
public struct HTMLRenderer: ReportRenderer {
  /// Creates a renderer.
  public init() {}

  public func render(_ report: Report) -> String {
    let hasScript = report.sections.contains { ($0.table?.rows.count ?? 0) > 1 }
    var page = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; style-src 'unsafe-inline'\
      \(hasScript ? "; script-src '\(HTMLScript.hash)'" : "")">
      <title>\(HTMLText.line(report.title))</title>
      <style>
      \(HTMLStyle.css)
      </style>
      </head>
      <body>
      <main>

      """
    page += header(report)
    if !report.charts.isEmpty {
      page += "<section>\n" + report.charts.map { SVGChart($0).html() }.joined() + "</section>\n"
    }
    for section in report.sections {
      append(section, to: &page)
    }
    if !report.notes.isEmpty {
      page += "<section class=\"notes\">\n<h2>Notes</h2>\n<ul>\n"
      for note in report.notes {
        page += "<li>\(HTMLText.line(note))</li>\n"
      }
      page += "</ul>\n</section>\n"
    }
    page += "</main>\n"
    if hasScript { page += "<script>\(HTMLScript.text)</script>\n" }
    return page + "</body>\n</html>\n"
  }

  /// The result is the page's heading, as in a newspaper; the title stands above it.
  private func header(_ report: Report) -> String {
    let title = HTMLText.line(report.title)
    let headline = HTMLText.line(report.headline)
    return headline.isEmpty
      ? "<header>\n<h1>\(title)</h1>\n</header>\n"
      : "<header>\n<p>\(title)</p>\n<h1>\(headline)</h1>\n</header>\n"
  }

  private func append(_ section: Report.Section, to page: inout String) {
    page += "<section>\n"
    let title = HTMLText.line(section.title)
    if !title.isEmpty { page += "<h2>\(title)</h2>\n" }
    for paragraph in section.paragraphs {
      page += "<p>\(HTMLText.line(paragraph))</p>\n"
    }
    if let treemap = section.treemap { page += HTMLTreemap(treemap).html() }
    if let table = section.table {
      if table.isEmpty {
        page += "<p class=\"none\">\(HTMLText.line(table.whenEmpty))</p>\n"
      } else {
        HTMLTable(table, caption: title.isEmpty ? "Table" : title).append(to: &page)
      }
    }
    page += "</section>\n"
  }
}
