import Foundation
import Testing

@testable import Reporting

@Suite("The parts of a treemap")
struct TreemapPartTests {
  typealias Node = Report.Treemap.Node

  private func rectangles(_ parts: [TreemapPart]) -> Int {
    parts.reduce(0) { $0 + 1 + rectangles($1.parts) }
  }

  private func areas(_ parts: [TreemapPart]) -> [TreemapPart] {
    parts.flatMap { $0.parts.isEmpty ? [$0] : areas($0.parts) }
  }

  @Test(
    "are few, whatever the report holds, and add up to the same",
    arguments: [(1, 50_000), (5000, 1), (5000, 8), (100, 400), (240, 5), (1, 1)])
  func bounded(groups: Int, areasEach: Int) {
    let treemap = Report.Treemap(
      "T",
      sizes: (0..<groups).map { group in
        Node("g", children: (0..<areasEach).map { Node("a", bytes: 1 + (group * 31 + $0) % 97) })
      }, categories: ["A"])
    let parts = TreemapPart.parts(of: treemap)
    #expect(rectangles(parts) <= TreemapPart.Limits().rectangles)
    #expect(TreemapPart.Limits().rectangles <= 1500)
    let sum = (0..<groups).reduce(0) { sum, group in
      (0..<areasEach).reduce(sum) { $0 + 1 + (group * 31 + $1) % 97 }
    }
    #expect(parts.reduce(0) { $0 + $1.area } == Double(sum))
    #expect(areas(parts).reduce(0) { $0 + $1.area } == Double(sum))
  }

  @Test("keep the largest and fold what is left over into one")
  func others() {
    let treemap = Report.Treemap(
      "T", sizes: (1...10).map { Node("n\($0)", bytes: $0) }, categories: ["A"])
    let parts = TreemapPart.parts(of: treemap, .init(groups: 0, areas: 3, share: 0))
    #expect(parts.map(\.label) == ["n8", "n9", "n10", "7 others"])
    #expect(parts.last?.area == 28)
    let all = TreemapPart.parts(of: treemap, .init(groups: 0, areas: 9, share: 0))
    #expect(all.map(\.label).last == "n1")
  }

  @Test("keep their colour when they are folded only if all have the same")
  func paints() {
    func folded(_ categories: [Int]) -> TreemapPart.Paint? {
      let nodes = categories.map { Node("n", bytes: 1, category: $0) }
      return TreemapPart.parts(
        of: Report.Treemap("T", sizes: nodes, categories: []),
        .init(groups: 0, areas: 0, share: 0)
      ).first?.paint
    }
    #expect(folded([2, 2]) == .category(2))
    #expect(folded([2, 3]) == .neutral)
    #expect(folded([8, 8]) == .neutral)
    #expect(folded([-1, -1]) == .neutral)
  }

  @Test("leave out sizes that are not above zero, and groups without any")
  func nothing() {
    let treemap = Report.Treemap(
      "T",
      sizes: [
        Node("zero", bytes: 0), Node("negative", bytes: -5), Node("g", children: []),
        Node("g", children: [Node("h", children: [Node("zero", bytes: 0)])]), Node("one", bytes: 1),
      ], categories: [])
    #expect(TreemapPart.parts(of: treemap).map(\.label) == ["one"])
  }

  @Test("of changes are as large as the change, and tell its sign")
  func changes() {
    let treemap = Report.Treemap(
      "T",
      changes: [
        Node("g", children: [Node("up", bytes: 30), Node("down", bytes: -10)]),
        Node("same", bytes: 0),
      ])
    let parts = TreemapPart.parts(of: treemap)
    #expect(parts.map(\.label) == ["g"])
    #expect(parts.map(\.bytes) == [20])
    let areas = areas(parts)
    #expect(areas.map(\.paint) == [.grown, .shrunk])
    #expect(areas.map(\.area) == [30, 10])
    #expect(areas.map(\.bytes) == [30, -10])
  }

  @Test("survive the largest numbers there are")
  func extremes() {
    let treemap = Report.Treemap(
      "T", changes: [Node("gone", bytes: .min), Node("new", bytes: .max), Node("too", bytes: .max)])
    let html = HTMLTreemap(treemap).html()
    #expect(html.components(separatedBy: "<rect").count - 1 == 3 + 2)
  }
}
