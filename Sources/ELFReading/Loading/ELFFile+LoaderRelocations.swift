internal import CElf

extension ELFFile {
  /// Relocations change what is loaded and may be written to, and name symbols that there are.
  ///
  /// - Parameter functions: the tables of functions, which learn what is made of them.
  func checkRelocations(
    _ check: borrowing LoaderTables, symbols: UInt64, _ functions: inout LoadedFunctions
  ) throws(LoaderFlaw) {
    let targets = RelocationTargets(self, check, functions, symbols: symbols)
    if let size = try check.size(of: DT_RELA, "DT_RELA", DT_RELASZ, "DT_RELASZ") {
      try check.hold(DT_RELAENT, "DT_RELAENT", to: UInt64(MemoryLayout<Elf64_Rela>.size))
      // The first ones are done without a look at their kind.
      let relative = check.value(DT_RELACOUNT) ?? 0
      if size > 0 {
        try checkTable(
          try check.place(DT_RELA, count: size, "DT_RELA"), "DT_RELA", symbols, targets,
          &functions, relative: relative)
      }
    }
    if check.value(DT_JMPREL) != nil || check.value(DT_PLTREL) != nil {
      try check.hold(DT_PLTREL, "DT_PLTREL", to: UInt64(DT_RELA))
      guard let size = try check.size(of: DT_JMPREL, "DT_JMPREL", DT_PLTRELSZ, "DT_PLTRELSZ") else {
        throw LoaderFlaw("DT_JMPREL", "none, and DT_PLTREL", expected: "both")
      }
      if size > 0 {
        try checkTable(
          try check.place(DT_JMPREL, count: size, "DT_JMPREL"), "DT_JMPREL", symbols, targets,
          &functions, relative: 0)
      }
    }
    if let packed = check.value(PackedTag.table) {
      let size = try check.size(of: PackedTag.table, "DT_RELR", PackedTag.size, "DT_RELRSZ") ?? 0
      try check.hold(PackedTag.entrySize, "DT_RELRENT", to: 8)
      guard size > 0 else { return }
      let place = try check.place(PackedTag.table, count: size, "DT_RELR")
      guard packed % 8 == 0, place.count % 8 == 0 else {
        throw LoaderFlaw("DT_RELR", "\(place.count) bytes", expected: "whole words")
      }
      try checkPacked(place, targets, &functions)
    }
  }

  private func checkTable(
    _ place: LoaderTables.Place, _ name: String, _ symbols: UInt64, _ targets: RelocationTargets,
    _ functions: inout LoadedFunctions, relative: UInt64
  ) throws(LoaderFlaw) {
    let width = MemoryLayout<Elf64_Rela>.size
    guard place.count % UInt64(width) == 0 else {
      throw LoaderFlaw(name, "\(place.count) bytes", expected: "entries of \(width)")
    }
    guard relative <= place.count / UInt64(width) else {
      throw LoaderFlaw(
        "DT_RELACOUNT", "\(relative)", expected: "at most \(place.count / UInt64(width))")
    }
    let space = targets.space
    let bad = unsafe withBytes(at: place.offset, count: place.count) { bytes -> Int? in
      // Most lie in one segment.
      var known: ClosedRange<UInt64>?
      for index in 0..<bytes.count / width {
        let entry = unsafe bytes.loadUnaligned(fromByteOffset: index * width, as: Elf64_Rela.self)
        let type = UInt32(truncatingIfNeeded: entry.r_info)
        if index < relative, type != RelocationType.relative { return index }
        // Its version is looked up whatever the kind.
        if entry.r_info >> 32 >= symbols { return index }
        if !RelocationType.isPlain(type) {
          if type == 0 { continue }
          guard isSound(entry, type, targets, functions) else { return index }
        }
        if targets.mayMatter(entry.r_offset),
          targets.areTables(entry.r_offset)
            || functions.overlaps(entry.r_offset)
              && !functions.note(entry.r_offset, isFunction: makesFunction(entry, targets))
        {
          return index
        }
        // All others change eight bytes at most.
        if let known, known.contains(entry.r_offset) { continue }
        known = space.places(around: entry.r_offset, count: 8, targets.flags)
        if known == nil { return index }
      }
      return nil
    }
    // Bytes that cannot be read any more were cut off meanwhile.
    guard let bad else { throw LoaderFlaw(name, "cut off", expected: "all of it") }
    guard let bad else { return }
    throw LoaderFlaw(
      "\(name), entry \(bad)",
      "a place that is not loaded and writable or that the loader reads, no symbol of the file, no "
        + "function where one is called, or a kind that does not belong there",
      expected: "a place within, a symbol that there is, and relative ones first")
  }

