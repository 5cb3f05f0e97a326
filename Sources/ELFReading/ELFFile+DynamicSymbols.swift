internal import CElf

extension ELFFile {
  /// Whether the file defines the dynamic symbol `name`; nil where it has no section table to tell.
  ///
  /// Goes through the GNU hash table where there is one, so that a plugin with 25,000 exports costs
  /// no more than one with a single export.
  ///
  /// - Parameter asFunction: a definition as data does not count.
  /// - Complexity: O(1) on average with a GNU hash table, else O(dynamic symbols).
  public func definesDynamicSymbol(_ name: String, asFunction: Bool = false) -> Bool? {
    dynamicDefinition(of: Array(name.utf8))?.isOne(asFunction: asFunction)
  }

  /// What a file says of a dynamic symbol.
  package enum DynamicDefinition {
    case none
    case data
    case function(address: UInt64)

    package func isOne(asFunction: Bool) -> Bool {
      switch self {
      case .none: false
      case .data: !asFunction
      case .function: true
      }
    }
  }

  /// The definition of one name, as ``definesDynamicSymbol(_:asFunction:)`` finds it.
  package func dynamicDefinition(of name: [UInt8]) -> DynamicDefinition? {
    dynamicDefinitions { $0(name) }
  }

  /// The definitions of two names.
  package func dynamicDefinitions(
    of first: [UInt8], _ second: [UInt8]
  ) -> (first: DynamicDefinition, second: DynamicDefinition)? {
    dynamicDefinitions { ($0(first), $0(second)) }
  }

  /// The definitions of several names.
  package func dynamicDefinitions(of names: [[UInt8]]) -> [DynamicDefinition]? {
    dynamicDefinitions { names.map($0) }
  }

  /// Gives `body` what finds definitions, for as long as it lasts: the tables are read once.
  private func dynamicDefinitions<Result>(
    _ body: (([UInt8]) -> DynamicDefinition) -> Result
  ) -> Result? {
    guard let symbols = section(ofType: UInt32(SHT_DYNSYM)) else { return nil }
    let is64Bit = header.is64Bit
    let found = withEntries(of: symbols, width: Symbol.width(is64Bit: is64Bit)) { entries, count in
      withStrings(of: symbols) { strings in
        func definition(of name: [UInt8], at index: Int) -> DynamicDefinition {
          guard let symbol = Symbol(in: entries, index: index, is64Bit: is64Bit),
            !symbol.isUndefined, symbol.binding != .local,
            strings.holds(name, at: Int(symbol.nameOffset))
          else { return .none }
          return symbol.isFunction ? .function(address: symbol.value) : .data
        }
        func best(of name: [UInt8], _ table: GNUHashTable?) -> DynamicDefinition {
          guard !name.isEmpty, !name.contains(0) else { return .none }
          var best = DynamicDefinition.none
          func note(_ index: Int) -> Bool {
            let found = definition(of: name, at: index)
            switch found {
            case .none: return false
            case .data:
              best = found
              return false
            case .function:
              best = found
              return true
            }
          }
          if let table {
            _ = table.contains(name, where: note)
          } else {
            _ = (0..<count).contains(where: note)
          }
          return best
        }

        if let hash = section(ofType: UInt32(SHT_GNU_HASH)), is64Bit,
          let found = unsafe withBytes(
            at: hash.offset, count: hash.size,
            { bytes in
              GNUHashTable(unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian))
                .map { table in body { best(of: $0, table) } }
            }) as Result??, let found
        {
          return found
        }
        return body { best(of: $0, nil) }
      }
    }
    return found ?? nil
  }

  /// The names of the dynamic symbols that the file defines for others.
  ///
  /// - Complexity: O(dynamic symbols).
  public func definedDynamicSymbols() -> [String] {
    guard let table = dynamicSymbolTable else { return [] }
    return definedNames(in: table)
  }

  /// The names of what a table of symbols defines for others.
  func definedNames(in table: Section) -> [String] {
    withStrings(of: table) { strings in
      var names: [String] = []
      // What all names together may take, in a file that names one long string again and again.
      var budget = 64 << 20
      for symbol in symbols(of: table) where !symbol.isUndefined && symbol.binding != .local {
        guard let name = strings.text(at: UInt64(symbol.nameOffset), budget: &budget) else {
          continue
        }
        names.append(name)
      }
      return names
    } ?? []
  }
}

/// The look-up table in `SHT_GNU_HASH` of a 64-bit file.
///
/// Layout: bucket count, first symbol, filter words, filter shift; the filter; the buckets; a chain
/// of hashes whose last entry is odd. Source: the ELF gABI supplement "GNU hash ELF sections".
private struct GNUHashTable {
  let reader: ByteReader
  let bucketCount: Int
  let firstSymbol: Int
  let buckets: Int
  let chains: Int

  init?(_ reader: ByteReader) {
    guard let bucketCount: UInt32 = reader.integer(at: 0),
      let firstSymbol: UInt32 = reader.integer(at: 4),
      let filterWords: UInt32 = reader.integer(at: 8), bucketCount > 0
    else { return nil }
    self.reader = reader
    self.bucketCount = Int(bucketCount)
    self.firstSymbol = Int(firstSymbol)
    buckets = 16 + Int(filterWords) * 8
    chains = buckets + Int(bucketCount) * 4
    guard chains <= reader.count else { return nil }
  }

  /// Whether `isMatch` holds for a position in the symbol table whose name has the hash of `name`.
  func contains(_ name: [UInt8], where isMatch: (Int) -> Bool) -> Bool {
    var hash: UInt32 = 5381
    for byte in name { hash = hash &* 33 &+ UInt32(byte) }
    guard let start: UInt32 = reader.integer(at: buckets + Int(hash) % bucketCount * 4),
      Int(start) >= firstSymbol
    else { return false }
    var index = Int(start)
    while let entry: UInt32 = reader.integer(at: chains + (index - firstSymbol) * 4) {
      if entry | 1 == hash | 1, isMatch(index) { return true }
      if entry & 1 == 1 { break }
      index += 1
    }
    return false
  }
}
