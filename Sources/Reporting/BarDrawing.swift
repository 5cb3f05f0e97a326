/// Horizontal bars from 0, with the interval of the sum and, as dots, the samples.
struct BarDrawing {
  private let bars: [Report.Chart.Bar]
  private let axis: Report.Chart.Axis
  private let parts: [String]
  private let scale: ChartScale
  private let left: Double

  private static let row = 26.0
  private static let top = 8.0
  private static let right = SVGChart.width - 76

  var height: Double { Self.top + Self.row * Double(bars.count) + 40 }

  init(bars: [Report.Chart.Bar], axis: Report.Chart.Axis, parts: [String]) {
    self.bars = bars
    // A length on a logarithmic axis says nothing.
    var axis = axis
    axis.isLogarithmic = false
    self.axis = axis
    self.parts = parts
    let names = bars.map { DisplayText($0.name).width }.max() ?? 0
    left = 14 + Double(min(names, 28)) * 6.3
    scale = ChartScale(
      axis, bars.flatMap { [$0.sum, $0.interval?.upperBound ?? 0] + $0.samples }, fromZero: true,
      from: left, to: Self.right)
  }

  func svg() -> String {
    var svg = ""
    let bottom = Self.top + Self.row * Double(bars.count)
    for tick in scale.ticks {
      let place = HTMLText.decimal(scale.place(tick))
      svg += "<line class=\"grid\" x1=\"\(place)\" x2=\"\(place)\" "
      svg += "y1=\"\(HTMLText.decimal(Self.top))\" y2=\"\(HTMLText.decimal(bottom))\"/>"
      svg += "<text class=\"dim m\" x=\"\(place)\" y=\"\(HTMLText.decimal(bottom + 14))\">"
      svg += "\(HTMLText.line(axis.unit.text(tick)))</text>\n"
    }
    svg += "<text class=\"dim m\" x=\"\(HTMLText.decimal((left + Self.right) / 2))\" "
    svg += "y=\"\(HTMLText.decimal(height - 6))\">\(HTMLText.line(axis.title))</text>\n"
    for (index, bar) in bars.enumerated() {
      svg += draw(bar, top: Self.top + Self.row * Double(index))
    }
    return svg
  }

  private func draw(_ bar: Report.Chart.Bar, top: Double) -> String {
    // Below the whisker, which would hide them.
    let below = HTMLText.decimal(top + Self.row / 2 + 6)
    let base = HTMLText.decimal(top + Self.row / 2 + 4)
    let name = DisplayText(bar.name).shortened(to: 28).text
    var svg = "<g><text class=\"e\" x=\"\(HTMLText.decimal(left - 6))\" y=\"\(base)\">"
    svg += "\(HTMLText.escaped(name))</text>"
    var sum = 0.0
    for (index, part) in bar.parts.enumerated() where part > 0 && part.isFinite {
      let from = scale.place(sum)
      sum += part
      let label = parts.indices.contains(index) && parts.count > 1 ? ", \(parts[index])" : ""
      svg += "<rect class=\"a\(index % HTMLPalette.categories.count)\" "
      svg += "x=\"\(HTMLText.decimal(from))\" y=\"\(HTMLText.decimal(top + 4))\" "
      svg += "width=\"\(HTMLText.decimal(scale.place(sum) - from))\" "
      svg += "height=\"\(HTMLText.decimal(Self.row - 8))\"><title>"
      svg += "\(HTMLText.line("\(bar.name)\(label): \(axis.unit.text(part))"))</title></rect>"
    }
    for sample in bar.samples where sample.isFinite {
      svg += "<circle class=\"dot\" r=\"1.8\" cx=\"\(HTMLText.decimal(scale.place(sample)))\" "
      svg += "cy=\"\(below)\"/>"
    }
    var end = scale.place(sum)
    if let interval = bar.interval {
      let (low, high) = (scale.place(interval.lowerBound), scale.place(interval.upperBound))
      end = max(end, high)
      for (x1, x2, half) in [(low, high, 0.0), (low, low, 5.0), (high, high, 5.0)] {
        svg +=
          "<line class=\"whisker\" x1=\"\(HTMLText.decimal(x1))\" x2=\"\(HTMLText.decimal(x2))\" "
        svg += "y1=\"\(HTMLText.decimal(top + Self.row / 2 - half))\" "
        svg += "y2=\"\(HTMLText.decimal(top + Self.row / 2 + half))\"/>"
      }
    }
    end = max(end, bar.samples.filter(\.isFinite).map(scale.place).max() ?? 0)
    svg += "<text x=\"\(HTMLText.decimal(end + 6))\" y=\"\(base)\">"
    return svg + "\(HTMLText.line(axis.unit.text(bar.sum)))</text></g>\n"
  }
}
