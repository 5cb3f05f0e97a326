import FoundationXML
import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite("Charts")
struct SVGChartTests {
  static let lines = Report.Chart(
    "memory", title: "Memory <over> plugins & more",
    .lines(
      [
        .init("shared", [.init(x: 1, y: 2e6, low: 1.9e6, high: 2.1e6), .init(x: 50, y: 3e6)]),
        .init("static \"x\"", [.init(x: 1, y: 1e6), .init(x: 50, y: 6e7)]),
        .init("lost", [.init(x: 1, y: .nan)]),
      ], x: .init("plugins", .count, isLogarithmic: true, ticks: [1, 50]),
      y: .init("memory", .bytes, isLogarithmic: true),
      marks: [.init(x: 3, interval: 2...5, label: "pays from 3")]))
  static let bars = Report.Chart(
    "kinds", title: "Kinds",
    .bars(
      [
        .init(
          "a", parts: [1e6, 2e6], interval: 2.5e6...3.5e6, samples: [2.9e6, 3.2e6, .infinity]),
        .init("b", parts: [0, 5e5]),
      ], axis: .init("memory", .bytes), parts: ["one", "two"]))

  @Test("alone, a chart is well-formed XML with light and dark colours", arguments: [lines, bars])
  func isWellFormed(chart: Report.Chart) {
    let text = SVGChart(chart).document()
    let parser = XMLParser(data: Data(text.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError)): \(text)")
    #expect(text.contains("prefers-color-scheme: dark"))
    #expect(!text.contains("nan") && !text.contains("inf"))
  }

  @Test("a line without a finite point is not drawn, and its name is not told")
  func leavesOut() {
    #expect(!SVGChart(Self.lines).html().contains("lost"))
    let none = Report.Chart(
      "x", title: "Nothing", .lines([], x: .init("", .count), y: .init("", .count), marks: []))
    #expect(SVGChart(none).html() == "<p class=\"none\">Nothing: (none)</p>\n")
  }

  @Test("a bar is as long as its amount: the axis begins at 0")
  func barsBeginAtZero() {
    let scale = ChartScale(.init("", .count), [3, 6], fromZero: true, from: 0, to: 60)
    #expect(scale.place(0) == 0)
    #expect(scale.place(6) == 2 * scale.place(3))
  }

  @Test(
    "every value has its place, whatever the axis",
    arguments: [[1.0], [0, 0], [1e-9, 1e12], [5, 5], [-3, 4], [999, 1001]], [true, false])
  func scales(values: [Double], isLogarithmic: Bool) {
    let scale = ChartScale(
      .init("", .count, isLogarithmic: isLogarithmic), values, fromZero: false, from: 10, to: 20)
    for value in values {
      #expect((9.99...20.01).contains(scale.place(value)), "\(value): \(scale.place(value))")
    }
    #expect((1...12).contains(scale.ticks.count), "\(scale.ticks)")
    for tick in scale.ticks { #expect((9.99...20.01).contains(scale.place(tick)), "\(tick)") }
  }

  @Test("a renderer draws the figure that is named, or the first, or nothing")
  func choosesFigure() {
    var report = Report(title: "R", headline: "")
    report.charts = [Self.lines, Self.bars]
    #expect(SVGRenderer.figures(of: report) == ["memory", "kinds"])
    #expect(SVGRenderer().render(report).contains("pays from 3"))
    #expect(SVGRenderer(figure: "kinds").render(report).contains("Kinds"))
    #expect(SVGRenderer(figure: "other").render(report).isEmpty)
  }
}
