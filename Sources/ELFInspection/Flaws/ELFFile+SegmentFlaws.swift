internal import CElf

extension ELFFile {
  /// Segments that describe what others load: by their address as a loader does, by their offset as
  /// others do.
  private static var describing: [Int] {
    [
      PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_PHDR, PT_TLS, PT_GNU_EH_FRAME, PT_GNU_PROPERTY,
      PT_GNU_RELRO,
    ]
    .map { Int($0) }
  }

  func check(segment index: Int, _ flaws: inout FlawList) {
    let segment = segments[index]
    let subject = "segment \(index) (\(segment.typeName))"
    if !segment.alignment.isAlignment {
      flaws.note(
        .segment, subject, "an alignment of \(segment.alignment.hexadecimal)",
        expected: "a power of two")
    } else if segment.isLoaded, segment.alignment > 1, segment.fileSize > 0,
      (segment.offset &- segment.address) & (segment.alignment - 1) != 0
    {
      flaws.note(
        .segment, subject,
        "offset \(segment.offset.hexadecimal) for address \(segment.address.hexadecimal)",
        expected: "the same remainder by \(segment.alignment.hexadecimal)")
    }
    guard segment.fileSize > 0, Self.describing.contains(Int(segment.type)) else { return }
    if segments.contains(where: { $0.isLoaded && $0.fileSize > 0 }),
      // Notes need not be loaded.
      segment.type != UInt32(PT_NOTE) || segment.address != 0
    {
      let place = place(ofAddress: segment.address)
      if place?.offset != segment.offset {
        flaws.note(
          .segment, subject,
          "offset \(segment.offset.hexadecimal) for address \(segment.address.hexadecimal)",
          expected: place.map { "\($0.offset.hexadecimal), from where that is loaded" }
            ?? "an address that is loaded from the file")
      }
    }
    if segment.type == UInt32(PT_INTERP), !endsWithNUL(segment.offset, segment.fileSize) {
      flaws.note(.text, subject, "a path without an end", expected: "a NUL behind it")
    }
  }

  /// Whether the last byte of a range is 0.
  func endsWithNUL(_ offset: UInt64, _ size: UInt64) -> Bool {
    guard size > 0 else { return true }
    return unsafe withBytes(at: offset + size - 1, count: 1) { unsafe $0[0] == 0 } ?? false
  }

  /// Finds bytes that two sections, two loaded segments or two tables of headers claim.
  func checkOverlaps(_ flaws: inout FlawList) {
    var ranges: [(start: UInt64, end: UInt64, index: Int)] = []
    func add(_ offset: UInt64, _ size: UInt64, _ index: Int) {
      if size > 0 { ranges.append((offset, offset &+ size, index)) }
    }
    // By negative numbers, what is no section.
    add(0, UInt64(header.is64Bit ? 64 : 52), -1)
    for (table, count, index) in [
      (tables.segments, segments.count, -2), (tables.sections, sections.count, -3),
    ] {
      add(table.offset, UInt64(table.entrySize) * UInt64(count), index)
    }
    for section in sections where !section.hasNoBits && section.type != UInt32(SHT_NULL) {
      add(section.offset, section.size, section.index)
    }
    note(ranges, &flaws) { index in
      switch index {
      case -1: "the ELF header"
      case -2: "the program headers"
      case -3: "the section headers"
      default: subject(sections[index])
      }
    }
    ranges = []
    for (index, segment) in segments.enumerated() where segment.isLoaded {
      add(segment.offset, segment.fileSize, index)
    }
    note(ranges, &flaws) { "segment \($0) (LOAD)" }
  }

  private func note(
    _ ranges: [(start: UInt64, end: UInt64, index: Int)], _ flaws: inout FlawList,
    _ name: (Int) -> String
  ) {
    let ranges = ranges.sorted { ($0.start, $0.index) < ($1.start, $1.index) }
    guard var last = ranges.first else { return }
    for range in ranges.dropFirst() {
      if range.start < last.end {
        let shared = min(range.end, last.end) - range.start
        flaws.note(
          .overlap, name(range.index), "\(shared) bytes that are also of \(name(last.index))",
          expected: "bytes of its own")
      }
      if range.end > last.end { last = range }
    }
  }
}
