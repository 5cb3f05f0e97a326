internal import Glibc

extension Files {
  /// Whether this process may write to `path`; of a directory, put files into it.
  ///
  /// The corresponding C function is `access(2)`, which also knows of read-only file systems.
  public static func isWritable(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }

  /// Whether this process may run the program at `path`.
  public static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }
}
