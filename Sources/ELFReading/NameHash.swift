/// Hashes of names, eight bytes at a time; each step can be undone, so that no difference is lost on the way.
///
/// Not against who chooses names to collide: two names of one hash must do no harm.
package enum NameHash {
  private static let seed: UInt64 = 0x9e37_79b9_7f4a_7c15

  @inline(__always)
  private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* 0xff51_afd7_ed55_8ccd
    return product ^ product >> 32
  }

  @inline(__always)
  private static func finished(_ hash: UInt64, _ count: Int) -> UInt64 {
    let hash = mixed(hash, UInt64(count))
    return hash == 0 ? 1 : hash
  }

  /// The last bytes of a name, fewer than eight, the first one lowest.
  @inline(__always)
  private static func rest(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<count {
      word |=
        unsafe UInt64(start.load(fromByteOffset: index, as: UInt8.self)) << (8 * UInt64(index))
    }
    return word
  }

  /// Never 0.
  ///
  /// - Complexity: O(*n*), the length of the name.
  package static func of(_ name: UnsafeRawBufferPointer) -> UInt64 {
    guard let start = name.baseAddress else { return finished(seed, 0) }
    var hash = seed
    var offset = 0
    while offset + 8 <= name.count {
      hash = mixed(
        hash,
        UInt64(littleEndian: unsafe start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset += 8
    }
    if offset < name.count { hash = mixed(hash, unsafe rest(start + offset, name.count - offset)) }
    return finished(hash, name.count)
  }

  /// The hash of the name that begins at `start` and ends before a NUL, and how long it is; nil where none of
  /// the `limit` bytes there is one.
  ///
  /// - Complexity: O(*n*), the length of the name.
  @inline(__always)
  static func ofString(_ start: UnsafeRawPointer, limit: Int) -> (hash: UInt64, count: Int)? {
    var hash = seed
    var offset = 0
    while offset + 8 <= limit {
      let word = UInt64(
        littleEndian: unsafe start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      // The highest bit of each byte that is 0, and of none below the first of them.
      let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
      if zeros != 0 {
        let count = zeros.trailingZeroBitCount >> 3
        if count > 0 { hash = mixed(hash, word & ~(UInt64.max << (8 * UInt64(count)))) }
        return (finished(hash, offset + count), offset + count)
      }
      hash = mixed(hash, word)
      offset += 8
    }
    for index in offset..<limit
    where unsafe start.load(fromByteOffset: index, as: UInt8.self) == 0 {
      if index > offset { hash = mixed(hash, unsafe rest(start + offset, index - offset)) }
      return (finished(hash, index), index)
    }
    return nil
  }
}
