internal import Glibc
public import PluginHost
public import Platform

/// Contents of a plugin's file that took down the process it was tried in.
public struct QuarantineRecord: Equatable, Sendable {
  /// Where it lay then; the same contents are kept out wherever they lie.
  public var path: String
  let digest: ContentDigest
  public var byteCount: Int
  /// When, since 1970.
  public var wallMilliseconds: Int64
  public var finding: ProbeFinding

  /// 32 hexadecimal digits that stand for the contents.
  public var contents: String { digest.description }
}

/// Keeps plugins out of a host that have taken down a process that they were tried in: until their file's contents
/// change, or somebody clears them.
///
/// Give it to `PluginHost.loadGuard`. It goes by contents, so a culprit that is renamed, touched or copied
/// stays out, and nobody has to delete a cache. Several hosts may share the file. Not `Sendable`: the thread that
/// drives the host uses it.
public final class Quarantine: LoadGuard {
  /// Where it is kept.
  public let path: String
  /// By whom files are tried that nothing is known of; nil where they are taken as they are.
  public var probe: PluginProbe?
  /// Lines of the file that could not be read and count for nothing.
  public private(set) var flawCount = 0
  /// Why what was found could not be kept; it holds for this process all the same.
  public private(set) var writeError: SystemError?

  private var file: QuarantineFile {
    didSet { good = Set(file.good.map(\.digest)) }
  }
  private var good: Set<ContentDigest> = []

  /// - Parameters:
  ///   - path: of the file, which need not be there, nor its directory.
  ///   - allowsWritable: takes a file that others than this user and root could have written.
  /// - Throws: `Refusal` with the field, what was found and what to do, where the file cannot be read or others
  ///   could have written it.
  public init(
    _ path: String, probe: PluginProbe? = nil, allowsWritable: Bool = false
  ) throws(Refusal) {
    self.path = path
    self.probe = probe
    var flaw: PathJudge.Flaw?
    do throws(SystemError) {
      var judge = PathJudge()
      if !allowsWritable, Files.exists(path) { flaw = try judge.flaw(of: path) }
      file = try QuarantineFile(reading: path)
    } catch {
      throw Self.unreadable(path, error)
    }
    if let flaw { throw Refusal(flaw) }
    flawCount = file.flawCount
    good = Set(file.good.map(\.digest))
  }

  /// The culprits, in the order they were found.
  public var records: [QuarantineRecord] { file.bad }

  /// How many contents were tried and found good.
  public var goodCount: Int { file.good.count }

  /// Lets culprits go, so that they are tried, or loaded, again.
  ///
  /// - Returns: those that `isMeant` is true of.
  /// - Throws: `SystemError` where that cannot be kept; then nothing has changed.
  @discardableResult
  public func clear(
    where isMeant: (QuarantineRecord) -> Bool = { _ in true }
  ) throws(SystemError) -> [QuarantineRecord] {
    var cleared: [QuarantineRecord] = []
    try change { file in
      cleared = file.bad.filter(isMeant)
      file.bad.removeAll(where: isMeant)
    }
    return cleared
  }

  /// Tries those of the files that nothing is known of, many at once. Nothing without ``probe``.
  public func prepare(_ paths: [String]) {
    guard probe != nil else { return }
    _ = outcomes(of: paths)
  }

  public func refusal(of path: String) -> Refusal? {
    // Who has no culprits and tries nobody need not read the file.
    guard probe != nil || mayHold(path) else { return nil }
    return outcomes(of: [path])[0]
  }

  // MARK: Trying

  private func mayHold(_ path: String) -> Bool {
    guard !file.bad.isEmpty else { return false }
    let byteCount = Files.identity(path).byteCount
    return file.bad.contains { $0.byteCount == Int(clamping: byteCount) }
  }

