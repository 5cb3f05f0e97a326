internal import Glibc
internal import Platform

/// The file that an index lies in: read in one piece, put in place whole or not at all.
enum IndexFile {
  /// In the directory that it is about, where nobody takes it for a plugin.
  static let name = ".plugin-index"
  /// What files that were never put in place begin with: they remain when a process dies on the way.
  private static let temporaryName = ".plugin-index.new-"

  static func defaultPath(for directory: String) -> String { Path.join(directory, name) }

  /// Reads and checks the index at `path`.
  ///
  /// The bytes are a copy: what happens to the file afterwards does not touch it.
  /// - Throws: `IndexFlaw`.
  /// - Returns: also whether nobody but this user and root could have written it.
  static func read(
    _ path: String, host: IndexHost, _ judge: inout PathJudge
  ) throws(IndexFlaw) -> (image: IndexImage, isTrusted: Bool) {
    var isTrusted = judge.isWithoutFlaw(path)
    let bytes: UnsafeMutableRawBufferPointer
    do throws(SystemError) {
      // A pipe must not make the host wait.
      let file = try FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK)
      let status = try file.status()
      guard status.isRegularFile else {
        throw SystemError("read", path, code: status.isDirectory ? EISDIR : EINVAL)
      }
      // What is open may be another file than the path led to.
      isTrusted = isTrusted && judge.flaw(of: status, at: path) == nil
      guard status.byteCount <= IndexFormat.largestSize else {
        throw SystemError("read", path, code: EFBIG)
      }
      unsafe bytes = .allocate(byteCount: status.byteCount, alignment: 16)
      let count: Int
      do throws(SystemError) {
        unsafe count = try file.read(into: bytes, at: 0)
      } catch {
        unsafe bytes.deallocate()
        throw error
      }
      // Cut short in this moment: what lies there is not what was measured.
      unsafe bytes[count...].initializeMemory(as: UInt8.self, repeating: 0)
    } catch {
      if error.code == ENOENT { throw .missing }
      throw .unreadable(error.reason)
    }
    return (unsafe try IndexImage(bytes, host: host), isTrusted)
  }

  /// Puts an index in place: written beside it under a name that nobody else takes, synced, renamed.
  static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
    let temporary = Path.join(
      Path.parent(of: path), "\(temporaryName)\(uniqueName())-\(monotonicNanoseconds())")
    do throws(SystemError) {
      let file = try FileDescriptor(opening: temporary, O_WRONLY | O_CREAT | O_EXCL)
      do throws(SystemError) {
        try file.write(bytes)
        try file.synchronize()
        try Files.rename(temporary, to: path)
      } catch {
        unsafe unlink(temporary)
        throw error
      }
    } catch {
      throw SystemError("write", path, code: error.code)
    }
  }

  /// Removes the index at `path` and what writers that died have left beside it.
  ///
  /// - Returns: how many files went.
  static func remove(_ path: String) throws(SystemError) -> Int {
    let directory = Path.parent(of: path)
    var removed = 0
    for name in try Files.list(directory) where name.hasPrefix(temporaryName) {
      try Files.remove(Path.join(directory, name))
      removed += 1
    }
    if let status = try Files.status(path) {
      guard status.isRegularFile else { throw SystemError("remove", path, code: EINVAL) }
      try Files.remove(path)
      removed += 1
    }
    return removed
  }
}
