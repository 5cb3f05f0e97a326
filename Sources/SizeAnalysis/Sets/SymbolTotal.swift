/// What all symbols of one name cost together.
public struct SymbolTotal: Sendable {
  public var name: NameID
  /// For whom the largest of them is there.
  public var holder: ByteHolder
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

/// The names of a set of files with what they cost, and the dearest of them in detail.
public struct SymbolTotals: Sendable {
  /// The largest first.
  public var rows: [SymbolTotal] = []
  /// Of all names, those without a row too.
  public var names = 0
  public var fileSize: UInt64 = 0
}

extension FileSet {
  /// The symbols of all files by name.
  ///
  /// - Parameter limit: how many rows are made, the largest; nil for all.
  /// - Complexity: O(*n* log *n*) in symbols. Memory: 28 bytes for each name, and its row.
  public func symbolTotals(top limit: Int? = nil) -> SymbolTotals {
    // 1 more than the bytes, so that 0 is what is in no file.
    var sizes = [UInt64](repeating: 0, count: names.count)
    for file in files {
      for symbol in file.symbols?.symbols ?? [] {
        let index = Int(symbol.name.index)
        sizes[index] = max(sizes[index], 1) + symbol.fileSize
      }
    }
    var order = sizes.indices.filter { sizes[$0] > 0 }.map { (size: sizes[$0], index: UInt32($0)) }
    order.sort { $0.size != $1.size ? $0.size > $1.size : $0.index < $1.index }
    var result = SymbolTotals()
    result.names = order.count
    result.fileSize = order.reduce(0) { $0 + $1.size - 1 }
    let shown = order.prefix(limit ?? order.count)
    result.rows = shown.map {
      SymbolTotal(
        name: NameID(index: $0.index), holder: .unnamed, symbols: 0, fileSize: 0, body: 0)
    }
    // From here on the row of each name that has one, and 1.
    for index in sizes.indices { sizes[index] = 0 }
    for (row, each) in shown.enumerated() { sizes[Int(each.index)] = UInt64(row) + 1 }
    var largest = [UInt64](repeating: 0, count: result.rows.count)
    for file in files {
      for symbol in file.symbols?.symbols ?? [] {
        let row = Int(sizes[Int(symbol.name.index)]) - 1
        guard row >= 0 else { continue }
        result.rows[row].symbols += 1
        result.rows[row].fileSize += symbol.fileSize
        result.rows[row].body += symbol.bodyInFile
        result.rows[row].charges.add(symbol)
        if symbol.fileSize >= largest[row] {
          largest[row] = symbol.fileSize
          result.rows[row].holder = symbol.holder
        }
      }
    }
    return result
  }
}
