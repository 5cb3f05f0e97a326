internal import CElf

/// A range of the file that holds notes, one after the other.
package struct NoteRun {
  package var offset: UInt64
  package var size: UInt64
  /// What names and descriptors are padded to: 4 or 8.
  package var alignment: Int

  /// - Parameter alignment: as the file says; whatever is not 8 counts as 4, as 0, 1 and 2 do for
  ///   a loader.
  init(_ offset: UInt64, _ size: UInt64, alignment: UInt64) {
    self.offset = offset
    self.size = size
    self.alignment = alignment == 8 ? 8 : 4
  }

  /// Notes are small; many that overlap would be a way to keep a host busy.
  static var largestTotal: UInt64 { 16 << 20 }
}

/// Where a note's parts lie within the bytes of its run.
package struct NotePlace {
  package var type: UInt32
  /// The owner's name with its NUL.
  package var owner: Range<Int>
  package var descriptor: Range<Int>
}

extension ELFFile {
  /// The runs that the loader finds notes in.
  package var noteSegments: some Sequence<NoteRun> {
    segments.lazy.filter { $0.type == UInt32(PT_NOTE) }
      .map { NoteRun($0.offset, $0.fileSize, alignment: $0.alignment) }
  }

  /// The runs that a linker finds notes in.
  package var noteSections: some Sequence<NoteRun> {
    sections.lazy.filter { $0.type == UInt32(SHT_NOTE) }
      .map { NoteRun($0.offset, $0.size, alignment: $0.alignment) }
  }

  /// Gives `body` every note of `runs` in order, until it returns false. A note that does not lie
  /// within its run ends that run.
  ///
  /// Source: the generic ABI, "Note Section"; the padding to 8 is that of the "Linux Extensions to
  /// gABI", "Alignment of note sections".
  ///
  /// - Parameter damaged: called with each run that ended at a note which does not lie within it.
  /// - Returns: false where the runs together hold more than ``NoteRun/largestTotal`` bytes; those
  ///   behind that are not looked at.
  /// - Complexity: O(bytes of notes).
  package func forEachNote(
    in runs: some Sequence<NoteRun>, damaged: (NoteRun) -> Void = { _ in },
    _ body: (ByteReader, NotePlace) -> Bool
  ) -> Bool {
    var total: UInt64 = 0
    for run in runs {
      total += min(run.size, NoteRun.largestTotal)
      guard total <= NoteRun.largestTotal else { return false }
      let goesOn = unsafe withBytes(at: run.offset, count: run.size) { bytes in
        let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
        return Self.walk(reader, alignment: run.alignment, body)
      }
      if goesOn == .stop { break }
      // One that claims more than the file holds cannot be read at all.
      if goesOn == .damage || (goesOn == nil && run.size > 0) { damaged(run) }
    }
    return true
  }

  /// How going through one run ends.
  private enum WalkEnd {
    case end, stop, damage
  }

  private static func walk(
    _ reader: ByteReader, alignment: Int, _ body: (ByteReader, NotePlace) -> Bool
  ) -> WalkEnd {
    func padded(_ count: Int) -> Int { (count + alignment - 1) & ~(alignment - 1) }
    var offset = 0
    while let nameSize: UInt32 = reader.integer(at: offset),
      let descriptorSize: UInt32 = reader.integer(at: offset + 4),
      let type: UInt32 = reader.integer(at: offset + 8)
    {
      let name = offset + 12
      let descriptor = offset + padded(12 + Int(nameSize))
      let end = descriptor + Int(descriptorSize)
      guard end <= reader.count else { return .damage }
      let place = NotePlace(
        type: type, owner: name..<name + Int(nameSize), descriptor: descriptor..<end)
      guard body(reader, place) else { return .stop }
      // The last one need not be padded.
      offset = descriptor + padded(Int(descriptorSize))
    }
    return .end
  }
}
