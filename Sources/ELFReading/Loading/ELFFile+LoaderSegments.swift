internal import CElf
internal import Glibc

/// What a loader takes from the table of segments.
extension ELFFile {
  /// Segments that say what to do with loaded memory lie in it.
  func checkSegments() throws(LoaderFlaw) {
    guard segments.count <= 1024 else {
      throw LoaderFlaw("e_phnum", "\(segments.count)", expected: "1,024 at most")
    }
    let space = LoadedSpace(segments)
    let page = UInt64(getpagesize())
    var loaded: Segment?
    var notes: UInt64 = 0
    for segment in segments {
      switch segment.type {
      case UInt32(PT_LOAD):
        try checkPages(segment, after: loaded, page)
        loaded = segment
      case UInt32(PT_TLS): try Self.checkThreadLocal(segment, space)
      case UInt32(PT_GNU_RELRO): try Self.checkReadOnly(segment, segments, page)
      // What unwinds stacks finds the segments there, once the file is loaded.
      case UInt32(PT_PHDR):
        let table = tables.segments
        let size = UInt64(table.count) * UInt64(table.entrySize)
        guard space.offset(of: segment.address, count: size) == table.offset else {
          throw LoaderFlaw(
            "PT_PHDR", "0x\(String(segment.address, radix: 16))",
            expected: "where the table of segments is loaded")
        }
      case UInt32(PT_NOTE), UInt32(PT_GNU_PROPERTY): try checkNotes(segment, space, &notes)
      default: break
      }
    }
  }

  /// A loader maps whole pages: two segments that share one have to agree in what is there. The table of segments can
  /// be read wherever a page of it is mapped.
  ///
  /// - Parameter last: the loaded segment before it; their addresses ascend.
  private func checkPages(
    _ segment: Segment, after last: Segment?, _ page: UInt64
  ) throws(LoaderFlaw) {
    if let last, segment.memorySize > 0 {
      let end = last.address &+ last.memorySize
      let sharesPage =
        last.memorySize > 0 && segment.address & ~(page - 1) < (end &+ page - 1) & ~(page - 1)
      guard
        !sharesPage
          || segment.flags == last.flags
            && segment.address &- segment.offset == last.address &- last.offset
      else {
        throw LoaderFlaw(
          "PT_LOAD", "a page that is another segment's too", expected: "pages of its own")
      }
    }
    let distance = tables.segments.offset &- (segment.offset & ~(page - 1))
    let mapped = (segment.offset & (page - 1)) &+ segment.fileSize &+ page - 1
    guard distance >= mapped & ~(page - 1) || segment.flags & LoadedSpace.readable != 0 else {
      throw LoaderFlaw(
        "PT_LOAD", "the table of segments, not readable", expected: "one that can be read")
    }
  }

  /// Thread-local storage lies in the file, and memory that it needs is not absurd.
  private static func checkThreadLocal(
    _ segment: Segment, _ space: LoadedSpace
  ) throws(LoaderFlaw) {
    guard segment.fileSize <= segment.memorySize, segment.memorySize < 1 << 30,
      segment.alignment > 0, segment.alignment & (segment.alignment &- 1) == 0,
      segment.alignment <= 1 << 20
    else {
      throw LoaderFlaw(
        "PT_TLS",
        "\(segment.fileSize) bytes of \(segment.memorySize), aligned to \(segment.alignment)",
        expected: "at most as many as there is room for, below 1 GB, aligned to a power of two")
    }
    guard
      segment.fileSize == 0
        // Address 0 is none to a loader.
        || segment.address != 0
          && space.offset(of: segment.address, count: segment.fileSize) == segment.offset
    else { throw LoaderFlaw("PT_TLS", "outside of what is loaded", expected: "within") }
  }

  /// The pages that nobody writes to any more after relocation are those of one segment that is written to
  /// until then: of any other they would lose the right to be run, or be somebody else's.
  private static func checkReadOnly(
    _ segment: Segment, _ segments: [Segment], _ page: UInt64
  ) throws(LoaderFlaw) {
    let (end, isOver) = segment.address.addingReportingOverflow(segment.memorySize)
    // Only whole pages are protected.
    let pages = (segment.address & ~(page - 1), end & ~(page - 1))
    let isWithin =
      !isOver
      && (pages.0 >= pages.1
        || segments.contains { loaded in
          guard loaded.isLoaded, loaded.isWritable else { return false }
          // Behind it, nothing is anybody's up to the next segment.
          let next =
            segments.lazy.filter { $0.isLoaded && $0.address > loaded.address }
            .map { $0.address & ~(page - 1) }.min() ?? 0
          let (last, isOver) = loaded.address.addingReportingOverflow(loaded.memorySize)
          return !isOver && pages.0 >= loaded.address & ~(page - 1) && pages.0 <= last
            && (pages.1 <= max(last, next) || pages.1 - last < page)
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
  ///
  /// - Parameter total: how many bytes of notes came before.
  private func checkNotes(
    _ segment: Segment, _ space: LoadedSpace, _ total: inout UInt64
  ) throws(LoaderFlaw) {
    guard segment.alignment == 8, segment.memorySize > 0 else { return }
    total &+= min(segment.fileSize, NoteRun.largestTotal &+ 1)
    guard total <= NoteRun.largestTotal else {
      throw LoaderFlaw("PT_NOTE", "more than 16 MB of notes", expected: "less")
    }
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
