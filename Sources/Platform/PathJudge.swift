internal import Glibc

/// Tells whether others than this user and root could change what a path leads to.
///
/// A path is walked as the kernel walks it, one name after the other and through every symbolic link.
/// What lies on the way must belong to root or to the user that this process acts as, and must not be
/// writable by group or others; a directory with the sticky bit may be, as long as what is taken from
/// it belongs to the right one. Not `Sendable`: it remembers the directories that it has seen, for the
/// time of one search.
public struct PathJudge {
  /// What is wrong with a path.
  public struct Flaw: Error, Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
      /// Group or others may write to it; its permission bits.
      case writable(mode: UInt32)
      /// It belongs to a user who is neither root nor the one that the process acts as.
      case foreign(owner: UInt32)
    }
    public var kind: Kind
    /// The file, directory or link at fault, which need not be the one that was asked for.
    public var path: String
    public var isDirectory: Bool

    public init(_ kind: Kind, path: String, isDirectory: Bool) {
      self.kind = kind
      self.path = path
      self.isDirectory = isDirectory
    }
  }

  private let user = geteuid()
  /// Directories without flaw, and whether only their sticky bit made them so.
  private var seen: [String: Bool] = [:]
  /// The last directory that ``walkPlain(_:)`` has found good, alone or with a file in it, with its slash.
  private var lastDirectory: PathBytes?

  public init() {}

  /// Whether the directory of a path is the one that the last good file was found in: then nothing is to be judged
  /// but the file, if it is no link.
  public func knowsDirectory(of path: String) -> Bool {
    guard let known = unsafe lastDirectory?.bytes, path.utf8.count > known.count else {
      return false
    }
    var path = path
    return path.withUTF8 { utf8 in
      unsafe memcmp(known.baseAddress!, utf8.baseAddress!, known.count) == 0
        && memchr(utf8.baseAddress! + known.count, 0x2f, utf8.count - known.count) == nil
    }
  }

  /// What is wrong with a file that is open already; nil where all is well with it. Says nothing of the way to
  /// it.
  public func flaw(of file: FileStatus, at path: String) -> Flaw? {
    if file.owner != 0 && file.owner != user {
      return Flaw(.foreign(owner: file.owner), path: path, isDirectory: file.isDirectory)
    }
    guard file.mode & UInt32(S_IWGRP | S_IWOTH) != 0 else { return nil }
    return Flaw(.writable(mode: file.mode), path: path, isDirectory: file.isDirectory)
  }

  /// What is wrong with the path of a file or a directory; nil where all is well.
  ///
  /// The directory itself, or that of the file, must not be writable even with the sticky bit: it keeps
  /// files from being replaced, not from being added.
  /// - Throws: `SystemError` where the path leads to nothing or cannot be walked.
  /// - Complexity: one system call for each name on the way that was not seen before.
  public mutating func flaw(of path: String) throws(SystemError) -> Flaw? {
    if walkPlain(path) { return nil }
    do throws(Stop) {
      try walk(path)
      return nil
    } catch {
      switch error {
      case .flaw(let flaw): return flaw
      case .system(let error): throw error
      }
    }
  }

  /// Whether the path leads to something and nothing is wrong with it; see ``flaw(of:)``.
  public mutating func isWithoutFlaw(_ path: String) -> Bool {
    if walkPlain(path) { return true }
    do throws(Stop) {
      try walk(path)
      return true
    } catch {
      return false
    }
  }

  private enum Stop: Error {
    case flaw(Flaw)
    case system(SystemError)
  }

  /// Walks a path that most are like, from `/` on without a link, `.` or `..`, to a good file. Makes nothing that
  /// would have to be freed.
  ///
  /// - Returns: false where it is not like that, or something is wrong with it.
  private mutating func walkPlain(_ path: String) -> Bool {
    let capacity = 1024
    return unsafe withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 1) { buffer in
      var path = path
      let count = path.withUTF8 { utf8 -> Int in
        guard utf8.count < capacity, unsafe utf8.first == UInt8(ascii: "/") else { return 0 }
        unsafe buffer.copyBytes(from: utf8)
        return utf8.count
      }
      guard count > 1 else { return false }
      unsafe buffer[count] = 0
      return unsafe walkPlain(UnsafeMutableRawBufferPointer(rebasing: buffer[...count]))
    }
  }

  /// - Parameter bytes: of the path, ended with NUL; changed while it is walked.
  private mutating func walkPlain(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
    let slash = UInt8(ascii: "/")
    let known = lastDirectory.map { unsafe $0.bytes.count } ?? 0
    // What is above a good directory was judged on the way to it.
    var start = unsafe knownBeginning(of: UnsafeRawBufferPointer(bytes))
    var isSticky = false
    if start == 0 {
      start = 1
      guard let root = unsafe Self.plainStatus("/"), isOwned(root), !Self.isWritable(root) else {
        return false
      }
    }
    let name = unsafe bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
    var end = start
    while true {
      while unsafe bytes[end] != slash && bytes[end] != 0 { end += 1 }
      guard unsafe Self.isName(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) else {
        return false
      }
      let isLast = unsafe bytes[end] == 0
      unsafe bytes[end] = 0
      guard let status = unsafe Self.plainStatus(name), isOwned(status) else { return false }
      if isLast {
        guard !Self.isWritable(status) else { return false }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
          unsafe bytes[end] = slash
          lastDirectory = unsafe PathBytes(UnsafeRawBufferPointer(rebasing: bytes[...end]))
          return true
        case S_IFREG where !isSticky:
          if start != known {
            lastDirectory = unsafe PathBytes(UnsafeRawBufferPointer(rebasing: bytes[..<start]))
          }
          return true
        default: return false
        }
      }
      isSticky = Self.isWritable(status)
      guard status.st_mode & S_IFMT == S_IFDIR, !isSticky || status.st_mode & S_ISVTX != 0 else {
        return false
      }
      unsafe bytes[end] = slash
      end += 1
      start = end
    }
  }

  /// Where in a path that ends with NUL the first name begins that has to be looked at: behind ``lastDirectory``, or
  /// else at the last directory that leads to both, which may be good only because of its sticky bit; 0 where
  /// nothing is known.
  private func knownBeginning(of bytes: UnsafeRawBufferPointer) -> Int {
    guard let known = unsafe lastDirectory?.bytes else { return 0 }
    let slash = UInt8(ascii: "/")
    // Behind the last slash that both have, and behind the one before that.
    var (last, before) = (0, 0)
    for index in 0..<min(known.count, bytes.count) {
      guard unsafe known[index] == bytes[index] else { break }
      if unsafe known[index] == slash { (last, before) = (index + 1, last) }
    }
    return last == known.count ? last : before
  }

  /// Not empty, and neither `.` nor `..`.
  private static func isName(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let dot = UInt8(ascii: ".")
    switch bytes.count {
    case 0: return false
    case 1: return unsafe bytes[0] != dot
    case 2: return unsafe bytes[0] != dot || bytes[1] != dot
    default: return true
    }
  }

  private func isOwned(_ status: stat) -> Bool { status.st_uid == 0 || status.st_uid == user }

  private static func plainStatus(_ path: UnsafePointer<CChar>) -> stat? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status : nil
  }

  private mutating func walk(_ path: String) throws(Stop) {
    var waiting = Self.names(path)
    if !path.hasPrefix("/") { waiting += Self.names(try Self.workingDirectory()) }
    var current = "/"
    var isSticky = try enter("/")
    var links = 0
    while let name = waiting.popLast() {
      if name == ".." {
        current = Path.parent(of: current)
        isSticky = try enter(current)
        continue
      }
      let next = Path.join(current, name)
      if let known = seen[next] {
        (current, isSticky) = (next, known)
        continue
      }
      let status = try Self.status(next)
      switch status.st_mode & S_IFMT {
      case S_IFLNK:
        try judgeOwner(status, next)
        links += 1
        guard links <= 40, let target = Self.target(of: next) else {
          throw .system(SystemError("follow the links of", path, code: ELOOP))
        }
        if target.hasPrefix("/") { (current, isSticky) = ("/", try enter("/")) }
        waiting += Self.names(target)
      case S_IFDIR:
        current = next
        isSticky = try enter(next, status)
      default:
        // The directory of a file has to be as good as the file.
        if isSticky { try refuse(Self.status(current), current) }
        try judgeOwner(status, next)
        if Self.isWritable(status) { try refuse(status, next) }
        return
      }
    }
    if isSticky { try refuse(Self.status(current), current) }
  }

  /// Judges a directory; true where it may be passed through but not be taken files from.
  private mutating func enter(_ path: String, _ known: stat? = nil) throws(Stop) -> Bool {
    if let isSticky = seen[path] { return isSticky }
    let status: stat
    if let known { status = known } else { status = try Self.status(path) }
    try judgeOwner(status, path)
    let isWritable = Self.isWritable(status)
    if isWritable && status.st_mode & S_ISVTX == 0 { try refuse(status, path) }
    seen[path] = isWritable
    return isWritable
  }

  private func judgeOwner(_ status: stat, _ path: String) throws(Stop) {
    guard isOwned(status) else {
      throw .flaw(
        Flaw(
          .foreign(owner: status.st_uid), path: path,
          isDirectory: status.st_mode & S_IFMT == S_IFDIR))
    }
  }

  private func refuse(_ status: stat, _ path: String) throws(Stop) -> Never {
    throw .flaw(
      Flaw(
        .writable(mode: status.st_mode & 0o7777), path: path,
        isDirectory: status.st_mode & S_IFMT == S_IFDIR))
  }

  private static func isWritable(_ status: stat) -> Bool {
    status.st_mode & (S_IWGRP | S_IWOTH) != 0
  }

  /// The names of a path, the first one last.
  private static func names(_ path: String) -> [String] {
    path.split(separator: "/").filter { $0 != "." }.map(String.init).reversed()
  }

  private static func status(_ path: String) throws(Stop) -> stat {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { throw .system(SystemError("find", path)) }
    return status
  }

  private static func target(of link: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe readlink(link, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return count > 0 && count < bytes.count ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }

  private static func workingDirectory() throws(Stop) -> String {
    do throws(SystemError) { return try Files.resolve(".") } catch { throw .system(error) }
  }
}

/// The bytes of a path, which never change.
///
/// No string: the first one that goes away costs a start from an index more than the whole way to it.
@safe private final class PathBytes {
  let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    unsafe copy.copyMemory(from: bytes)
    unsafe self.bytes = UnsafeRawBufferPointer(copy)
  }

  deinit { unsafe bytes.deallocate() }
}
