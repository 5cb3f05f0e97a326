internal import ELFInspection
internal import Glibc

/// The symbols of one file while they are collected, and what the tables hold of each.
struct SymbolReading {
  /// One symbol; its name by its number in `names`.
  struct Item {
    var name: UInt32
    var section: UInt32
    var value: UInt64
    var size: UInt64
    var traits: SymbolCost.Traits = []
    var tables: UInt16 = 0
    var nameBytes: UInt32 = 0
    var relocations: UInt32 = 0
    var unwind: UInt32 = 0
    var exceptions: UInt32 = 0
    var linkage: UInt32 = 0
    var body: UInt64 = 0
  }

  private(set) var names = NamePool()
  var items: [Item] = []
  /// The item of each entry of the table that the loader reads; nil of the first.
  private(set) var ofDynamic: [Int?] = []
  /// The item of each entry of the table that debuggers read.
  private(set) var ofSymbolTable: [Int?] = []
  private(set) var exports = 0
  /// Bytes of each part that nobody is charged with yet.
  private(set) var remaining: [UInt64]
  let map: PartMap

  /// Where names stand in tables of strings, to find out who shares one.
  private var strings: [NameRange] = []
  private struct NameRange {
    var table: UInt32
    var start: UInt32
    var end: UInt32
    var item: UInt32
  }

  init(_ file: borrowing ELFFile, _ map: PartMap) {
    self.map = map
    remaining = map.parts.map(\.fileSize)
    if let table = file.symbolTable { ofSymbolTable = read(table, of: file, isDynamic: false) }
    if let table = file.dynamicSymbolTable {
      ofDynamic = read(table, of: file, isDynamic: true)
      chargeDynamicTables(file, symbols: table.index)
    }
    chargeNames()
  }

  /// Takes up to `bytes` of what is left of a part; returns how many.
  mutating func take(_ bytes: UInt64, fromPart part: Int) -> UInt32 {
    let taken = min(bytes, remaining[part], UInt64(UInt32.max))
    remaining[part] -= taken
    return UInt32(taken)
  }

  mutating func take(_ bytes: UInt64, fromSection section: Int) -> UInt32 {
    take(bytes, fromPart: map.ofSection[section])
  }

  /// Charges an entry of a table to an item; what does not fit into its count stays with the table.
  private mutating func chargeTables(_ bytes: UInt64, fromSection section: Int, to item: Int) {
    let room = UInt64(UInt16.max - items[item].tables)
    items[item].tables += UInt16(take(min(bytes, room), fromSection: section))
  }

  private mutating func read(
    _ table: ELFFile.Section, of file: borrowing ELFFile, isDynamic: Bool
  ) -> [Int?] {
    let symbols = file.symbols(of: table)
    var itemOfEntry: [Int?] = []
    itemOfEntry.reserveCapacity(symbols.count)
    items.reserveCapacity(items.count + symbols.count)
    strings.reserveCapacity(strings.count + symbols.count)
    let known = isDynamic ? itemsByName() : []
    let entrySize = file.header.is64Bit ? 24 : 16
    let stringsIndex = table.link
    // A name of many megabytes, named by many symbols, is read as often as it can be paid for.
    let stringsSize =
      Int(stringsIndex) < file.sections.count ? file.sections[Int(stringsIndex)].size : 0
    var budget = 4 * min(stringsSize, 1 << 40) + 4096
    _ = file.withNames(of: table) { strings in
      for (index, symbol) in symbols.enumerated() {
        guard index > 0 else {
          itemOfEntry.append(nil)
          continue
        }
        var name: UInt32 = 0
        var end = Int(symbol.nameOffset)
        if budget > 0, let found = strings.end(of: symbol.nameOffset) {
          end = found
          let start = Int(symbol.nameOffset)
          budget -= min(UInt64(end - start), budget)
          let bytes = unsafe strings[start..<end]
          name = unsafe names.add(isDynamic ? bytes : bytes.withoutVersion)
        }
        let item: Int
        if isDynamic, Int(name) < known.count, let match = known[Int(name)],
          items[match].value == symbol.value && (items[match].section == 0) == symbol.isUndefined
        {
          item = match
        } else {
          item = items.count
          items.append(
            Item(
              name: name, section: symbol.section, value: symbol.value,
              size: isLinkersOwn(name) ? 0 : symbol.size, traits: Self.traits(symbol, file)))
        }
        itemOfEntry.append(item)
        if isDynamic, !symbol.isUndefined, symbol.binding != .local, symbol.visibility != 2 {
          exports += 1
          items[item].traits.insert(.isExported)
        }
        chargeTables(UInt64(entrySize), fromSection: table.index, to: item)
        if end > Int(symbol.nameOffset) {
          self.strings.append(
            NameRange(
              table: stringsIndex, start: symbol.nameOffset, end: UInt32(end + 1),
              item: UInt32(item)))
        }
      }
    }
    return itemOfEntry
  }

