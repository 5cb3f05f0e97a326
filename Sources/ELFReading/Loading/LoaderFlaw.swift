internal import CElf

/// Something that a loader takes on trust and that is not so: it would crash on it, never end, or run what is no
/// code.
public struct LoaderFlaw: Error, Equatable, Sendable {
  /// The entry of the dynamic section, or the segment.
  public var field: String
  public var found: String
  public var expected: String

  init(_ field: String, _ found: String, expected: String) {
    self.field = field
    self.found = found
    self.expected = expected
  }
}

/// What of a file is loaded where.
struct LoadedSpace {
  private let segments: [ELFFile.Segment]

  init(_ segments: [ELFFile.Segment]) { self.segments = segments }

  /// Where in the file the bytes lie that are loaded at a range of addresses; nil where not all of them come from
  /// the file, or they cannot be read there.
  func offset(of address: UInt64, count: UInt64) -> UInt64? {
    for segment in segments
    where segment.isLoaded && address >= segment.address && segment.flags & Self.readable != 0 {
      let distance = address - segment.address
      if distance < segment.fileSize && count <= segment.fileSize - distance {
        return segment.offset + distance
      }
    }
    return nil
  }

  /// Whether all of a range of addresses is loaded with the permissions `flags` at least.
  func holds(_ address: UInt64, count: UInt64, _ flags: UInt32) -> Bool {
    places(around: address, count: count, flags) != nil
  }

  /// Whether what is loaded at an address may be run and comes from the file.
  func isCode(_ address: UInt64) -> Bool {
    segments.contains { segment in
      segment.isLoaded && segment.flags & Self.executable != 0 && address >= segment.address
        && address - segment.address < segment.fileSize
    }
  }

  /// Where in the same segment `count` bytes may begin that are loaded with the permissions `flags` at
  /// least, if they may at `address`; else nil.
  func places(around address: UInt64, count: UInt64, _ flags: UInt32) -> ClosedRange<UInt64>? {
    for segment in segments
    where segment.isLoaded && address >= segment.address && segment.flags & flags == flags {
      let distance = address - segment.address
      if distance < segment.memorySize && count <= segment.memorySize - distance {
        // A segment may claim to go on behind the last address.
        let last = segment.address.addingReportingOverflow(segment.memorySize - count)
        return segment.address...(last.overflow ? .max : last.partialValue)
      }
    }
    return nil
  }

  static let readable = UInt32(PF_R)
  static let writable = UInt32(PF_W)
  static let executable = UInt32(PF_X)
}

extension ELFFile {
  /// A loader would make the stacks of its process executable for the file: it says so, or does not say
  /// (`PT_GNU_STACK`).
  public var asksForExecutableStacks: Bool {
    segments.last { $0.type == UInt32(PT_GNU_STACK) }.map { $0.flags & UInt32(PF_X) != 0 } ?? true
  }

  /// Whether an address lies in code of the file.
  package func isCode(_ address: UInt64) -> Bool {
    LoadedSpace(segments).isCode(address)
  }

  /// The first thing in a file for this machine that a loader takes on trust and that is not so; nil where
  /// nothing was found, and of files for other machines.
  ///
  /// Looked at are segments that say what to do with others, what the dynamic section leads to and has to say with
  /// it, symbols, versions, hash tables and relocations. What a loader refuses with a message is left to it; what it
  /// asserts is not.
  /// Source: glibc 2.36, `elf/dl-load.c`, `elf/get-dynamic-info.h`, `elf/dl-reloc.c`, `elf/do-rel.h`,
  /// `elf/dl-lookup.c` and `elf/dl-version.c`.
  /// - Complexity: O(dynamic entries + symbols + relocations).
  public func loaderFlaw() -> LoaderFlaw? { loaderFlaw(dynamicTable()) }

  /// The same with what ``dynamicTable()`` has found.
  package func loaderFlaw(_ table: DynamicTable?) -> LoaderFlaw? {
    guard header.isLaidOutAsHere else { return nil }
    do throws(LoaderFlaw) {
      try checkSegments()
      let check = LoaderTables(try checked(table), LoadedSpace(segments))
      var functions = try checkPlaces(check)
      let strings = try check.range(DT_STRTAB, size: DT_STRSZ, "DT_STRTAB")
      let symbols = try checkSymbols(check, strings)
      try checkNames(check, strings)
      try checkHash(check, symbols: symbols)
      try checkVersions(check, symbols: symbols, strings)
      try checkRelocations(check, symbols: symbols, &functions)
      try functions.check()
      return nil
    } catch {
      return error
    }
  }

