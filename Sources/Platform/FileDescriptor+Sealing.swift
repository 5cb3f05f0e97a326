internal import CPlatform
internal import Glibc

extension FileDescriptor {
  /// A copy of the file in memory that nobody can change any more: its pages are this process's own.
  ///
  /// The corresponding C functions are `memfd_create(2)` and `fcntl(2)` with `F_ADD_SEALS`.
  /// - Throws: `SystemError` where there is no room, or the file has not exactly `byteCount` bytes.
  public func sealedCopy(byteCount: Int) throws(SystemError) -> FileDescriptor {
    let copy = FileDescriptor(
      rawValue: try retrying("hold in memory", path) {
        unsafe platform_make_memory_file("plugin")
      }, path: path)
    var done = 0
    // One byte more than there should be, to see that there is none.
    var chunk = [UInt8](repeating: 0, count: min(byteCount + 1, 256 << 10))
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
    guard done == byteCount, try status().byteCount == byteCount else {
      throw SystemError("read, because it is written to,", path, code: EAGAIN)
    }
    try retrying("seal the copy of", path) { platform_seal(copy.rawValue) }
    return copy
  }

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
