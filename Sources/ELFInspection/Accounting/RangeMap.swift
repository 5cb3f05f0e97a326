/// Gives every byte of a range exactly one label: of all that claim a byte, the first wins.
///
/// Claims are collected in the order of their right and resolved in one sweep, so that what remains
/// unclaimed is known too.
public struct RangeMap<Label: Equatable> {
  /// A run of bytes under one claim; nil where nobody claims it.
  public struct Span {
    public var range: Range<UInt64>
    public var label: Label?
  }

  private struct Claim {
    var range: Range<UInt64>
    var label: Label
  }

  private var claims: [Claim] = []

  public init() {}

  /// Claims `range` for `label` where no earlier claim holds. An empty range claims nothing.
  public mutating func claim(_ range: Range<UInt64>, for label: Label) {
    if !range.isEmpty { claims.append(Claim(range: range, label: label)) }
  }

  /// The spans of `0..<end` in order, without gaps or overlaps; their lengths add up to `end`.
  ///
  /// - Complexity: O(*n* log *n*) in the number of claims.
  public func resolve(upTo end: UInt64) -> [Span] {
    let byStart = claims.indices.sorted {
      (claims[$0].range.lowerBound, $0) < (claims[$1].range.lowerBound, $1)
    }
    var waiting = byStart[...]
    // Claims that have begun, the strongest (least index) on top.
    var active = MinimumHeap()
    var spans: [Span] = []
    var lastClaim: Int?
    var position: UInt64 = 0
    while position < end {
      while let next = waiting.first, claims[next].range.lowerBound <= position {
        active.push(next)
        waiting.removeFirst()
      }
      while let top = active.top, claims[top].range.upperBound <= position { active.pop() }
      var stop = end
      if let top = active.top { stop = min(stop, claims[top].range.upperBound) }
      if let next = waiting.first { stop = min(stop, claims[next].range.lowerBound) }
      if let last = spans.indices.last, lastClaim == active.top, position > 0 {
        spans[last].range = spans[last].range.lowerBound..<stop
      } else {
        spans.append(Span(range: position..<stop, label: active.top.map { claims[$0].label }))
      }
      lastClaim = active.top
      position = stop
    }
    return spans
  }
}

/// A binary heap of integers whose least is at hand.
private struct MinimumHeap {
  private var items: [Int] = []

  var top: Int? { items.first }

  mutating func push(_ item: Int) {
    items.append(item)
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() {
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < items.count && items[child] < items[least] { least = child }
      if least == parent { return }
      items.swapAt(parent, least)
      parent = least
    }
  }
}
