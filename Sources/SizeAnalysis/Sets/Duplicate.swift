/// A function or constant that several files hold a copy of.
///
/// Copies are told by name and size: where both agree the source was the same, though addresses in
/// their bytes differ from file to file.
public struct Duplicate: Sendable {
  public var name: NameID
  public var owner: Owner
  public var files: Int
  /// Bytes of all copies, with what exists for each.
  public var bytes: UInt64
  /// What one copy for all would save.
  public var wasted: UInt64
}

extension FileSet {
  /// What more than one file holds, the largest waste first.
  ///
  /// - Complexity: O(*n* log *n*) in the symbols of all files.
  public func duplicates() -> [Duplicate] {
    struct Copies {
      var body: UInt64 = 0
      var files: UInt32 = 0
      var lastFile: Int32 = -1
      var bytes: UInt64 = 0
      var largest: UInt64 = 0
      var owner = Owner.own

      mutating func add(_ symbol: SymbolCost, file: Int) {
        // Two of one name in one file are not the same thing.
        if lastFile != file { files += 1 }
        lastFile = Int32(file)
        bytes += symbol.fileSize
        largest = max(largest, symbol.fileSize)
        owner = symbol.owner
      }
    }
    var first = [Copies](repeating: Copies(), count: names.count)
    // The same name with other sizes: rare.
    var others: [UInt64: [UInt32: Copies]] = [:]
    for (file, analysis) in files.enumerated() {
      for symbol in analysis.symbols?.symbols ?? []
      where symbol.body > 0 && symbol.name != .none
        && !symbol.traits.isDisjoint(with: [.isFunction, .isData])
        && !symbol.traits.contains(.isZeroFilled)
      {
        let index = Int(symbol.name.index)
        if first[index].files == 0 { first[index].body = symbol.body }
        if first[index].body == symbol.body {
          first[index].add(symbol, file: file)
        } else {
          others[symbol.body, default: [:]][symbol.name.index, default: Copies()]
            .add(symbol, file: file)
        }
      }
    }
    var result: [Duplicate] = []
    func note(_ name: UInt32, _ copies: Copies) {
      guard copies.files > 1 else { return }
      result.append(
        Duplicate(
          name: NameID(index: name), owner: copies.owner, files: Int(copies.files),
          bytes: copies.bytes, wasted: copies.bytes - copies.largest))
    }
    for (name, copies) in first.enumerated() { note(UInt32(name), copies) }
    for names in others.values {
      for (name, copies) in names { note(name, copies) }
    }
    return result.sorted {
      $0.wasted != $1.wasted ? $0.wasted > $1.wasted : $0.name.index < $1.name.index
    }
  }
}
