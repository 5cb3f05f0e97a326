internal import Glibc

/// A directory that is being read: names as bytes, and the identities of what they lead to, with no more
/// system calls than there are files.
///
/// The corresponding C functions are `opendir(3)`, `readdir(3)` and `fstatat(2)`.
@safe public struct DirectoryScan: ~Copyable {
  private let stream: OpaquePointer
  public let path: String
  /// Of the directory that was opened, whatever the path leads to by now.
  public let status: FileStatus

  public init(_ path: String) throws(SystemError) {
    guard let stream = unsafe opendir(path) else {
      throw SystemError("read the directory", path)
    }
    var status = stat()
    guard unsafe fstat(dirfd(stream), &status) == 0 else {
      let error = SystemError("read the directory", path)
      unsafe closedir(stream)
      throw error
    }
    unsafe self.stream = stream
    self.path = path
    self.status = FileStatus(status)
  }

  deinit { unsafe closedir(stream) }

  /// Whether the path still leads to the directory that was opened.
  public var isInPlace: Bool {
    let (now, then) = (Files.identity(path), status.identity)
    return now.device == then.device && now.inode == then.inode
  }

  /// Where files of the directory are opened, for as long as this value lives.
  public var place: DirectoryPlace {
    DirectoryPlace(
      prefix: Path.join(path, ""),
      descriptor: unsafe dirfd(stream))
  }

  /// Gives `body` every name once, in the order of the file system.
  ///
  /// - Throws: `SystemError` where the directory cannot be read to its end.
  public func forEachName(_ body: (FileName) -> Void) throws(SystemError) {
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        if errno != 0 { throw SystemError("read the directory", path) }
        return
      }
      let name = unsafe UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
      body(unsafe FileName(name, directory: dirfd(stream)))
    }
  }
}

/// A name that a ``DirectoryScan`` has come to; used within the call that it is given to.
@safe public struct FileName {
  private let text: UnsafePointer<CChar>
  /// The name without its NUL.
  public let bytes: UnsafeRawBufferPointer
  private let directory: Int32

  init(_ name: UnsafeRawPointer, directory: Int32) {
    unsafe text = name.assumingMemoryBound(to: CChar.self)
    // Some file systems have longer names than the field is declared with.
    unsafe bytes = UnsafeRawBufferPointer(start: text, count: strlen(text))
    self.directory = directory
  }

  /// `.` or `..`: the directory that is read, or the one above it.
  var isDirectoryItself: Bool {
    unsafe strcmp(text, ".") == 0 || strcmp(text, "..") == 0
  }

  /// nil where it is not UTF-8.
  public var string: String? { unsafe String(validatingCString: text) }

  /// As ``Files/identity(_:)``.
  public var identity: FileIdentity {
    var status = stat()
    return unsafe fstatat(directory, text, &status, 0) == 0 ? FileIdentity(status) : .none
  }
}

/// A directory that somebody has open: files in it are opened without walking the path to it again.
public struct DirectoryPlace: Sendable {
  /// The path, with a slash at its end.
  let prefix: String
  let descriptor: Int32

  /// Whether the path is that of a file in this directory, by its text.
  public func holds(_ path: String) -> Bool {
    unsafe path.withCString { unsafe count(in: $0) } != nil
  }

  /// How many bytes of the path of a file lead to this directory; nil where it lies elsewhere or deeper.
  func count(in path: UnsafePointer<CChar>) -> Int? {
    var prefix = prefix
    let count = prefix.utf8.count
    let isHere = prefix.withUTF8 { prefix in
      unsafe prefix.withMemoryRebound(to: CChar.self) {
        unsafe strncmp($0.baseAddress!, path, count) == 0
      }
    }
    guard isHere, unsafe strchr(path + count, Int32(UInt8(ascii: "/"))) == nil else { return nil }
    return count
  }
}
