/// A part of a treemap as it will be drawn: few enough, and each of a size.
struct TreemapPart: Sendable, Equatable {
  var label: String
  var detail: String
  /// The bytes that the area stands for; never zero.
  var area: Double
  /// The bytes to tell: the same, or with their sign where the treemap shows changes.
  var bytes: Double
  var paint: Paint
  /// What a group is divided into; empty for an area.
  var parts: [TreemapPart]

  /// The colour of an area.
  enum Paint: Sendable, Hashable {
    case category(Int)
    case grown
    case shrunk
    /// Mixed, or beyond the colours there are.
    case neutral
  }

  /// How many rectangles come out at the most.
  ///
  /// A browser draws more, but an eye sees no more.
  struct Limits: Sendable {
    var groups = 240
    var areas = 1000
    /// The part of the whole below which an area would be a dot.
    var share = 2.5e-5
    /// The part of the whole below which a group is drawn as one area.
    var groupShare = 1e-3

    /// Every group, and the whole, may have one more area: that of its others.
    var rectangles: Int { 2 * groups + areas + 1 }
  }
}

extension TreemapPart {
  /// Returns the parts of a treemap.
  ///
  /// The largest groups and areas are kept; what is left over in a group becomes one area, "12
  /// others". The areas add up to those of the treemap. Complexity: O(*n* log *n*).
  static func parts(of treemap: Report.Treemap, _ limits: Limits = Limits()) -> [TreemapPart] {
    var folding = Folding(treemap.measure)
    let top = folding.add(treemap.nodes, under: nil)
    return folding.folded(top, limits)
  }

  /// All nodes of a treemap in one list, parents before their children, so that they can be ranked.
  private struct Folding {
    struct Entry {
      var part: TreemapPart
      var parent: Int?
      var children: [Int]
    }

    var measure: Report.Treemap.Measure
    var entries: [Entry] = []

    init(_ measure: Report.Treemap.Measure) {
      self.measure = measure
    }

    /// Returns the places of those nodes that have an area.
    mutating func add(_ nodes: [Report.Treemap.Node], under parent: Int?) -> [Int] {
      nodes.compactMap { add($0, under: parent) }
    }

    private mutating func add(_ node: Report.Treemap.Node, under parent: Int?) -> Int? {
      let place = entries.count
      switch node.content {
      case .area(let bytes, let category):
        guard let paint = paint(bytes, category) else { return nil }
        let bytes = Double(bytes)
        let part = TreemapPart(
          label: node.label, detail: node.detail, area: bytes.magnitude, bytes: bytes,
          paint: paint, parts: [])
        entries.append(Entry(part: part, parent: parent, children: []))
      case .group(let nodes):
        let part = TreemapPart(
          label: node.label, detail: node.detail, area: 0, bytes: 0, paint: .neutral, parts: [])
        entries.append(Entry(part: part, parent: parent, children: []))
        let children = add(nodes, under: place)
        guard let joined = joined(children, label: node.label) else {
          entries.removeLast()
          return nil
        }
        entries[place].part = joined
        entries[place].part.detail = node.detail
        entries[place].children = children
      }
      return place
    }

    /// Returns nil for what has no area.
    private func paint(_ bytes: Int, _ category: Int) -> Paint? {
      switch measure {
      case .changes: bytes == 0 ? nil : bytes > 0 ? .grown : .shrunk
      case .sizes:
        bytes <= 0
          ? nil : HTMLPalette.categories.contains(category) ? .category(category) : .neutral
      }
    }

    /// Returns one area for several, in their colour if they share one.
    private func joined(_ places: [Int], label: String) -> TreemapPart? {
      guard let first = places.first else { return nil }
      let parts = places.map { entries[$0].part }
      let paint = entries[first].part.paint
      return TreemapPart(
        label: label, detail: "", area: parts.reduce(0) { $0 + $1.area },
        bytes: parts.reduce(0) { $0 + $1.bytes },
        paint: parts.allSatisfy { $0.paint == paint } ? paint : .neutral, parts: [])
    }

    func folded(_ top: [Int], _ limits: Limits) -> [TreemapPart] {
      let whole = top.reduce(0) { $0 + entries[$1].part.area }
      // No group weighs more than its parent, which stands before it: a group's parents are kept.
      let open = Set(
        largest(limits.groups, above: limits.groupShare * whole) { place in
          !entries[place].children.isEmpty && depth(of: place) < Self.deepestGroup
        })
      let kept = Set(
        largest(limits.areas, above: limits.share * whole) { place in
          !open.contains(place) && (entries[place].parent.map(open.contains) ?? true)
        })

      return parts(top, open: open, kept: kept)
    }

    private func parts(_ places: [Int], open: Set<Int>, kept: Set<Int>) -> [TreemapPart] {
      var parts: [TreemapPart] = []
      var others: [Int] = []
      for place in places {
        var part = entries[place].part
        if open.contains(place) {
          part.parts = self.parts(entries[place].children, open: open, kept: kept)
          parts.append(part)
        } else if kept.contains(place) {
          parts.append(part)
        } else {
          others.append(place)
        }
      }
      if others.count == 1 {
        parts.append(entries[others[0]].part)
      } else if let joined = joined(others, label: "\(Quantity.count(others.count)) others") {
        parts.append(joined)
      }
      return parts
    }

    private func depth(of place: Int) -> Int {
      var depth = 0
      var place = place
      while let parent = entries[place].parent {
        depth += 1
        place = parent
      }
      return depth
    }

    private func largest(
      _ limit: Int, above area: Double, _ isCandidate: (Int) -> Bool
    ) -> ArraySlice<Int> {
      entries.indices
        .filter { entries[$0].part.area >= area && isCandidate($0) }
        .sorted { (entries[$1].part.area, $0) < (entries[$0].part.area, $1) }
        .prefix(limit)
    }

    /// Groups lie in the whole, or in a group that does.
    private static let deepestGroup = 2
  }
}
