/// Version 3 of the index file: where everything lies in it. Little-endian, without pointers.
///
///     header     96 bytes
///     entries    120 bytes each, in byte order of their file names
///     words      4 bytes each: lists that entries refer to
///     texts      UTF-8, each kept once
///
/// A text is referred to by its offset in the texts and its length; a list by the number of its first
/// word and the number of its elements.
enum IndexFormat {
  static let magic: UInt64 = 0x5844_4e49_2e52_4c50  // "PLR.INDX"
  static let version: UInt32 = 3
  static let headerSize = 96
  static let entrySize = 120
  /// An index larger than this is none of ours: a hundred thousand plugins take half of it.
  static let largestSize = 64 << 20

  /// Offsets in the header.
  enum Header {
    static let magic = 0
    static let version = 8
    /// The number of entries.
    static let entryCount = 12
    static let fileSize = 16
    /// Over everything else in the file.
    static let checksum = 24
    static let wordCount = 32
    static let textSize = 40
    /// The text of the toolchain; with what follows, ``IndexHost``.
    static let toolchain = 48
    static let machine = 56
    static let abiMajor = 58
    static let abiMinor = 60
    static let holdsStandardLibrary = 62
    static let features = 64
    static let runtime = 72
  }

  /// Offsets in an entry.
  enum Entry {
    static let identity = 0
    static let fileName = 40
    static let flags = 48
    static let abiMajor = 52
    static let abiMinor = 54
    static let unloadClass = 56
    static let features = 60
    static let name = 64
    static let version = 72
    static let toolchain = 80
    /// Three words each: revision, id.
    static let offers = 88
    /// Ten words each: code, field, found, expected, fix.
    static let reasons = 96
    /// Two words each.
    static let because = 104
    /// Three words each: revision, id.
    static let requires = 112
  }

  enum Flags {
    static let hasManifest: UInt32 = 1
    /// The manifest says which interfaces the plugin offers.
    static let hasOffers: UInt32 = 2
    /// It was decided whether the plugin can be unmapped.
    static let hasUnload: UInt32 = 4
    /// The file may have changed after it was judged without a trace in its identity.
    static let isUnsettled: UInt32 = 8
    /// The verdict holds only as long as other files are as they are: it stands for judging the file never, and
    /// where it is a refusal, the file is judged at each start.
    static let dependsOnOthers: UInt32 = 16
  }

  /// Tells damage from what was written; not made to withstand anybody who wants to deceive.
  ///
  /// Every step can be undone, so that a change in one place always changes the result.
  /// - Complexity: O(*n*), a word at a time.
  static func checksum(_ bytes: UnsafeRawBufferPointer, after state: UInt64) -> UInt64 {
    var state = state
    var offset = 0
    while offset + 8 <= bytes.count {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      state = (state ^ UInt64(littleEndian: word)) &* 0x9e37_79b9_7f4a_7c15
      state ^= state >> 32
      offset += 8
    }
    while offset < bytes.count {
      state = (state ^ UInt64(unsafe bytes[offset])) &* 0x9e37_79b9_7f4a_7c15
      state ^= state >> 32
      offset += 1
    }
    return state
  }

  /// The checksum of a whole file, of which the field for it is left out.
  static func checksum(ofFile bytes: UnsafeRawBufferPointer) -> UInt64 {
    let head = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<Header.checksum])
    let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[(Header.checksum + 8)...])
    return unsafe checksum(rest, after: checksum(head, after: UInt64(bytes.count)))
  }
}
