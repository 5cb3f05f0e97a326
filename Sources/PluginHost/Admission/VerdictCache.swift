internal import Platform

/// What a host thinks of files, so that one that is as it was is not read again.
///
/// In the memory of the process: nobody else can write there. A file is the one that was judged if its
/// ``FileIdentity`` is, and the digest of its bytes where a ``FileTrust`` has taken it. Only files that were
/// admitted are remembered: what was missing may be there the next time.
struct VerdictCache {
  private struct Entry {
    var path: String
    var identity: FileIdentity
    var digest: String?
    var verdict: AdmissionVerdict
  }

  private var entries: [Entry] = []
  /// By the hash of the path.
  private var places = HashedPlaces()
  /// A host that is shown ever new paths forgets.
  static let capacity = 4096

  var count: Int { entries.count }

  /// The verdict on the file that was found at `path`; nil where it has to be judged.
  ///
  /// - Parameter digest: of its bytes; nil where nobody has taken it.
  func verdict(of path: String, _ status: FileStatus, digest: String?) -> AdmissionVerdict? {
    guard let place = place(of: path, HashedPlaces.hash(path)),
      entries[place].identity == status.identity, entries[place].digest == digest
    else { return nil }
    return entries[place].verdict
  }

  private func place(of path: String, _ hash: UInt32) -> Int? {
    places.first(hash) { entries[$0].path == path }
  }

  /// - Parameter tick: when it was opened at the latest; see ``FileIdentity/clockTick()``.
  mutating func note(
    _ verdict: AdmissionVerdict, of path: String, _ status: FileStatus, at tick: Int64
  ) {
    guard verdict.isAdmitted, !verdict.dependsOnOthers, status.identity.isSettled(at: tick) else {
      return
    }
    var entry = Entry(
      path: path, identity: status.identity, digest: verdict.trust?.digest, verdict: verdict)
    // It is given anew each time.
    entry.verdict.trust = nil
    let hash = HashedPlaces.hash(path)
    if let place = place(of: path, hash) {
      entries[place] = entry
      return
    }
    if entries.count >= Self.capacity { removeAll() }
    places.insert(hash, entries.count)
    entries.append(entry)
  }

  /// Makes room for so many more.
  mutating func reserveCapacity(_ more: Int) {
    entries.reserveCapacity(min(entries.count + more, Self.capacity))
  }

  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    places.removeAll()
  }
}
