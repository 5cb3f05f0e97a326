internal import CElf

extension ELFFile {
  /// Counts the relocations that the dynamic loader applies.
  ///
  /// They are found through the sections, and in a file that has none with relocations through the
  /// dynamic section, as the loader finds them.
  /// - Complexity: O(relocations).
  public func relocations() -> RelocationSummary {
    var count = RelocationCount(self)
    for table in loadedRelocationTables() {
      let isWhole = forEachRelocation(in: table) { _, relocation in
        count.note(relocation, isPacked: table.format == .packed)
      }
      if !isWhole { count.summary.isComplete = false }
      if beginsWithBitmap(table) { count.summary.isWithoutAddress = true }
    }
    return count.finish()
  }

  /// Whether the loader applies a relocation of a kind that is not packed.
  ///
  /// - Complexity: O(relocations).
  func hasRelocation(_ kind: Relocation.Kind) -> Bool {
    loadedRelocationTables().contains { table in
      var isThere = false
      guard table.format != .packed else { return false }
      _ = forEachRelocation(in: table) { _, relocation in
        if relocation.kind == kind { isThere = true }
      }
      return isThere
    }
  }

  /// Calls `body` with each relocation of a section and the position of the entry, or for RELR the
  /// word, that it comes from.
  ///
  /// - Returns: false where the table cannot be read, or was not read to its end.
  /// - Complexity: O(relocations).
  @discardableResult
  public func forEachRelocation(
    in section: Section, _ body: (_ entry: Int, _ relocation: Relocation) -> Void
  ) -> Bool {
    guard let table = RelocationTable(section) else { return true }
    return forEachRelocation(in: table, body)
  }

  /// The tables that the loader goes through.
  private func loadedRelocationTables() -> [RelocationTable] {
    let tables = sections.filter { $0.flags & UInt64(SHF_ALLOC) != 0 }
      .compactMap { RelocationTable($0) }
    return tables.isEmpty && !header.isRelocatable ? dynamicRelocationTables() : tables
  }

  private func forEachRelocation(
    in table: RelocationTable, _ body: (Int, Relocation) -> Void
  ) -> Bool {
    guard table.size > 0 else { return true }
    let limit = table.format == .packed ? RelocationTable.mostPackedBytes : Self.largestTable
    let isRead: Void? = unsafe withBytes(at: table.offset, count: min(table.size, limit)) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      switch table.format {
      case .packed: decodePacked(reader, body)
      case .plain(let hasAddend): decode(reader, hasAddend: hasAddend, body)
      }
    }
    return isRead != nil && table.size <= limit
  }

  private func beginsWithBitmap(_ table: RelocationTable) -> Bool {
    let width = UInt64(header.wordSize)
    guard table.format == .packed, table.size >= width else { return false }
    return unsafe withBytes(at: table.offset, count: width) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      return reader.word(at: 0, is64Bit: header.is64Bit).map { $0 & 1 == 1 } ?? false
    } ?? false
  }

  /// Source: the generic ABI, "Relocation": `r_offset`, `r_info` and perhaps `r_addend`; the symbol is
  /// in the upper 32 bits of `r_info`, or in a 32-bit file in all above the lowest 8.
  private func decode(
    _ reader: ByteReader, hasAddend: Bool, _ body: (Int, Relocation) -> Void
  ) {
    let kinds = RelocationKinds(machine: header.machine)
    let is64Bit = header.is64Bit
    let word = header.wordSize
    let size = word * (hasAddend ? 3 : 2)
    for index in 0..<reader.count / size {
      let start = index * size
      guard let offset = reader.word(at: start, is64Bit: is64Bit),
        let info = reader.word(at: start + word, is64Bit: is64Bit)
      else { return }
      var addend: Int64?
      if hasAddend, let value = reader.word(at: start + 2 * word, is64Bit: is64Bit) {
        addend =
          is64Bit ? Int64(bitPattern: value) : Int64(Int32(truncatingIfNeeded: value))
      }
      let symbol = UInt32(truncatingIfNeeded: is64Bit ? info >> 32 : info >> 8)
      let type = UInt32(truncatingIfNeeded: is64Bit ? info : info & 0xff)
      body(
        index,
        Relocation(
          offset: offset, kind: kinds.kind(of: type, symbol: symbol), symbol: symbol,
          addend: addend))
    }
  }

  /// Decodes RELR: an even word is an address; an odd one a bitmap of the 63 (or 31) words that
  /// follow the last address. Source: the generic ABI, "Relative relocation table".
  private func decodePacked(_ reader: ByteReader, _ body: (Int, Relocation) -> Void) {
    let width = header.wordSize
    var next: UInt64 = 0
    for entry in 0..<reader.count / width {
      guard let word = reader.word(at: entry * width, is64Bit: header.is64Bit) else { return }
      if word & 1 == 0 {
        body(entry, Relocation(offset: word, kind: .relative, symbol: 0, addend: nil))
        next = word &+ UInt64(width)
      } else {
        for bit in 1..<UInt64(width * 8) where word >> bit & 1 == 1 {
          let offset = next &+ (bit - 1) &* UInt64(width)
          body(entry, Relocation(offset: offset, kind: .relative, symbol: 0, addend: nil))
        }
        next = next &+ UInt64(width * 8 - 1) &* UInt64(width)
      }
    }
  }
}

/// The counts while tables are gone through.
private struct RelocationCount {
  var summary = RelocationSummary()
  private var pages: Set<UInt64> = []
  private var lastPage: UInt64?
  /// Where something is loaded, in ascending order; nil where nothing says so.
  private let loaded: [Range<UInt64>]?
  private var lastLoaded: Range<UInt64> = 0..<0
  /// nil where the file does not say how many there are.
  private let symbols: UInt64?

  init(_ file: borrowing ELFFile) {
    let loaded = file.segments.filter { $0.isLoaded && $0.memorySize > 0 }
      .map { $0.address..<$0.address + $0.memorySize }
    self.loaded = file.header.isRelocatable || loaded.isEmpty ? nil : loaded
    let entry: UInt64 = file.header.is64Bit ? 24 : 16
    symbols = file.dynamicSymbolTable.map { $0.size / entry }
  }

  mutating func note(_ relocation: Relocation, isPacked: Bool) {
    summary.total += 1
    if isPacked { summary.relr += 1 }
    summary.byKind[relocation.kind.rawValue] += 1
    if relocation.symbol != 0, let symbols, UInt64(relocation.symbol) >= symbols {
      summary.withoutSymbol += 1
    }
    // Neighbours lie in one page, and in one segment, more often than not.
    let page = relocation.offset >> 12
    if page != lastPage {
      lastPage = page
      pages.insert(page)
    }
    guard let loaded, !lastLoaded.contains(relocation.offset) else { return }
    if let range = loaded.first(where: { $0.contains(relocation.offset) }) {
      lastLoaded = range
    } else {
      summary.outside += 1
    }
  }

  consuming func finish() -> RelocationSummary {
    summary.pages = pages.sorted()
    return summary
  }
}
