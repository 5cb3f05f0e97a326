internal import CElf

/// A relocatable object of 64 bits, little-endian, in memory: sections, symbols and relocations, which can be
/// changed and written out as another object.
///
/// What is written holds all bytes of the original, and behind them what was added: its places in the file say
/// nothing of the order. Source: the ELF gABI, "Sections", "Symbol Table", "Relocation".
struct RelocatableObject {
  private(set) var bytes: [UInt8]
  private(set) var sections: [Elf64_Shdr]
  let symbols: [Elf64_Sym]
  /// Of the table of symbols.
  let symbolTable: Int
  private let nameTable: Int

  /// - Throws: `NotDivisible` where it is not what it should be, or has more sections than a header can count.
  init(_ bytes: [UInt8]) throws(NotDivisible) {
    guard bytes.count >= MemoryLayout<Elf64_Ehdr>.size else { throw NotDivisible("no header") }
    let header = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: Elf64_Ehdr.self) }
    guard header.e_type == UInt16(ET_REL), header.e_shnum > 0,
      header.e_shentsize == UInt16(MemoryLayout<Elf64_Shdr>.size),
      header.e_shstrndx < header.e_shnum
    else { throw NotDivisible("no relocatable object with a table of sections") }
    self.bytes = bytes
    let sections = try Self.entries(
      in: bytes, at: header.e_shoff, count: UInt64(header.e_shnum), of: Elf64_Shdr.self)
    self.sections = sections
    nameTable = Int(header.e_shstrndx)
    let tables = sections.indices.filter { sections[$0].sh_type == UInt32(SHT_SYMTAB) }
    guard tables.count == 1, case let table = sections[tables[0]],
      Int(table.sh_link) < sections.count, table.sh_info <= table.sh_size / 24
    else { throw NotDivisible("\(tables.count) tables of symbols") }
    for names in [nameTable, Int(table.sh_link)] {
      let section = sections[names]
      guard section.sh_offset <= UInt64(bytes.count),
        section.sh_size <= UInt64(bytes.count) - section.sh_offset
      else { throw NotDivisible("names behind the end") }
    }
    symbolTable = tables[0]
    symbols = try Self.entries(
      in: bytes, at: table.sh_offset, count: table.sh_size / 24, of: Elf64_Sym.self)
  }

  private static func entries<Entry: BitwiseCopyable>(
    in bytes: [UInt8], at offset: UInt64, count: UInt64, of type: Entry.Type
  ) throws(NotDivisible) -> [Entry] {
    let width = UInt64(MemoryLayout<Entry>.size)
    guard offset <= UInt64(bytes.count), count <= (UInt64(bytes.count) - offset) / width else {
      throw NotDivisible("a table behind the end")
    }
    return unsafe bytes.withUnsafeBytes { bytes in
      (0..<Int(count)).map {
        unsafe bytes.loadUnaligned(fromByteOffset: Int(offset) + $0 * Int(width), as: type)
      }
    }
  }

  /// How many symbols are local: they come first.
  var localCount: Int { Int(sections[symbolTable].sh_info) }

  func name(of section: Elf64_Shdr) -> String { text(at: section.sh_name, in: nameTable) }

  func name(of symbol: Elf64_Sym) -> String {
    text(at: symbol.st_name, in: Int(sections[symbolTable].sh_link))
  }

  private func text(at offset: UInt32, in table: Int) -> String {
    let table = sections[table]
    let start = table.sh_offset &+ UInt64(offset)
    guard offset < table.sh_size, start < UInt64(bytes.count) else { return "" }
    return String(decoding: bytes[Int(start)...].prefix { $0 != 0 }, as: UTF8.self)
  }

  func contents(of section: Elf64_Shdr) throws(NotDivisible) -> ArraySlice<UInt8> {
    guard section.sh_offset <= UInt64(bytes.count),
      section.sh_size <= UInt64(bytes.count) - section.sh_offset
    else { throw NotDivisible("a section behind the end") }
    return bytes[Int(section.sh_offset)..<Int(section.sh_offset + section.sh_size)]
  }

  func relocations(in section: Elf64_Shdr) throws(NotDivisible) -> [Elf64_Rela] {
    let relocations = try Self.entries(
      in: bytes, at: section.sh_offset, count: section.sh_size / 24, of: Elf64_Rela.self)
    guard section.sh_info < sections.count,
      relocations.allSatisfy({ $0.symbol < symbols.count })
    else { throw NotDivisible("a relocation of no symbol, or in no section") }
    return relocations
  }

  // MARK: Changing

  /// Puts other relocations in the place of as many.
  mutating func replace(_ section: Int, with relocations: [Elf64_Rela]) {
    let start = Int(sections[section].sh_offset)
    precondition(relocations.count == Int(sections[section].sh_size) / 24)
    unsafe bytes.withUnsafeMutableBytes { bytes in
      for (index, relocation) in relocations.enumerated() {
        unsafe bytes.storeBytes(
          of: relocation, toByteOffset: start + index * 24, as: Elf64_Rela.self)
      }
    }
  }

  mutating func empty(_ section: Int) { sections[section].sh_size = 0 }

  /// Adds a section whose bytes `contents` are; returns its number.
  @discardableResult
  mutating func add(_ section: Elf64_Shdr, _ contents: some Collection<UInt8>) -> Int {
    var section = section
    (section.sh_offset, section.sh_size) = append(contents, alignment: 16)
    sections.append(section)
    return sections.count - 1
  }

  mutating func add(_ section: Elf64_Shdr, _ relocations: [Elf64_Rela]) {
    add(section, Self.bytes(of: relocations))
  }

  /// Puts other symbols in the place of all, the first `localCount` of which are local.
  mutating func replaceSymbols(_ symbols: [Elf64_Sym], localCount: Int) {
    let place = append(Self.bytes(of: symbols), alignment: 8)
    sections[symbolTable].sh_offset = place.offset
    sections[symbolTable].sh_size = place.size
    sections[symbolTable].sh_info = UInt32(localCount)
  }

  /// Adds names behind those of the symbols; returns where each begins.
  mutating func addNames(_ names: [String]) -> [UInt32] {
    extend(Int(sections[symbolTable].sh_link), names)
  }

  /// The same for a name of sections.
  mutating func addSectionName(_ name: String) -> UInt32 { extend(nameTable, [name])[0] }

  private mutating func extend(_ table: Int, _ names: [String]) -> [UInt32] {
    let old = sections[table]
    var text = Array(bytes[Int(old.sh_offset)..<Int(old.sh_offset + old.sh_size)])
    let places = names.map { name in
      defer { text += Array(name.utf8) + [0] }
      return UInt32(text.count)
    }
    let place = append(text, alignment: 1)
    sections[table].sh_offset = place.offset
    sections[table].sh_size = place.size
    return places
  }

  private mutating func append(
    _ contents: some Collection<UInt8>, alignment: Int
  ) -> (offset: UInt64, size: UInt64) {
    bytes += repeatElement(0, count: -bytes.count & (alignment - 1))
    defer { bytes += contents }
    return (UInt64(bytes.count), UInt64(contents.count))
  }

  private static func bytes<Entry: BitwiseCopyable>(of entries: [Entry]) -> [UInt8] {
    unsafe entries.withUnsafeBytes { unsafe Array($0) }
  }

  /// The whole object.
  ///
  /// - Throws: `NotDivisible` where it has more sections than a header can count.
  mutating func written() throws(NotDivisible) -> [UInt8] {
    guard sections.count < Int(SHN_LORESERVE) else {
      throw NotDivisible("\(sections.count) sections")
    }
    let place = append(Self.bytes(of: sections), alignment: 8)
    let count = sections.count
    unsafe bytes.withUnsafeMutableBytes { bytes in
      var header = unsafe bytes.loadUnaligned(as: Elf64_Ehdr.self)
      header.e_shoff = place.offset
      header.e_shnum = UInt16(count)
      unsafe bytes.storeBytes(of: header, as: Elf64_Ehdr.self)
    }
    return bytes
  }
}

/// Why an object stays as it is.
struct NotDivisible: Error {
  var reason: String
  init(_ reason: String) { self.reason = reason }
}

extension Elf64_Rela {
  var symbol: Int { Int(r_info >> 32) }
  var type: UInt32 { UInt32(truncatingIfNeeded: r_info) }

  init(at offset: UInt64, symbol: Int, type: UInt32, addend: Int64) {
    self.init(r_offset: offset, r_info: UInt64(symbol) << 32 | UInt64(type), r_addend: addend)
  }
}

extension Elf64_Sym {
  var isFunction: Bool { st_info & 15 == UInt8(STT_FUNC) }
  var isSection: Bool { st_info & 15 == UInt8(STT_SECTION) }
  var isObject: Bool { st_info & 15 == UInt8(STT_OBJECT) }
}
