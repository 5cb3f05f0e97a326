/// A file before and after.
public struct FileComparison: Sendable {
  /// nil for a file that was added.
  public var oldPath: String?
  /// nil for a file that was removed.
  public var newPath: String?
  /// nil unless both are there.
  public var matchedBy: FileMatch?
  /// Both are there, with the same bytes; ``parts`` and ``symbols`` are empty then.
  public var isIdentical: Bool
  /// ``ChangeStatus/unchanged`` where the bytes are the same; a file of the same size with other bytes
  /// has that status too, and is not ``isIdentical``.
  public var status: ChangeStatus
  /// Bytes of the file.
  public var size: SizeChange
  /// Bytes of address space that loading takes; nil where the files were not read.
  public var memory: SizeChange?
  /// Each part of both files once. The sum of their ``PartChange/file`` is ``size``.
  public var parts: [PartChange]
  /// Each symbol of both files once, unchanged ones too, in no particular order; nil where symbols
  /// were not read. The sum of their ``SymbolChange/size``, and of ``PartChange/remainder``, is
  /// ``size``.
  public var symbols: [SymbolChange]?

  /// Compares two files that were read together; of a file that was added or removed, one is nil.
  ///
  /// - Parameter names: of the set that the files are in.
  /// - Complexity: O(*n* log *n*) in symbols. Memory: 128 bytes for each.
  public init(
    old: FileAnalysis?, new: FileAnalysis?, matchedBy: FileMatch? = nil, names: NameFacts
  ) {
    let matching = PartMatching(old: old, new: new)
    oldPath = old?.path
    newPath = new?.path
    self.matchedBy = matchedBy
    isIdentical = false
    size = SizeChange(old: old?.fileSize ?? 0, new: new?.fileSize ?? 0)
    status = ChangeStatus(wasThere: old != nil, isThere: new != nil, size)
    memory = SizeChange(old: old?.memorySize ?? 0, new: new?.memorySize ?? 0)
    parts = matching.changes
    symbols = Self.symbols(old, new, matching, names)
  }

  /// A pair whose bytes are the same.
  init(identical pair: FilePair) {
    oldPath = pair.old
    newPath = pair.new
    matchedBy = pair.matchedBy
    isIdentical = true
    status = .unchanged
    size = pair.size
    memory = nil
    parts = []
    symbols = []
  }

  private static func symbols(
    _ old: FileAnalysis?, _ new: FileAnalysis?, _ parts: PartMatching, _ names: NameFacts
  ) -> [SymbolChange]? {
    guard old == nil || old?.symbols != nil, new == nil || new?.symbols != nil else { return nil }
    let before = old?.symbols?.symbols ?? []
    let after = new?.symbols?.symbols ?? []
    let (oldNumbers, newNumbers) = numbers(ofParts: old, new)
    let matching = SymbolMatching(
      old: before, oldParts: oldNumbers, new: after, newParts: newNumbers, names: names)
    var result: [SymbolChange] = []
    result.reserveCapacity(
      matching.pairs.count + matching.oldLeft.count + matching.newLeft.count)
    for pair in matching.pairs {
      let (first, second) = (before[Int(pair.old)], after[Int(pair.new)])
      result.append(
        SymbolChange(
          old: first, new: second, matchedBy: pair.match,
          isMoved: number(of: first, oldNumbers) != number(of: second, newNumbers)))
    }
    for index in matching.newLeft {
      result.append(
        SymbolChange(old: nil, new: after[Int(index)], matchedBy: nil, isMoved: false))
    }
    for index in matching.oldLeft {
      result.append(
        SymbolChange(old: before[Int(index)], new: nil, matchedBy: nil, isMoved: false))
    }
    return result
  }

  /// A number for each part of the two files; those with the same name have the same.
  private static func numbers(
    ofParts old: FileAnalysis?, _ new: FileAnalysis?
  ) -> ([UInt32], [UInt32]) {
    var known: [String: UInt32] = [:]
    func number(_ part: FileAnalysis.Part) -> UInt32 {
      if let number = known[part.name] { return number }
      let number = UInt32(known.count)
      known[part.name] = number
      return number
    }
    return (old?.parts.map(number) ?? [], new?.parts.map(number) ?? [])
  }

  private static func number(of symbol: SymbolCost, _ numbers: [UInt32]) -> UInt32 {
    symbol.part == SymbolCost.noPart ? .max : numbers[Int(symbol.part)]
  }
}
