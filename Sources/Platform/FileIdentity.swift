internal import Glibc

/// Which file a name leads to, and in which state: equal for as long as nobody replaced, wrote to or
/// touched it.
///
/// The time of change cannot be set by programs, unlike that of modification.
public struct FileIdentity: Hashable, Sendable {
  public var device: UInt64
  public var inode: UInt64
  public var byteCount: UInt64
  /// Since 1970, as the file system keeps them.
  public var modificationNanoseconds: Int64
  public var changeNanoseconds: Int64

  /// What a name has that leads to no file, such as a link to nowhere.
  public static let none = FileIdentity(
    device: 0, inode: 0, byteCount: 0, modificationNanoseconds: 0, changeNanoseconds: 0)

  public init(
    device: UInt64, inode: UInt64, byteCount: UInt64, modificationNanoseconds: Int64,
    changeNanoseconds: Int64
  ) {
    self.device = device
    self.inode = inode
    self.byteCount = byteCount
    self.modificationNanoseconds = modificationNanoseconds
    self.changeNanoseconds = changeNanoseconds
  }

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    byteCount = UInt64(bitPattern: Int64(status.st_size))
    modificationNanoseconds = Self.nanoseconds(status.st_mtim)
    changeNanoseconds = Self.nanoseconds(status.st_ctim)
  }

  /// Wraps around for years that no clock shows.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// Whether no change that is still to come can leave the identity as it is: the file was last changed
  /// before `clockTick`, and a later change gets that time or a later one.
  public func isSettled(at clockTick: Int64) -> Bool { changeNanoseconds < clockTick }

  /// The least time that a local file system would stamp a change with now. Kernels from 6.13 on may take
  /// a later one, from the exact clock; it is then some milliseconds until the file is settled.
  ///
  /// The corresponding C function is `clock_gettime(3)` with `CLOCK_REALTIME_COARSE`.
  public static func clockTick() -> Int64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME_COARSE, &now)
    return nanoseconds(now)
  }
}

extension Files {
  /// The identity of what `path` leads to, symbolic links followed; ``FileIdentity/none`` where that is
  /// nothing, or cannot be told.
  public static func identity(_ path: String) -> FileIdentity {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? FileIdentity(status) : .none
  }
}

/// A directory that is being read: names as bytes, and the identities of what they lead to, with no more
/// system calls than there are files.
///
/// The corresponding C functions are `opendir(3)`, `readdir(3)` and `fstatat(2)`.
@safe public struct DirectoryScan: ~Copyable {
  private let stream: OpaquePointer
  public let path: String
  private let identity: (device: UInt64, inode: UInt64)

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
    identity = (UInt64(status.st_dev), UInt64(status.st_ino))
  }

  deinit { unsafe closedir(stream) }

  /// Whether the path still leads to the directory that was opened.
  public var isInPlace: Bool {
    let now = Files.identity(path)
    return now.device == identity.device && now.inode == identity.inode
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
      unsafe withUnsafeBytes(of: &entry.pointee.d_name) { field in
        body(unsafe FileName(field, directory: dirfd(stream)))
      }
    }
  }
}

/// A name that a ``DirectoryScan`` has come to; used within the call that it is given to.
@safe public struct FileName {
  private let text: UnsafePointer<CChar>
  /// The name without its NUL.
  public let bytes: UnsafeRawBufferPointer
  private let directory: Int32

  init(_ field: UnsafeRawBufferPointer, directory: Int32) {
    unsafe text = field.baseAddress!.assumingMemoryBound(to: CChar.self)
    unsafe bytes = UnsafeRawBufferPointer(rebasing: field[..<strlen(text)])
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
