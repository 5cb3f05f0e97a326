/// Lines over a number, with intervals as bands and marks at places.
struct LineDrawing {
  private let lines: [Report.Chart.Line]
  private let marks: [Report.Chart.Mark]
  private let xAxis: Report.Chart.Axis
  private let yAxis: Report.Chart.Axis
  private let x: ChartScale
  private let y: ChartScale
  private let height: Double
  private let bottom: Double
  private let right: Double

  private static let left = 62.0
  private static let line = 13.0

  init(
    lines: [Report.Chart.Line], x: Report.Chart.Axis, y: Report.Chart.Axis,
    marks: [Report.Chart.Mark], height: Double
  ) {
    self.lines = lines.map { line in
      Report.Chart.Line(line.name, line.points.filter(\.isFinite).sorted { $0.x < $1.x })
    }.filter { !$0.points.isEmpty }
    self.height = height
    self.marks = marks.filter(\.x.isFinite)
    xAxis = x
    yAxis = y
    let points = self.lines.flatMap(\.points)
    let names = self.lines.count > 1 ? self.lines.map { DisplayText($0.name).width }.max() ?? 0 : 0
    right = SVGChart.width - 14 - Double(min(names, 24)) * 6.3
    bottom = height - 38
    // Labels of marks stand above the plot.
    let top = marks.isEmpty ? 14.0 : 14 + Self.line * Double(min(marks.count, 4))
    self.x = ChartScale(x, points.map(\.x), fromZero: false, from: Self.left, to: right)
    self.y = ChartScale(
      y, points.flatMap { [$0.low, $0.y, $0.high] }, fromZero: lines.count > 1, from: bottom,
      to: top)
  }

  func svg() -> String {
    var svg = grid()
    for (index, mark) in marks.enumerated() { svg += draw(mark, index) }
    for (index, line) in lines.enumerated() {
      svg += draw(line, index % HTMLPalette.categories.count)
    }
    if lines.count > 1 { svg += names() }
    return svg
  }

  private func grid() -> String {
    var svg = ""
    for tick in y.ticks {
      let place = HTMLText.decimal(y.place(tick))
      svg += "<line class=\"grid\" x1=\"\(HTMLText.decimal(Self.left))\" "
      svg += "x2=\"\(HTMLText.decimal(right))\" y1=\"\(place)\" y2=\"\(place)\"/>"
      svg += "<text class=\"dim e\" x=\"\(HTMLText.decimal(Self.left - 6))\" "
      svg +=
        "y=\"\(HTMLText.decimal(y.place(tick) + 4))\">\(HTMLText.line(yAxis.unit.text(tick)))</text>\n"
    }
    var last = -Double.infinity
    for tick in x.ticks {
      let place = x.place(tick)
      let label = xAxis.unit.text(tick)
      let room = Double(DisplayText(label).width) * 6.3 + 6
      guard place - room / 2 >= last else { continue }
      last = place + room / 2
      svg += "<text class=\"dim m\" x=\"\(HTMLText.decimal(place))\" "
      svg += "y=\"\(HTMLText.decimal(bottom + 16))\">\(HTMLText.line(label))</text>\n"
    }
    let middle = HTMLText.decimal((Self.left + right) / 2)
    return svg
      + "<text class=\"dim m\" x=\"\(middle)\" y=\"\(HTMLText.decimal(height - 6))\">"
      + "\(HTMLText.line(xAxis.title))</text>\n"
  }

  private func draw(_ mark: Report.Chart.Mark, _ index: Int) -> String {
    let tone = mark.tone == .bad ? " bad" : mark.tone == .good ? " good" : ""
    var svg = ""
    let labelY = 11 + Self.line * Double(index % 4)
    if let interval = mark.interval {
      let low = max(Self.left, x.place(interval.lowerBound))
      let high = min(right, x.place(interval.upperBound))
      if high > low {
        svg += "<rect class=\"band dim\" x=\"\(HTMLText.decimal(low))\" "
        svg += "y=\"\(HTMLText.decimal(labelY + 4))\" width=\"\(HTMLText.decimal(high - low))\" "
        svg += "height=\"\(HTMLText.decimal(bottom - labelY - 4))\"/>"
      }
    }
    let place = x.place(mark.x)
    let isLeft = place > (Self.left + right) * 0.6
    svg += "<line class=\"mark\(tone)\" x1=\"\(HTMLText.decimal(place))\" "
    svg += "x2=\"\(HTMLText.decimal(place))\" y1=\"\(HTMLText.decimal(labelY + 3))\" "
    svg += "y2=\"\(HTMLText.decimal(bottom))\"/>"
    svg += "<text class=\"\(isLeft ? "e" : "")\(tone)\" "
    svg += "x=\"\(HTMLText.decimal(place + (isLeft ? -3 : 3)))\" y=\"\(HTMLText.decimal(labelY))\">"
    return svg + "\(HTMLText.line(mark.label))</text>\n"
  }

  private func draw(_ line: Report.Chart.Line, _ color: Int) -> String {
    func path(_ points: [(Double, Double)]) -> String {
      points.map { "\(HTMLText.decimal(x.place($0.0))),\(HTMLText.decimal(y.place($0.1)))" }
        .joined(separator: " ")
    }
    var svg = "<g>"
    if line.points.count > 1, line.points.contains(where: { $0.low < $0.high }) {
      let outline =
        line.points.map { ($0.x, $0.high) } + line.points.reversed().map { ($0.x, $0.low) }
      svg += "<polygon class=\"band f\(color)\" points=\"\(path(outline))\"/>"
    }
    svg +=
      "<polyline class=\"line l\(color)\" points=\"\(path(line.points.map { ($0.x, $0.y) }))\"/>"
    let radius = line.points.count > 30 ? "1.6" : "3"
    for point in line.points {
      var hint = [line.name, yAxis.unit.text(point.y)]
      if point.low < point.high {
        hint.append("\(yAxis.unit.text(point.low)) – \(yAxis.unit.text(point.high))")
      }
      hint.append(point.hint)
      svg +=
        "<circle class=\"f\(color)\" r=\"\(radius)\" cx=\"\(HTMLText.decimal(x.place(point.x)))\" "
      svg += "cy=\"\(HTMLText.decimal(y.place(point.y)))\"><title>"
      svg +=
        "\(HTMLText.line(hint.filter { !$0.isEmpty }.joined(separator: ", ")))</title></circle>"
    }
    return svg + "</g>\n"
  }

  /// The names at the ends of their lines, moved apart where these end near one another.
  private func names() -> String {
    var places = lines.indices.map { ($0, y.place(lines[$0].points.last!.y)) }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    for index in places.indices.dropFirst() {
      places[index].1 = max(places[index].1, places[index - 1].1 + Self.line)
    }
    // What was pushed below the plot pushes back.
    for index in places.indices.reversed() {
      let limit = index == places.count - 1 ? bottom : places[index + 1].1 - Self.line
      places[index].1 = min(places[index].1, limit)
    }
    return places.map { index, place in
      let name = DisplayText(lines[index].name).shortened(to: 24).text
      return "<text class=\"f\(index % HTMLPalette.categories.count)\" "
        + "style=\"fill: var(--l\(index % HTMLPalette.categories.count))\" "
        + "x=\"\(HTMLText.decimal(right + 8))\" y=\"\(HTMLText.decimal(place + 4))\">"
        + "\(HTMLText.escaped(name))</text>\n"
    }.joined()
  }
}
