internal import Glibc
public import Platform

/// What is known of the plugins of a directory without opening one.
///
/// It is kept in a file, so that the next start only has to see whether something changed. It tells what
/// to expect and admits nothing: a plugin that is loaded is judged again from its own file.
public struct PluginIndex: Sendable {
  /// What is done where the index is not as it should be.
  public enum Upkeep: Sendable {
    /// Rebuilt and written.
    case write
    /// The same, whether it is as it should be or not.
    case rewrite
    /// Rebuilt in memory only.
    case readOnly
  }

  /// An entry of the index.
  public struct Entry: Sendable {
    public var verdict: AdmissionVerdict
    public var identity: FileIdentity
    /// False where the file is judged again next time, because it was changed the moment it was read.
    public var isSettled: Bool
  }

  public let directory: String
  /// Where the file of the index lies, or would.
  public let path: String
  /// How many files the directory holds that are taken for plugins.
  public var count: Int { image.count }
  /// Why the index was rebuilt; nil where it was used as it was.
  public private(set) var flaw: IndexFlaw?
  /// How many files had to be opened and judged.
  public private(set) var judged = 0
  /// The size of the index in bytes.
  public private(set) var byteCount = 0
  /// Why the rebuilt index could not be written, as on read-only media: the next start rebuilds it again.
  public private(set) var writeError: SystemError?
  let image: IndexImage

  /// Sees whether the index of `directory` is as it should be, and rebuilds what is not.
  ///
  /// Files whose identity is that of the index are not opened.
  /// - Parameter path: where the index lies; nil for `.plugin-index` in the directory.
  /// - Throws: `SystemError` where the directory cannot be read, or is replaced again and again while it
  ///   is read. Whatever is wrong with the index itself is no error: see ``flaw``.
  /// - Complexity: O(*n* log *n*) for *n* files, with one system call each.
  public init(
    of directory: String, at path: String? = nil, _ upkeep: Upkeep = .write
  ) throws(SystemError) {
    self.directory = directory
    self.path = path ?? IndexFile.defaultPath(for: directory)
    let fingerprint = IndexFormat.fingerprint()
    var old: IndexImage?
    do throws(IndexFlaw) {
      old = try IndexFile.read(self.path, fingerprint: fingerprint)
    } catch {
      flaw = error
    }
    let seen = try Self.scan(directory, old)
    if upkeep == .rewrite {
      flaw = .asked
    } else if let old {
      guard let outdated = seen.flaw(old) else {
        image = old
        byteCount = old.byteCount
        return
      }
      flaw = outdated
    }
    let unchanged = seen.isUnchanged.indices.filter { seen.isUnchanged[$0] == 1 }
    var files = upkeep == .rewrite ? [] : unchanged.map { old!.record($0, in: directory) }
    let names =
      upkeep == .rewrite ? unchanged.map { old!.fileName($0) } + seen.unknown : seen.unknown
    for name in names { files.append(IndexedFile(judging: name, in: directory)) }
    judged = names.count
    files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    // The same holds for names that are not in the index.
    files = files.indices.filter { number in
      number == 0 || !files[number].name.utf8.elementsEqual(files[number - 1].name.utf8)
    }.map { files[$0] }
    let bytes = IndexWriter.bytes(of: files, fingerprint: fingerprint)
    byteCount = bytes.count
    image = IndexImage(bytes, fingerprint: fingerprint)
    guard upkeep != .readOnly else { return }
    do throws(SystemError) {
      guard bytes.count <= IndexFormat.largestSize else {
        throw SystemError("write", self.path, code: EFBIG)
      }
      try IndexFile.write(bytes, to: self.path)
    } catch {
      writeError = error
    }
  }

  /// Removes an index, and what writers that died have left beside it.
  ///
  /// - Returns: how many files went.
  @discardableResult
  public static func remove(of directory: String, at path: String? = nil) throws(SystemError) -> Int
  {
    try IndexFile.remove(path ?? IndexFile.defaultPath(for: directory))
  }

  /// All entries, in byte order of the names of their files.
  public var entries: [Entry] {
    (0..<count).map { number in
      let file = image.record(number, in: directory)
      return Entry(verdict: file.verdict, identity: file.identity, isSettled: file.isSettled)
    }
  }

  /// The files that are refused, with their reasons.
  public var refused: [PluginRefused] {
    (0..<count).filter { !image.isAdmitted($0) }.map { number in
      let verdict = image.record(number, in: directory).verdict
      return PluginRefused(path: verdict.path, reasons: verdict.reasons)
    }
  }

  // MARK: Scanning

  private struct Seen {
    /// By entry: 1 where the file is as it was. Bytes, because arrays of them need no type to be made.
    var isUnchanged: [UInt8] = []
    var unchangedCount = 0
    /// The names of files that have to be judged.
    var unknown: [String] = []
    var changed = 0
    var notUTF8 = false

    /// What is wrong with the index; nil where nothing is.
    func flaw(_ old: IndexImage) -> IndexFlaw? {
      guard !unknown.isEmpty || unchangedCount != old.count else { return nil }
      return .outdated(
        changed: changed, added: unknown.count - changed,
        removed: old.count - unchangedCount - changed)
    }
  }

  /// Compares the directory with an index of it.
  private static func scan(_ directory: String, _ old: IndexImage?) throws(SystemError) -> Seen {
    for _ in 0..<3 {
      let scan = try DirectoryScan(directory)
      var seen = Seen()
      if let old { seen.isUnchanged = [UInt8](repeating: 0, count: old.count) }
      try scan.forEachName { name in
        guard unsafe Discovery.isPlugin(name.bytes) else { return }
        if let old, let number = unsafe old.number(of: name.bytes) {
          if old.isCurrent(number, name.identity) {
            // A directory that is written to while it is read may show a name twice.
            if seen.isUnchanged[number] == 0 { seen.unchangedCount += 1 }
            seen.isUnchanged[number] = 1
            return
          }
          seen.changed += 1
        }
        if let text = name.string { seen.unknown.append(text) } else { seen.notUTF8 = true }
      }
      guard !seen.notUTF8 else {
        throw SystemError(
          "read a name that is not UTF-8 in the directory", directory, code: EILSEQ)
      }
      // Paths would lead into another directory than the names come from.
      if scan.isInPlace { return seen }
    }
    throw SystemError(
      "read the directory, which is replaced again and again,", directory, code: EAGAIN)
  }
}