  /// Whether a relocation of a kind that few files have is one that the loader does not fall over.
  private func isSound(
    _ entry: Elf64_Rela, _ type: UInt32, _ targets: RelocationTargets, _ functions: LoadedFunctions
  ) -> Bool {
    switch type {
    // It takes from another file as much as that says.
    case RelocationType.copy: return false
    case RelocationType.indirectRelative:
      return targets.space.isCode(UInt64(bitPattern: Int64(entry.r_addend)))
    // Without a symbol the loader falls over it.
    case _ where RelocationType.isSize(type): return symbol(of: entry, targets)?.st_shndx ?? 0 != 0
    case _ where RelocationType.isThreadLocal(type):
      guard namesThreadLocal(entry, targets) else { return false }
      // The only one that changes more than eight bytes.
      guard type == RelocationType.threadLocalDescriptor else { return true }
      let second = entry.r_offset &+ 8
      return targets.space.holds(entry.r_offset, count: 16, targets.flags)
        && !targets.areTables(second) && !functions.overlaps(second)
    default: return true
    }
  }

  /// Whether a relocation makes the address of a function of its place, so far as the file tells.
  private func makesFunction(_ entry: Elf64_Rela, _ targets: RelocationTargets) -> Bool {
    let space = targets.space
    let addend = UInt64(bitPattern: Int64(entry.r_addend))
    switch UInt32(truncatingIfNeeded: entry.r_info) {
    case RelocationType.relative: return space.isCode(addend)
    case RelocationType.indirectRelative: return true
    case RelocationType.absolute:
      // What may be missing is address 0 then; what is no address of the file's is not moved with it.
      guard let symbol = symbol(of: entry, targets), symbol.st_info >> 4 == UInt8(STB_GLOBAL),
        symbol.st_info & 15 != UInt8(STT_TLS), symbol.st_shndx != UInt16(SHN_ABS)
      else { return false }
      // Somebody else's is what the loader finds.
      return symbol.st_shndx == 0
        ? addend == 0 : space.isCode(symbol.st_value &+ addend)
    default: return false
    }
  }

  /// Whether a relocation of thread-local storage is one of a symbol that lies in some; the file's own has to have
  /// some then.
  private func namesThreadLocal(_ entry: Elf64_Rela, _ targets: RelocationTargets) -> Bool {
    var isOwn = true
    if entry.r_info >> 32 != 0 {
      guard let symbol = symbol(of: entry, targets), symbol.st_info & 15 == UInt8(STT_TLS) else {
        return false
      }
      isOwn = symbol.st_shndx != 0
      // Somebody else's, which the loader would find in the file itself, as something else.
      if !isOwn, let table = targets.symbols,
        withStrings(
          of: table,
          { strings in
            var budget = 4096
            return strings.text(at: UInt64(symbol.st_name), budget: &budget)
              .map { definesDynamicSymbol($0) != false } ?? true
          }) != false
      {
        return false
      }
    }
    return !isOwn || segments.contains { $0.isThreadLocal && $0.memorySize > 0 }
  }

  /// The symbol that a relocation names, whose number was checked.
  private func symbol(of entry: Elf64_Rela, _ targets: RelocationTargets) -> Elf64_Sym? {
    let width = UInt64(MemoryLayout<Elf64_Sym>.size)
    return targets.symbols.flatMap { table in
      unsafe withBytes(at: table.offset + (entry.r_info >> 32) * width, count: width) {
        unsafe $0.loadUnaligned(as: Elf64_Sym.self)
      }
    }
  }

