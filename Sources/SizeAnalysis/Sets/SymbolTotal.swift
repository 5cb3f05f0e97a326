/// What all symbols of one name cost together.
public struct SymbolTotal: Sendable {
  public var name: NameID
  /// Of the largest of them.
  public var owner: Owner
  public var symbols: Int
  public var fileSize: UInt64
  /// Of code and data alone, without what exists for them.
  public var body: UInt64
  /// What exists for them: with ``body`` it adds up to ``fileSize``.
  public var charges = Charges()

  /// What exists for symbols besides their own bytes, by kind, in bytes; see ``SymbolCost``.
  public struct Charges: Equatable, Sendable {
    public var tables: UInt64 = 0
    public var names: UInt64 = 0
    public var relocations: UInt64 = 0
    public var unwind: UInt64 = 0
    public var exceptions: UInt64 = 0
    public var linkage: UInt64 = 0

    mutating func add(_ symbol: SymbolCost) {
      tables += UInt64(symbol.tables)
      names += UInt64(symbol.names)
      relocations += UInt64(symbol.relocations)
      unwind += UInt64(symbol.unwind)
      exceptions += UInt64(symbol.exceptions)
      linkage += UInt64(symbol.linkage)
    }
  }
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
        totals[index].charges.add(symbol)
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
