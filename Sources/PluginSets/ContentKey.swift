internal import CSodium

/// A name for content: equal keys mean equal inputs, so what was built from them need not be built
/// again.
///
/// BLAKE2b with 20 bytes of output; the corresponding C function is `crypto_generichash(3)` of
/// libsodium.
struct ContentKey: Hashable, Sendable, CustomStringConvertible {
  let description: String

  init(_ parts: [String]) {
    // Each part ends with a byte that no part contains, so that ["ab", "c"] and ["a", "bc"] differ.
    var bytes: [UInt8] = []
    for part in parts {
      bytes.append(contentsOf: part.utf8)
      bytes.append(0xff)
    }
    self.init(hashing: bytes)
  }

  init(hashing bytes: [UInt8]) {
    var digest = [UInt8](repeating: 0, count: 20)
    let code = unsafe crypto_generichash(
      &digest, digest.count, bytes, UInt64(bytes.count), nil, 0)
    precondition(code == 0, "BLAKE2b takes any input and 20 bytes of output")
    let digits = Array("0123456789abcdef".utf8)
    description = String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
