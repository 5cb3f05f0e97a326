internal import CElf

extension ELFFile {
  /// Counts what is wrong with the entries of a table of symbols.
  func check(symbols table: Section, _ flaws: inout FlawList) {
    let strings =
      sections.indices.contains(Int(table.link)) ? sections[Int(table.link)] : nil
    let names = strings.flatMap { $0.type == UInt32(SHT_STRTAB) ? $0.size : nil }
    let hasExtended = sections.contains {
      $0.type == UInt32(SHT_SYMTAB_SHNDX) && $0.link == UInt32(table.index)
    }
    var nameless = 0
    var homeless = 0
    var outside = 0
    let isRead: Void? = unsafe withBytes(at: table.offset, count: table.size) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      let is64Bit = header.is64Bit
      let size = is64Bit ? 24 : 16
      for start in stride(from: size, through: reader.count - size, by: size) {
        guard let name: UInt32 = reader.integer(at: start),
          let info: UInt8 = reader.integer(at: start + (is64Bit ? 4 : 12)),
          let index: UInt16 = reader.integer(at: start + (is64Bit ? 6 : 14)),
          let value = reader.word(at: start + (is64Bit ? 8 : 4), is64Bit: is64Bit),
          let length = reader.word(at: start + (is64Bit ? 16 : 8), is64Bit: is64Bit)
        else { return }
        if let names, UInt64(name) >= names { nameless += 1 }
        let kind = Symbol.Kind(rawValue: info & 15) ?? .other
        if index >= UInt16(SHN_LORESERVE) {
          if index == UInt16(SHN_XINDEX), !hasExtended { homeless += 1 }
        } else if Int(index) >= sections.count {
          homeless += 1
        } else if index != 0, length > 0, kind == .function || kind == .object,
          !holds(sections[Int(index)], kind, value, length)
        {
          outside += 1
        }
      }
    }
    func note(_ count: Int, _ what: String, _ expected: String) {
      if count > 0 {
        flaws.note(.symbol, subject(table), "\(count) symbols \(what)", expected: expected)
      }
    }
    if isRead == nil, table.size > 0 {
      flaws.note(
        .symbol, subject(table), "\(table.size) bytes that are not read",
        expected: "at most \(Self.largestTable) bytes of the file")
    }
    note(nameless, "whose names begin behind their \(names ?? 0) bytes", "names within them")
    note(homeless, "in sections that are not there", "one of \(sections.count)")
    note(outside, "that go beyond their sections", "bytes within them")
  }

  /// Whether a symbol begins in its section, and code ends there too.
  ///
  /// Data may go beyond: Swift's symbols of metadata begin behind the head of what they have the size of.
  /// It must be loaded with the section all the same.
  private func holds(_ section: Section, _ kind: Symbol.Kind, _ value: UInt64, _ size: UInt64)
    -> Bool
  {
    // Before compression, or where only the debugger's half of a file is, sizes were others.
    guard !section.isCompressed else { return true }
    let start = header.isRelocatable ? 0 : section.address
    guard value >= start, value - start <= section.size else { return false }
    if size <= section.size - (value - start) { return true }
    // A descriptor has the size of the function that it leads to: the 64-bit PowerPC ELF ABI, "Function
    // Descriptors".
    if kind == .function, header.machine == 21, section.flags & 0x4 == 0 { return true }
    guard kind == .object else { return false }
    let (end, overflow) = value.addingReportingOverflow(size)
    guard !overflow else { return false }
    return header.isRelocatable
      ? size <= UInt64(fileSize)
      : segments.contains {
        $0.isLoaded && $0.address <= value && end - $0.address <= $0.memorySize
      }
  }

  /// Source: the ELF gABI supplement "GNU hash ELF sections".
  func check(gnuHash table: Section, _ flaws: inout FlawList) {
    let symbols = symbolCount(of: table)
    let isSound = unsafe withBytes(at: table.offset, count: table.size) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      guard let buckets: UInt32 = reader.integer(at: 0),
        let first: UInt32 = reader.integer(at: 4),
        let filter: UInt32 = reader.integer(at: 8)
      else { return false }
      let chains = 16 + Int(filter) * header.wordSize + Int(buckets) * 4
      guard chains <= reader.count, Int(first) <= symbols else { return false }
      // What follows the buckets is one entry for each symbol, and the last one ends its chain.
      let entries = (reader.count - chains) / 4
      guard entries >= symbols - Int(first) else { return false }
      for bucket in 0..<Int(buckets) {
        guard let start: UInt32 = reader.integer(at: chains - Int(buckets) * 4 + bucket * 4) else {
          return false
        }
        guard start == 0 || (start >= first && Int(start) < symbols) else { return false }
      }
      guard symbols > Int(first) else { return true }
      let last: UInt32? = reader.integer(at: chains + (symbols - Int(first) - 1) * 4)
      return last.map { $0 & 1 == 1 } ?? false
    }
    if isSound != true { noteHash(table, symbols, &flaws) }
  }

  /// Source: the generic ABI, "Hash Table".
  func check(hash table: Section, _ flaws: inout FlawList) {
    // On two machines the words are as wide as an address: their own supplements say so.
    guard table.entrySize != 8 else { return }
    let symbols = symbolCount(of: table)
    let isSound = unsafe withBytes(at: table.offset, count: table.size) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      guard let buckets: UInt32 = reader.integer(at: 0), let chains: UInt32 = reader.integer(at: 4)
      else { return false }
      return Int(chains) == symbols && 8 + 4 * (Int(buckets) + Int(chains)) <= reader.count
    }
    if isSound != true { noteHash(table, symbols, &flaws) }
  }

  private func noteHash(_ table: Section, _ symbols: Int, _ flaws: inout FlawList) {
    flaws.note(
      .hash, subject(table), "buckets, filter or chains that do not fit",
      expected: "chains that end, for \(symbols) symbols in \(table.size) bytes")
  }

  private func symbolCount(of table: Section) -> Int {
    guard sections.indices.contains(Int(table.link)) else { return 0 }
    return Int(
      clamping: sections[Int(table.link)].size / (header.is64Bit ? 24 : 16))
  }
}