  private func checkPacked(
    _ place: LoaderTables.Place, _ targets: RelocationTargets, _ functions: inout LoadedFunctions
  ) throws(LoaderFlaw) {
    let space = targets.space
    let bad = unsafe withBytes(at: place.offset, count: place.count) { bytes -> Int? in
      /// Whether a word of a table of functions is the address of one, to which the place is added.
      func isSound(_ word: UInt64) -> Bool {
        guard functions.overlaps(word) else { return true }
        let offset = space.offset(of: word, count: 8)
        let address = offset.flatMap {
          unsafe withBytes(at: $0, count: 8) { unsafe $0.loadUnaligned(as: UInt64.self) }
        }
        return functions.note(
          word,
          isFunction: address.map { space.isCode($0) } ?? false)
      }
      var next: UInt64 = 0
      for index in 0..<bytes.count / 8 {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
        // A first word that is a bitmap would begin at no address.
        if index == 0, word & 1 == 1 { return index }
        if word & 1 == 0 {
          guard space.holds(word, count: 8, targets.flags),
            !targets.mayMatter(word) || !targets.areTables(word) && isSound(word)
          else { return index }
          next = word &+ 8
          continue
        }
        var bits = word >> 1
        if bits != 0 {
          let first = next &+ UInt64(bits.trailingZeroBitCount) &* 8
          let last = next &+ UInt64(63 - bits.leadingZeroBitCount) &* 8
          guard first <= last, space.holds(first, count: last - first + 8, targets.flags) else {
            return index
          }
        }
        guard bits != 0, targets.mayMatter(next, count: 63 * 8) else {
          next = next &+ 63 * 8
          continue
        }
        while bits != 0 {
          let place = next &+ UInt64(bits.trailingZeroBitCount) &* 8
          guard !targets.areTables(place), isSound(place) else { return index }
          bits &= bits - 1
        }
        next = next &+ 63 * 8
      }
      return nil
    }
    guard let bad else { throw LoaderFlaw("DT_RELR", "cut off", expected: "all of it") }
    guard let bad else { return }
    throw LoaderFlaw(
      "DT_RELR, word \(bad)",
      "a place that is not loaded and writable or that the loader reads, or no function where one is called",
      expected: "a place within")
  }
}

/// What relocations may change.
private struct RelocationTargets {
  let space: LoadedSpace
  /// What a segment has to permit whose contents they change.
  let flags: UInt32
  /// The dynamic section, so far as a relocation could change it: where it begins, and how many bytes.
  private var dynamic: (start: UInt64, count: UInt64) = (0, 0)
  /// The same of the other tables that a loader reads meanwhile, one after the other; none in most files.
  private var tables: [UInt64] = []
  /// A range that holds these and the tables of functions, one end and the other.
  private var first = UInt64.max
  private var last: UInt64 = 0
  /// The dynamic symbols.
  let symbols: ELFFile.Section?

