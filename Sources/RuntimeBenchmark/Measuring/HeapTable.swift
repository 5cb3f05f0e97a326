internal import Platform

/// Whose the live blocks of a process's `malloc(3)` are when all plugins have answered.
///
/// The corresponding C header is `plr_heap.h`. Figures are bytes and counts, as asked for.
public struct HeapTable: Equatable, Sendable {
  /// What a row stands for; the raw values are those of results.
  public enum Kind: String, Sendable {
    /// No owner's code was on the stack, or the stack could not be followed.
    case unattributed
    /// The program and what is linked into it.
    case host
    case plugin
    /// Plugins past the number that the tracker tells apart.
    case otherPlugins = "other-plugins"
  }

  public struct Row: Equatable, Sendable {
    public var kind: Kind
    public var name: String
    public var liveBytes: UInt64
    public var liveBlocks: UInt64
    /// Since the process began.
    public var allocations: UInt64
  }

  /// The host first, then plugins, the largest first, then what is nobody's.
  public var rows: [Row]
  /// Counted apart from the rows.
  public var liveBytes: UInt64
  public var liveBlocks: UInt64
  /// What the tracker puts before each block.
  public var blockOverhead: UInt64
  /// Allocations whose stack could not be followed.
  public var unfollowed: UInt64
  /// What the C library says is in use, with all that it and the tracker put around blocks
  /// (`mallinfo2(3)`).
  public var inUseBytes: UInt64

  /// The table of a report; nil where the process was not tracked.
  ///
  /// - Throws: the sentence that says why the figures cannot be right.
  init?(_ report: ProbeReport) throws(Flaw) {
    guard let liveBytes = report.number("heap.bytes"),
      let liveBlocks = report.number("heap.blocks"),
      let blockOverhead = report.number("heap.overhead"),
      let unfollowed = report.number("heap.unfollowed"),
      let inUseBytes = report.number("heap.inUse")
    else { return nil }
    rows = report.heapRows.sorted {
      ($0.kind.rank, $1.liveBytes, $0.name) < ($1.kind.rank, $0.liveBytes, $1.name)
    }
    self.liveBytes = liveBytes
    self.liveBlocks = liveBlocks
    self.blockOverhead = blockOverhead
    self.unfollowed = unfollowed
    self.inUseBytes = inUseBytes
    try check()
  }

  struct Flaw: Error, Equatable {
    var reason: String
  }

  /// The rows must come to the total, and the total to what the C library has in use.
  private func check() throws(Flaw) {
    let bytes = rows.reduce(0) { $0 &+ $1.liveBytes }
    let blocks = rows.reduce(0) { $0 &+ $1.liveBlocks }
    guard bytes == liveBytes, blocks == liveBlocks else {
      throw Flaw(
        reason: "the rows of its heap come to \(bytes) bytes in \(blocks) blocks, and all that is "
          + "tracked to \(liveBytes) in \(liveBlocks)")
    }
    // Each block has at least a word of the C library's before it.
    guard liveBytes + liveBlocks * (blockOverhead + 8) <= inUseBytes else {
      throw Flaw(
        reason: "more is tracked in its heap than the C library has in use: \(liveBytes) bytes in "
          + "\(liveBlocks) blocks, and \(inUseBytes)")
    }
  }

  /// Runs the subject's process once with its heap tracked. Live blocks do not depend on how fast a
  /// process is, so that once is enough.
  ///
  /// - Throws: `processFailed` where the process fails, is not tracked, or its figures do not add up.
  ///   `heapTrackerUnreachable` where the loader could not be told of the library.
  static func measure(
    _ subject: Subject, library: String
  ) throws(BenchmarkError) -> HeapTable {
    // The loader takes both for the end of a name.
    guard !library.contains(" "), !library.contains(":") else {
      throw .heapTrackerUnreachable(path: library)
    }
    let process = MeasuredProcess(
      addedEnvironment: ["LD_PRELOAD=\(library)", "PLR_TRACK=heap"])
    let report = try process.sample(subject).report
    do throws(Flaw) {
      if let table = try HeapTable(report) { return table }
    } catch {
      throw .processFailed(subject: subject.label, reason: error.reason)
    }
    throw .processFailed(
      subject: subject.label,
      reason: "its heap was not tracked; tracking needs x86-64 and glibc 2.35 or later")
  }
}

extension HeapTable.Kind {
  /// From `plr_heap_kind`.
  init?(_ number: UInt64) {
    let kinds: [Self] = [.unattributed, .host, .plugin, .otherPlugins]
    guard number < UInt64(kinds.count) else { return nil }
    self = kinds[Int(number)]
  }

  fileprivate var rank: Int {
    switch self {
    case .host: 0
    case .plugin: 1
    case .otherPlugins: 2
    case .unattributed: 3
    }
  }
}

extension HeapTable.Row {
  /// From a line of a report: `heap KIND BYTES BLOCKS ALLOCATIONS NAME`; nil where it is none.
  init?(line: String) {
    let parts = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "heap", let number = UInt64(parts[1]),
      let kind = HeapTable.Kind(number), let bytes = UInt64(parts[2]),
      let blocks = UInt64(parts[3]), let allocations = UInt64(parts[4])
    else { return nil }
    self.init(
      kind: kind, name: String(parts[5]), liveBytes: bytes, liveBlocks: blocks,
      allocations: allocations)
  }
}
