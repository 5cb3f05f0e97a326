internal import CPlatform
internal import Glibc

extension Files {
  /// Lets two files or directories, which both are there, change their names at once.
  ///
  /// The corresponding C function is `renameat2(2)` with `RENAME_EXCHANGE`.
  public static func exchange(_ path: String, with other: String) throws(SystemError) {
    try retrying("exchange", other) { unsafe platform_exchange(path, other) }
  }

  /// Brings a file, or a directory with all that is in it, to the disk.
  public static func synchronize(_ path: String) throws(SystemError) {
    if try status(path)?.isDirectory == true {
      for name in try list(path) { try synchronize(Path.join(path, name)) }
    }
    try FileDescriptor(opening: path).synchronize()
  }
}
