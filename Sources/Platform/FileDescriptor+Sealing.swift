internal import CPlatform
internal import Glibc

extension FileDescriptor {
  /// A copy of the file in memory that nobody can change any more: its pages are this process's own.
  ///
  /// The corresponding C functions are `memfd_create(2)` and `fcntl(2)` with `F_ADD_SEALS`.
  /// - Parameter known: what was found of the file when it was opened.
  /// - Throws: `SystemError` where there is no room, the file is larger than ``largestCopy``, or it is not what
  ///   is `known` any more when the copy is made.
  public func sealedCopy(of known: FileStatus) throws(SystemError) -> FileDescriptor {
    let byteCount = known.byteCount
    guard byteCount <= Self.largestCopy else {
      throw SystemError("hold in memory", path, code: EFBIG)
    }
    let copy = FileDescriptor(
      rawValue: try retrying("hold in memory", path) {
        unsafe platform_make_memory_file("plugin")
      }, path: path)
    var done = 0
    // One byte more than there should be, to see that there is none.
    var chunk = [UInt8](repeating: 0, count: min(byteCount, 256 << 10 - 1) + 1)
    while true {
      let count = try read(&chunk, at: done)
      if count == 0 { break }
      guard done + count <= byteCount else { break }
      var written = 0
      while written < count {
        written += try retrying("hold in memory", path) {
          unsafe chunk.withUnsafeBytes { bytes in
            unsafe Glibc.write(copy.rawValue, bytes.baseAddress! + written, count - written)
          }
        }
      }
      done += count
    }
    // What was copied while somebody wrote may be neither the old nor the new.
    guard done == byteCount, try status().identity == known.identity else {
      throw SystemError("read, because it is written to,", path, code: EAGAIN)
    }
    try retrying("seal the copy of", path) { platform_seal(copy.rawValue) }
    return copy
  }

  /// Bytes; a file can claim any size at no cost by being sparse.
  public static var largestCopy: Int { 1 << 30 }

  /// Reads from `offset` on, whatever the position, as much as `buffer` holds or the file has.
  ///
  /// - Returns: the number of bytes; 0 at the end of the file.
  public func read(_ buffer: inout [UInt8], at offset: Int) throws(SystemError) -> Int {
    try retrying("read", path) {
      unsafe buffer.withUnsafeMutableBytes {
        unsafe pread(rawValue, $0.baseAddress, $0.count, off_t(offset))
      }
    }
  }

  /// A second descriptor of the same open file.
  public func duplicate() throws(SystemError) -> FileDescriptor {
    FileDescriptor(
      rawValue: try retrying("open", path) { fcntl(rawValue, F_DUPFD_CLOEXEC, 3) }, path: path)
  }
}
