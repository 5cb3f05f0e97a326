internal import ELFInspection
internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// The `swift5_…` sections of all files by module.
  var swiftMetadata: Report.Section? {
    var sums: [String: [String: UInt64]] = [:]
    for share in files.flatMap(\.swiftMetadata) {
      sums[share.module, default: [:]][share.section, default: 0] += share.bytes
    }
    guard !sums.isEmpty else { return nil }
    let totals = sums.mapValues { $0.values.reduce(0, +) }
    var table = Report.Table(columns: [
      .text("module"), .number("file-size", title: "bytes"), .number("fields"),
      .number("types"), .number("conformances", title: "conforms"),
      .number("associated", title: "assoc. types"),
      .number("names"), .number("rest"),
    ])
    for (module, total) in top(
      totals.sorted { ($1.value, $0.key) < ($0.value, $1.key) })
    {
      let bytes = sums[module]!
      func sum(_ sections: String...) -> UInt64 {
        sections.reduce(0) { $0 + (bytes["swift5_" + $1] ?? 0) }
      }
      let fields = sum("fieldmd")
      let types = sum("type_metadata", "type_metadata_2", "protocols")
      let conformances = sum("protocol_conformances")
      let associated = sum("assocty")
      let names = sum("reflstr", "typeref")
      table.append([
        module.isEmpty ? Report.Cell("(several or unknown)", value: .text("")) : .text(module),
        .bytes(total), .bytes(fields), .bytes(types), .bytes(conformances), .bytes(associated),
        .bytes(names), .bytes(total - fields - types - conformances - associated - names),
      ])
    }
    return Report.Section(
      "Swift's metadata", key: "swift-metadata",
      paragraphs: [
        """
        The sections swift5_… by the module that their records describe, read from the records \
        themselves: a stripped file has them too.
        """
      ], table: table)
  }

  /// What several files hold a copy of.
  var duplicates: Report.Section? {
    let rows = all.duplicates()
    guard !rows.isEmpty else { return nil }
    var table = Report.Table(
      columns: placing(
        .text("symbol"),
        with: [
          .number("wasted"), .number("bytes", title: "all copies"), .number("files"), .text("same"),
          .number("names"), .text("owner"),
        ]))
    for row in top(rows) {
      table.append(
        placing(
          .text(shown(row.name)),
          with: [
            .bytes(row.wasted), .bytes(row.bytes), .count(row.files), .text(row.likeness.title),
            .count(row.names), .text(row.owner.rawValue),
          ]))
    }
    func sum(_ likeness: Duplicate.Likeness, _ include: (Owner) -> Bool = { _ in true }) -> String {
      let wasted = rows.filter { $0.likeness == likeness && include($0.owner) }
        .reduce(UInt64(0)) { $0 + $1.wasted }
      return Quantity.bytes(Double(wasted))
    }
    let same = rows.count { $0.likeness == .bytes }
    return Report.Section(
      "Duplicates", key: "duplicates",
      paragraphs: [
        """
        \(Quantity.count(same)) functions and constants are in more than one file with the same bytes \
        but for the distances to what they refer to, which is the same. One copy of each for all would \
        save \(sum(.bytes)), of which \(sum(.bytes) { $0 != .own }) are the runtime's, Swift's \
        libraries' or C's. \(Quantity.count(rows.count - same)) others agree in name and size only; \
        were they the same, they would save \(sum(.name)) more.
        """
      ], table: table)
  }

  /// What each set costs to ship, and where one overtakes another.
  var shipping: Report.Section? {
    let shipped = sets.map(\.shipping)
    guard shipped.contains(where: { $0.plugins > 0 }) else { return nil }
    var table = Report.Table(columns: [
      .name("set"), .number("fixed"), .number("plugins"), .number("per-plugin", title: "a plugin"),
      .number("floor", title: "of it runtime"), .number("own", title: "of it own"),
    ])
    for (path, (set, shipping)) in zip(request.paths, zip(sets, shipped)) {
      let floor = set.floorOfPlugins
      table.append([
        .text(path), .bytes(shipping.fixed), .count(shipping.plugins),
        .bytes(shipping.perPlugin),
        .bytes(floor.map { Double($0.floor) / Double($0.plugins) }),
        .bytes(floor.map { Double($0.own) / Double($0.plugins) }),
      ])
    }
    return Report.Section(
      "Shipping", key: "shipping", paragraphs: breakEvens(shipped), table: table)
  }

  private func breakEvens(_ shipped: [Shipping]) -> [String] {
    var sentences: [String] = []
    for first in shipped.indices {
      for second in shipped.indices where second > first {
        let (one, other) = (shipped[first], shipped[second])
        guard one.perPlugin != nil, other.perPlugin != nil else { continue }
        // The one with the smaller plugins overtakes the other.
        let (small, large) =
          one.perPlugin! <= other.perPlugin! ? (first, second) : (second, first)
        let sentence =
          shipped[small].breakEven(against: shipped[large]).map {
            "takes no more room than \(request.paths[large]) from \($0) "
              + ($0 == 1 ? "plugin on." : "plugins on.")
          } ?? "takes more room than \(request.paths[large]) however many plugins there are."
        sentences.append("\(request.paths[small]) \(sentence)")
      }
    }
    for (path, set) in zip(request.paths, sets) {
      guard let floor = set.floorOfPlugins else { continue }
      let each = Double(floor.floor) / Double(floor.plugins)
      sentences.append(
        """
        Each plugin of \(path) brings \(Quantity.bytes(each)) of runtime, in all \
        \(Quantity.bytes(Double(floor.duplicated))) more than once. A library that has each of these \
        symbols once takes \(Quantity.bytes(Double(floor.once)))\
        \(floor.sharingPaysFrom.map { " and pays on disk from \($0) plugins on" } ?? "").
        """)
    }
    if shipped.count(where: { $0.plugins > 0 }) == 1 {
      sentences.append(
        """
        From how many plugins on another packaging takes less room is told where the same plugins in that \
        packaging, with all they need, are another PATH.
        """)
    }
    return sentences
  }
}

extension Duplicate.Likeness {
  fileprivate var title: String {
    switch self {
    case .bytes: "bytes"
    case .name: "name, size"
    }
  }
}
