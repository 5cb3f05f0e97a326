internal import CElf

/// What the loader has to relocate, as the file tells it.
public struct RelocationSummary: Equatable, Sendable {
  /// Entries of all kinds, RELR decoded.
  public var total = 0
  /// Those that RELR packs.
  public var relr = 0
  /// Distinct 4096-byte pages that relocating writes to, and so makes private to a process.
  public var dirtyPages = 0

  public init() {}
}

extension ELFFile {
  /// Counts the relocations that the dynamic loader applies.
  ///
  /// - Complexity: O(relocations).
  public func relocations() -> RelocationSummary {
    var summary = RelocationSummary()
    var pages: Set<UInt64> = []
    var lastPage: UInt64?
    func note(_ address: UInt64) {
      summary.total += 1
      // Neighbours lie in one page more often than not.
      guard lastPage != address >> 12 else { return }
      lastPage = address >> 12
      pages.insert(address >> 12)
    }
    for section in sections where section.flags & UInt64(SHF_ALLOC) != 0 {
      switch section.type {
      case UInt32(SHT_RELA), UInt32(SHT_REL):
        guard let data = unsafe data(of: section) else { continue }
        let type = section.type == UInt32(SHT_RELA) ? ELF_T_RELA : ELF_T_REL
        for index in 0..<entryCount(of: section, type) {
          if section.type == UInt32(SHT_RELA) {
            var entry = GElf_Rela()
            if unsafe gelf_getrela(data, index, &entry) != nil { note(entry.r_offset) }
          } else {
            var entry = GElf_Rel()
            if unsafe gelf_getrel(data, index, &entry) != nil { note(entry.r_offset) }
          }
        }
      case 19:  // SHT_RELR, which this version of libelf does not name.
        let before = summary.total
        forEachRelativeRelocation(in: section, note)
        summary.relr += summary.total - before
      default: break
      }
    }
    summary.dirtyPages = pages.count
    return summary
  }

  /// Decodes RELR: an even word is an address; an odd one a bitmap of the 63 (or 31) words that
  /// follow the last address. Source: the generic ABI, "Relative relocation table".
  private func forEachRelativeRelocation(in section: Section, _ body: (UInt64) -> Void) {
    let width = header.is64Bit ? 8 : 4
    unsafe withBytes(at: section.offset, count: section.size) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      var next: UInt64 = 0
      for offset in stride(from: 0, to: reader.count, by: width) {
        let word =
          width == 8
          ? reader.integer(at: offset, as: UInt64.self)
          : reader.integer(at: offset, as: UInt32.self).map(UInt64.init)
        guard let word else { return }
        if word & 1 == 0 {
          body(word)
          next = word &+ UInt64(width)
        } else {
          for bit in 1..<UInt64(width * 8) where word >> bit & 1 == 1 {
            body(next &+ (bit - 1) &* UInt64(width))
          }
          next = next &+ UInt64(width * 8 - 1) &* UInt64(width)
        }
      }
    }
  }
}
