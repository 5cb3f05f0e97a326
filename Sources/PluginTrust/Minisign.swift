internal import CSodium

/// Keys and signatures as minisign writes them.
///
/// Source: https://jedisct1.github.io/minisign/, "Signature format" and "Public key format".
/// A key of the format that minisign writes: two bytes of algorithm, eight of id, 32 of Ed25519.
struct MinisignKey: Equatable, Sendable {
  let id: [UInt8]
  let key: [UInt8]

  /// Reads the text of a `.pub` file; nil where it is none.
  init?(_ text: String) {
    let lines = text.split(separator: "\n").map { $0.last == "\r" ? $0.dropLast() : $0 }
    guard lines.count == 2, lines[0].hasPrefix("untrusted comment:"),
      let bytes = Base64.bytes(lines[1], count: 42), bytes[..<2].elementsEqual("Ed".utf8)
    else { return nil }
    id = Array(bytes[2..<10])
    key = Array(bytes[10...])
  }

  /// As minisign prints it: a number of 64 bits, the first byte its lowest.
  static func name(of id: [UInt8]) -> String {
    let number = id.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// What stands in a `.minisig` file.
struct MinisignSignature: Sendable {
  /// What is signed is the BLAKE2b-512 of the file, not the file: minisign's way since version 0.8.
  let isPrehashed: Bool
  let keyID: [UInt8]
  let signature: [UInt8]
  let trustedComment: String
  /// Of ``signature`` and ``trustedComment`` together.
  let globalSignature: [UInt8]

  /// nil where the text is not what minisign writes.
  init?(_ text: String) {
    let lines = text.split(separator: "\n").map { $0.last == "\r" ? $0.dropLast() : $0 }
    let mark = "trusted comment: "
    guard lines.count == 4, lines[0].hasPrefix("untrusted comment:"), lines[2].hasPrefix(mark),
      let bytes = Base64.bytes(lines[1], count: 74),
      let global = Base64.bytes(lines[3], count: 64)
    else { return nil }
    switch bytes[..<2] {
    case let algorithm where algorithm.elementsEqual("ED".utf8): isPrehashed = true
    case let algorithm where algorithm.elementsEqual("Ed".utf8): isPrehashed = false
    default: return nil
    }
    keyID = Array(bytes[2..<10])
    signature = Array(bytes[10...])
    trustedComment = String(lines[2].dropFirst(mark.count))
    globalSignature = global
  }

  /// Whether `key` has signed `message`, the digest or the whole file, and the trusted comment.
  ///
  /// The corresponding C function is `crypto_sign_verify_detached(3)` of libsodium.
  func isGood(for message: [UInt8], by key: MinisignKey) -> Bool {
    Self.verify(signature, message, key)
      && Self.verify(globalSignature, signature + Array(trustedComment.utf8), key)
  }

  private static func verify(
    _ signature: [UInt8], _ message: [UInt8], _ key: MinisignKey
  ) -> Bool {
    // Safe: libsodium reads 64 bytes of signature and 32 of key, which their readers made sure of.
    unsafe crypto_sign_verify_detached(signature, message, UInt64(message.count), key.key) == 0
  }
}

enum Base64 {
  /// Exactly `count` bytes, or nil. The corresponding C function is `sodium_base642bin(3)`.
  static func bytes(_ text: Substring, count: Int) -> [UInt8]? {
    let text = Array(text.utf8)
    var bytes = [UInt8](repeating: 0, count: count)
    var length = 0
    let code = unsafe text.withUnsafeBytes { text in
      unsafe sodium_base642bin(
        &bytes, count, text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count, nil,
        &length, nil, sodium_base64_VARIANT_ORIGINAL)
    }
    return code == 0 && length == count ? bytes : nil
  }
}
