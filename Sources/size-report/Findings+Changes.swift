internal import ELFInspection
internal import Reporting
internal import SizeAnalysis

extension Findings {
  /// What changed since the baseline.
  func changes(_ comparison: FileSetComparison) -> [Report.Section] {
    var sections = [summary(comparison)]
    let changed = comparison.files.filter { !$0.isIdentical }
    guard !changed.isEmpty else { return sections }
    if comparison.files.count > 1 { sections.append(files(comparison.files)) }
    sections.append(parts(changed))
    if request.view?.depth != .sections {
      sections.append(modules(comparison.rollup))
      sections.append(symbols(changed))
    }
    return sections
  }

  private func summary(_ comparison: FileSetComparison) -> Report.Section {
    let counts = [
      (comparison.changedFiles, "changed"), (comparison.addedFiles, "added"),
      (comparison.removedFiles, "removed"), (comparison.unchangedFiles, "unchanged"),
    ].filter { $0.0 > 0 }.map { "\(Quantity.count($0.0)) \($0.1)" }
    var section = Report.Section(
      "Changes", key: "changes",
      paragraphs: [
        """
        \(sentence(comparison)) \(Quantity.bytes(Double(comparison.size.old))) became \
        \(Quantity.bytes(Double(comparison.size.new))). \
        Files: \(counts.isEmpty ? "none" : counts.joined(separator: ", ")).
        """
      ])
    if !comparison.unread.isEmpty {
      section.paragraphs.append(
        """
        \(comparison.unread.count == 1 ? "1 pair" : "\(Quantity.count(comparison.unread.count)) pairs") \
        could not be read and \(comparison.unread.count == 1 ? "is" : "are") in no sum.
        """)
    }
    section.treemap = treemap(comparison)
    return section
  }

  /// Bytes that were added or, with a minus sign, taken away.
  func signed(_ bytes: Int64) -> String {
    bytes == 0 ? "No difference in size" : Quantity.bytes(Double(bytes), signed: true)
  }

  private func delta(_ change: SizeChange) -> Report.Cell {
    Report.Cell(
      Quantity.bytes(Double(change.delta), signed: true),
      value: .integer(Int(clamping: change.delta)),
      tone: change.delta > 0 ? .bad : change.delta < 0 ? .good : .dim)
  }

  private static let sizes: [Report.Column] = [
    .number("delta", title: "change"), .number("before"), .number("after"),
  ]

  private func cells(_ change: SizeChange) -> [Report.Cell] {
    [delta(change), .bytes(change.old), .bytes(change.new)]
  }

  private func files(_ files: [FileComparison]) -> Report.Section {
    var table = Report.Table(columns: Self.sizes + [.text("status"), .name("file"), .name("was")])
    for file in top(files.sorted { $0.size.delta.magnitude > $1.size.delta.magnitude }) {
      let path = file.newPath ?? file.oldPath ?? ""
      // The same name in another directory is what a baseline is.
      let isRenamed = [.name, .content, .version].contains(file.matchedBy)
      table.append(
        cells(file.size) + [
          .text(file.isIdentical ? "identical" : file.status.rawValue), .text(path),
          isRenamed ? .text(file.oldPath) : Report.Cell("", value: .text("")),
        ])
    }
    return Report.Section("Changed files", key: "changed-files", table: table)
  }

  private func parts(_ files: [FileComparison]) -> Report.Section {
    struct Sum {
      var name: String
      var file = SizeChange()
      var memory = SizeChange()
    }
    var sums: [String: Sum] = [:]
    for part in files.flatMap(\.parts) {
      sums[part.name, default: Sum(name: part.name)].file += part.file
      sums[part.name]!.memory += part.memory
    }
    let rows = sums.values.filter { $0.file.delta != 0 || $0.memory.delta != 0 }.sorted {
      ($1.file.delta.magnitude, $0.name) < ($0.file.delta.magnitude, $1.name)
    }
    var table = Report.Table(
      columns: Self.sizes + [.number("memory-delta", title: "in memory"), .text("section")],
      whenEmpty: "(all sections have the sizes they had)")
    for row in top(rows) { table.append(cells(row.file) + [delta(row.memory), .text(row.name)]) }
    return Report.Section("Changed sections", key: "changed-sections", table: table)
  }

  private func modules(_ rollup: ChangeRollup) -> Report.Section {
    let rows = rollup.byModule.filter { $0.value.delta != 0 }.map {
      (name: title($0.key), size: $0.value)
    }.sorted { ($1.size.delta.magnitude, $0.name) < ($0.size.delta.magnitude, $1.name) }
    var table = Report.Table(
      columns: Self.sizes + [.text("module")], whenEmpty: "(all modules have the sizes they had)")
    for row in top(rows) { table.append(cells(row.size) + [.text(row.name)]) }
    return Report.Section("Changed modules", key: "changed-modules", table: table)
  }

  private func title(_ module: ModuleHolder) -> String {
    switch module {
    case .module(""): "(C, C++, none)"
    case .module(let name): name
    case .imports: "(imports)"
    case .unnamed: "(headers, tables, no symbol)"
    }
  }

  private func symbols(_ files: [FileComparison]) -> Report.Section {
    let rows = files.flatMap { $0.symbols ?? [] }.filter { $0.status != .unchanged }
    let unnamed = files.flatMap(\.parts).compactMap(\.remainder).reduce(Int64(0)) {
      $0 + $1.delta
    }
    let named = rows.reduce(Int64(0)) { $0 + $1.size.delta }
    var table = Report.Table(
      columns: placing(
        .text("symbol"), with: Self.sizes + [.text("status"), .text("matched")]) + [.text("was")],
      whenEmpty: "(all symbols are what they were)")
    for row in top(rows.sorted { $0.size.delta.magnitude > $1.size.delta.magnitude }) {
      table.append(
        placing(
          .text(shown(row.name)),
          with: cells(row.size) + [.text(row.status.rawValue), .text(row.matchedBy?.rawValue)]) + [
            row.isRenamed
              ? .text(shown(row.old!.name)) : Report.Cell("", value: .text(""))
          ])
    }
    return Report.Section(
      "Changed symbols", key: "changed-symbols",
      paragraphs: [
        """
        \(Quantity.count(rows.count)) symbols account for \(signed(named)); headers, padding and bytes \
        without a name for \(signed(unnamed)).
        """
      ], table: table)
  }

  private func treemap(_ comparison: FileSetComparison) -> Report.Treemap? {
    let nodes = comparison.rollup.byModule.filter { $0.value.delta != 0 }.map {
      Report.Treemap.Node(title($0.key), bytes: Int(clamping: $0.value.delta))
    }
    return nodes.isEmpty
      ? nil
      : Report.Treemap("Change by module", changes: nodes.sorted { $0.label < $1.label })
  }
}
