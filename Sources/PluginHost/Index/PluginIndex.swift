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
    /// What was thought of the file when it was judged last.
    public var verdict: AdmissionVerdict
    /// Which file was judged: another one is judged again.
    public var identity: FileIdentity
    /// False where the file is judged again next time, because it was changed the moment it was read.
    public var isSettled: Bool
  }

  /// As it was named.
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
  /// Nobody but this user and root could have written it, so that what it says of a file may stand for judging
  /// the file: who could forge it, could as well put another plugin in place.
  public private(set) var isTrusted = true

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
    var judge = PathJudge()
    try self.init(of: directory, at: path, upkeep, &judge)
  }

  init(
    of directory: String, at path: String?, _ upkeep: Upkeep, _ judge: inout PathJudge
  ) throws(SystemError) {
    self.directory = directory
    self.path = path ?? IndexFile.defaultPath(for: directory)
    var old: IndexImage?
    do throws(IndexFlaw) {
      (old, isTrusted) = try IndexFile.read(self.path, host: .current, &judge)
    } catch {
      flaw = error
    }
    if let old, upkeep != .rewrite, try Self.isCurrent(old, for: directory) {
      image = old
      byteCount = old.byteCount
      return
    }
    let seen = try Self.compare(directory, with: old)
    if upkeep == .rewrite {
      flaw = .asked
    } else if let old {
      flaw = seen.flaw(old)
    }
    // What somebody else may have written does not get into what this user writes.
    let isAnew = upkeep == .rewrite || !isTrusted
    isTrusted = true
    var files = isAnew ? [] : seen.unchanged.map { old!.record($0, in: directory) }
    let names =
      isAnew ? seen.unchanged.map { old!.fileName($0) } + seen.unknown : seen.unknown
    for name in names { files.append(IndexedFile(judging: name, in: directory)) }
    judged = names.count
    files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    // A directory that is written to while it is read may show a name twice.
    files = files.indices.filter { number in
      number == 0 || !files[number].name.utf8.elementsEqual(files[number - 1].name.utf8)
    }.map { files[$0] }
    let bytes = IndexWriter.bytes(of: files, host: .current)
    // What was judged again is as it was: a refusal that lies in other files, say.
    if let old, !isAnew, old.holds(bytes) {
      (image, byteCount, flaw) = (old, old.byteCount, nil)
      return
    }
    byteCount = bytes.count
    image = IndexImage(bytes, host: .current)
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

  /// Whether every file of the directory is in the index as it is, and every one of the index is there.
  ///
  /// Most starts end here: nothing is made that would have to be freed.
  private static func isCurrent(
    _ image: IndexImage, for directory: String
  ) throws(SystemError) -> Bool {
    let scan = try DirectoryScan(directory)
    var current = 0
    var isOutdated = false
    try scan.forEachName { name in
      guard !isOutdated, unsafe Discovery.isPlugin(name.bytes) else { return }
      if let number = unsafe image.number(of: name.bytes), image.isCurrent(number, name.identity) {
        current += 1
      } else {
        isOutdated = true
      }
    }
    // Paths would lead into another directory than the names come from.
    return !isOutdated && current == image.count && scan.isInPlace
  }

  struct Seen {
    /// The numbers of the entries whose files are as they were.
    var unchanged: [Int] = []
    /// The names of files that have to be judged.
    var unknown: [String] = []
    var changed = 0
    var isText = true

    func flaw(_ old: IndexImage) -> IndexFlaw {
      .outdated(
        changed: changed, added: unknown.count - changed,
        removed: old.count - unchanged.count - changed)
    }
  }

  /// Finds out what in the directory differs from an index of it.
  ///
  /// - Parameter whenRead: called each time that all names were read.
  static func compare(
    _ directory: String, with old: IndexImage?, whenRead: () -> Void = {}
  ) throws(SystemError) -> Seen {
    for _ in 0..<3 {
      let scan = try DirectoryScan(directory)
      var seen = Seen()
      try scan.forEachName { name in
        guard unsafe Discovery.isPlugin(name.bytes) else { return }
        if let old, let number = unsafe old.number(of: name.bytes) {
          if old.isCurrent(number, name.identity) {
            seen.unchanged.append(number)
            return
          }
          seen.changed += 1
        }
        if let text = name.string { seen.unknown.append(text) } else { seen.isText = false }
      }
      guard seen.isText else {
        throw SystemError(
          "read a name that is not UTF-8 in the directory", directory, code: EILSEQ)
      }
      whenRead()
      if scan.isInPlace { return seen }
    }
    throw SystemError(
      "read the directory, which is replaced again and again,", directory, code: EAGAIN)
  }
}
