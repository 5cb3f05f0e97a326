internal import Platform

/// What a host thinks of files, so that one that is as it was is not read again.
///
/// In the memory of the process: nobody else can write there. A file is the one that was judged if its
/// ``FileIdentity`` is, and the digest of its bytes where a ``FileTrust`` has taken it. Only files that were
/// admitted are remembered: what was missing may be there the next time.
struct VerdictCache {
  private struct Entry {
    var identity: FileIdentity
    var digest: String?
    var verdict: AdmissionVerdict
  }

  private var entries: [String: Entry] = [:]
  /// A host that is shown ever new paths forgets.
  static let capacity = 4096

  var count: Int { entries.count }

  /// The verdict on the file that was found at `path`; nil where it has to be judged.
  ///
  /// - Parameter digest: of its bytes; nil where nobody has taken it.
  func verdict(of path: String, _ status: FileStatus, digest: String?) -> AdmissionVerdict? {
    guard let entry = entries[path], entry.identity == status.identity, entry.digest == digest
    else { return nil }
    return entry.verdict
  }

  /// - Parameter tick: when it was opened at the latest; see ``FileIdentity/clockTick()``.
  mutating func note(
    _ verdict: AdmissionVerdict, of path: String, _ status: FileStatus, at tick: Int64
  ) {
    guard verdict.isAdmitted, status.identity.isSettled(at: tick) else { return }
    if entries.count >= Self.capacity { entries.removeAll(keepingCapacity: true) }
    var verdict = verdict
    let digest = verdict.trust?.digest
    // It is given anew each time.
    verdict.trust = nil
    entries[path] = Entry(identity: status.identity, digest: digest, verdict: verdict)
  }

  mutating func removeAll() { entries.removeAll() }
}
