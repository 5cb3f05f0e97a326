internal import Glibc

extension Files {
  /// Whether others than its owner may put files into the directory `path`; nil where there is none.
  ///
  /// What the sticky bit protects counts as well: it keeps files from being replaced, not from being
  /// added.
  public static func isWritableByOthers(_ path: String) -> Bool? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    return status.st_mode & (S_IWGRP | S_IWOTH) != 0
  }

  /// Whether `path` is a directory and no symbolic link to one.
  public static func isDirectoryItself(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
