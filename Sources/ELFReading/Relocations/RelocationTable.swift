internal import CElf

/// Where relocations stand in the file, and how.
struct RelocationTable: Equatable {
  var offset: UInt64
  var size: UInt64
  var format: Format

  enum Format: Equatable {
    /// `Elf_Rel`, or with an addend `Elf_Rela`.
    case plain(hasAddend: Bool)
    /// RELR.
    case packed
  }

  /// Each byte stands for up to eight places: a table that claims more than this is not decoded to its
  /// end. Those of the largest programs take a few hundred kilobytes.
  static var mostPackedBytes: UInt64 { 16 << 20 }

  init(offset: UInt64, size: UInt64, format: Format) {
    self.offset = offset
    self.size = size
    self.format = format
  }

  /// nil for a section that holds none, or none that can be read as it is.
  init?(_ section: ELFFile.Section) {
    guard !section.isCompressed else { return nil }
    switch section.type {
    case UInt32(SHT_RELA): format = .plain(hasAddend: true)
    case UInt32(SHT_REL): format = .plain(hasAddend: false)
    case _ where section.isPackedRelocations: format = .packed
    default: return nil
    }
    offset = section.offset
    size = section.size
  }
}

/// Tags that older headers do not name. Source: the generic ABI, "Dynamic Section".
package enum PackedTag {
  package static var size: Int32 { 35 }
  package static var table: Int32 { 36 }
  package static var entrySize: Int32 { 37 }
}

extension ELFFile {
  /// The tables that the dynamic section names: `DT_RELA`, `DT_REL`, `DT_RELR` and `DT_JMPREL`. One that
  /// no segment loads from the file has no bytes.
  func dynamicRelocationTables() -> [RelocationTable] {
    guard let dynamic = dynamicTable() else { return [] }
    var tables: [RelocationTable] = []
    func add(_ tag: Int32, _ sizeTag: Int32, _ format: RelocationTable.Format) {
      guard let address = dynamic.value(tag), let size = dynamic.value(sizeTag), size > 0 else {
        return
      }
      let place = place(ofAddress: address)
      let table = RelocationTable(
        // What lies nowhere cannot be read, and the summary says so.
        offset: place?.offset ?? .max, size: place.map { min($0.size, size) } ?? size,
        format: format)
      // Some linkers count those of the procedure linkage table among the others.
      let isWithin = tables.contains {
        $0.format == format && $0.offset <= table.offset
          && table.offset - $0.offset < $0.size
      }
      if !isWithin { tables.append(table) }
    }
    add(DT_RELA, DT_RELASZ, .plain(hasAddend: true))
    add(DT_REL, DT_RELSZ, .plain(hasAddend: false))
    add(PackedTag.table, PackedTag.size, .packed)
    add(DT_JMPREL, DT_PLTRELSZ, .plain(hasAddend: dynamic.value(DT_PLTREL) == UInt64(DT_RELA)))
    return tables
  }
}