  /// Why each file must not be loaded; nil where it may be.
  private func outcomes(of paths: [String]) -> [Refusal?] {
    var refusals = [Refusal?](repeating: nil, count: paths.count)
    var digests = [ContentDigest?](repeating: nil, count: paths.count)
    var unknown: [Unknown] = []
    var seen = good.union(file.bad.map(\.digest))
    for (number, path) in paths.enumerated() {
      do throws(SystemError) {
        let (digest, byteCount) = try ContentDigest.of(path)
        digests[number] = digest
        guard probe != nil, seen.insert(digest).inserted else { continue }
        unknown.append(Unknown(path: path, digest: digest, byteCount: byteCount))
      } catch {
        refusals[number] = Self.unreadable(path, error)
      }
    }
    let untried = unknown.isEmpty ? [:] : tryOut(unknown)
    for (number, digest) in digests.enumerated() {
      guard let digest else { continue }
      refusals[number] =
        untried[digest] ?? file.bad.first { $0.digest == digest }.map(Self.refusal)
    }
    return refusals
  }

  private struct Unknown {
    var path: String
    var digest: ContentDigest
    var byteCount: Int
  }

  /// Finds out about contents, and keeps what is found.
  ///
  /// - Returns: why some could not be tried: these stay out for now, and nothing is written down of them.
  private func tryOut(_ unknown: [Unknown]) -> [ContentDigest: Refusal] {
    guard let probe else { return [:] }
    var untried: [ContentDigest: Refusal] = [:]
    let found: [ProbeOutcome]
    do {
      found = try probe.run(unknown.map(\.path))
    } catch {
      for each in unknown {
        untried[each.digest] = Refusal(
          .quarantined, field: "trial", found: error.description,
          expected: "a process that the plugin is tried in",
          fix: "see why no process can be started, or load without a trial")
      }
      return untried
    }
    var news = QuarantineFile()
    for (each, outcome) in zip(unknown, found) {
      // What was tried must be what was read.
      guard let now = try? ContentDigest.of(each.path), now.digest == each.digest else {
        untried[each.digest] = Refusal(
          .quarantined, field: "file", found: "written to or replaced while it was tried",
          expected: "one that stays as it is", fix: "load the plugin again")
        continue
      }
      guard case .culprit(let finding) = outcome else {
        news.add(
          QuarantineFile.Good(digest: each.digest, byteCount: each.byteCount, path: each.path))
        continue
      }
      news.add(
        QuarantineRecord(
          path: each.path, digest: each.digest, byteCount: each.byteCount,
          wallMilliseconds: wallMilliseconds(), finding: finding))
    }
    keep(news)
    return untried
  }

  private func keep(_ news: QuarantineFile) {
    func add(_ file: inout QuarantineFile) {
      for record in news.bad { file.add(record) }
      for entry in news.good { file.add(entry) }
    }
    do throws(SystemError) {
      try change(add)
      writeError = nil
    } catch {
      writeError = error
      add(&file)
    }
  }

  /// Changes what is kept, beginning with what others have written meanwhile: whole or not at all.
  private func change(_ body: (inout QuarantineFile) -> Void) throws(SystemError) {
    try Files.makeDirectory(Path.parent(of: path))
    // A file that only this user can open, so that nobody else can hold the lock.
    let lock = try FileDescriptor(opening: path + ".lock", O_WRONLY | O_CREAT, mode: 0o600)
    try retrying("lock", lock.path) { flock(lock.rawValue, LOCK_EX) }
    var file = try QuarantineFile(reading: path)
    // What could not be kept before is still known here.
    if writeError != nil {
      for record in self.file.bad { file.add(record) }
    }
    body(&file)
    try Files.replace(path, with: file.bytes)
    self.file = file
  }

  private static func refusal(_ record: QuarantineRecord) -> Refusal {
    Refusal(
      .quarantined, field: "trial", found: "a plugin that \(record.finding)",
      expected: "one that can be loaded, initialised, called and taken down",
      fix: "mend it, or run 'plugin-host quarantine clear \(record.contents.prefix(12))'")
  }

  private static func unreadable(_ path: String, _ error: SystemError) -> Refusal {
    Refusal(
      .unreadable, field: "file '\(path)'", found: error.reason, expected: "a readable file",
      fix: "check the path and its permissions, or remove it")
  }
}