  private func checked(_ table: DynamicTable?) throws(LoaderFlaw) -> DynamicTable {
    let count = segments.count { $0.type == UInt32(PT_DYNAMIC) }
    guard count == 1, let segment = segments.first(where: { $0.type == UInt32(PT_DYNAMIC) }),
      LoadedSpace(segments).offset(of: segment.address, count: segment.fileSize) != nil,
      let table
    else {
      throw LoaderFlaw(
        "PT_DYNAMIC",
        count == 0 ? "none" : count > 1 ? "\(count)" : "outside of what is loaded",
        expected: "one that is loaded from the file")
    }
    // Then a loader writes to it.
    guard
      !segment.isWritable
        || LoadedSpace(segments).holds(
          segment.address, count: segment.fileSize, LoadedSpace.writable)
    else {
      throw LoaderFlaw(
        "PT_DYNAMIC", "writable in a segment that is not", expected: "the same of both")
    }
    // A loader goes on until it comes to the end.
    guard table.hasEnd else {
      throw LoaderFlaw("PT_DYNAMIC", "without DT_NULL", expected: "an end")
    }
    return table
  }

  /// Functions are code, and tables of functions are loaded.
  ///
  /// - Returns: the two tables, whose entries only relocations make addresses of functions.
  private func checkPlaces(_ check: borrowing LoaderTables) throws(LoaderFlaw) -> LoadedFunctions {
    // Linkers give these to programs only; a loader runs anybody's.
    guard check.value(DT_PREINIT_ARRAYSZ) ?? 0 < 8 else {
      throw LoaderFlaw("DT_PREINIT_ARRAY", "functions", expected: "none in a library")
    }
    try checkFunction(check, DT_INIT, "DT_INIT")
    try checkFunction(check, DT_FINI, "DT_FINI")
    return LoadedFunctions(
      first: try checkFunctions(check, DT_INIT_ARRAY, DT_INIT_ARRAYSZ, "DT_INIT_ARRAY"),
      last: try checkFunctions(check, DT_FINI_ARRAY, DT_FINI_ARRAYSZ, "DT_FINI_ARRAY"))
  }

  private func checkFunction(
    _ check: borrowing LoaderTables, _ tag: Int32, _ name: String
  ) throws(LoaderFlaw) {
    // Address 0 is none: glibc calls it all the same.
    guard let address = check.value(tag) else { return }
    guard check.space.isCode(address) else {
      throw LoaderFlaw(name, "0x\(String(address, radix: 16)), no code", expected: "a function")
    }
  }

  private func checkFunctions(
    _ check: borrowing LoaderTables, _ tag: Int32, _ size: Int32, _ name: String
  ) throws(LoaderFlaw) -> LoadedFunctions.Table {
    guard let address = check.value(tag) else {
      return LoadedFunctions.Table(name, at: 0, count: 0)
    }
    guard let count = check.value(size) else {
      throw LoaderFlaw(name, "without \(name)SZ", expected: "both")
    }
    guard count % 8 == 0, count <= 8 << 20,
      check.space.holds(address, count: count, LoadedSpace.readable)
    else {
      throw LoaderFlaw(
        name, "\(count) bytes at 0x\(String(address, radix: 16))",
        expected: "addresses of functions that are loaded")
    }
    return LoadedFunctions.Table(name, at: address, count: count / 8)
  }

  /// - Returns: how many dynamic symbols there are.
  private func checkSymbols(
    _ check: borrowing LoaderTables, _ strings: LoaderTables.Place
  ) throws(LoaderFlaw) -> UInt64 {
    let width = UInt64(MemoryLayout<Elf64_Sym>.size)
    guard let address = check.value(DT_SYMTAB), let section = dynamicSymbolTable else {
      throw LoaderFlaw("DT_SYMTAB", "none", expected: "the dynamic symbols")
    }
    if let size = check.value(DT_SYMENT), size != width {
      throw LoaderFlaw("DT_SYMENT", "\(size)", expected: "\(width)")
    }
    // What is judged by the sections has to be what the loader finds by this.
    guard section.size % width == 0,
      check.space.offset(of: address, count: section.size) == section.offset
    else {
      throw LoaderFlaw(
        "DT_SYMTAB", "0x\(String(address, radix: 16))",
        expected: "the place of the section of dynamic symbols")
    }
    guard let names = self.section(at: section.link), names.offset == strings.offset,
      names.size >= strings.count
    else {
      throw LoaderFlaw(
        "DT_STRTAB", "0x\(String(strings.address, radix: 16))",
        expected: "the place of the names of the section of dynamic symbols")
    }
    let count = section.size / width
    let space = check.space
    let bad = unsafe withBytes(at: section.offset, count: section.size) { bytes -> Int? in
      for index in 0..<Int(count) {
        let symbol = unsafe bytes.loadUnaligned(
          fromByteOffset: index * Int(width), as: Elf64_Sym.self)
        if UInt64(symbol.st_name) >= strings.count { return index }
        // A resolver is called while the file is loaded.
        if symbol.st_info & 15 == UInt8(STT_GNU_IFUNC), symbol.st_shndx != 0,
          !space.isCode(symbol.st_value)
        {
          return index
        }
      }
      return nil
    }
    if let bad, let bad {
      throw LoaderFlaw(
        "dynamic symbol \(bad)", "a name behind the strings, or a resolver that is no code",
        expected: "neither")
    }
    return count
  }

