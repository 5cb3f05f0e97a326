internal import CElf

extension ELFFile {
  /// What header, segments, sections, dynamic section and relocations say that is not so; at most 64.
  ///
  /// - Parameter relocations: of this file.
  /// - Complexity: O(*n* log *n*) in sections and segments, O(*m*) in entries of the dynamic section.
  public func structureFlaws(_ relocations: RelocationSummary) -> [Flaw] {
    // A core file's sections and segments are those of a process.
    guard header.type != UInt16(ET_CORE) else { return [] }
    var flaws = FlawList()
    checkHeader(&flaws)
    for index in segments.indices { check(segment: index, &flaws) }
    checkSections(&flaws)
    checkOverlaps(&flaws)
    checkDynamicSection(&flaws)
    check(relocations, &flaws)
    return flaws.flaws
  }

  /// What symbol tables, hash tables and unwind entries say that is not so; at most 64.
  ///
  /// - Complexity: O(symbols + bytes of hash tables and unwind entries).
  public func contentFlaws() -> [Flaw] {
    var flaws = FlawList()
    for section in sections where !section.hasNoBits && !section.isCompressed {
      switch section.type {
      case UInt32(SHT_SYMTAB), UInt32(SHT_DYNSYM): check(symbols: section, &flaws)
      case UInt32(SHT_GNU_HASH): check(gnuHash: section, &flaws)
      case UInt32(SHT_HASH): check(hash: section, &flaws)
      default: break
      }
    }
    guard !header.isRelocatable else { return flaws.flaws }
    let names = sectionNames()
    for section in sections where names[section.index] == ".eh_frame" {
      if !forEachUnwindEntry(in: section, { _ in }) {
        flaws.note(
          .unwind, subject(section), "an entry that does not fit, refers to nothing or has no end",
          expected: "entries one after the other")
      }
    }
    return flaws.flaws
  }

  /// What notes say that is not so.
  public static func flaws(of notes: Notes) -> [Flaw] {
    var flaws = FlawList()
    for offset in notes.damagedAt {
      flaws.note(
        .note, "notes at \(offset.hexadecimal)", "a note that goes beyond them",
        expected: "notes one after the other")
    }
    if !notes.isComplete {
      flaws.note(
        .note, "notes", "more than are read", expected: "at most 65,536 of 16 MiB together")
    }
    if !notes.properties.isComplete {
      flaws.note(
        .property, "GNU properties", "one that is longer than its note",
        expected: "properties one after the other")
    }
    return flaws.flaws
  }

  /// What tables of versions say that is not so.
  public static func flaws(of versions: SymbolVersions) -> [Flaw] {
    versions.isComplete
      ? []
      : [
        Flaw(
          .version, "symbol versions",
          found: "an entry that is not there, or a name that cannot be read",
          expected: "as many entries as the dynamic section says, each with a name")
      ]
  }

  /// "section 5 '.dynsym'".
  func subject(_ section: Section) -> String {
    let name = name(of: section)
    return name.isEmpty ? "section \(section.index)" : "section \(section.index) '\(name)'"
  }

  private func checkHeader(_ flaws: inout FlawList) {
    let size = header.is64Bit ? 64 : 52
    if Int(tables.headerSize) != size {
      flaws.note(.header, "ELF header", "a size of \(tables.headerSize)", expected: "\(size)")
    }
    guard !sections.isEmpty else { return }
    let index = Int(sectionNamesIndex)
    guard sections.indices.contains(index) else {
      return flaws.note(
        .link, "ELF header", "names of sections in section \(tables.namesIndex)",
        expected: "one of \(sections.count) sections")
    }
    // 0 says that there are no names.
    guard index != 0 else { return }
    let names = sections[index]
    guard names.type == UInt32(SHT_STRTAB) else {
      return flaws.note(
        .link, "ELF header", "names of sections in section \(index) of type \(names.type)",
        expected: "a table of strings")
    }
    for section in sections where UInt64(section.nameOffset) >= names.size {
      flaws.note(
        .text, "section \(section.index)", "a name at \(section.nameOffset)",
        expected: "one within the \(names.size) bytes of names")
    }
  }

  private func check(_ relocations: RelocationSummary, _ flaws: inout FlawList) {
    if relocations.outside > 0 {
      flaws.note(
        .relocation, "relocations", "\(relocations.outside) that write to what no segment loads",
        expected: "none")
    }
    if relocations.withoutSymbol > 0 {
      flaws.note(
        .relocation, "relocations", "\(relocations.withoutSymbol) of symbols that are not there",
        expected: "none")
    }
    if relocations.isWithoutAddress {
      flaws.note(
        .relocation, "packed relocations", "a bitmap in front of all addresses",
        expected: "an address first")
    }
    if !relocations.isComplete {
      flaws.note(
        .relocation, "relocations", "a table that does not lie in the file or is too large",
        expected: "one in the file; packed ones of at most 16 MiB")
    }
  }
}
