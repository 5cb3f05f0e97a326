public import Glibc

/// An open file. Closed when the value goes away.
///
/// The corresponding C functions are `open(2)`, `read(2)`, `write(2)`, `fstat(2)` and `close(2)`.
public struct FileDescriptor: ~Copyable, Sendable {
  public let rawValue: Int32
  public let path: String
  /// It is closed with the value.
  private let isOwned: Bool

  public init(rawValue: Int32, path: String) {
    self.rawValue = rawValue
    self.path = path
    isOwned = true
  }

  private init(lent rawValue: Int32, path: String) {
    self.rawValue = rawValue
    self.path = path
    isOwned = false
  }

  /// The same open file for somebody who goes away before this value does, without a descriptor of its own.
  public func lent() -> FileDescriptor { FileDescriptor(lent: rawValue, path: path) }

  /// Opens `path`; never inherited by child processes. The corresponding C function is `openat(2)`.
  ///
  /// - Parameter place: a directory that is open; where `path` names a file in it, it is that directory's file.
  public init(
    opening path: String, _ flags: Int32 = O_RDONLY, mode: mode_t = 0o644,
    in place: DirectoryPlace? = nil
  ) throws(SystemError) {
    self.rawValue = try retrying("open", path) {
      unsafe path.withCString { name in
        // A name with a NUL in it would be another one to the system.
        guard unsafe strlen(name) == path.utf8.count else {
          errno = EINVAL
          return -1
        }
        if let place, let count = unsafe place.count(in: name) {
          return unsafe openat(place.descriptor, name + count, flags | O_CLOEXEC, mode)
        }
        return unsafe open(name, flags | O_CLOEXEC, mode)
      }
    }
    self.path = path
    isOwned = true
  }

  deinit { if isOwned { _ = close(rawValue) } }

  /// Another descriptor of the file that is open as `rawValue`, for a thread of its own. The
  /// corresponding C function is `fcntl(2)`, `F_DUPFD_CLOEXEC`.
  public static func duplicate(
    _ rawValue: Int32, path: String
  ) throws(SystemError) -> FileDescriptor {
    let copy = fcntl(rawValue, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw SystemError("duplicate the descriptor of", path) }
    return FileDescriptor(rawValue: copy, path: path)
  }

  public func status() throws(SystemError) -> FileStatus {
    var status = stat()
    try retrying("read the status of", path) { unsafe fstat(rawValue, &status) }
    return FileStatus(status)
  }

  /// Writes all of `bytes`.
  public func write(_ bytes: [UInt8]) throws(SystemError) {
    var offset = 0
    while offset < bytes.count {
      offset += try retrying("write", path) {
        unsafe bytes.withUnsafeBytes { buffer in
          unsafe Glibc.write(rawValue, buffer.baseAddress! + offset, buffer.count - offset)
        }
      }
    }
  }

  /// Reads to the end of the file.
  public func readToEnd(limit: Int = .max) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count < limit {
      let count = try retrying("read", path) {
        unsafe chunk.withUnsafeMutableBytes {
          unsafe Glibc.read(rawValue, $0.baseAddress, $0.count)
        }
      }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }

  /// Fills `buffer` from an offset of the file on; the position stays. The corresponding C function is `pread(2)`.
  ///
  /// - Returns: how many bytes there were: fewer where the file ends before.
  @unsafe public func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(SystemError) -> Int {
    var done = 0
    while done < buffer.count {
      let count = try retrying("read", path) {
        unsafe pread(
          rawValue, buffer.baseAddress! + done, buffer.count - done, off_t(offset) + off_t(done))
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Brings the file's data to the disk, so that its pages are no longer dirty.
  public func synchronize() throws(SystemError) {
    try retrying("sync", path) { fsync(rawValue) }
  }
}

/// What the system knows of a file.
///
/// Two are equal where it is one file and nothing was written to it in between, whatever happened to its
/// names, its owner and who may write to it.
public struct FileStatus: Sendable {
  public var device: UInt64
  public var inode: UInt64
  public var byteCount: Int
  public var isDirectory: Bool
  public var isRegularFile: Bool
  public var modificationNanoseconds: Int64
  /// Of contents, names, owner or mode; no program can set it.
  public var changeNanoseconds: Int64
  /// Permission bits.
  public var mode: UInt32
  /// The number of the user.
  public var owner: UInt32

  init(_ status: stat) {
    let identity = FileIdentity(status)
    device = identity.device
    inode = identity.inode
    byteCount = Int(status.st_size)
    isDirectory = status.st_mode & S_IFMT == S_IFDIR
    isRegularFile = status.st_mode & S_IFMT == S_IFREG
    modificationNanoseconds = identity.modificationNanoseconds
    changeNanoseconds = identity.changeNanoseconds
    mode = status.st_mode & 0o7777
    owner = status.st_uid
  }

  /// By which the file is known again for as long as nobody touches it.
  public var identity: FileIdentity {
    FileIdentity(
      device: device, inode: inode, byteCount: UInt64(bitPattern: Int64(byteCount)),
      modificationNanoseconds: modificationNanoseconds, changeNanoseconds: changeNanoseconds)
  }
}

extension FileStatus: Equatable {
  public static func == (left: FileStatus, right: FileStatus) -> Bool {
    left.device == right.device && left.inode == right.inode && left.byteCount == right.byteCount
      && left.isDirectory == right.isDirectory && left.isRegularFile == right.isRegularFile
      && left.modificationNanoseconds == right.modificationNanoseconds
  }

  /// Both describe one file, whatever happened to its contents.
  public func isSameFile(as other: FileStatus) -> Bool {
    device == other.device && inode == other.inode
  }
}

extension FileDescriptor {
  /// A file without a name, gone when the descriptor and its copies are closed.
  ///
  /// The corresponding C function is `mkstemp(3)`.
  public static func temporary() throws(SystemError) -> FileDescriptor {
    var template = Array("/tmp/plugin-runtime-XXXXXX".utf8CString)
    let descriptor = try retrying("make a temporary file in", "/tmp") {
      unsafe mkstemp(&template)
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unsafe unlink(template)
    return FileDescriptor(rawValue: descriptor, path: "a temporary file")
  }
}
