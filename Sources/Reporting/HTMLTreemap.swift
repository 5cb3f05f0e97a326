/// A treemap drawn as SVG inside a page, readable without a script.
///
/// Names stand where they fit; under the pointer every area tells its name in full, its size, its
/// share of the whole and its detail. The heading of a group takes room from its areas, so areas
/// compare exactly among their siblings. To a screen reader the drawing is one image: the tables
/// carry the figures.
struct HTMLTreemap {
  private let treemap: Report.Treemap
  private let parts: [TreemapPart]
  private let whole: Double

  init(_ treemap: Report.Treemap) {
    self.treemap = treemap
    parts = TreemapPart.parts(of: treemap)
    whole = parts.reduce(0) { $0 + $1.area }
  }

  func html() -> String {
    let title = HTMLText.line(treemap.title)
    if parts.isEmpty { return "<p class=\"none\">\(title): (none)</p>\n" }
    let height = HTMLText.decimal(Self.frame.height)
    var html = """
      <figure>
      <figcaption>\(title)\(legend())</figcaption>
      <div class="map" role="region" tabindex="0" aria-label="\(title)">
      <svg viewBox="0 0 \(HTMLText.decimal(Self.frame.width)) \(height)" role="img" \
      aria-label="\(title)">

      """
    draw(parts, in: Self.frame, to: &html)
    return html + "</svg>\n</div>\n</figure>\n"
  }

  private func draw(_ parts: [TreemapPart], in frame: TreemapFrame, to html: inout String) {
    for (part, frame) in zip(parts, TreemapLayout.frames(of: parts.map(\.area), in: frame)) {
      let inside = Self.inside(of: frame)
      let isGroup = !part.parts.isEmpty && inside != nil
      html += "<g><title>\(hint(part))</title><rect class=\"\(isGroup ? "h" : part.paint.name)\""
      html += "\(HTMLText.attributes(frame))/>"
      appendLabel(part, in: frame, lines: isGroup ? 1 : 2, to: &html)
      html += "</g>\n"
      if isGroup, let inside { draw(part.parts, in: inside, to: &html) }
    }
  }

  /// Writes the name, and the size below it, as far as there is room.
  ///
  /// The reader's font is not known here: an inner `svg` cuts what a wider one lets run over.
  private func appendLabel(
    _ part: TreemapPart, in frame: TreemapFrame, lines: Int, to html: inout String
  ) {
    let cells = Int((frame.width - 2 * Self.padding) / Self.cell)
    let name = DisplayText(part.label)
    guard cells >= min(name.width, Self.shortestLabel), frame.height >= Self.line else { return }
    let label = name.shortened(to: cells).text
    let bytes = DisplayText(told(part.bytes))
    let padding = HTMLText.decimal(Self.padding)
    html += "<svg\(HTMLText.attributes(frame))>"
    if lines == 1 {
      let rest = cells - name.width - 2
      let size = rest >= bytes.width ? " <tspan>\(HTMLText.escaped(bytes.text))</tspan>" : ""
      html += "<text x=\"\(padding)\" y=\"12\">\(HTMLText.escaped(label))\(size)</text>"
    } else {
      html += "<text x=\"\(padding)\" y=\"12\">\(HTMLText.escaped(label))</text>"
      if frame.height >= 2 * Self.line, cells >= bytes.width {
        html += "<text x=\"\(padding)\" y=\"25\">\(HTMLText.escaped(bytes.text))</text>"
      }
    }
    html += "</svg>"
  }

  private func hint(_ part: TreemapPart) -> String {
    var lines = [part.label]
    lines.append("\(told(part.bytes)) (\(Quantity.percent(part.area / whole)) of the area)")
    if case .category(let category) = part.paint, case .sizes(let names) = treemap.measure,
      names.indices.contains(category)
    {
      lines.append(names[category])
    }
    lines.append(part.detail)
    return lines.map { HTMLText.cell($0) }.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func told(_ bytes: Double) -> String {
    Quantity.bytes(bytes, signed: treemap.measure == .changes)
  }

  private func legend() -> String {
    let used = Set(parts.flatMap(\.paints))
    var entries: [(paint: TreemapPart.Paint, name: String)] = []
    switch treemap.measure {
    case .changes:
      entries = [(.grown, "grown"), (.shrunk, "shrunk"), (.neutral, "both")]
    case .sizes(let names):
      entries = names.prefix(HTMLPalette.categories.count).enumerated().map { index, name in
        (.category(index), name)
      }
      entries.append((.neutral, "mixed or other"))
    }
    return entries.filter { used.contains($0.paint) }.map { paint, name in
      """
      <span class="key"><svg viewBox="0 0 1 1"><rect class="\(paint.name)" width="1" height="1"/>\
      </svg>\(HTMLText.line(name))</span>
      """
    }.joined()
  }

  /// Returns the room that a group leaves to its areas, or nil where it is too small to have any.
  private static func inside(of frame: TreemapFrame) -> TreemapFrame? {
    let hasHeading = frame.width >= 30 && frame.height >= 32
    let inside = frame.inset(by: hasHeading ? 2 : 1, top: hasHeading ? line - 2 : 0)
    return inside.width >= 4 && inside.height >= 4 ? inside : nil
  }

  private static let frame = TreemapFrame(x: 0, y: 0, width: 960, height: 540)
  private static let line = 16.0
  private static let padding = 4.0
  /// The mean width of a character of the page's font at 11 units, generously.
  private static let cell = 6.0
  /// Less of a name than this many characters says nothing.
  private static let shortestLabel = 7
}

extension TreemapPart {
  /// The colours of a part and of what is in it, as far as they are seen.
  fileprivate var paints: [Paint] { parts.isEmpty ? [paint] : parts.flatMap(\.paints) }
}

extension TreemapPart.Paint {
  /// The name of the colour's class.
  fileprivate var name: String {
    switch self {
    case .category(let index): "a\(index)"
    case .grown: "up"
    case .shrunk: "down"
    case .neutral: "o"
    }
  }
}

extension HTMLText {
  /// A frame as attributes; rounded by its edges, so that neighbours still touch.
  fileprivate static func attributes(_ frame: TreemapFrame) -> String {
    let x = tenths(frame.x)
    let y = tenths(frame.y)
    return """
       x="\(decimal(x))" y="\(decimal(y))" width="\(decimal(tenths(frame.maxX) - x))" \
      height="\(decimal(tenths(frame.maxY) - y))"
      """
  }

  static func decimal(_ value: Double) -> String { decimal(tenths(value)) }

  private static func tenths(_ value: Double) -> Int { Int((value * 10).rounded()) }

  private static func decimal(_ tenths: Int) -> String {
    let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
    return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
  }
}
