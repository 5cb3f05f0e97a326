internal import ELFInspection
internal import Platform

/// The bytes of a file by the addresses they are loaded to. Sections are read when first needed.
struct FileImage: ~Copyable {
  private let file: ELFFile
  private let isLittleEndian: Bool
  /// Loaded sections with bytes in the file, by address.
  private let sections: [(range: Range<UInt64>, section: ELFFile.Section)]
  private var contents: [Int: [UInt8]] = [:]
  /// What the loader writes where; nil until it is first asked for.
  private var slots: [UInt64: StoredSlot]?
  /// Where the loader adds to what stands there already.
  private var inPlace: Set<UInt64> = []
  /// The strings that dynamic symbols are named by.
  private var names: [UInt8]?
  /// Of dynamic symbols that are defined here, by address, where their names stand among the strings; nil
  /// until it is first asked for.
  private var namesByAddress: [UInt64: UInt32]?

  /// What an address-sized slot holds once the file is loaded.
  enum Slot {
    case address(UInt64)
    /// That of a symbol of another file, by its name.
    case imported([UInt8])
  }

  private enum StoredSlot {
    case address(UInt64)
    /// By where the symbol's name stands among the strings.
    case imported(UInt32)
  }

  init(_ file: consuming ELFFile) {
    isLittleEndian = file.header.isLittleEndian
    var sections: [(range: Range<UInt64>, section: ELFFile.Section)] = []
    for section in file.sections where section.isLoaded && !section.hasNoBits {
      let (end, overflow) = section.address.addingReportingOverflow(section.size)
      if !overflow, section.size > 0 { sections.append((section.address..<end, section)) }
    }
    sections.sort { $0.range.lowerBound < $1.range.lowerBound }
    self.sections = sections
    self.file = file
  }

  /// The 32 bits at an address; nil where the file holds none.
  mutating func word(at address: UInt64) -> UInt32? {
    guard let (bytes, offset) = bytes(at: address), bytes.count - offset >= 4 else { return nil }
    let value = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
    return isLittleEndian ? value : value.byteSwapped
  }

  mutating func byte(at address: UInt64) -> UInt8? {
    bytes(at: address).map { $0.bytes[$0.offset] }
  }

  /// Where the offset stored at an address points to: one from its own place; nil for none.
  ///
  /// - Parameter mask: bits that are flags.
  mutating func relativePointer(at address: UInt64, mask: UInt32 = 0) -> UInt64? {
    guard let word = word(at: address), word & ~mask != 0 else { return nil }
    return address &+ UInt64(truncatingIfNeeded: Int32(bitPattern: word & ~mask))
  }

  /// What the loader writes to a slot; nil where nothing is.
  mutating func slot(at address: UInt64) -> Slot? {
    if slots == nil { slots = readSlots() }
    switch slots?[address] {
    case .address(let address): return .address(address)
    case .imported(let name): return .imported(self.name(at: name))
    case nil:
      return inPlace.contains(address) ? self.address(storedAt: address).map(Slot.address) : nil
    }
  }

  /// The name of a dynamic symbol that begins at an address; nil where there is none.
  mutating func symbolName(at address: UInt64) -> [UInt8]? {
    if namesByAddress == nil {
      namesByAddress = [:]
      for symbol in file.dynamicSymbolTable.map({ file.symbols(of: $0) }) ?? []
      where !symbol.isUndefined {
        namesByAddress?[symbol.value] = symbol.nameOffset
      }
    }
    return namesByAddress?[address].map { name(at: $0) }
  }

  /// The address-sized integer that the file holds at an address.
  private mutating func address(storedAt address: UInt64) -> UInt64? {
    guard let low = word(at: address) else { return nil }
    guard file.header.is64Bit else { return UInt64(low) }
    guard let high = word(at: address &+ 4) else { return nil }
    return isLittleEndian ? UInt64(high) << 32 | UInt64(low) : UInt64(low) << 32 | UInt64(high)
  }

  private mutating func readSlots() -> [UInt64: StoredSlot] {
    var slots: [UInt64: StoredSlot] = [:]
    var inPlace: Set<UInt64> = []
    let symbols = file.dynamicSymbolTable.map { file.symbols(of: $0) } ?? []
    for section in file.sections where section.isLoaded && section.holdsRelocations {
      file.forEachRelocation(in: section) { _, relocation in
        switch relocation.kind {
        case .relative:
          // Packed ones, and those of some machines, have the address in place.
          guard let addend = relocation.addend else {
            inPlace.insert(relocation.offset)
            return
          }
          slots[relocation.offset] = .address(UInt64(bitPattern: addend))
        case .symbolic, .globalOffset:
          guard Int(relocation.symbol) < symbols.count else { return }
          let symbol = symbols[Int(relocation.symbol)]
          slots[relocation.offset] =
            symbol.isUndefined
            ? .imported(symbol.nameOffset)
            : .address(symbol.value &+ UInt64(bitPattern: relocation.addend ?? 0))
        default: break
        }
      }
    }
    self.inPlace = inPlace
    return slots
  }

  /// The name of a dynamic symbol, at most 1024 bytes of it; empty where it has none.
  private mutating func name(at offset: UInt32) -> [UInt8] {
    if names == nil {
      let link = file.dynamicSymbolTable.map { Int($0.link) } ?? file.sections.count
      names = link < file.sections.count ? file.contents(of: file.sections[link]) ?? [] : []
    }
    guard let names, Int(offset) < names.count else { return [] }
    return Array(names[Int(offset)...].prefix(1024).prefix { $0 != 0 })
  }

  /// The text at an address up to its NUL, at most `limit` bytes.
  mutating func text(at address: UInt64, limit: Int = 1024) -> [UInt8]? {
    guard let (bytes, offset) = bytes(at: address) else { return nil }
    let text = bytes[offset...].prefix(limit).prefix { $0 != 0 }
    return offset + text.count < bytes.count ? Array(text) : nil
  }

  private mutating func bytes(at address: UInt64) -> (bytes: [UInt8], offset: Int)? {
    let index = sections.partitioningIndex { $0.range.lowerBound > address } - 1
    guard index >= 0, sections[index].range.contains(address) else { return nil }
    if contents[index] == nil { contents[index] = file.contents(of: sections[index].section) ?? [] }
    let offset = Int(address - sections[index].range.lowerBound)
    let bytes = contents[index]!
    return offset < bytes.count ? (bytes, offset) : nil
  }
}
