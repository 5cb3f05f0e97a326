import TestSupport

extension [UInt8] {
  /// Makes every segment of `type` in a little-endian 64-bit file `PT_NULL`.
  mutating func hideSegments(ofType type: UInt32) {
    for header in segmentHeaders(ofType: type) { overwrite(at: header, with: UInt32(0)) }
  }

  /// The offsets of the `Elf64_Phdr` of `type` in a little-endian 64-bit file.
  func segmentHeaders(ofType type: UInt32) -> [Int] {
    let table = Int(integer(at: 32, as: UInt64.self))
    return (0..<Int(integer(at: 56, as: UInt16.self))).map { table + $0 * 56 }
      .filter { integer(at: $0, as: UInt32.self) == type }
  }

  /// Takes the section table away from a little-endian 64-bit file.
  mutating func hideSections() {
    overwrite(at: 40, with: UInt64(0))
    overwrite(at: 60, with: UInt16(0))
    overwrite(at: 62, with: UInt16(0))
  }
}
