internal import CElf

extension ELFFile {
  /// Relocations change what is loaded and may be written to, and name symbols that there are.
  func checkRelocations(_ check: borrowing LoaderTables, symbols: UInt64) throws(LoaderFlaw) {
    // Without it the loader makes nothing writable that is not.
    let isWritable =
      dynamicFlagsAllowTextRelocations(check) ? LoadedSpace.readable : LoadedSpace.writable
    if let size = try check.size(of: DT_RELA, "DT_RELA", DT_RELASZ, "DT_RELASZ") {
      try check.hold(DT_RELAENT, "DT_RELAENT", to: UInt64(MemoryLayout<Elf64_Rela>.size))
      // The first ones are done without a look at their kind.
      let relative = check.value(DT_RELACOUNT) ?? 0
      if size > 0 {
        try checkTable(
          try check.place(DT_RELA, count: size, "DT_RELA"), "DT_RELA", check, symbols, isWritable,
          relative: relative)
      }
    }
    if check.value(DT_JMPREL) != nil || check.value(DT_PLTREL) != nil {
      try check.hold(DT_PLTREL, "DT_PLTREL", to: UInt64(DT_RELA))
      guard let size = try check.size(of: DT_JMPREL, "DT_JMPREL", DT_PLTRELSZ, "DT_PLTRELSZ") else {
        throw LoaderFlaw("DT_JMPREL", "none, and DT_PLTREL", expected: "both")
      }
      if size > 0 {
        try checkTable(
          try check.place(DT_JMPREL, count: size, "DT_JMPREL"), "DT_JMPREL", check, symbols,
          isWritable, relative: 0)
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
      try checkPacked(place, check.space, isWritable)
    }
  }

  private func dynamicFlagsAllowTextRelocations(_ check: borrowing LoaderTables) -> Bool {
    check.value(DT_TEXTREL) != nil || (check.value(DT_FLAGS) ?? 0) & UInt64(DF_TEXTREL) != 0
  }

  private func checkTable(
    _ place: LoaderTables.Place, _ name: String, _ check: borrowing LoaderTables, _ symbols: UInt64,
    _ flags: UInt32, relative: UInt64
  ) throws(LoaderFlaw) {
    let width = MemoryLayout<Elf64_Rela>.size
    guard place.count % UInt64(width) == 0 else {
      throw LoaderFlaw(name, "\(place.count) bytes", expected: "entries of \(width)")
    }
    guard relative <= place.count / UInt64(width) else {
      throw LoaderFlaw(
        "DT_RELACOUNT", "\(relative)", expected: "at most \(place.count / UInt64(width))")
    }
    let space = check.space
    let bad = unsafe withBytes(at: place.offset, count: place.count) { bytes -> Int? in
      // Most lie in one segment.
      var known: ClosedRange<UInt64>?
      for index in 0..<bytes.count / width {
        let entry = unsafe bytes.loadUnaligned(fromByteOffset: index * width, as: Elf64_Rela.self)
        let type = UInt32(truncatingIfNeeded: entry.r_info)
        if index < relative, type != RelocationType.relative { return index }
        if type == 0 { continue }
        // It takes from another file as much as that says.
        if type == RelocationType.copy { return index }
        if entry.r_info >> 32 >= symbols { return index }
        if type == RelocationType.indirectRelative,
          !space.holds(UInt64(bitPattern: Int64(entry.r_addend)), count: 1, LoadedSpace.executable)
        {
          return index
        }
        if type != RelocationType.threadLocalDescriptor, let known, known.contains(entry.r_offset) {
          continue
        }
        // All others change eight bytes at most.
        if type == RelocationType.threadLocalDescriptor {
          guard space.holds(entry.r_offset, count: 16, flags) else { return index }
          continue
        }
        known = space.places(around: entry.r_offset, count: 8, flags)
        if known == nil { return index }
      }
      return nil
    }
    // Bytes that cannot be read any more were cut off meanwhile.
    guard let bad else { throw LoaderFlaw(name, "cut off", expected: "all of it") }
    guard let bad else { return }
    throw LoaderFlaw(
      "\(name), entry \(bad)",
      "a place that is not loaded and writable, no symbol of the file, or a kind that does not belong there",
      expected: "a place within, a symbol that there is, and relative ones first")
  }

  private func checkPacked(
    _ place: LoaderTables.Place, _ space: LoadedSpace, _ flags: UInt32
  ) throws(LoaderFlaw) {
    let bad = unsafe withBytes(at: place.offset, count: place.count) { bytes -> Int? in
      var next: UInt64 = 0
      for index in 0..<bytes.count / 8 {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
        if word & 1 == 0 {
          guard space.holds(word, count: 8, flags) else { return index }
          next = word &+ 8
          continue
        }
        let bits = word >> 1
        if bits != 0 {
          let first = next &+ UInt64(bits.trailingZeroBitCount) &* 8
          let last = next &+ UInt64(63 - bits.leadingZeroBitCount) &* 8
          guard first <= last, space.holds(first, count: last - first + 8, flags) else {
            return index
          }
        }
        next = next &+ 63 * 8
      }
      return nil
    }
    guard let bad else { throw LoaderFlaw("DT_RELR", "cut off", expected: "all of it") }
    guard let bad else { return }
    throw LoaderFlaw(
      "DT_RELR, word \(bad)", "a place that is not loaded and writable", expected: "one that is")
  }
}

/// Kinds of relocations of this machine's. Source: `elf.h`.
private enum RelocationType {
  #if arch(x86_64)
    static let copy: UInt32 = 5
    static let relative: UInt32 = 8
    static let threadLocalDescriptor: UInt32 = 36
    /// The loader calls what it leads to.
    static let indirectRelative: UInt32 = 37
  #else
    static let copy: UInt32 = 1024
    static let relative: UInt32 = 1027
    static let threadLocalDescriptor: UInt32 = 1031
    static let indirectRelative: UInt32 = 1032
  #endif
}
