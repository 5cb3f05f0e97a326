/// Finds the symbols that belong together, in passes with ever looser keys, each over what is left.
struct SymbolMatching {
  struct Pair {
    var old: Int32
    var new: Int32
    var match: SymbolMatch
  }

  private(set) var pairs: [Pair] = []
  /// Those that belong to none, by position in the list of their side.
  private(set) var oldLeft: [Int32]
  private(set) var newLeft: [Int32]

  private let old: SymbolList
  private let new: SymbolList
  private var nearest = NearestSizes()

  /// - Parameters:
  ///   - oldParts: a number for the part of each symbol that parts with the same name share, before
  ///     and after, by ``SymbolCost/part``.
  ///   - newParts: the same for the new file.
  /// - Complexity: O(*n* log *n*) in symbols, and O(bytes of names) of those whose name is on one side
  ///   only.
  init(
    old: SymbolList, oldParts: [UInt32], new: SymbolList, newParts: [UInt32], names: NameFacts
  ) {
    self.old = old
    self.new = new
    // No table of symbols has as many as 32 bits can count and fits into memory.
    oldLeft = Array(0..<Int32(clamping: old.count))
    newLeft = Array(0..<Int32(clamping: new.count))
    func inPart(_ symbol: SymbolCost, _ parts: [UInt32]) -> UInt64 {
      let part = symbol.part == SymbolCost.noPart ? .max : parts[Int(symbol.part)]
      return UInt64(symbol.name.index) << 32 | UInt64(part)
    }
    pass(.name, { inPart(old[$0], oldParts) }, { inPart(new[$0], newParts) })
    pass(.elsewhere, { Self.name(old[$0]) }, { Self.name(new[$0]) })
    guard !oldLeft.isEmpty, !newLeft.isEmpty else { return }
    var loose = LooseNames(names)
    var before = [LooseNames.Signature](repeating: LooseNames.Signature(), count: old.count)
    var after = [LooseNames.Signature](repeating: LooseNames.Signature(), count: new.count)
    for index in oldLeft { before[Int(index)] = loose.signature(old[Int(index)]) }
    for index in newLeft { after[Int(index)] = loose.signature(new[Int(index)]) }
    pass(
      .signature, { loose.key(before[$0], of: old[$0]) }, { loose.key(after[$0], of: new[$0]) })
    pass(
      .module, { loose.keyWithoutModule(before[$0], of: old[$0]) },
      { loose.keyWithoutModule(after[$0], of: new[$0]) })
  }

  private static func name(_ symbol: SymbolCost) -> UInt64? {
    symbol.name == .none ? nil : UInt64(symbol.name.index)
  }

  /// Pairs those left that have the same key; of several, those nearest in size. nil is like no other.
  private mutating func pass(
    _ match: SymbolMatch, _ oldKey: (Int) -> UInt64?, _ newKey: (Int) -> UInt64?
  ) {
    guard !oldLeft.isEmpty, !newLeft.isEmpty else { return }
    let before = Self.sorted(oldLeft, of: old, by: oldKey)
    let after = Self.sorted(newLeft, of: new, by: newKey)
    var isOldPaired = [Bool](repeating: false, count: old.count)
    var isNewPaired = [Bool](repeating: false, count: new.count)
    var (i, j) = (0, 0)
    while i < before.count, j < after.count {
      let key = before[i].key
      if key != after[j].key {
        if key < after[j].key { i += 1 } else { j += 1 }
        continue
      }
      let (oldStart, newStart) = (i, j)
      while i < before.count, before[i].key == key { i += 1 }
      while j < after.count, after[j].key == key { j += 1 }
      nearest.pair(before[oldStart..<i], after[newStart..<j]) { first, second in
        isOldPaired[Int(first)] = true
        isNewPaired[Int(second)] = true
        let isExact = match == .name && old[Int(first)].fileSize == new[Int(second)].fileSize
        pairs.append(Pair(old: first, new: second, match: isExact ? .exact : match))
      }
    }
    oldLeft.removeAll { isOldPaired[Int($0)] }
    newLeft.removeAll { isNewPaired[Int($0)] }
  }

  private static func sorted(
    _ left: [Int32], of symbols: SymbolList, by key: (Int) -> UInt64?
  ) -> [SizedSymbol] {
    var result: [SizedSymbol] = []
    result.reserveCapacity(left.count)
    for index in left {
      if let key = key(Int(index)) {
        result.append(
          SizedSymbol(key: key, size: symbols[Int(index)].fileSize, index: index))
      }
    }
    result.sort(by: <)
    return result
  }
}
