public import Platform
public import PluginHost

/// What happens to a file that nobody vouches for.
public enum TrustPolicy: String, Sendable, CaseIterable {
  /// It is loaded; nothing is looked at.
  case off
  /// It is loaded, and the host's log says why it should not be.
  case warn
  /// It is refused.
  case require
}

/// Holds files against lock files and signatures.
///
/// With lock files a file must be listed in one that lies above it, with its digest; with keys there must
/// be a signature beside it, `FILE.minisig`, by a key that is trusted and not revoked. With both it must
/// be both.
public struct FileVouching: FileTrust {
  public let policy: TrustPolicy
  public let locks: [LockFile]
  public let keys: TrustedKeys?
  public let hold: FileHold

  /// - Parameter hold: nil for what the policy asks for: a sealed copy where trust is required, else the
  ///   open file.
  public init(
    _ policy: TrustPolicy, locks: [LockFile] = [], keys: TrustedKeys? = nil, hold: FileHold? = nil
  ) {
    self.policy = policy
    self.locks = locks
    self.keys = keys
    self.hold = hold ?? (policy == .require ? .sealedCopy : .openFile)
  }

  public func judge(_ file: borrowing FileDescriptor, path: String) -> TrustVerdict {
    guard policy != .off else { return TrustVerdict() }
    var verdict = TrustVerdict()
    do throws(SystemError) {
      let digest = try FileDigest(of: file)
      verdict.digest = digest.description
      if !locks.isEmpty { verdict.reasons += checkLocks(path, digest) }
      if let keys { try checkSignature(path, file, digest, keys, &verdict) }
    } catch {
      verdict.reasons.append(
        Refusal(
          .unreadable, field: "file", found: error.reason, expected: "a readable file",
          fix: "check the file"))
    }
    if locks.isEmpty && keys == nil {
      verdict.reasons.append(
        Refusal(
          .notLocked, field: "policy", found: "neither a lock file nor keys to hold it against",
          expected: "one of them", fix: "give the host a lock file or keys"))
    }
    if policy == .warn {
      verdict.warnings = verdict.reasons
      verdict.reasons = []
    }
    return verdict
  }

  private func checkLocks(_ path: String, _ digest: FileDigest) -> [Refusal] {
    var isListed = false
    for lock in locks {
      let expected: FileDigest?
      do throws(TrustError) { expected = try lock.digest(of: path) } catch { continue }
      guard let expected else { continue }
      isListed = true
      guard expected == digest else {
        return [
          Refusal(
            .digestMismatch, field: "BLAKE2b-512", found: digest.description,
            expected: expected.description,
            fix: "find out who changed the file; if it is meant to be so, run plugin-host lock "
              + "'\(lock.directory)'")
        ]
      }
    }
    guard !isListed else { return [] }
    return [
      Refusal(
        .notLocked, field: "lock file", found: "no line for the file",
        expected: "one in "
          + locks.map { "'\(Path.join($0.directory, LockFile.name))'" }
          .joined(separator: " or "),
        fix: "run plugin-host lock DIRECTORY if the file is meant to be there")
    ]
  }

  /// A signature is 300 bytes; minisign takes comments of up to 8 KB.
  private static let largestSignature = 64 << 10

  private func checkSignature(
    _ path: String, _ file: borrowing FileDescriptor, _ digest: FileDigest, _ keys: TrustedKeys,
    _ verdict: inout TrustVerdict
  ) throws(SystemError) {
    let signaturePath = path + ".minisig"
    let field = "signature '\(signaturePath)'"
    guard let status = try Files.status(signaturePath) else {
      verdict.reasons.append(
        Refusal(
          .signatureMissing, field: field, found: "not there", expected: "one by a trusted key",
          fix: "run minisign -Sm '\(path)'"))
      return
    }
    guard status.isRegularFile, status.byteCount <= Self.largestSignature,
      let signature = MinisignSignature(try Files.readText(signaturePath))
    else {
      verdict.reasons.append(
        Refusal(
          .signatureMalformed, field: field, found: "something else",
          expected: "four lines as minisign writes them", fix: "run minisign -Sm '\(path)'"))
      return
    }
    let name = MinisignKey.name(of: signature.keyID)
    switch keys.find(signature.keyID) {
    case .unknown:
      verdict.reasons.append(
        Refusal(
          .keyUnknown, field: field, found: "key \(name)", expected: "a trusted key",
          fix: "have it signed by one, or put the signer's .pub file into the directory of keys"))
    case .revoked(let revoked):
      verdict.reasons.append(
        Refusal(
          .keyRevoked, field: field, found: "key \(name), revoked by '\(revoked)'",
          expected: "a trusted key", fix: "have the file signed with another key"))
    case .trusted(let key, _):
      let message =
        signature.isPrehashed ? digest.bytes : try file.readAll(limit: Self.largestLegacy)
      guard signature.isGood(for: message, by: key) else {
        verdict.reasons.append(
          Refusal(
            .signatureWrong, field: field, found: "not a signature of this file by key \(name)",
            expected: "one", fix: "get file and signature again, from where they were signed"))
        return
      }
      verdict.signer = name
    }
  }

  /// Larger files have to be signed the newer way, which needs no memory for them.
  private static let largestLegacy = 256 << 20
}

extension FileDescriptor {
  /// The whole file, whatever its position.
  fileprivate borrowing func readAll(limit: Int) throws(SystemError) -> [UInt8] {
    let size = try status().byteCount
    guard size <= limit else { throw SystemError("read", path, code: 27 /* EFBIG */) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    var chunk = [UInt8](repeating: 0, count: 256 << 10)
    while bytes.count <= limit {
      let count = try read(&chunk, at: bytes.count)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return bytes
  }
}
