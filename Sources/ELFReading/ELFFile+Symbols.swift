internal import CElf

/// One entry of a symbol table, without its name.
public struct Symbol: Equatable, Sendable {
  /// Where its name begins in the table's strings.
  public var nameOffset: UInt32
  public var kind: Kind
  public var binding: Binding
  /// `STV_DEFAULT` is 0, `STV_INTERNAL` 1, `STV_HIDDEN` 2, `STV_PROTECTED` 3.
  public var visibility: UInt8
  /// By position in ``ELFFile/sections``; 0 where the symbol is not defined here.
  public var section: UInt32
  /// An address; in a relocatable file an offset into the section.
  public var value: UInt64
  /// Bytes.
  public var size: UInt64

  /// The section of a symbol that lies in none: absolute, common, or one that the file does not have.
  public static let noSection = UInt32.max

  public var isUndefined: Bool { section == 0 }

  /// What a symbol stands for (`STT_…`).
  public enum Kind: UInt8, Sendable {
    case none = 0
    case object = 1
    case function = 2
    case section = 3
    case file = 4
    case common = 5
    case threadLocal = 6
    /// A function that returns the address of the function (`STT_GNU_IFUNC`).
    case indirectFunction = 10
    case other = 255
  }

  /// Who sees a symbol (`STB_…`).
  public enum Binding: UInt8, Sendable {
    case local = 0
    case global = 1
    case weak = 2
    /// One in the process, never unmapped (`STB_GNU_UNIQUE`).
    case unique = 10
    case other = 255
  }

  /// Code that a loader gives the address of. An assembler that says nothing makes `STT_NOTYPE`.
  package var isFunction: Bool { kind == .none || kind == .function || kind == .indirectFunction }

  /// Bytes of an entry.
  static func width(is64Bit: Bool) -> Int { is64Bit ? 24 : 16 }

  /// Reads entry `index` of a table; ``section`` is as it stands there, 16 bits.
  ///
  /// Source: `elf.h`, `Elf64_Sym` and `Elf32_Sym`.
  init?(in table: ByteReader, index: Int, is64Bit: Bool) {
    let start = index * Self.width(is64Bit: is64Bit)
    let rest = start + (is64Bit ? 4 : 12)
    guard let name: UInt32 = table.integer(at: start), let info: UInt8 = table.integer(at: rest),
      let other: UInt8 = table.integer(at: rest + 1),
      let section: UInt16 = table.integer(at: rest + 2),
      let value = table.word(at: start + (is64Bit ? 8 : 4), is64Bit: is64Bit),
      let size = table.word(at: start + (is64Bit ? 16 : 8), is64Bit: is64Bit)
    else { return nil }
    nameOffset = name
    kind = Kind(rawValue: info & 15) ?? .other
    binding = Binding(rawValue: info >> 4) ?? .other
    visibility = other & 3
    self.section = UInt32(section)
    self.value = value
    self.size = size
  }
}

extension ELFFile {
  /// The table that a debugger reads (`SHT_SYMTAB`); missing from a stripped file.
  public var symbolTable: Section? { section(ofType: UInt32(SHT_SYMTAB)) }

  /// The table that the loader reads (`SHT_DYNSYM`).
  public var dynamicSymbolTable: Section? { section(ofType: UInt32(SHT_DYNSYM)) }

  /// The entries of a symbol table in the order of the file; what cannot be read is left out.
  ///
  /// - Complexity: O(symbols).
  public func symbols(of table: Section) -> [Symbol] {
    // More than 65,279 sections: the numbers are in a table beside this one.
    let extended = sections.first {
      $0.type == UInt32(SHT_SYMTAB_SHNDX) && $0.link == UInt32(table.index)
    }
    if let extended {
      let numbered = withEntries(of: extended, width: 4) { numbers, _ in
        self.symbols(of: table, numbers: numbers)
      }
      if let numbered { return numbered }
    }
    return symbols(of: table, numbers: nil)
  }

  private func symbols(of table: Section, numbers: ByteReader?) -> [Symbol] {
    let width = Symbol.width(is64Bit: header.is64Bit)
    return withEntries(of: table, width: width) { entries, count in
      var symbols: [Symbol] = []
      symbols.reserveCapacity(count)
      let sectionCount = UInt32(sectionHeaders.count)
      for index in 0..<count {
        guard var symbol = Symbol(in: entries, index: index, is64Bit: header.is64Bit) else { break }
        if let numbers {
          guard let number: UInt32 = numbers.integer(at: index * 4) else { break }
          if symbol.section == UInt32(SHN_XINDEX) {
            symbol.section = number < sectionCount ? number : Symbol.noSection
            symbols.append(symbol)
            continue
          }
        }
        if symbol.section >= UInt32(SHN_LORESERVE) || symbol.section >= sectionCount {
          symbol.section = Symbol.noSection
        }
        symbols.append(symbol)
      }
      return symbols
    } ?? []
  }

  /// The strings that the symbols of `table` are named by, borrowed for the call; nil where there
  /// are none.
  public func withNames<Result>(
    of table: Section, _ body: (StringTable) throws -> Result
  ) rethrows -> Result? {
    try withStrings(of: table, body)
  }
}
