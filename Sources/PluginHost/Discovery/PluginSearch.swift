internal import Glibc
public import Platform

/// Where a host looks for plugins, and which files it takes for some.
public struct PluginSearch: Sendable {
  /// The variable that names directories to look in, separated by colons.
  public static let environmentVariable = "PLUGIN_HOST_PATH"

  /// The directories in the order that they are searched in, each once.
  public private(set) var directories: [String] = []
  /// Directories below are searched too; symbolic links to directories are not followed there.
  public var isRecursive = false
  /// Patterns of `fnmatch(3)`, one of which must fit a file's name; one with a slash must fit the path
  /// below the directory that is searched. Hidden files fit only where the pattern's dot says so, the
  /// runtime's library never.
  public var patterns = ["*.so"]
  /// Files and directories that others could write to are taken as well.
  public var allowsWritable = false

  /// - Parameters:
  ///   - directories: must be there; they are searched first.
  ///   - path: the text of ``environmentVariable``; what it names may be missing. Empty parts, which a
  ///     shell takes for the working directory, are left out.
  /// - Throws: `SystemError` where one of `directories` is no directory.
  public init(_ directories: [String], path: String? = nil) throws(SystemError) {
    var known: [FileStatus] = []
    for directory in directories {
      guard let status = try Files.status(directory) else {
        throw SystemError("read the directory", directory, code: ENOENT)
      }
      guard status.isDirectory else {
        throw SystemError("read the directory", directory, code: ENOTDIR)
      }
      add(directory, status, &known)
    }
    for part in (path ?? "").split(separator: ":") {
      // One that cannot be looked at is as good as missing.
      guard let status = (try? Files.status(String(part))) ?? nil, status.isDirectory else {
        continue
      }
      add(String(part), status, &known)
    }
  }

  private mutating func add(_ path: String, _ status: FileStatus, _ known: inout [FileStatus]) {
    guard !known.contains(where: status.isSameFile) else { return }
    known.append(status)
    directories.append(path)
  }

  /// A file that fits, and why it is not to be looked into.
  struct Candidate: Sendable {
    var path: String
    var refusal: Refusal?
  }

  /// The files that fit: by directory in the order given, then in byte order, with what is in a
  /// directory where its name comes.
  ///
  /// The order is the same on every file system and in every locale.
  /// - Throws: `SystemError` where a directory cannot be read.
  func candidates() throws(SystemError) -> [Candidate] {
    var judge = PathJudge()
    var found: [Candidate] = []
    for directory in directories {
      try search(directory, below: "", &judge, &found)
    }
    return found
  }

  private func search(
    _ root: String, below prefix: String, _ judge: inout PathJudge, _ found: inout [Candidate]
  ) throws(SystemError) {
    let directory = prefix.isEmpty ? root : Path.join(root, prefix)
    if !allowsWritable, let flaw = try judge.flaw(of: directory) {
      found.append(Candidate(path: directory, refusal: Refusal(flaw)))
      return
    }
    for name in try Files.list(directory) {
      let below = prefix.isEmpty ? name : prefix + "/" + name
      let path = Path.join(root, below)
      if isRecursive, !name.hasPrefix("."), Files.isDirectoryItself(path) {
        try search(root, below: below, &judge, &found)
      } else if fits(name, below) {
        found.append(Candidate(path: path, refusal: refusal(path, &judge)))
      }
    }
  }

  /// Whether a pattern fits a file's name, or the path below the directory that is searched.
  func fits(_ name: String, _ below: String) -> Bool {
    !Discovery.isRuntime(name)
      && patterns.contains { pattern in
        let isPath = pattern.utf8.contains(UInt8(ascii: "/"))
        return unsafe fnmatch(pattern, isPath ? below : name, FNM_PERIOD | FNM_PATHNAME) == 0
      }
  }

  /// Why a file of the search is not to be looked into; nil where it may be.
  public func refusal(of path: String) -> Refusal? {
    allowsWritable ? nil : Admission.refusal(ofPath: path)
  }

  private func refusal(_ path: String, _ judge: inout PathJudge) -> Refusal? {
    allowsWritable ? nil : Admission.refusal(ofPath: path, &judge)
  }
}

extension Refusal {
  /// A path that others could lead elsewhere.
  public init(_ flaw: PathJudge.Flaw) {
    let field = flaw.isDirectory ? "directory '\(flaw.path)'" : "file '\(flaw.path)'"
    switch flaw.kind {
    case .writable(let mode):
      self.init(
        .writableByOthers, field: field, found: "mode 0\(String(mode, radix: 8))",
        expected: "writable by its owner only",
        fix: "run chmod go-w on it, or allow such files (plugin-host: --allow-writable)")
    case .foreign(let owner):
      self.init(
        .writableByOthers, field: field, found: "owned by user \(owner)",
        expected: "owned by root or by the user of this process",
        fix: "give it to one of them, or allow such files (plugin-host: --allow-writable)")
    }
  }
}