  /// Whether a name is of those that linkers give to tables that are full of other symbols' slots.
  private func isLinkersOwn(_ name: UInt32) -> Bool {
    unsafe names.withBytes(of: name) { name in
      Self.linkersOwn.contains { unsafe $0.count == name.count && $0.elementsEqual(name) }
    }
  }

  private static let linkersOwn = ["_GLOBAL_OFFSET_TABLE_", "_DYNAMIC"].map { Array($0.utf8) }

  /// The first item that is not local, by the number of its name.
  private func itemsByName() -> [Int?] {
    var result = [Int?](repeating: nil, count: names.count)
    for (index, item) in items.enumerated().reversed() where item.name != 0 {
      result[Int(item.name)] = index
    }
    return result
  }

  private static func traits(
    _ symbol: Symbol, _ file: borrowing ELFFile
  ) -> SymbolCost.Traits {
    var traits: SymbolCost.Traits = []
    switch symbol.kind {
    case .function, .indirectFunction: traits = .isFunction
    case .object, .common: traits = .isData
    case .threadLocal: traits = [.isData, .isThreadLocal]
    case .none, .section, .file, .other: break
    }
    if symbol.isUndefined {
      traits.insert(.isImported)
    } else if symbol.section != Symbol.noSection, file.sections[Int(symbol.section)].hasNoBits {
      traits.insert(.isZeroFilled)
    }
    return traits
  }

  /// Versions and hashes: a few bytes for each dynamic symbol.
  private mutating func chargeDynamicTables(_ file: borrowing ELFFile, symbols: Int) {
    for section in file.sections where section.link == UInt32(symbols) {
      let (bytes, first): (UInt64, Int)
      switch section.kind {
      case .symbolVersions: (bytes, first) = (2, 1)
      case .hash: (bytes, first) = (4, 1)
      case .gnuHash:
        guard let start = file.firstHashedSymbol(in: section) else { continue }
        (bytes, first) = (4, max(start, 1))
      case .other: continue
      }
      for item in ofDynamic.dropFirst(first) {
        // Of many that claim to be tables of all symbols, only those that hold something cost time.
        guard remaining[map.ofSection[section.index]] > 0 else { break }
        guard let item else { continue }
        chargeTables(bytes, fromSection: section.index, to: item)
      }
    }
  }

  /// Charges each name to the symbol that has it; one that is the end of another costs nothing.
  private mutating func chargeNames() {
    strings.sort {
      ($0.table, $0.start, $0.item) < ($1.table, $1.start, $1.item)
    }
    var covered: UInt32 = 0
    var table: UInt32 = .max
    for range in strings {
      if range.table != table {
        table = range.table
        covered = 0
      }
      guard range.end > covered else { continue }
      let bytes = UInt64(range.end - max(range.start, covered))
      covered = range.end
      items[Int(range.item)].nameBytes &+= take(bytes, fromSection: Int(table))
    }
    strings = []
  }
}

extension UnsafeRawBufferPointer {
  /// A name up to the version that linkers append to it in the table for debuggers: `memcpy@GLIBC_2.14`.
  fileprivate var withoutVersion: UnsafeRawBufferPointer {
    guard count > 1, let at = unsafe memchr(baseAddress! + 1, Int32(UInt8(ascii: "@")), count - 1)
    else { return unsafe self }
    return unsafe UnsafeRawBufferPointer(
      start: baseAddress, count: UnsafeRawPointer(at) - baseAddress!)
  }
}
