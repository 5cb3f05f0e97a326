internal import Glibc
internal import Platform

extension ELFFile {
  /// Sections of a file: linkers write as many where every function of a large program has its own.
  static var mostSections: UInt64 { 1 << 20 }

  /// Looks at a number of sections that does not fit into the header, before libelf does: it takes
  /// memory for all of them as soon as it opens a file, whether the file holds them or not.
  ///
  /// Source: the generic ABI, "ELF Header", `e_shnum`: 0 says that the number is the size of the first
  /// section.
  static func checkSectionCount(
    _ file: borrowing FileDescriptor, _ head: UnsafeRawBufferPointer, fileSize: Int
  ) throws(ELFError) {
    let header = unsafe Array(head.prefix(64))
    guard header.count == 64, header.starts(with: [0x7f, 0x45, 0x4c, 0x46]),
      (1...2).contains(header[4])
    else { return }
    let is64Bit = header[4] == 2
    let isLittleEndian = header[5] == 1
    func integer(_ bytes: [UInt8], at offset: Int, width: Int) -> UInt64 {
      let digits = bytes[offset..<offset + width]
      return isLittleEndian
        ? digits.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        : digits.reduce(0) { $0 << 8 | UInt64($1) }
    }
    let table =
      is64Bit ? integer(header, at: 40, width: 8) : integer(header, at: 32, width: 4)
    guard table > 0, integer(header, at: is64Bit ? 60 : 48, width: 2) == 0 else { return }

    let entrySize = is64Bit ? 64 : 40
    var first = [UInt8](repeating: 0, count: entrySize)
    guard table <= UInt64(fileSize), read(&first, of: file, at: Int(table)) else { return }
    let count =
      is64Bit ? integer(first, at: 32, width: 8) : integer(first, at: 20, width: 4)
    guard count <= (UInt64(fileSize) - table) / UInt64(entrySize) else {
      throw ELFError(
        .truncated, path: file.path, field: "section header table", found: "\(count) entries",
        expected: "an end within the file's \(fileSize) bytes")
    }
    guard count <= mostSections else {
      throw ELFError(
        .malformed, path: file.path, field: "section header count", found: "\(count)",
        expected: "at most \(mostSections)")
    }
  }

  private static func read(
    _ bytes: inout [UInt8], of file: borrowing FileDescriptor, at offset: Int
  ) -> Bool {
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(file.rawValue, $0.baseAddress, $0.count, off_t(offset))
    }
    return count == bytes.count
  }
}
