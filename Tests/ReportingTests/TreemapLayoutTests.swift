import Testing

@testable import Reporting

@Suite("The layout of a treemap")
struct TreemapLayoutTests {
  private static let whole = TreemapFrame(x: 10, y: 20, width: 960, height: 540)

  private static let cases: [[Double]] = [
    [1], [1, 1], [6, 6, 4, 3, 2, 2, 1], [1, 1e9], Array(repeating: 1, count: 3000),
    (1...2000).map { 1e6 / Double($0 * $0) }, [0.1, 1e-12, 5], (0..<37).map { Double($0 * 7 % 11) },
  ]

  @Test("gives each part the area of its weight, and all of the frame", arguments: cases)
  func areas(weights: [Double]) {
    let frames = TreemapLayout.frames(of: weights, in: Self.whole)
    let sum = weights.reduce(0, +)
    #expect(frames.count == weights.count)
    for (weight, frame) in zip(weights, frames) {
      #expect(abs(frame.area - weight / sum * Self.whole.area) < 1e-6 * Self.whole.area)
      if weight / sum > 1e-6 {
        #expect(abs(frame.area / (weight / sum * Self.whole.area) - 1) < 1e-6)
      }
    }
    #expect(abs(frames.reduce(0) { $0 + $1.area } - Self.whole.area) < 1e-6)
  }

  @Test("stays inside the frame and lets no two parts overlap", arguments: cases)
  func apart(weights: [Double]) {
    let frames = TreemapLayout.frames(of: weights, in: Self.whole).filter { $0.area > 0 }
    let slack = 1e-6
    for frame in frames {
      #expect(frame.x >= Self.whole.x - slack && frame.maxX <= Self.whole.maxX + slack)
      #expect(frame.y >= Self.whole.y - slack && frame.maxY <= Self.whole.maxY + slack)
    }
    let sorted = frames.sorted { $0.x < $1.x }
    for (index, first) in sorted.enumerated() {
      let overlapping = sorted[(index + 1)...].prefix { $0.x < first.maxX - slack }.contains {
        $0.y < first.maxY - slack && first.y < $0.maxY - slack
      }
      #expect(!overlapping)
    }
  }

  @Test("is the paper's own example")
  func paper() {
    let frames = TreemapLayout.frames(
      of: [6, 6, 4, 3, 2, 2, 1], in: TreemapFrame(x: 0, y: 0, width: 6, height: 4))
    #expect(frames[0] == TreemapFrame(x: 0, y: 0, width: 3, height: 2))
    #expect(frames[1] == TreemapFrame(x: 0, y: 2, width: 3, height: 2))
    #expect(abs(frames[2].width - 12 / 7) < 1e-9 && abs(frames[2].height - 7.0 / 3) < 1e-9)
    #expect(abs(frames[3].width - 9.0 / 7) < 1e-9 && abs(frames[3].height - 7.0 / 3) < 1e-9)
  }

  @Test("has parts of equal weight that are nearly square")
  func squares() {
    for frame in TreemapLayout.frames(of: Array(repeating: 1, count: 200), in: Self.whole) {
      #expect(max(frame.width / frame.height, frame.height / frame.width) < 1.5)
    }
  }

  @Test("is the same whatever the order of the parts")
  func order() {
    let weights = (1...50).map { Double($0) }
    let frames = TreemapLayout.frames(of: weights, in: Self.whole)
    let reversed = TreemapLayout.frames(of: weights.reversed(), in: Self.whole)
    #expect(frames == reversed.reversed())
  }

  @Test("gives nothing to what weighs nothing, and nothing of an empty frame")
  func nothing() {
    #expect(TreemapLayout.frames(of: [], in: Self.whole).isEmpty)
    let frames = TreemapLayout.frames(of: [0, -3, .nan, .infinity, 2], in: Self.whole)
    #expect(frames.map(\.area) == [0, 0, 0, 0, Self.whole.area])
    let empty = TreemapFrame(x: 0, y: 0, width: 0, height: 9)
    #expect(TreemapLayout.frames(of: [1, 2], in: empty).allSatisfy { $0.area == 0 })
  }
}
