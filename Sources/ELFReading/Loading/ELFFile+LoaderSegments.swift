internal import CElf
internal import Glibc

/// What a loader takes from the table of segments.
extension ELFFile {
  /// Segments that say what to do with loaded memory lie in it.
  func checkSegments() throws(LoaderFlaw) {
    let space = LoadedSpace(segments)
    for segment in segments {
      switch segment.type {
      case UInt32(PT_TLS): try Self.checkThreadLocal(segment, space)
      case UInt32(PT_GNU_RELRO): try Self.checkReadOnly(segment, segments)
      // What unwinds stacks finds the segments there, once the file is loaded.
      case UInt32(PT_PHDR):
        let table = tables.segments
        let size = UInt64(table.count) * UInt64(table.entrySize)
        guard space.offset(of: segment.address, count: size) == table.offset else {
          throw LoaderFlaw(
            "PT_PHDR", "0x\(String(segment.address, radix: 16))",
            expected: "where the table of segments is loaded")
        }
      // Without PT_PHDR too, wherever the table is loaded.
      case UInt32(PT_LOAD):
        let distance = tables.segments.offset &- segment.offset
        guard distance >= segment.fileSize || segment.flags & LoadedSpace.readable != 0 else {
          throw LoaderFlaw(
            "PT_LOAD", "the table of segments, not readable", expected: "one that can be read")
        }
      case UInt32(PT_NOTE), UInt32(PT_GNU_PROPERTY): try checkNotes(segment, space)
      default: break
      }
    }
  }

  /// Thread-local storage lies in the file, and memory that it needs is not absurd.
  private static func checkThreadLocal(
    _ segment: Segment, _ space: LoadedSpace
  ) throws(LoaderFlaw) {
    guard segment.fileSize <= segment.memorySize, segment.memorySize < 1 << 30,
      segment.alignment & (segment.alignment &- 1) == 0, segment.alignment <= 1 << 20
    else {
      throw LoaderFlaw(
        "PT_TLS",
        "\(segment.fileSize) bytes of \(segment.memorySize), aligned to \(segment.alignment)",
        expected: "at most as many as there is room for, below 1 GB, aligned to a power of two")
    }
    guard
      segment.fileSize == 0
        || space.offset(of: segment.address, count: segment.fileSize) != nil
    else { throw LoaderFlaw("PT_TLS", "outside of what is loaded", expected: "within") }
  }

  /// The pages that nobody writes to any more after relocation are those of one segment that is written to
  /// until then: of any other they would lose the right to be run, or be somebody else's.
  private static func checkReadOnly(
    _ segment: Segment, _ segments: [Segment]
  ) throws(LoaderFlaw) {
    let page = UInt64(getpagesize())
    let (end, isOver) = segment.address.addingReportingOverflow(segment.memorySize)
    // Only whole pages are protected.
    let pages = (segment.address & ~(page - 1), end & ~(page - 1))
    let isWithin =
      !isOver
      && (pages.0 >= pages.1
        || segments.contains { loaded in
          guard loaded.isLoaded, loaded.isWritable else { return false }
          let (last, isOver) = loaded.address.addingReportingOverflow(loaded.memorySize)
          return !isOver && pages.0 >= loaded.address & ~(page - 1)
            && (pages.1 <= last || pages.1 - last < page)
        })
    guard isWithin else {
      throw LoaderFlaw(
        "PT_GNU_RELRO",
        "\(segment.memorySize) bytes at 0x\(String(segment.address, radix: 16))",
        expected: "pages of one segment that is loaded and writable")
    }
  }

  /// A loader reads notes where they are loaded, and goes by what those say of their lengths that are aligned to
  /// 8: properties are among them.
  private func checkNotes(_ segment: Segment, _ space: LoadedSpace) throws(LoaderFlaw) {
    guard segment.alignment == 8, segment.memorySize > 0 else { return }
    guard segment.memorySize == segment.fileSize,
      space.offset(of: segment.address, count: segment.fileSize) == segment.offset
    else {
      throw LoaderFlaw(
        "PT_NOTE", "\(segment.memorySize) bytes at 0x\(String(segment.address, radix: 16))",
        expected: "notes that are loaded from the file")
    }
    var isDamaged = false
    let isWhole = forEachNote(
      in: CollectionOfOne(NoteRun(segment.offset, segment.fileSize, alignment: 8)),
      damaged: { _ in isDamaged = true }, { _, _ in true })
    guard isWhole, !isDamaged else {
      throw LoaderFlaw(
        "PT_NOTE", "a note that goes on behind the segment", expected: "notes that lie within")
    }
  }
}
