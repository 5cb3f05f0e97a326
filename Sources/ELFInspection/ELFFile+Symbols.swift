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
  var isFunction: Bool { kind == .none || kind == .function || kind == .indirectFunction }

  init(_ raw: GElf_Sym, section: UInt32) {
    nameOffset = raw.st_name
    kind = Kind(rawValue: raw.st_info & 15) ?? .other
    binding = Binding(rawValue: raw.st_info >> 4) ?? .other
    visibility = raw.st_other & 3
    self.section = section
    value = raw.st_value
    size = raw.st_size
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
    guard let data = unsafe data(of: table) else { return [] }
    // More than 65,279 sections: the numbers are in a table beside this one.
    let extended = sections.first {
      $0.type == UInt32(SHT_SYMTAB_SHNDX) && $0.link == UInt32(table.index)
    }
    let extendedData = unsafe extended.flatMap { unsafe self.data(of: $0) }
    let count = entryCount(of: table, ELF_T_SYM)
    var symbols: [Symbol] = []
    symbols.reserveCapacity(Int(count))
    for index in 0..<count {
      var raw = GElf_Sym()
      var section: UInt32 = 0
      guard unsafe gelf_getsymshndx(data, extendedData, index, &raw, &section) != nil else {
        break
      }
      switch Int(raw.st_shndx) {
      case Int(SHN_XINDEX) where unsafe extendedData != nil: break
      case Int(SHN_LORESERVE)...: section = Symbol.noSection
      default: section = UInt32(raw.st_shndx)
      }
      if section >= UInt32(sections.count) { section = Symbol.noSection }
      symbols.append(Symbol(raw, section: section))
    }
    return symbols
  }

  /// The strings that the symbols of `table` are named by, borrowed for the call; nil where there
  /// are none.
  public func withNames<Result>(
    of table: Section, _ body: (StringTable) throws -> Result
  ) rethrows -> Result? {
    try withStrings(of: table, body)
  }
}
