internal import CElf

/// What a compressed section says of itself (`Elf_Chdr`).
public struct CompressionHeader: Equatable, Sendable {
  public enum Method: Equatable, Sendable {
    case zlib
    case zstd
    /// `ch_type`.
    case other(UInt32)
  }

  public var method: Method
  /// Bytes that the section holds once it is expanded (`ch_size`).
  public var size: UInt64
  /// What these are to be aligned to (`ch_addralign`).
  public var alignment: UInt64
  /// Bytes of the header itself.
  public static func headerSize(_ header: ELFFile.Header) -> UInt64 { header.is64Bit ? 24 : 12 }
}

extension ELFFile {
  /// Reads what a compressed section begins with; nil for a section that is not compressed, has no
  /// bytes in the file or too few for a header.
  ///
  /// Source: the generic ABI, "Section Compression".
  public func compression(of section: Section) -> CompressionHeader? {
    guard section.isCompressed, !section.hasNoBits else { return nil }
    let width = CompressionHeader.headerSize(header)
    guard section.size >= width else { return nil }
    return unsafe withBytes(at: section.offset, count: width) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      let is64Bit = header.is64Bit
      // Four bytes follow the type in a 64-bit file that say nothing.
      guard let type: UInt32 = reader.integer(at: 0),
        let size = reader.word(at: is64Bit ? 8 : 4, is64Bit: is64Bit),
        let alignment = reader.word(at: is64Bit ? 16 : 8, is64Bit: is64Bit)
      else { return nil }
      let method: CompressionHeader.Method =
        switch type {
        case 1: .zlib
        case 2: .zstd
        default: .other(type)
        }
      return CompressionHeader(method: method, size: size, alignment: alignment)
    } ?? nil
  }

  /// Whether compressed sections say that they hold more than debug information does: libraries that
  /// expand them take memory for that, whether it is true or not. What compilers write becomes two to
  /// ten times as large.
  public var hasSectionsThatExplode: Bool {
    sections.contains { section in
      guard section.isCompressed, !section.hasNoBits else { return false }
      return compression(of: section).map { isExplosive($0, section) } ?? true
    }
  }

  func isExplosive(_ compression: CompressionHeader, _ section: Section) -> Bool {
    compression.size / 64 > section.size
  }
}
