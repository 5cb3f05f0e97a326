public import Platform
internal import Glibc

/// Finds the ELF files that paths name.
public enum ELFPaths {
  /// The files at `path`: itself, or all ELF files in the directory and below, by path. A file that is
  /// there under several names counts once.
  ///
  /// - Throws: where there is nothing, or a directory cannot be read.
  public static func find(_ path: String) throws(SystemError) -> [String] {
    guard let status = try Files.status(path) else {
      throw SystemError("find", path, code: ENOENT)
    }
    // What was named is reported on or refused, whatever it is.
    guard status.isDirectory else { return [path] }
    var found: [String] = []
    var seen: Set<FileIdentity> = [FileIdentity(status)]
    try walk(path, &found, &seen)
    return found
  }

  private struct FileIdentity: Hashable {
    var device: UInt64
    var inode: UInt64

    init(_ status: FileStatus) {
      device = status.device
      inode = status.inode
    }
  }

  private static func walk(
    _ directory: String, _ found: inout [String], _ seen: inout Set<FileIdentity>
  ) throws(SystemError) {
    for name in try Files.list(directory) {
      let path = Path.join(directory, name)
      // A link to nothing is no file.
      guard let status = try Files.status(path), seen.insert(FileIdentity(status)).inserted else {
        continue
      }
      if status.isDirectory {
        try walk(path, &found, &seen)
      } else if status.isRegularFile, isELF(path) {
        found.append(path)
      }
    }
  }

  /// Whether a file begins as ELF files do. One that cannot be read may be one: whoever reads it next
  /// says why it cannot.
  private static func isELF(_ path: String) -> Bool {
    guard let file = try? FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK),
      let bytes = try? file.readToEnd(limit: 4)
    else { return true }
    return bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46])
  }
}
