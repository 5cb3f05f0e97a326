internal import CElf

extension ELFFile {
  func checkDynamicSection(_ flaws: inout FlawList) {
    guard let table = dynamicTable() else {
      if let index = segments.firstIndex(where: { $0.type == UInt32(PT_DYNAMIC) && $0.fileSize > 0 }
      ) {
        flaws.note(
          .dynamic, "segment \(index) (DYNAMIC)", "nothing that can be read",
          expected: "a table of entries")
      }
      return
    }
    let subject = "dynamic section"
    if !table.hasEnd {
      flaws.note(
        .dynamic, subject, "\(table.entries.count) entries without an end",
        expected: "DT_NULL behind the last")
    }
    if let segment = segments.first(where: { $0.type == UInt32(PT_DYNAMIC) }), segment.fileSize > 0,
      let section = section(ofType: UInt32(SHT_DYNAMIC)), section.offset != segment.offset
    {
      flaws.note(
        .dynamic, self.subject(section), "at offset \(section.offset.hexadecimal)",
        expected: "\(segment.offset.hexadecimal), as the segment says")
    }
    // Of a file that is not for loading, addresses lead nowhere.
    guard segments.contains(where: { $0.isLoaded && $0.fileSize > 0 }) else { return }
    for check in Self.tableChecks {
      checkTable(check, of: table, &flaws)
    }
    checkTexts(of: table, &flaws)
  }

  /// A table that the dynamic section names: where it is, its size, and bytes of an entry.
  private typealias TableCheck = (
    name: String, tag: Int32, size: Int32?, entry: Int32?, entrySize: (UInt64, UInt64)?
  )

  private static var tableChecks: [TableCheck] {
    [
      ("DT_STRTAB", DT_STRTAB, DT_STRSZ, nil, nil),
      ("DT_SYMTAB", DT_SYMTAB, nil, DT_SYMENT, (24, 16)),
      ("DT_RELA", DT_RELA, DT_RELASZ, DT_RELAENT, (24, 12)),
      ("DT_REL", DT_REL, DT_RELSZ, DT_RELENT, (16, 8)),
      ("DT_RELR", PackedTag.table, PackedTag.size, PackedTag.entrySize, (8, 4)),
      ("DT_JMPREL", DT_JMPREL, DT_PLTRELSZ, nil, nil), ("DT_HASH", DT_HASH, nil, nil, nil),
      ("DT_GNU_HASH", DT_GNU_HASH, nil, nil, nil), ("DT_VERSYM", DT_VERSYM, nil, nil, nil),
      ("DT_VERDEF", DT_VERDEF, nil, nil, nil), ("DT_VERNEED", DT_VERNEED, nil, nil, nil),
      ("DT_INIT_ARRAY", DT_INIT_ARRAY, DT_INIT_ARRAYSZ, nil, (8, 4)),
      ("DT_FINI_ARRAY", DT_FINI_ARRAY, DT_FINI_ARRAYSZ, nil, (8, 4)),
      ("DT_PREINIT_ARRAY", DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ, nil, (8, 4)),
    ]
  }

  private func checkTable(_ check: TableCheck, of table: DynamicTable, _ flaws: inout FlawList) {
    guard let address = table.value(check.tag) else { return }
    let size = check.size.map { table.value($0) ?? 0 }
    let subject = "dynamic section, \(check.name)"
    if size != 0, address != 0 || size != nil {
      let room = place(ofAddress: address)?.size ?? 0
      if room < size ?? 1 {
        flaws.note(
          .dynamic, subject, "\(size ?? 1) bytes at \(address.hexadecimal)",
          expected: "at most the \(room) that are loaded there from the file")
      }
    }
    guard let sizes = check.entrySize else { return }
    let expected = header.is64Bit ? sizes.0 : sizes.1
    if let entry = check.entry.flatMap({ table.value($0) }), entry != expected {
      flaws.note(.entrySize, subject, "entries of \(entry) bytes", expected: "\(expected)")
    } else if let size, size % expected != 0 {
      flaws.note(
        .entrySize, subject, "\(size) bytes", expected: "whole entries of \(expected)")
    }
  }

  private func checkTexts(of table: DynamicTable, _ flaws: inout FlawList) {
    let named = [DT_NEEDED, DT_SONAME, DT_RUNPATH, DT_RPATH, DT_AUXILIARY, DT_FILTER].map(
      Int64.init)
    guard let size = table.strings?.size else {
      if table.entries.contains(where: { named.contains($0.tag) }) {
        flaws.note(
          .text, "dynamic section", "names without a table of strings", expected: "DT_STRTAB")
      }
      return
    }
    for entry in table.entries where named.contains(entry.tag) && entry.value >= size {
      flaws.note(
        .text, "dynamic section", "a name at \(entry.value)",
        expected: "one within the \(size) bytes of strings")
    }
  }
}
