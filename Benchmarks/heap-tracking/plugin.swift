// A plugin that does little but allocate: what text editors' plugins do all day, without the rest.

/// A tree of objects, made and let go.
final class Node {
  let children: [Node]
  let weight: Int
  init(depth: Int, weight: Int) {
    children = depth == 0 ? [] : (0..<4).map { Node(depth: depth - 1, weight: weight &+ $0) }
    self.weight = weight
  }
  var sum: Int { children.reduce(weight) { $0 &+ $1.sum } }
}

/// A list of which every link is an object of its own: nothing but allocating and freeing.
final class Link {
  var next: Link?
  let value: Int
  init(_ value: Int, _ next: Link?) {
    self.value = value
    self.next = next
  }
}

@c public func heavy_objects(_ count: Int) -> Int {
  var sum = 0
  for round in 0..<count { sum &+= Node(depth: 4, weight: round).sum }
  return sum
}

@c public func heavy_links(_ count: Int) -> Int {
  var sum = 0
  for round in 0..<count {
    var list: Link?
    for value in 0..<500 { list = Link(value &+ round, list) }
    while let link = list {
      sum &+= link.value
      list = link.next
      link.next = nil
    }
  }
  return sum
}

@c public func heavy_words(_ count: Int) -> Int {
  var sum = 0
  for round in 0..<count {
    // Longer than what fits into a string without a block.
    var index: [String: [Int]] = [:]
    for word in 0..<200 {
      index["paragraph number \(word % 50) of \(round)", default: []].append(word)
    }
    sum &+= index.values.reduce(0) { $0 &+ $1.count }
  }
  return sum
}

@c public func heavy_closures(_ count: Int) -> Int {
  var sum = 0
  for round in 0..<count {
    var steps: [() -> Int] = []
    for step in 0..<200 { steps.append { step &* round } }
    for step in steps { sum &+= step() }
  }
  return sum
}

nonisolated(unsafe) private var kept: [Link] = []

/// Keeps as many objects for good.
@c public func heavy_keep(_ count: Int) {
  kept.reserveCapacity(count)
  for number in 0..<count { kept.append(Link(number, nil)) }
}
