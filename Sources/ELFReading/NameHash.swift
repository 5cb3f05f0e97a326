internal import Glibc

/// Hashes of names, sixteen bytes at a time.
///
/// Not against who chooses names to collide: two names of one hash must do no harm.
package enum NameHash {
  private static let seed: UInt64 = 0x9e37_79b9_7f4a_7c15
  private static let other: UInt64 = 0xff51_afd7_ed55_8ccd

  /// Both halves of the product, each bit of which depends on bits of both factors.
  @inline(__always)
  private static func folded(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let product = first.multipliedFullWidth(by: second)
    return product.high ^ product.low
  }

  /// The `Word` at `offset` as this machine reads it: hashes do not leave the process.
  @inline(__always)
  private static func word<Word: FixedWidthInteger & BitwiseCopyable>(
    _ start: UnsafeRawPointer, _ offset: Int, as type: Word.Type
  ) -> UInt64 {
    UInt64(truncatingIfNeeded: unsafe start.loadUnaligned(fromByteOffset: offset, as: Word.self))
  }

  /// All bytes of a name of at most sixteen, some of them twice.
  @inline(__always)
  private static func short(_ start: UnsafeRawPointer, _ count: Int) -> (UInt64, UInt64) {
    if count >= 8 {
      return unsafe (
        word(start, 0, as: UInt64.self), word(start, count - 8, as: UInt64.self)
      )
    }
    if count >= 4 {
      return unsafe (
        word(start, 0, as: UInt32.self), word(start, count - 4, as: UInt32.self)
      )
    }
    guard count > 0 else { return (0, 0) }
    let (first, middle) = unsafe (
      word(start, 0, as: UInt8.self), word(start, count / 2, as: UInt8.self)
    )
    return (first << 8 | middle, unsafe word(start, count - 1, as: UInt8.self))
  }

  /// Never 0.
  ///
  /// - Complexity: O(*n*), the length of the name.
  @inline(__always)
  package static func of(_ name: UnsafeRawBufferPointer) -> UInt64 {
    let count = name.count
    var hash = seed
    var last: (UInt64, UInt64) = (0, 0)
    if let start = name.baseAddress {
      if count > 16 {
        var offset = 0
        repeat {
          hash = folded(
            unsafe word(start, offset, as: UInt64.self) ^ other,
            unsafe word(start, offset + 8, as: UInt64.self) ^ hash)
          offset += 16
        } while offset + 16 < count
        last = unsafe short(start + count - 16, 16)
      } else {
        last = unsafe short(start, count)
      }
    }
    hash = folded(last.0 ^ other, last.1 ^ hash)
    hash = folded(hash ^ seed, UInt64(count) ^ other)
    return hash == 0 ? 1 : hash
  }

  /// The hash of the name that begins at `start` and ends before a NUL, and how long it is; nil where none of
  /// the `limit` bytes there is one.
  ///
  /// - Complexity: O(*n*), the length of the name.
  @inline(__always)
  static func ofString(_ start: UnsafeRawPointer, limit: Int) -> (hash: UInt64, count: Int)? {
    guard let end = unsafe memchr(start, 0, limit) else { return nil }
    let count = unsafe UnsafeRawPointer(end) - start
    return (unsafe of(UnsafeRawBufferPointer(start: start, count: count)), count)
  }
}
