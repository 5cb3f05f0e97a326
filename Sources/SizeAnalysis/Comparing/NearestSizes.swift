/// Pairs what is in two lists by size, the nearest first, until one list is used up.
struct NearestSizes {
  /// One of the elements of both lists, in the order of sizes.
  private struct Node {
    var size: UInt64
    /// The position in the caller's list.
    var index: Int32
    var isNew: Bool
    var previous: Int32
    var next: Int32
    var isPaired = false
  }

  private struct Candidate {
    var distance: UInt64
    var left: Int32
    var right: Int32

    static func < (a: Candidate, b: Candidate) -> Bool {
      (a.distance, a.left) < (b.distance, b.left)
    }
  }

  private var nodes: [Node] = []
  /// A binary heap with the nearest neighbours of different sides on top.
  private var heap: [Candidate] = []

  /// Calls `body` with each pair.
  ///
  /// Both lists ascend by size. Of equally near pairs the one with the smaller sizes comes first; of
  /// elements of one size the first belongs to the first.
  /// - Complexity: O(*n* log *n*).
  mutating func pair(
    _ old: ArraySlice<SizedSymbol>, _ new: ArraySlice<SizedSymbol>,
    _ body: (_ old: Int32, _ new: Int32) -> Void
  ) {
    if old.count == 1, new.count == 1 {
      return body(old[old.startIndex].index, new[new.startIndex].index)
    }
    merge(old, new, body)
    heap.removeAll(keepingCapacity: true)
    for index in nodes.indices.dropLast() { consider(Int32(index), Int32(index + 1)) }
    while let best = pop() {
      let (left, right) = (Int(best.left), Int(best.right))
      guard !nodes[left].isPaired, !nodes[right].isPaired else { continue }
      nodes[left].isPaired = true
      nodes[right].isPaired = true
      if nodes[left].isNew {
        body(nodes[right].index, nodes[left].index)
      } else {
        body(nodes[left].index, nodes[right].index)
      }
      let (before, after) = (nodes[left].previous, nodes[right].next)
      if before >= 0 { nodes[Int(before)].next = after }
      if after >= 0 { nodes[Int(after)].previous = before }
      if before >= 0, after >= 0 { consider(before, after) }
    }
  }

  /// Pairs those of equal sizes at once, and puts the rest into `nodes`.
  private mutating func merge(
    _ old: ArraySlice<SizedSymbol>, _ new: ArraySlice<SizedSymbol>, _ body: (Int32, Int32) -> Void
  ) {
    nodes.removeAll(keepingCapacity: true)
    var old = old
    var new = new
    while let before = old.first, let after = new.first {
      if before.size == after.size {
        body(before.index, after.index)
        old.removeFirst()
        new.removeFirst()
      } else if before.size < after.size {
        append(old.removeFirst(), isNew: false)
      } else {
        append(new.removeFirst(), isNew: true)
      }
    }
    for rest in old { append(rest, isNew: false) }
    for rest in new { append(rest, isNew: true) }
    if !nodes.isEmpty { nodes[nodes.count - 1].next = -1 }
  }

  private mutating func append(_ element: SizedSymbol, isNew: Bool) {
    let position = Int32(nodes.count)
    nodes.append(
      Node(
        size: element.size, index: element.index, isNew: isNew, previous: position - 1,
        next: position + 1))
  }

  /// Notes that two elements that are now neighbours may be paired.
  private mutating func consider(_ left: Int32, _ right: Int32) {
    let (a, b) = (nodes[Int(left)], nodes[Int(right)])
    guard a.isNew != b.isNew else { return }
    heap.append(Candidate(distance: b.size - a.size, left: left, right: right))
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func pop() -> Candidate? {
    guard let best = heap.first else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child] < heap[least] { least = child }
      if least == parent { return best }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}

/// A symbol by its position in a list, with the key that it is matched by and its size.
struct SizedSymbol {
  var key: UInt64
  var size: UInt64
  var index: Int32

  static func < (a: SizedSymbol, b: SizedSymbol) -> Bool {
    if a.key != b.key { return a.key < b.key }
    if a.size != b.size { return a.size < b.size }
    return a.index < b.index
  }
}
