import CRuntimeSupport

/// The sizes of blocks: 32 to 128 bytes in steps of 16, then eight steps to each doubling up to 32 KiB. A
/// block is at most an eighth larger than it has to be.
enum SizeClass {
  static let count = 72
  static let maximalSize = 32 << 10
  /// In headers: a block that stands for itself.
  static let large: UInt8 = 0xff

  /// The class of blocks of at least `total` bytes, 1 to `maximalSize`, header included.
  @inline(__always)
  static func index(for total: Int) -> Int {
    let last = UInt(bitPattern: max(total, 32) - 1)
    if last < 128 { return Int(last >> 4) }
    let group = UInt.bitWidth - 1 - last.leadingZeroBitCount
    return (group - 6) * 8 + Int(last >> UInt(group - 3)) & 7
  }

  /// Fills the table by which short ways find the class of what was asked for.
  static func prepare() {
    for byteCount in stride(from: 0, through: maximalSize - BlockHeader.size, by: 16) {
      runtime_set_size_class(byteCount, UInt8(index(for: byteCount + BlockHeader.size)))
    }
  }

  /// The size of the blocks of a class.
  static func size(of index: Int) -> Int {
    if index < 8 { return (index + 1) * 16 }
    let group = index / 8 + 6
    return 1 << group + (index % 8 + 1) << (group - 3)
  }

  /// The size of the spans that a class is cut from.
  static func spanSize(of index: Int) -> Int { size(of: index) <= 2048 ? 64 << 10 : 512 << 10 }

  /// How many blocks go to and from a thread at once.
  static func batchCount(of index: Int) -> Int { min(max(8192 / size(of: index), 2), 64) }
}