  /// The strings end, and what the dynamic section names lies among them.
  private func checkNames(
    _ check: borrowing LoaderTables, _ strings: LoaderTables.Place
  ) throws(LoaderFlaw) {
    let last = unsafe withBytes(at: strings.offset + strings.count - 1, count: 1) { unsafe $0[0] }
    guard last == 0 else { throw LoaderFlaw("DT_STRTAB", "no end", expected: "NUL at its end") }
    for entry in check.table.entries {
      switch entry.tag {
      case Int64(DT_NEEDED), Int64(DT_SONAME), Int64(DT_RUNPATH), Int64(DT_RPATH),
        Int64(DT_AUXILIARY), Int64(DT_FILTER):
        guard entry.value < strings.count else {
          throw LoaderFlaw(
            "dynamic entry 0x\(String(entry.tag, radix: 16))", "a name at \(entry.value)",
            expected: "one within the strings' \(strings.count) bytes")
        }
      default: break
      }
    }
  }
}

/// The dynamic section while it is held against what is loaded.
struct LoaderTables {
  let table: DynamicTable
  let space: LoadedSpace

  /// The values of the tags that most are asked for, and a bit for each of them that there is.
  private var values = InlineArray<64, UInt64>(repeating: 0)
  private var present: UInt64 = 0

  init(_ table: DynamicTable, _ space: LoadedSpace) {
    self.table = table
    self.space = space
    for entry in table.entries where entry.tag >= 0 && entry.tag < 64 {
      values[Int(entry.tag)] = entry.value
      present |= 1 << UInt64(entry.tag)
    }
  }

  /// A range of addresses that comes from the file.
  struct Place {
    var address: UInt64
    var offset: UInt64
    var count: UInt64
  }

  /// The value of the last entry with `tag`: a loader takes that.
  func value(_ tag: Int32) -> UInt64? {
    guard tag >= 0 && tag < 64 else { return table.value(tag) }
    return present >> UInt64(tag) & 1 == 1 ? values[Int(tag)] : nil
  }

  /// What an entry leads to, all of which must come from the file.
  func place(_ tag: Int32, count: UInt64, _ name: String) throws(LoaderFlaw) -> Place {
    guard let address = value(tag), count > 0, let offset = space.offset(of: address, count: count)
    else {
      throw LoaderFlaw(
        name, value(tag).map { "\(count) bytes at 0x\(String($0, radix: 16))" } ?? "none",
        expected: "a range that is loaded from the file")
    }
    return Place(address: address, offset: offset, count: count)
  }

  func range(_ tag: Int32, size: Int32, _ name: String) throws(LoaderFlaw) -> Place {
    try place(tag, count: value(size) ?? 0, name)
  }

  /// How large a table is that there may be, which a loader takes from its own tag without asking whether there is
  /// one; nil where there is no table.
  func size(
    of table: Int32, _ name: String, _ size: Int32, _ sizeName: String
  ) throws(LoaderFlaw) -> UInt64? {
    guard value(table) != nil else { return nil }
    guard let size = value(size) else {
      throw LoaderFlaw(name, "without \(sizeName)", expected: "both")
    }
    return size
  }

  /// There is an entry with `tag`, and it says what a loader takes for granted.
  func hold(_ tag: Int32, _ name: String, to expected: UInt64) throws(LoaderFlaw) {
    guard value(tag) == expected else {
      throw LoaderFlaw(name, value(tag).map(String.init) ?? "none", expected: "\(expected)")
    }
  }
}
