/// What somebody wrote into the file for others to find.
public struct Note: Equatable, Sendable {
  /// Who says what ``type`` means: "GNU", "FDO".
  public var owner: String
  public var type: UInt32
  public var descriptor: [UInt8]
}

/// All notes of a file, and what those of known kinds say.
public struct Notes: Equatable, Sendable {
  /// In the order of the file.
  public var entries: [Note]
  /// False where there are more or larger ones than are read: 16 MiB and 65,536 notes.
  public var isComplete: Bool
  /// Where in the file the ranges begin in which a note does not lie within the range; what stands
  /// behind it there is not read.
  public var damagedAt: [UInt64] = []
  let header: ELFFile.Header

  private func first(_ owner: String, _ type: UInt32) -> Note? {
    entries.first { $0.type == type && $0.owner == owner }
  }

  private func integers(in note: Note) -> [UInt32] {
    stride(from: 0, to: note.descriptor.count & ~3, by: 4).map {
      note.integer(at: $0, isLittleEndian: header.isLittleEndian)
    }
  }

  /// What tells this build from all others, in hexadecimal digits (`NT_GNU_BUILD_ID`).
  public var buildID: String? {
    guard let note = first("GNU", 3), !note.descriptor.isEmpty else { return nil }
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: note.descriptor.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self)
  }

  /// The least kernel that the file runs on (`NT_GNU_ABI_TAG`).
  public struct ABITag: Equatable, Sendable, CustomStringConvertible {
    /// 0 is Linux, 1 the Hurd, 2 Solaris, 3 FreeBSD.
    public var system: UInt32
    public var major: UInt32
    public var minor: UInt32
    public var patch: UInt32

    public var description: String {
      let names = ["Linux", "Hurd", "Solaris", "FreeBSD"]
      let name = Int(system) < names.count ? names[Int(system)] : "system \(system)"
      return "\(name) \(major).\(minor).\(patch)"
    }
  }

  public var abiTag: ABITag? {
    guard let note = first("GNU", 1), case let words = integers(in: note), words.count >= 4 else {
      return nil
    }
    return ABITag(system: words[0], major: words[1], minor: words[2], patch: words[3])
  }

  /// What the file says of itself as a program (`NT_GNU_PROPERTY_TYPE_0`); without a note, nothing.
  public var properties: GNUProperties {
    guard let note = first("GNU", 5) else { return GNUProperties() }
    return GNUProperties(note, header: header)
  }

  /// The libraries that the program opens by itself, as JSON text, one for each note.
  ///
  /// Source: the UAPI group's "ELF dlopen() metadata".
  public var dlopenTexts: [String] { texts(ofType: 0x407c_0c0a) }

  /// What package the file belongs to, as JSON text.
  ///
  /// Source: the UAPI group's "Package metadata for executable files".
  public var packageTexts: [String] { texts(ofType: 0xcafe_1a7e) }

  /// Texts that end with NUL or with their note; those that are not UTF-8 are left out.
  private func texts(ofType type: UInt32) -> [String] {
    entries.filter { $0.type == type && $0.owner == "FDO" }
      .compactMap { String(validating: $0.descriptor.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// Promises that hold for all code in a file, by what the processor makes of them.
public struct GNUProperties: Equatable, Sendable {
  /// Every target of an indirect jump is marked (x86, Intel CET).
  public var hasIBT = false
  /// Returns may be checked against a shadow stack (x86, Intel CET).
  public var hasShadowStack = false
  /// The least level of the x86-64 ABI that the file needs, as a set of bits: 1 is the baseline, 2
  /// x86-64-v2, 4 v3, 8 v4.
  public var neededISA: UInt32?
  /// Every target of an indirect jump is marked (AArch64).
  public var hasBTI = false
  /// Return addresses are signed (AArch64).
  public var hasPAC = false
  /// The types of all properties, known or not, in the order of the file.
  public var types: [UInt32] = []
  /// False where a property does not lie within the note, or bytes are left that are none.
  public var isComplete = true

  init() {}

  /// Source: "Linux Extensions to gABI", "Program Property"; the processors' own supplements.
  init(_ note: Note, header: ELFFile.Header) {
    let alignment = header.is64Bit ? 8 : 4
    var offset = 0
    func integer(at offset: Int) -> UInt32 {
      note.integer(at: offset, isLittleEndian: header.isLittleEndian)
    }
    while offset + 8 <= note.descriptor.count {
      let type = integer(at: offset)
      let size = Int(integer(at: offset + 4))
      guard size <= note.descriptor.count - offset - 8 else {
        isComplete = false
        return
      }
      types.append(type)
      if size == 4 { read(type, integer(at: offset + 8), machine: header.machine) }
      offset += 8 + (size + alignment - 1) & ~(alignment - 1)
    }
    if offset < note.descriptor.count { isComplete = false }
  }

  private mutating func read(_ type: UInt32, _ value: UInt32, machine: UInt16) {
    switch (machine, type) {
    case (3, 0xc000_0002), (62, 0xc000_0002):
      hasIBT = value & 1 != 0
      hasShadowStack = value & 2 != 0
    case (3, 0xc000_8002), (62, 0xc000_8002): neededISA = value
    case (183, 0xc000_0000):
      hasBTI = value & 1 != 0
      hasPAC = value & 2 != 0
    default: break
    }
  }
}

extension Note {
  /// - Precondition: four bytes lie at `offset`.
  fileprivate func integer(at offset: Int, isLittleEndian: Bool) -> UInt32 {
    let bytes = descriptor[offset..<offset + 4]
    return isLittleEndian
      ? bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
      : bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }
}

extension ELFFile {
  /// Reads the notes in the file's segments, or in its sections where no segment holds any.
  ///
  /// - Complexity: O(bytes of notes), of which at most 16 MiB are read.
  public func notes() -> Notes {
    let notes = notes(in: noteSegments)
    guard notes.entries.isEmpty && notes.isComplete else { return notes }
    var others = self.notes(in: noteSections)
    others.damagedAt += notes.damagedAt.filter { !others.damagedAt.contains($0) }
    return others
  }

  private func notes(in runs: some Sequence<NoteRun>) -> Notes {
    var notes = Notes(entries: [], isComplete: true, header: header)
    var damagedAt: [UInt64] = []
    let isWhole = forEachNote(in: runs, damaged: { damagedAt.append($0.offset) }) { reader, place in
      guard notes.entries.count < 65_536 else {
        notes.isComplete = false
        return false
      }
      // Some owners leave the NUL out.
      let owner =
        reader.text(at: place.owner.lowerBound, capacity: place.owner.count)
        ?? String(decoding: reader.array(place.owner), as: UTF8.self)
      notes.entries.append(
        Note(owner: owner, type: place.type, descriptor: reader.array(place.descriptor)))
      return true
    }
    if !isWhole { notes.isComplete = false }
    notes.damagedAt = damagedAt
    return notes
  }
}

extension ByteReader {
  /// - Precondition: `range` lies within the bytes.
  fileprivate func array(_ range: Range<Int>) -> [UInt8] { unsafe Array(bytes[range]) }
}
