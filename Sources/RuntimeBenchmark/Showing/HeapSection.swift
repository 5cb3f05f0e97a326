internal import PluginSets
internal import Reporting

extension HeapTable {
  /// More plugins than this are shown by the largest and their sum.
  private static let shownPlugins = 10

  /// The table for people.
  func section(_ subject: String, pluginCount: Int) -> Report.Section {
    var table = Report.Table(columns: [
      .name("owner"), .number("live"), .number("blocks"), .number("allocations"),
    ])
    let plugins = rows.filter { $0.kind == .plugin }
    let hidden = plugins.count > Self.shownPlugins ? plugins.dropFirst(Self.shownPlugins - 1) : []
    var isTold = false
    for row in rows {
      guard hidden.contains(row) else {
        table.append(Self.cells(row.name, row.liveBytes, row.liveBlocks, row.allocations))
        continue
      }
      guard !isTold else { continue }
      isTold = true
      table.append(
        Self.cells(
          "\(hidden.count) more plugins", hidden.reduce(0) { $0 + $1.liveBytes },
          hidden.reduce(0) { $0 + $1.liveBlocks }, hidden.reduce(0) { $0 + $1.allocations },
          tone: .dim))
    }
    table.append(
      Self.cells(
        "all", liveBytes, liveBlocks, rows.reduce(0) { $0 + $1.allocations }, tone: .strong))
    let around = liveBlocks * blockOverhead
    let rest = inUseBytes - liveBytes - around
    return Report.Section(
      "Heap of '\(subject)' with \(pluginCount) plugin\(pluginCount == 1 ? "" : "s")",
      key: "heap-\(subject)-\(pluginCount)",
      paragraphs: [
        "The rows come to all that is tracked. The C library has \(Quantity.bytes(Double(inUseBytes))) "
          + "in use: these, \(Quantity.bytes(Double(around))) that the tracker puts before the blocks, "
          + "and \(Quantity.bytes(Double(rest))) of its own around them and in its caches. The stack of "
          + "\(unfollowed) allocation\(unfollowed == 1 ? "" : "s") could not be followed."
      ], table: table)
  }

  private static func cells(
    _ name: String, _ bytes: UInt64, _ blocks: UInt64, _ allocations: UInt64,
    tone: Report.Tone = .plain
  ) -> [Report.Cell] {
    [
      .text(name, tone: tone), .bytes(Int(clamping: bytes), tone: tone),
      .count(Int(clamping: blocks)), .count(Int(clamping: allocations)),
    ]
  }
}
