internal import CElf

extension ELFFile.Section {
  /// The tables that have an entry for each dynamic symbol.
  public enum Kind: Sendable {
    case symbolVersions
    case hash
    case gnuHash
    case other
  }

  public var kind: Kind {
    switch type {
    case UInt32(SHT_GNU_versym): .symbolVersions
    case UInt32(SHT_HASH): .hash
    case UInt32(SHT_GNU_HASH): .gnuHash
    default: .other
    }
  }
}

extension ELFFile {
  /// The position of the first dynamic symbol that a GNU hash table knows.
  public func firstHashedSymbol(in table: Section) -> Int? {
    unsafe withBytes(at: table.offset, count: min(table.size, 8)) { bytes in
      unsafe (ByteReader(bytes, isLittleEndian: header.isLittleEndian).integer(at: 4) as UInt32?)
        .map(Int.init)
    } ?? nil
  }
}

extension ELFFile.Header {
  /// The machine's linkers write a stub of 16 bytes for each function that is called through the
  /// procedure linkage table.
  public var hasStubsOf16Bytes: Bool {
    [EM_X86_64, EM_386, EM_AARCH64].contains(Int32(machine))
  }
}
