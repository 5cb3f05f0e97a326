internal import CElf

extension ELFFile {
  /// Relocations change what is loaded and may be written to, and name symbols that there are.
  func checkRelocations(_ check: borrowing LoaderTables, symbols: UInt64) throws(LoaderFlaw) {
    // Without it the loader makes nothing writable that is not.
    let isWritable =
      dynamicFlagsAllowTextRelocations(check) ? LoadedSpace.readable : LoadedSpace.writable
    if check.value(DT_RELA) != nil, check.value(DT_RELASZ) ?? 0 > 0 {
      if let size = check.value(DT_RELAENT), size != UInt64(MemoryLayout<Elf64_Rela>.size) {
        throw LoaderFlaw("DT_RELAENT", "\(size)", expected: "\(MemoryLayout<Elf64_Rela>.size)")
      }
      try checkTable(
        try check.range(DT_RELA, size: DT_RELASZ, "DT_RELA"), "DT_RELA", check, symbols, isWritable)
    }
    if check.value(DT_JMPREL) != nil, check.value(DT_PLTRELSZ) ?? 0 > 0 {
      if let kind = check.value(DT_PLTREL), kind != UInt64(DT_RELA) {
        throw LoaderFlaw("DT_PLTREL", "\(kind)", expected: "\(DT_RELA) (DT_RELA)")
      }
      try checkTable(
        try check.range(DT_JMPREL, size: DT_PLTRELSZ, "DT_JMPREL"), "DT_JMPREL", check, symbols,
        isWritable)
    }
    if let packed = check.value(PackedTag.table), check.value(PackedTag.size) ?? 0 > 0 {
      let place = try check.place(
        PackedTag.table, count: check.value(PackedTag.size) ?? 0, "DT_RELR")
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
    _ flags: UInt32
  ) throws(LoaderFlaw) {
    let width = MemoryLayout<Elf64_Rela>.size
    guard place.count % UInt64(width) == 0 else {
      throw LoaderFlaw(name, "\(place.count) bytes", expected: "entries of \(width)")
    }
    let space = check.space
    let bad = unsafe withBytes(at: place.offset, count: place.count) { bytes -> Int? in
      // Most lie in one segment.
      var known: ClosedRange<UInt64>?
      for index in 0..<bytes.count / width {
        let entry = unsafe bytes.loadUnaligned(fromByteOffset: index * width, as: Elf64_Rela.self)
        let type = UInt32(truncatingIfNeeded: entry.r_info)
        if type == 0 { continue }
        if entry.r_info >> 32 >= symbols { return index }
        if type == Self.indirectRelative,
          !space.holds(UInt64(bitPattern: Int64(entry.r_addend)), count: 1, LoadedSpace.executable)
        {
          return index
        }
        if let known, known.contains(entry.r_offset) { continue }
        known = space.places(around: entry.r_offset, count: 8, flags)
        if known == nil { return index }
      }
      return nil
    }
    // Bytes that cannot be read any more were cut off meanwhile.
    guard let bad else { throw LoaderFlaw(name, "cut off", expected: "all of it") }
    guard let bad else { return }
    throw LoaderFlaw(
      "\(name), entry \(bad)", "a place that is not loaded and writable, or no symbol of the file",
      expected: "a place within, and a symbol that there is")
  }

  /// `R_X86_64_IRELATIVE` and its like: the loader calls what it leads to.
  private static var indirectRelative: UInt32 {
    #if arch(x86_64)
      37
    #else
      1032
    #endif
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
