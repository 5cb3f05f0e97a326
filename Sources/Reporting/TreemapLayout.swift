/// A rectangle of a drawing, in its units, from the upper left corner.
struct TreemapFrame: Sendable, Equatable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var area: Double { width * height }
  var maxX: Double { x + width }
  var maxY: Double { y + height }

  /// Returns what is left inside a margin, with extra room at the top; never less than nothing.
  func inset(by margin: Double, top: Double) -> TreemapFrame {
    TreemapFrame(
      x: x + margin, y: y + margin + top,
      width: max(0, width - 2 * margin), height: max(0, height - 2 * margin - top))
  }
}

/// Divides rectangles by weight into parts that are nearly square.
///
/// Source: Bruls, Huizing and van Wijk, "Squarified Treemaps", Proceedings of the Joint
/// Eurographics and IEEE TCVG Symposium on Visualization, 2000.
enum TreemapLayout {
  /// Returns one frame for each weight, in the order of the weights.
  ///
  /// The frames fill the whole without overlapping, and their areas are to each other as their
  /// weights. A weight that is not above zero, or not finite, gets an empty frame.
  /// Complexity: O(*n* log *n*).
  static func frames(of weights: [Double], in whole: TreemapFrame) -> [TreemapFrame] {
    let nothing = TreemapFrame(x: whole.x, y: whole.y, width: 0, height: 0)
    var frames = Array(repeating: nothing, count: weights.count)
    guard whole.width > 0, whole.height > 0 else { return frames }
    let order = weights.indices
      .filter { weights[$0] > 0 && weights[$0].isFinite }
      .sorted { (weights[$1], $0) < (weights[$0], $1) }

    let sorted = order.map { weights[$0] }

    // Sums from the smallest up lose the least, and the last row is the exact rest.
    var sums = Array(repeating: 0.0, count: order.count + 1)
    for index in order.indices.reversed() {
      sums[index] = sums[index + 1] + weights[order[index]]
    }

    var rest = whole
    var start = 0
    while start < order.count {
      let end = endOfRow(from: start, sorted, sums, in: rest)
      place(order[start..<end], weights, share: (sums[start] - sums[end]) / sums[start], &rest) {
        frames[$0] = $1
      }
      start = end
    }
    return frames
  }

  /// Adds parts to a row along the shorter side for as long as its worst one becomes squarer.
  private static func endOfRow(
    from start: Int, _ sorted: [Double], _ sums: [Double], in rest: TreemapFrame
  ) -> Int {
    let side = min(rest.width, rest.height)
    let scale = rest.area / sums[start]
    func worstRatio(_ end: Int) -> Double {
      let thickness = (sums[start] - sums[end]) * scale / side
      let square = thickness * thickness
      return max(sorted[start] * scale / square, square / (sorted[end - 1] * scale))
    }
    var end = start + 1
    var worst = worstRatio(end)
    while end < sorted.count {
      let next = worstRatio(end + 1)
      if next > worst { break }
      worst = next
      end += 1
    }
    return end
  }

  /// Places a row that takes a share of the rest, and takes it off the rest.
  private static func place(
    _ row: ArraySlice<Int>, _ weights: [Double], share: Double, _ rest: inout TreemapFrame,
    _ put: (Int, TreemapFrame) -> Void
  ) {
    let isColumn = rest.width >= rest.height
    let sum = row.reduce(0) { $0 + weights[$1] }
    var before = 0.0
    for index in row {
      let from = before / sum
      before += weights[index]
      let part = before / sum - from
      put(
        index,
        isColumn
          ? TreemapFrame(
            x: rest.x, y: rest.y + from * rest.height, width: rest.width * share,
            height: part * rest.height)
          : TreemapFrame(
            x: rest.x + from * rest.width, y: rest.y, width: part * rest.width,
            height: rest.height * share))
    }
    if isColumn {
      rest.x += rest.width * share
      rest.width -= rest.width * share
    } else {
      rest.y += rest.height * share
      rest.height -= rest.height * share
    }
  }
}
