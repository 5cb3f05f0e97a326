internal import CSodium
public import Platform

/// BLAKE2b-512 of a file: what `b2sum` prints, and what minisign signs.
///
/// One pass over the file serves lock file and signature; the corresponding C functions are
/// `crypto_generichash_init(3)`, `_update` and `_final` of libsodium.
public struct FileDigest: Hashable, Sendable, CustomStringConvertible {
  static let byteCount = 64
  let bytes: [UInt8]

  /// Reads the file from its beginning, whatever its position.
  ///
  /// - Complexity: O(*n*), the size of the file, in constant memory.
  public init(of file: borrowing FileDescriptor) throws(SystemError) {
    let state = UnsafeMutableRawPointer.allocate(
      byteCount: crypto_generichash_statebytes(), alignment: 64)
    defer { unsafe state.deallocate() }
    // Swift knows the state as a name only.
    let hash = OpaquePointer(state)
    unsafe crypto_generichash_init(hash, nil, 0, Self.byteCount)
    // Most plugins are smaller.
    let size = try file.status().byteCount
    var chunk = [UInt8](repeating: 0, count: min(max(size, 4096), 256 << 10))
    var offset = 0
    while true {
      let count = try file.read(&chunk, at: offset)
      if count == 0 { break }
      unsafe crypto_generichash_update(hash, chunk, UInt64(count))
      offset += count
    }
    var bytes = [UInt8](repeating: 0, count: Self.byteCount)
    unsafe crypto_generichash_final(hash, &bytes, bytes.count)
    self.bytes = bytes
  }

  /// 128 hexadecimal digits; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 2 * Self.byteCount, text.utf8.count == digits.count else { return nil }
    bytes = stride(from: 0, to: digits.count, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }

  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
