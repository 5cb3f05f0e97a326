internal import CElf

extension ELFFile {
  /// The size that the file has without its table of symbols and without what only debuggers read.
  ///
  /// What is left out are `SHT_SYMTAB`, its strings, and sections of debug information; with each goes its
  /// entry in the table of sections. What strip(1) makes differs by what aligns the rest, some bytes.
  /// - Complexity: O(sections).
  public func strippedSize() -> Int {
    var removed: UInt64 = 0
    let debug = [".debug_", ".zdebug_", ".gdb_index", ".line"]
    for (section, name) in zip(sections, sectionNames()) {
      guard section.flags & UInt64(SHF_ALLOC) == 0, !section.hasNoBits else { continue }
      let isForSymbols =
        section.type == UInt32(SHT_SYMTAB) || section.type == UInt32(SHT_SYMTAB_SHNDX)
        // The names of sections lie in one as well.
        || section.type == UInt32(SHT_STRTAB) && name != ".shstrtab"
      guard isForSymbols || debug.contains(where: name.hasPrefix) else { continue }
      removed &+= section.size &+ (header.is64Bit ? 64 : 40) &+ UInt64(name.utf8.count + 1)
    }
    return removed < UInt64(fileSize) ? fileSize - Int(removed) : fileSize
  }
}
