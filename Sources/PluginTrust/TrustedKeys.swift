internal import Platform

/// The keys whose signatures are taken: a directory of minisign's `.pub` files.
///
/// A key whose file lies in the directory `revoked` below it is refused, also where it lies in the
/// directory itself as well: nothing that it ever signed is taken.
public struct TrustedKeys: Sendable {
  public static let revokedName = "revoked"
  private struct Key: Sendable {
    var path: String
    var key: MinisignKey
  }
  private var trusted: [[UInt8]: Key] = [:]
  private var revoked: [[UInt8]: Key] = [:]

  /// Reads all keys of `directory`.
  ///
  /// - Parameter allowsWritable: also where others could write them.
  /// - Throws: `TrustError`; a `.pub` file that is no key is an error, as is a directory without keys.
  public init(_ directory: String, allowsWritable: Bool = false) throws(TrustError) {
    trusted = try Self.read(directory, allowsWritable)
    guard !trusted.isEmpty else {
      throw .malformed(
        path: directory, line: 0, found: "no key", expected: "minisign's public keys, *.pub")
    }
    let other = Path.join(directory, Self.revokedName)
    if Files.exists(other) { revoked = try Self.read(other, allowsWritable) }
  }

  private static func read(
    _ directory: String, _ allowsWritable: Bool
  ) throws(TrustError) -> [[UInt8]: Key] {
    if !allowsWritable { try TrustError.judge(directory) }
    var keys: [[UInt8]: Key] = [:]
    let names = try TrustError.wrap { () throws(SystemError) in try Files.list(directory) }
    for name in names where name.hasSuffix(".pub") {
      let path = Path.join(directory, name)
      if !allowsWritable { try TrustError.judge(path) }
      let text = try TrustError.wrap { () throws(SystemError) in try Files.readText(path) }
      guard let key = MinisignKey(text) else {
        throw .malformed(
          path: path, line: 0, found: "something else", expected: "a public key of minisign")
      }
      if let other = keys[key.id], other.key != key {
        throw .malformed(
          path: path, line: 0, found: "another key with the id of '\(other.path)'",
          expected: "ids that differ")
      }
      keys[key.id] = Key(path: path, key: key)
    }
    return keys
  }

  enum Finding: Equatable {
    case trusted(MinisignKey, path: String)
    case revoked(path: String)
    case unknown
  }

  func find(_ id: [UInt8]) -> Finding {
    if let key = revoked[id] { return .revoked(path: key.path) }
    if let key = trusted[id] { return .trusted(key.key, path: key.path) }
    return .unknown
  }
}
