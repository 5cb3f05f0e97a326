internal import Glibc

/// A result that is written piece by piece, and put in place whole or not at all.
///
/// What is there already and is no regular file, such as a device or a pipe, is written to as it is,
/// and so is standard output. Used by one thread.
public final class OutputFile {
  private let file: FileDescriptor
  /// Where the bytes go until they are all there; nil where they go to their place at once.
  private var temporary: String?
  private let path: String

  /// - Parameter path: `-` is standard output; a symbolic link stays one.
  public init(_ path: String) throws(SystemError) {
    if path == "-" {
      self.path = path
      file = FileDescriptor(rawValue: dup(STDOUT_FILENO), path: "standard output")
    } else if let status = try Files.status(path), !status.isRegularFile {
      self.path = path
      file = try FileDescriptor(opening: path, O_WRONLY)
    } else {
      let target = try Files.linkTarget(of: path)
      self.path = target
      let temporary = Path.join(Path.parent(of: target), ".new-" + uniqueName())
      do throws(SystemError) {
        file = try FileDescriptor(opening: temporary, O_WRONLY | O_CREAT | O_TRUNC)
      } catch {
        throw SystemError("write", target, code: error.code)
      }
      self.temporary = temporary
    }
  }

  deinit {
    if let temporary { unsafe unlink(temporary) }
  }

  public func write(_ bytes: [UInt8]) throws(SystemError) {
    do {
      try file.write(bytes)
    } catch {
      throw SystemError("write", path, code: error.code)
    }
  }

  /// Puts what was written in its place: synced, renamed. Without it nothing of it remains.
  public func commit() throws(SystemError) {
    guard let temporary else { return }
    do throws(SystemError) {
      try file.synchronize()
      try Files.rename(temporary, to: path)
    } catch {
      throw SystemError("write", path, code: error.code)
    }
    self.temporary = nil
  }
}
