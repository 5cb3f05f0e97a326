internal import CElf

/// The entries of the dynamic section as the file holds them, and where their strings lie.
package struct DynamicTable {
  package struct Entry {
    package var tag: Int64
    package var value: UInt64
  }

  /// Up to the one that ends the table.
  package var entries: [Entry] = []
  /// There is one that ends it (`DT_NULL`).
  package var hasEnd = false
  /// The offset and size in the file; nil where there is no table that lies in the file.
  package var strings: (offset: UInt64, size: UInt64)?

  /// The value of the last entry with `tag`: a loader takes that.
  package func value(_ tag: Int32) -> UInt64? { entries.last { $0.tag == Int64(tag) }?.value }

  /// A loader looks for other libraries than ``ELFFile/neededLibraries(of:)`` as well (`DT_FILTER`, `DT_AUXILIARY`).
  package var hasFilters: Bool {
    entries.contains { $0.tag == Int64(DT_FILTER) || $0.tag == Int64(DT_AUXILIARY) }
  }

  /// Takes over a table of this machine's words.
  @unsafe fileprivate mutating func read(_ bytes: UnsafeRawBufferPointer) {
    let width = MemoryLayout<Elf64_Dyn>.size
    for index in 0..<bytes.count / width {
      let entry = unsafe bytes.loadUnaligned(fromByteOffset: index * width, as: Elf64_Dyn.self)
      guard entry.d_tag != 0 else {
        hasEnd = true
        return
      }
      entries.append(Entry(tag: entry.d_tag, value: unsafe entry.d_un.d_val))
    }
  }

  /// A table of this many entries has no end in sight; linkers write less than a hundred.
  static var mostEntries: UInt64 { 65_536 }
}

extension ELFFile {
  /// Finds the table as a loader does, through the segments, or through the sections of a file that
  /// is not for loading; nil where there is none.
  package func dynamicTable() -> DynamicTable? {
    if let segment = segments.first(where: { $0.type == UInt32(PT_DYNAMIC) }), segment.fileSize > 0
    {
      // A loader goes by the address; the offset is for those who have no loaded segments.
      let place = place(ofAddress: segment.address) ?? (segment.offset, segment.fileSize)
      guard var table = dynamicTable(at: place.offset, size: min(place.size, segment.fileSize))
      else { return nil }
      if let address = table.value(DT_STRTAB), let place = self.place(ofAddress: address) {
        table.strings = (place.offset, min(place.size, table.value(DT_STRSZ) ?? .max))
      }
      return table
    }
    guard let section = section(ofType: UInt32(SHT_DYNAMIC)),
      var table = dynamicTable(at: section.offset, size: section.size)
    else { return nil }
    if let strings = self.section(at: section.link), strings.type == UInt32(SHT_STRTAB) {
      table.strings = (strings.offset, strings.size)
    }
    return table
  }

  private func dynamicTable(at offset: UInt64, size: UInt64) -> DynamicTable? {
    let width = header.is64Bit ? 8 : 4
    let limit = DynamicTable.mostEntries * UInt64(2 * width)
    return unsafe withBytes(at: offset, count: min(size, limit)) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      var table = DynamicTable()
      table.entries.reserveCapacity(min(reader.count / (2 * width), 64))
      if header.isLaidOutAsHere {
        unsafe table.read(bytes)
        return table
      }
      for offset in stride(from: 0, to: reader.count, by: 2 * width) {
        guard let tag = reader.word(at: offset, is64Bit: header.is64Bit) else { break }
        guard tag != 0 else {
          table.hasEnd = true
          break
        }
        guard let value = reader.word(at: offset + width, is64Bit: header.is64Bit)
        else { break }
        // Tags of 32-bit files are signed words too.
        let signed = header.is64Bit ? Int64(bitPattern: tag) : Int64(Int32(truncatingIfNeeded: tag))
        table.entries.append(DynamicTable.Entry(tag: signed, value: value))
      }
      return table
    }
  }

  /// The addresses of the values in the dynamic section that glibc overwrites when it loads the file.
  ///
  /// It adds the place the file was loaded to to the addresses that it goes on to use, and leaves a
  /// program's debugger a pointer.
  /// Source: glibc, `elf/get-dynamic-info.h`, `ADJUST_DYN_INFO`, and `elf/rtld.c`, `DT_DEBUG`.
  /// - Complexity: O(entries).
  public func adjustedDynamicValues() -> [UInt64] {
    guard let segment = segments.first(where: { $0.type == UInt32(PT_DYNAMIC) }),
      segment.isWritable, let table = dynamicTable()
    else { return [] }
    let pointers = [
      DT_HASH, DT_PLTGOT, DT_STRTAB, DT_SYMTAB, DT_RELA, DT_REL, DT_JMPREL, PackedTag.table,
      DT_VERSYM, DT_GNU_HASH,
    ]
    let isFixed = header.type == UInt16(ET_EXEC)
    let tags = Set(((isFixed ? [] : pointers) + (isProgram ? [DT_DEBUG] : [])).map(Int64.init))
    let word = UInt64(header.wordSize)
    return table.entries.enumerated().filter { tags.contains($0.element.tag) }.map {
      segment.address &+ UInt64($0.offset) &* 2 &* word &+ word
    }
  }

  /// The strings that the entries of `table` refer to.
  package func withStrings<Result>(of table: DynamicTable, _ body: (StringTable) -> Result)
    -> Result?
  {
    guard let place = table.strings else { return nil }
    return strings(at: place.offset, count: place.size, body)
  }

  /// Where in the file the byte lies that is loaded at `address`, and how many bytes of its segment
  /// follow it in the file, itself included; nil where no segment loads it from the file.
  package func place(ofAddress address: UInt64) -> (offset: UInt64, size: UInt64)? {
    for segment in segments where segment.type == UInt32(PT_LOAD) && address >= segment.address {
      let distance = address - segment.address
      if distance < segment.fileSize {
        return (segment.offset + distance, segment.fileSize - distance)
      }
    }
    return nil
  }
}
