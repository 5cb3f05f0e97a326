internal import Glibc

/// What the project does with files and directories by path.
public enum Files {
  /// The status of what `path` names, symbolic links followed; nil where there is nothing.
  public static func status(_ path: String) throws(SystemError) -> FileStatus? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw SystemError("read the status of", path)
    }
    return FileStatus(status)
  }

  public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  public static func read(_ path: String) throws(SystemError) -> [UInt8] {
    try FileDescriptor(opening: path).readToEnd()
  }

  public static func readText(_ path: String) throws(SystemError) -> String {
    String(decoding: try read(path), as: UTF8.self)
  }

  /// The names in a directory in byte order, without `.` and `..`.
  public static func list(
    _ directory: String, where isWanted: (FileName) -> Bool = { _ in true }
  ) throws(SystemError) -> [String] {
    try list(DirectoryScan(directory), where: isWanted)
  }

  /// The same of a directory that is open and was not read yet.
  ///
  /// - Parameter prefix: what stands before each name.
  public static func list(
    _ directory: borrowing DirectoryScan, prefix: String = "",
    where isWanted: (FileName) -> Bool
  ) throws(SystemError) -> [String] {
    // All names, each with its NUL, and where they begin: sorted before they become text.
    var bytes: [UInt8] = []
    var starts: [Int] = []
    var prefix = prefix
    let skipped = prefix.utf8.count
    bytes.reserveCapacity(64 * (skipped + 32))
    try directory.forEachName { name in
      guard !name.isDirectoryItself && isWanted(name) else { return }
      starts.append(bytes.count)
      prefix.withUTF8 { unsafe bytes.append(contentsOf: $0) }
      unsafe bytes.append(contentsOf: name.bytes)
      bytes.append(0)
    }
    let sorted = unsafe bytes.withUnsafeBytes { bytes -> [String]? in
      guard !starts.isEmpty, let base = bytes.baseAddress else { return [] }
      let text = unsafe base.assumingMemoryBound(to: CChar.self)
      starts.sort { unsafe strcmp(text + $0 + skipped, text + $1 + skipped) < 0 }
      var names: [String] = []
      names.reserveCapacity(starts.count)
      for start in starts {
        guard let name = unsafe String(validatingCString: text + start) else { return nil }
        names.append(name)
      }
      return names
    }
    guard let sorted else {
      throw SystemError(
        "read a name that is not UTF-8 in the directory", directory.path, code: EILSEQ)
    }
    return sorted
  }

  /// Makes a directory and those above it where they are missing.
  public static func makeDirectory(_ path: String) throws(SystemError) {
    if unsafe mkdir(path, 0o755) == 0 { return }
    switch errno {
    case EEXIST:
      if let status = try status(path), status.isDirectory { return }
      throw SystemError("make the directory", path, code: ENOTDIR)
    case ENOENT:
      let parent = Path.parent(of: path)
      guard parent != path else { throw SystemError("make the directory", path, code: ENOENT) }
      try makeDirectory(parent)
      // Another process may have made it in between.
      if unsafe mkdir(path, 0o755) != 0 && errno != EEXIST {
        throw SystemError("make the directory", path)
      }
    default:
      throw SystemError("make the directory", path)
    }
  }

  /// Puts a file in place whole or not at all: written beside it, synced, renamed.
  ///
  /// What is there already and is no regular file, such as a device or a pipe, is written to as it
  /// is; a symbolic link stays one.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    let file = try OutputFile(path)
    try file.write(bytes)
    try file.commit()
  }

  /// Finds out, before long work is done, whether ``replace(_:with:)`` can write there.
  public static func checkReplaceable(_ path: String) throws(SystemError) {
    if let status = try status(path) {
      if status.isDirectory { throw SystemError("write", path, code: EISDIR) }
      if !status.isRegularFile { return }
    }
    let directory = Path.parent(of: try linkTarget(of: path))
    guard unsafe access(directory, W_OK | X_OK) == 0 else { throw SystemError("write", path) }
  }

  /// Where a symbolic link points to, through further links; `path` itself where it is none.
  static func linkTarget(of path: String) throws(SystemError) -> String {
    var path = path
    for _ in 0..<40 {
      var target = [UInt8](repeating: 0, count: 4096)
      let count = unsafe target.withUnsafeMutableBytes {
        unsafe readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
      }
      guard count > 0 else { return path }
      let text = String(decoding: target[..<count], as: UTF8.self)
      path = text.hasPrefix("/") ? text : Path.join(Path.parent(of: path), text)
    }
    throw SystemError("follow the links of", path, code: ELOOP)
  }

  public static func rename(_ path: String, to target: String) throws(SystemError) {
    try retrying("rename", path) { unsafe Glibc.rename(path, target) }
  }

  /// Gives the file a second name.
  public static func link(_ path: String, as name: String) throws(SystemError) {
    try retrying("link", name) { unsafe Glibc.link(path, name) }
  }

  /// Removes a file, or a directory with all that is in it; nothing where there is none.
  public static func remove(_ path: String) throws(SystemError) {
    if unsafe unlink(path) == 0 || errno == ENOENT { return }
    // unlink(2) says EISDIR for a directory on Linux.
    guard errno == EISDIR || errno == EPERM else { throw SystemError("remove", path) }
    for name in try list(path) { try remove(Path.join(path, name)) }
    try retrying("remove", path) { unsafe rmdir(path) }
  }

  /// Bytes that an ordinary user can still write below `path`.
  public static func freeBytes(_ path: String) throws(SystemError) -> UInt64 {
    var status = statvfs()
    try retrying("read the free space of", path) { unsafe statvfs(path, &status) }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }

  /// The absolute path without symbolic links.
  public static func resolve(_ path: String) throws(SystemError) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw SystemError("find", path) }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}

/// Paths as text.
public enum Path {
  public static func join(_ directory: String, _ name: String) -> String {
    // Of one piece: hosts make one path for each file that they look at.
    var (directory, name) = (directory, name)
    let slash = directory.utf8.last == UInt8(ascii: "/") ? 0 : 1
    return unsafe String(
      unsafeUninitializedCapacity: directory.utf8.count + slash + name.utf8.count
    ) { path in
      let path = UnsafeMutableRawBufferPointer(path)
      let behind = directory.withUTF8 { bytes in
        unsafe path.copyMemory(from: UnsafeRawBufferPointer(bytes))
        return bytes.count
      }
      if slash > 0 { unsafe path[behind] = UInt8(ascii: "/") }
      name.withUTF8 { bytes in
        unsafe UnsafeMutableRawBufferPointer(rebasing: path[(behind + slash)...])
          .copyMemory(from: UnsafeRawBufferPointer(bytes))
      }
      return path.count
    }
  }

  /// What stands before the last slash; `/` for what lies there and `.` where there is none.
  public static func parent(of path: String) -> String {
    let bytes = Array(path.utf8)
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
  }

  /// What stands after the last slash.
  public static func name(of path: String) -> String {
    String(
      decoding: path.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }.reversed(), as: UTF8.self)
  }
}