  init(
    _ file: borrowing ELFFile, _ check: borrowing LoaderTables, _ functions: LoadedFunctions,
    symbols count: UInt64
  ) {
    space = check.space
    symbols = file.dynamicSymbolTable
    // Without it the loader makes nothing writable that is not.
    let changesText =
      check.value(DT_TEXTREL) != nil || (check.value(DT_FLAGS) ?? 0) & UInt64(DF_TEXTREL) != 0
    flags = changesText ? LoadedSpace.readable : LoadedSpace.writable
    if let segment = file.segments.first(where: { $0.type == UInt32(PT_DYNAMIC) }),
      space.holds(segment.address, count: 1, flags)
    {
      dynamic = (segment.address, segment.fileSize)
    }
    let tags: InlineArray<10, Int32> = [
      DT_STRTAB, DT_SYMTAB, DT_GNU_HASH, DT_HASH, DT_VERSYM, DT_VERNEED, DT_VERDEF, DT_RELA,
      DT_JMPREL, PackedTag.table,
    ]
    for index in tags.indices {
      let tag = tags[index]
      guard let address = check.value(tag), space.holds(address, count: 1, flags) else { continue }
      let size =
        switch tag {
        case DT_STRTAB: check.value(DT_STRSZ) ?? 0
        case DT_SYMTAB: count * UInt64(MemoryLayout<Elf64_Sym>.size)
        case DT_VERSYM: count * 2
        case DT_RELA: check.value(DT_RELASZ) ?? 0
        case DT_JMPREL: check.value(DT_PLTRELSZ) ?? 0
        case PackedTag.table: check.value(PackedTag.size) ?? 0
        case DT_GNU_HASH: Self.size(UInt32(SHT_GNU_HASH), at: address, in: file)
        case DT_HASH: Self.size(UInt32(SHT_HASH), at: address, in: file)
        case DT_VERNEED: Self.size(UInt32(SHT_GNU_verneed), at: address, in: file)
        default: Self.size(UInt32(SHT_GNU_verdef), at: address, in: file)
        }
      tables += [address, size]
      add(address, size)
    }
    add(dynamic.start, dynamic.count)
    add(functions.first.address, functions.first.count * 8)
    add(functions.last.address, functions.last.count * 8)
  }

  /// The size of a table that only its section tells; without one all that is loaded behind its beginning.
  private static func size(
    _ type: UInt32, at address: UInt64, in file: borrowing ELFFile
  ) -> UInt64 {
    if let section = file.section(ofType: type), section.address == address { return section.size }
    return file.place(ofAddress: address)?.size ?? 0
  }

  private mutating func add(_ start: UInt64, _ count: UInt64) {
    guard count > 0 else { return }
    first = min(first, start)
    last = max(last, start &+ count)
  }

  /// Whether eight bytes, or more, at an address may be what a loader reads or calls.
  @inline(__always)
  func mayMatter(_ place: UInt64, count: UInt64 = 8) -> Bool {
    place < last && place &+ count > first
  }

  /// Whether eight bytes at an address are, in part, what the loader reads.
  @inline(__always)
  func areTables(_ place: UInt64) -> Bool {
    if Self.overlaps(place, dynamic.start, dynamic.count) { return true }
    guard !tables.isEmpty else { return false }
    return stride(from: 0, to: tables.count, by: 2).contains {
      Self.overlaps(place, tables[$0], tables[$0 + 1])
    }
  }

  @inline(__always)
  private static func overlaps(_ place: UInt64, _ start: UInt64, _ count: UInt64) -> Bool {
    count > 0 && place &+ 7 &- start < count &+ 7
  }
}

/// Kinds of relocations of this machine's. Source: `elf.h`.
private enum RelocationType {
  #if arch(x86_64)
    static let absolute: UInt32 = 1
    static let copy: UInt32 = 5
    static let relative: UInt32 = 8
    static let threadLocalDescriptor: UInt32 = 36
    /// The loader calls what it leads to.
    static let indirectRelative: UInt32 = 37
    /// It asks for the size of a symbol.
    @inline(__always)
    static func isSize(_ type: UInt32) -> Bool { type == 32 || type == 33 }
    /// One that nearly all are of: of an address.
    @inline(__always)
    static func isPlain(_ type: UInt32) -> Bool { type == absolute || type >= 6 && type <= 8 }
    @inline(__always)
    static func isThreadLocal(_ type: UInt32) -> Bool {
      type >= 16 && type <= 23 || type == threadLocalDescriptor
    }
  #else
    static let absolute: UInt32 = 257
    static let copy: UInt32 = 1024
    static let relative: UInt32 = 1027
    static let threadLocalDescriptor: UInt32 = 1031
    static let indirectRelative: UInt32 = 1032
    static func isSize(_ type: UInt32) -> Bool { false }
    static func isPlain(_ type: UInt32) -> Bool {
      type == absolute || type >= 1025 && type <= 1027
    }
    static func isThreadLocal(_ type: UInt32) -> Bool { type >= 1028 && type <= 1031 }
  #endif
}
