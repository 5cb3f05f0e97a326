internal import CElf

/// What the dynamic section asks of the loader.
public struct DynamicSection: Equatable, Sendable {
  /// The libraries that must be there, by name (`DT_NEEDED`).
  public var needed: [String] = []
  public var soname: String?
  /// `DT_RUNPATH`: where the loader looks for ``needed``, after `LD_LIBRARY_PATH`.
  public var runpath: String?
  /// `DT_RPATH`: where the loader looks before `LD_LIBRARY_PATH`, and for what the needed libraries
  /// need as well. Without meaning beside ``runpath``.
  public var rpath: String?
  /// Libraries whose symbols stand in for this file's, where they are there (`DT_AUXILIARY`).
  public var auxiliary: [String] = []
  /// Libraries whose symbols stand in for this file's (`DT_FILTER`).
  public var filters: [String] = []
  /// `DT_FLAGS`.
  public var flags: UInt64 = 0
  /// `DT_FLAGS_1`.
  public var flags1: UInt64 = 0

  /// The loader writes to what is mapped for reading only (`DT_TEXTREL`, `DF_TEXTREL`).
  public var hasTextRelocations = false
  /// All symbols are bound when the file is loaded (`DT_BIND_NOW`, `DF_BIND_NOW`, `DF_1_NOW`).
  public var bindsNow = false
  /// The file's own definitions come first for itself (`DT_SYMBOLIC`, `DF_SYMBOLIC`).
  public var isSymbolic = false
  /// There is a function to call first (`DT_INIT`).
  public var hasInit = false
  /// There is a function to call last (`DT_FINI`).
  public var hasFini = false
  /// How many functions the file says are in `DT_PREINIT_ARRAY`, which only a program may have.
  public var preinitArrayCount = 0
  /// How many functions the file says are in `DT_INIT_ARRAY`.
  public var initArrayCount = 0
  /// How many functions the file says are in `DT_FINI_ARRAY`.
  public var finiArrayCount = 0
  /// There are packed relative relocations (`DT_RELR`).
  public var hasPackedRelocations = false
  /// There are relocations that may be left until a function is first called (`DT_JMPREL`).
  public var hasLazyRelocations = false
  public var hasGNUHash = false
  /// There is a table of the older kind (`DT_HASH`).
  public var hasSysVHash = false

  /// One that asks for nothing.
  public init() {}

  /// The file asks never to be unmapped (`DF_1_NODELETE`).
  public var isNoDelete: Bool { flags1 & UInt64(DF_1_NODELETE) != 0 }
  /// The linker made the file as a program that can lie anywhere (`DF_1_PIE`).
  public var isMarkedPIE: Bool { flags1 & UInt64(DF_1_PIE) != 0 }
  /// The loader is not to look in its default directories (`DF_1_NODEFLIB`).
  public var ignoresDefaultDirectories: Bool { flags1 & UInt64(DF_1_NODEFLIB) != 0 }
  /// The file's thread-local variables need room that is there when threads start
  /// (`DF_STATIC_TLS`): opening it later may fail.
  public var hasStaticTLS: Bool { flags & UInt64(DF_STATIC_TLS) != 0 }
  /// Functions that run when the file is loaded. Those that compilers' start files bring are among
  /// them.
  public var constructorCount: Int { (hasInit ? 1 : 0) + preinitArrayCount + initArrayCount }
  /// Functions that run when the file is unloaded or the process ends.
  public var destructorCount: Int { (hasFini ? 1 : 0) + finiArrayCount }
}

extension ELFFile {
  /// Reads the dynamic section that the loader will see; nil where the file has none.
  ///
  /// It is found through the segments, and only in a file without `PT_DYNAMIC` through the sections.
  /// Names that do not lie in the file are left out, and so is what comes behind four megabytes of
  /// names or 65,536 entries.
  ///
  /// - Complexity: O(entries).
  public func dynamicSection() -> DynamicSection? {
    guard let table = dynamicTable() else { return nil }
    return dynamicSection(of: table)
  }

  /// The same from the table that ``dynamicTable()`` has found.
  package func dynamicSection(of table: DynamicTable) -> DynamicSection {
    var result = DynamicSection()
    for entry in table.entries { result.note(entry, wordSize: header.is64Bit ? 8 : 4) }
    var budget = Self.allNamesInDynamicSection
    withStrings(of: table) { strings in
      for entry in table.entries {
        result.note(entry) { strings.text(at: entry.value, budget: &budget) }
      }
    }
    return result
  }

  /// ``DynamicSection/needed`` alone.
  package func neededLibraries(of table: DynamicTable) -> [String] {
    var budget = Self.allNamesInDynamicSection
    var names: [String] = []
    withStrings(of: table) { strings in
      for entry in table.entries where entry.tag == Int64(DT_NEEDED) {
        if let name = strings.text(at: entry.value, budget: &budget) { names.append(name) }
      }
    }
    return names
  }

  /// Bytes: of a file that refers to one long string again and again, the names end here.
  private static var allNamesInDynamicSection: Int { 4 << 20 }
}

extension DynamicSection {
  /// Takes over what is a name.
  fileprivate mutating func note(_ entry: DynamicTable.Entry, name: () -> String?) {
    switch entry.tag {
    case Int64(DT_NEEDED): if let name = name() { needed.append(name) }
    case Int64(DT_SONAME): soname = name()
    case Int64(DT_RUNPATH): runpath = name()
    case Int64(DT_RPATH): rpath = name()
    case Int64(DT_AUXILIARY): if let name = name() { auxiliary.append(name) }
    case Int64(DT_FILTER): if let name = name() { filters.append(name) }
    default: break
    }
  }

  /// Takes over what is a number.
  fileprivate mutating func note(_ entry: DynamicTable.Entry, wordSize: UInt64) {
    let value = entry.value
    switch entry.tag {
    case Int64(DT_FLAGS):
      flags = value
      if value & UInt64(DF_TEXTREL) != 0 { hasTextRelocations = true }
      if value & UInt64(DF_BIND_NOW) != 0 { bindsNow = true }
      if value & UInt64(DF_SYMBOLIC) != 0 { isSymbolic = true }
    case Int64(DT_FLAGS_1):
      flags1 = value
      if value & UInt64(DF_1_NOW) != 0 { bindsNow = true }
    case Int64(DT_TEXTREL): hasTextRelocations = true
    case Int64(DT_BIND_NOW): bindsNow = true
    case Int64(DT_SYMBOLIC): isSymbolic = true
    case Int64(DT_INIT): hasInit = value != 0
    case Int64(DT_FINI): hasFini = value != 0
    case Int64(DT_PREINIT_ARRAYSZ): preinitArrayCount = Int(clamping: value / wordSize)
    case Int64(DT_INIT_ARRAYSZ): initArrayCount = Int(clamping: value / wordSize)
    case Int64(DT_FINI_ARRAYSZ): finiArrayCount = Int(clamping: value / wordSize)
    case Int64(PackedTag.size): hasPackedRelocations = value > 0
    case Int64(DT_PLTRELSZ): hasLazyRelocations = value > 0
    case Int64(DT_GNU_HASH): hasGNUHash = true
    case Int64(DT_HASH): hasSysVHash = true
    default: break
    }
  }
}
