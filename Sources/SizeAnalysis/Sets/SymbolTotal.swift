/// What all symbols of one name cost together.
public struct SymbolTotal: Sendable {
  public var name: NameID
  /// Of the largest of them.
  public var owner: Owner
  public var symbols: Int
  public var fileSize: UInt64
  /// Of code and data alone, without what exists for them.
  public var body: UInt64
}

extension FileSet {
  /// The symbols of all files by name, the largest first.
  ///
  /// - Complexity: O(*n* log *n*) in symbols.
  public func symbolTotals() -> [SymbolTotal] {
    var totals = (0..<names.count).map {
      SymbolTotal(
        name: NameID(index: UInt32($0)), owner: .own, symbols: 0, fileSize: 0, body: 0)
    }
    var largest = [UInt64](repeating: 0, count: totals.count)
    for file in files {
      for symbol in file.symbols?.symbols ?? [] {
        let index = Int(symbol.name.index)
        totals[index].symbols += 1
        totals[index].fileSize += symbol.fileSize
        totals[index].body += symbol.bodyInFile
        if symbol.fileSize >= largest[index] {
          largest[index] = symbol.fileSize
          totals[index].owner = symbol.owner
        }
      }
    }
    return totals.filter { $0.symbols > 0 }.sorted {
      $0.fileSize != $1.fileSize ? $0.fileSize > $1.fileSize : $0.name.index < $1.name.index
    }
  }
}
