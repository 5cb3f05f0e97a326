/// A chart as SVG, for a page or alone; readable without a script, in light and dark.
///
/// Names stand beside what they name, so that nobody has to tell colours apart. To a screen reader the
/// drawing is one image: the tables carry the figures.
struct SVGChart {
  let chart: Report.Chart

  init(_ chart: Report.Chart) { self.chart = chart }

  /// As part of a page, whose style sheet holds `SVGChart.css`.
  func html() -> String {
    let title = HTMLText.line(chart.title)
    if chart.isEmpty { return "<p class=\"none\">\(title): (none)</p>\n" }
    return """
      <figure>
      <figcaption>\(title)\(legend())</figcaption>
      <div class="chart" role="region" tabindex="0" aria-label="\(title)">
      \(svg(attributes: ""))\
      </div>
      </figure>

      """
  }

  /// As a file of its own.
  func document() -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    \(svg(attributes: " xmlns=\"http://www.w3.org/2000/svg\"", isAlone: true))
    """
  }

  private func svg(attributes: String, isAlone: Bool = false) -> String {
    var body = ""
    var height = 320.0
    switch chart.content {
    case .lines(let lines, let x, let y, let marks):
      body = LineDrawing(lines: lines, x: x, y: y, marks: marks, height: height).svg()
    case .bars(let bars, let axis, let parts):
      let drawing = BarDrawing(bars: bars, axis: axis, parts: parts)
      height = drawing.height
      body = drawing.svg()
    }
    let head = isAlone ? 30.0 : 0
    let width = HTMLText.decimal(Self.width)
    let title = XMLText.line(chart.title)
    var svg =
      "<svg\(attributes) class=\"c\" viewBox=\"0 \(HTMLText.decimal(-head)) \(width) "
      + "\(HTMLText.decimal(height + head))\" role=\"img\" aria-label=\"\(title)\""
    if isAlone {
      svg += " width=\"\(width)\" height=\"\(HTMLText.decimal(height + head))\">\n"
      svg += "<style>\(Self.aloneCSS)</style>\n"
      svg +=
        "<rect class=\"page\" y=\"\(HTMLText.decimal(-head))\" width=\"100%\" height=\"100%\"/>\n"
      svg += "<text class=\"t\" x=\"8\" y=\"-10\">\(title)</text>\n"
    } else {
      svg += ">\n"
    }
    return svg + body + "</svg>\n"
  }

  /// What the parts of bars are, for bars that have several.
  private func legend() -> String {
    guard case .bars(_, _, let parts) = chart.content, parts.count > 1 else { return "" }
    return parts.enumerated().map { index, name in
      """
      <span class="key"><svg viewBox="0 0 1 1"><rect class="a\(index % HTMLPalette.categories.count)" \
      width="1" height="1"/></svg>\(HTMLText.line(name))</span>
      """
    }.joined()
  }

  static let width = 760.0

  /// The part of a style sheet that draws charts.
  static let css = """
    .c { font: 11px/1 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    .c text { fill: var(--text); font-variant-numeric: tabular-nums; }
    .c .t { font-size: 14px; font-weight: 600; }
    .c .dim { fill: var(--dim); }
    .c .grid { stroke: var(--rule); stroke-width: 1; }
    .c .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
    .c .band { stroke: none; opacity: .16; } .c .band.dim { opacity: .07; }
    .c .mark { stroke: var(--dim); stroke-width: 1; stroke-dasharray: 4 3; }
    .c .mark.bad { stroke: var(--bad); } .c .mark.good { stroke: var(--good); }
    .c text.bad { fill: var(--bad); } .c text.good { fill: var(--good); }
    .c .whisker { stroke: var(--text); stroke-width: 1.25; }
    .c .dot { fill: var(--text); opacity: .35; }
    .c .e { text-anchor: end; } .c .m { text-anchor: middle; }
    \(HTMLPalette.categories.map {
      ".c .l\($0) { stroke: var(--l\($0)); } .c .f\($0) { fill: var(--l\($0)); }"
    }.joined(separator: "\n"))
    """

  private static let aloneCSS = """
    :root { \(HTMLPalette.light.properties) }
    @media (prefers-color-scheme: dark) { :root { \(HTMLPalette.dark.properties) } }
    .page { fill: var(--page); }
    \(HTMLPalette.categories.map { ".a\($0) { fill: var(--a\($0)); }" }.joined(separator: "\n"))
    \(css)
    """
}

/// Shows one chart of a report as an SVG file.
public struct SVGRenderer: ReportRenderer {
  private let figure: String?

  /// - Parameter figure: the key of a chart; nil for the first.
  public init(figure: String? = nil) { self.figure = figure }

  /// The keys of all charts of a report.
  public static func figures(of report: Report) -> [String] {
    report.charts.filter { !$0.isEmpty }.map(\.key)
  }

  /// The chart; empty where the report has none of that key.
  public func render(_ report: Report) -> String {
    let charts = report.charts.filter { !$0.isEmpty }
    return charts.first { figure == nil || $0.key == figure }
      .map { SVGChart($0).document() } ?? ""
  }
}
