internal import ConcurrentMap

/// Two sets of files, before and after: a build and its predecessor, a release and the last one.
public struct FileSetComparison: Sendable {
  /// In the order of ``FilePairing/pairs``, without ``unread``.
  public let files: [FileComparison]
  /// Pairs of which a file could not be read; the sets say why. They are in no sum.
  public let unread: [FilePair]
  /// Bytes of all files.
  public let size: SizeChange
  /// Of the files that are not identical: in those nothing changed.
  public let rollup: ChangeRollup

  /// How many files are ``ChangeStatus/added`` and so on. One of the same size with other bytes is
  /// among ``changedFiles``.
  public var addedFiles: Int { count { $0.status == .added } }
  public var removedFiles: Int { count { $0.status == .removed } }
  public var unchangedFiles: Int { count { $0.isIdentical } }
  public var changedFiles: Int { files.count - addedFiles - removedFiles - unchangedFiles }

  /// Compares what was paired, on all processors.
  ///
  /// - Parameters:
  ///   - old: at least the files at ``FilePairing/oldPaths``.
  ///   - new: at least those at ``FilePairing/newPaths``, read together with `old`.
  /// - Complexity: that of each ``FileComparison``.
  public init(_ pairing: FilePairing, old: FileSet, new: FileSet) {
    let before = old.byPath()
    let after = new.byPath()
    let names = new.names
    let pairs = pairing.pairs
    let results = concurrentMap(count: pairs.count) { index -> FileComparison? in
      let pair = pairs[index]
      if pair.isIdentical { return FileComparison(identical: pair) }
      let first = pair.old.map { before[$0] }
      let second = pair.new.map { after[$0] }
      // Named, and not read.
      if case .some(nil) = first { return nil }
      if case .some(nil) = second { return nil }
      return FileComparison(
        old: first ?? nil, new: second ?? nil, matchedBy: pair.matchedBy, names: names)
    }
    files = results.compactMap { $0 }
    unread = zip(pairs, results).filter { $0.1 == nil }.map(\.0)
    size = files.map(\.size).total()
    rollup = ChangeRollup(files, names: names)
  }

  /// Finds, pairs, reads and compares the files of two trees.
  ///
  /// - Returns: the comparison, and the sets that were read for it: the files that are not identical.
  /// - Complexity: that of ``FileSet/read(_:depth:progress:)``; identical files are not parsed.
  public static func read(
    old: [FileTree], new: [FileTree], depth: Depth
  ) -> (comparison: FileSetComparison, old: FileSet, new: FileSet) {
    let pairing = FilePairing(old: old, new: new)
    let sets = FileSet.read([pairing.oldPaths, pairing.newPaths], depth: depth)
    return (FileSetComparison(pairing, old: sets[0], new: sets[1]), sets[0], sets[1])
  }

  private func count(_ predicate: (FileComparison) -> Bool) -> Int {
    files.count(where: predicate)
  }
}

extension FileSet {
  /// The files by path as it was given.
  func byPath() -> [String: FileAnalysis] {
    Dictionary(files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
  }
}
