internal import CElf

extension ELFFile {
  /// Whether the file defines the dynamic symbol `name`; nil where it has no section table to tell.
  ///
  /// Goes through the GNU hash table where there is one, so that a plugin with 25,000 exports costs
  /// no more than one with a single export.
  ///
  /// - Complexity: O(1) on average with a GNU hash table, else O(dynamic symbols).
  public func definesDynamicSymbol(_ name: String) -> Bool? {
    guard let symbols = section(ofType: UInt32(SHT_DYNSYM)),
      let scn = unsafe elf_getscn(elf, symbols.index), let data = unsafe elf_getdata(scn, nil)
    else { return nil }

    func isDefinition(at index: Int) -> Bool {
      var symbol = GElf_Sym()
      guard unsafe gelf_getsym(data, Int32(truncatingIfNeeded: index), &symbol) != nil,
        symbol.st_shndx != UInt16(SHN_UNDEF),
        let text = unsafe elf_strptr(elf, Int(symbols.link), Int(symbol.st_name))
      else { return false }
      return unsafe String(cString: text) == name
    }

    if let hash = section(ofType: UInt32(SHT_GNU_HASH)), header.is64Bit,
      let found = unsafe withBytes(
        at: hash.offset, count: hash.size,
        { bytes in
          GNUHashTable(unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian))?
            .candidates(for: name).contains(where: isDefinition)
        }) as Bool??
    {
      if let found { return found }
    }
    let count = symbols.entrySize > 0 ? Int(symbols.size / symbols.entrySize) : 0
    return (1..<max(count, 1)).contains(where: isDefinition)
  }

  /// The names of the dynamic symbols that the file defines for others.
  ///
  /// - Complexity: O(dynamic symbols).
  public func definedDynamicSymbols() -> [String] {
    guard let symbols = section(ofType: UInt32(SHT_DYNSYM)), symbols.entrySize > 0,
      let scn = unsafe elf_getscn(elf, symbols.index), let data = unsafe elf_getdata(scn, nil)
    else { return [] }
    var names: [String] = []
    for index in 0..<Int32(truncatingIfNeeded: symbols.size / symbols.entrySize) {
      var symbol = GElf_Sym()
      guard unsafe gelf_getsym(data, index, &symbol) != nil,
        symbol.st_shndx != UInt16(SHN_UNDEF), symbol.st_info >> 4 != UInt8(STB_LOCAL),
        let text = unsafe elf_strptr(elf, Int(symbols.link), Int(symbol.st_name))
      else { continue }
      names.append(unsafe String(cString: text))
    }
    return names
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

  /// Positions in the symbol table whose name has the hash of `name`.
  func candidates(for name: String) -> [Int] {
    var hash: UInt32 = 5381
    for byte in name.utf8 { hash = hash &* 33 &+ UInt32(byte) }
    guard let start: UInt32 = reader.integer(at: buckets + Int(hash) % bucketCount * 4),
      Int(start) >= firstSymbol
    else { return [] }
    var index = Int(start)
    var found: [Int] = []
    while let entry: UInt32 = reader.integer(at: chains + (index - firstSymbol) * 4) {
      if entry | 1 == hash | 1 { found.append(index) }
      if entry & 1 == 1 { break }
      index += 1
    }
    return found
  }
}
