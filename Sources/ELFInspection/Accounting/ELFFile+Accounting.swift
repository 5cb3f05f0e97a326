internal import CElf

/// What a run of bytes of a file is.
public enum ByteLabel: Hashable, Sendable {
  case elfHeader
  case programHeaders
  case sectionHeaders
  /// By position in ``ELFFile/sections``.
  case section(Int)
  /// Zeros between two structures.
  case padding
  /// In a segment and in no section; by position in ``ELFFile/segments``.
  case segment(Int)
  /// In none of these.
  case unmapped
}

extension ELFFile {
  /// Every byte of the file under exactly one label; the first that claims it has it.
  ///
  /// In this order: the header, the two tables, sections in the order of their table, then segments.
  /// What nobody claims, or only a segment, is padding where all of it is zero.
  /// - Returns: spans in the order of the file whose sizes add up to ``ELFFile/fileSize``.
  /// - Complexity: O(*n* log *n*) in sections and segments, and a pass over the bytes in between.
  public func accounting() -> [(range: Range<UInt64>, label: ByteLabel)] {
    var map = RangeMap<ByteLabel>()
    func claim(_ offset: UInt64, _ size: UInt64, _ label: ByteLabel) {
      let (end, overflow) = offset.addingReportingOverflow(size)
      map.claim(offset..<(overflow ? .max : end), for: label)
    }
    claim(0, UInt64(tables.headerSize), .elfHeader)
    for (table, count, label) in [
      (tables.segments, segments.count, ByteLabel.programHeaders),
      (tables.sections, sections.count, .sectionHeaders),
    ] {
      claim(table.offset, UInt64(table.entrySize) * UInt64(count), label)
    }
    for section in sections
    where section.type != UInt32(SHT_NOBITS) && section.type != UInt32(SHT_NULL) {
      claim(section.offset, section.size, .section(section.index))
    }
    for (index, segment) in segments.enumerated() where segment.type == UInt32(PT_LOAD) {
      claim(segment.offset, segment.fileSize, .segment(index))
    }
    return map.resolve(upTo: UInt64(fileSize)).map { span in
      switch span.label {
      case .some(let label) where !label.isSegment: return (span.range, label)
      default: return (span.range, isZero(span.range) ? .padding : span.label ?? .unmapped)
      }
    }
  }

  private func isZero(_ range: Range<UInt64>) -> Bool {
    unsafe withBytes(at: range.lowerBound, count: UInt64(range.count)) { bytes in
      unsafe bytes.allSatisfy { $0 == 0 }
    } ?? false
  }
}

extension ByteLabel {
  fileprivate var isSegment: Bool { if case .segment = self { true } else { false } }
}
