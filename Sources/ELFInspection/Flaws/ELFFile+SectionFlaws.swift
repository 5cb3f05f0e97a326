internal import CElf

extension ELFFile {
  func checkSections(_ flaws: inout FlawList) {
    let isLoadable =
      !header.isRelocatable && segments.contains { $0.isLoaded && $0.fileSize > 0 }
    for section in sections where section.type != UInt32(SHT_NULL) {
      if !section.alignment.isAlignment {
        flaws.note(
          .section, subject(section), "an alignment of \(section.alignment.hexadecimal)",
          expected: "a power of two")
      }
      if section.flags & UInt64(SHF_ALLOC) != 0, isLoadable { checkPlace(of: section, &flaws) }
      if section.isCompressed { checkCompression(of: section, &flaws) }
      guard !section.hasNoBits else { continue }
      if section.type == UInt32(SHT_STRTAB), !endsWithNUL(section.offset, section.size) {
        flaws.note(
          .text, subject(section), "a string without an end", expected: "a NUL behind the last")
      }
      // Before compression it had entries.
      if !section.isCompressed { checkEntries(of: section, &flaws) }
      checkLink(of: section, &flaws)
    }
  }

  /// Holds a section against the segments, which alone a loader looks at.
  private func checkPlace(of section: Section, _ flaws: inout FlawList) {
    guard section.size > 0 else { return }
    let (end, overflow) = section.address.addingReportingOverflow(section.size)
    guard !overflow else {
      return flaws.note(
        .section, subject(section),
        "\(section.size) bytes at \(section.address.hexadecimal)",
        expected: "an end within the address space")
    }
    // What each thread has its own of lies in no segment but that.
    if section.hasNoBits, section.flags & UInt64(SHF_TLS) != 0 { return }
    let place = place(ofAddress: section.address)
    if section.hasNoBits {
      if place != nil {
        flaws.note(
          .section, subject(section), "zeros where a segment loads bytes of the file",
          expected: "an address behind them")
      } else if !segments.contains(where: {
        $0.isLoaded && $0.address <= section.address && end - $0.address <= $0.memorySize
      }) {
        flaws.note(
          .section, subject(section),
          "\(section.size) bytes at \(section.address.hexadecimal), which no segment loads",
          expected: "all of them in one")
      }
    } else if place?.offset != section.offset || (place?.size ?? 0) < section.size {
      flaws.note(
        .section, subject(section),
        "\(section.size) bytes at offset \(section.offset.hexadecimal) "
          + "for address \(section.address.hexadecimal)",
        expected: place.map {
          "at most \($0.size) at \($0.offset.hexadecimal), from where that is loaded"
        } ?? "an address that is loaded from the file")
    }
  }

  private func checkCompression(of section: Section, _ flaws: inout FlawList) {
    guard !section.hasNoBits, section.flags & UInt64(SHF_ALLOC) == 0 else {
      return flaws.note(
        .compression, subject(section), "compressed, and loaded as it is",
        expected: "one or the other")
    }
    guard let compression = compression(of: section) else {
      return flaws.note(
        .compression, subject(section), "\(section.size) bytes",
        expected: "a header of \(CompressionHeader.headerSize(header))")
    }
    if case .other(let type) = compression.method {
      flaws.note(
        .compression, subject(section), "compressed by method \(type)",
        expected: "1, zlib, or 2, zstd")
    }
    if isExplosive(compression, section) {
      flaws.note(
        .compression, subject(section),
        "\(compression.size) bytes in \(section.size)", expected: "at most 64 times as many")
    }
  }

  /// Bytes of the entries of a table whose kind fixes them.
  private func entrySize(_ section: Section) -> UInt64? {
    let is64Bit = header.is64Bit
    switch section.type {
    case UInt32(SHT_SYMTAB), UInt32(SHT_DYNSYM): return is64Bit ? 24 : 16
    case UInt32(SHT_RELA): return is64Bit ? 24 : 12
    case UInt32(SHT_REL), UInt32(SHT_DYNAMIC): return is64Bit ? 16 : 8
    case _ where section.isPackedRelocations: return is64Bit ? 8 : 4
    default: return nil
    }
  }

  private func checkEntries(of section: Section, _ flaws: inout FlawList) {
    guard let expected = entrySize(section) else { return }
    if section.entrySize != expected {
      flaws.note(
        .entrySize, subject(section), "entries of \(section.entrySize) bytes",
        expected: "\(expected)")
    } else if section.size % expected != 0 {
      flaws.note(
        .entrySize, subject(section), "\(section.size) bytes",
        expected: "whole entries of \(expected)")
    }
  }

  private func checkLink(of section: Section, _ flaws: inout FlawList) {
    let symbols = [UInt32(SHT_SYMTAB), UInt32(SHT_DYNSYM)]
    let expected: (types: [UInt32], words: String)
    var isOptional = false
    switch section.type {
    case UInt32(SHT_SYMTAB), UInt32(SHT_DYNSYM), UInt32(SHT_DYNAMIC), UInt32(SHT_GNU_verdef),
      UInt32(SHT_GNU_verneed):
      expected = ([UInt32(SHT_STRTAB)], "a table of strings")
    case UInt32(SHT_HASH), UInt32(SHT_GNU_HASH), UInt32(SHT_GNU_versym),
      UInt32(SHT_SYMTAB_SHNDX), UInt32(SHT_GROUP):
      expected = (symbols, "a table of symbols")
    case UInt32(SHT_RELA), UInt32(SHT_REL):
      expected = (symbols, "a table of symbols")
      isOptional = !header.isRelocatable
      if header.isRelocatable, Int(section.info) >= sections.count {
        flaws.note(
          .link, subject(section), "relocations for section \(section.info)",
          expected: "one of \(sections.count) sections")
      }
    default: return
    }
    if isOptional, section.link == 0 { return }
    let type =
      sections.indices.contains(Int(section.link)) ? sections[Int(section.link)].type : nil
    if type.map({ expected.types.contains($0) }) != true {
      flaws.note(
        .link, subject(section),
        "a link to section \(section.link)" + (type.map { " of type \($0)" } ?? ""),
        expected: expected.words)
    }
  }
}
