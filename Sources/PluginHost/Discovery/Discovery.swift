public import Platform

/// Which files of a directory are taken for plugins.
public enum Discovery {
  /// The paths of the files whose name ends in `.so`, in byte order of their names; hidden files are
  /// left out.
  ///
  /// The order is the same on every file system and in every locale.
  /// - Throws: `SystemError` where the directory cannot be read.
  public static func plugins(in directory: String) throws(SystemError) -> [String] {
    try Files.list(directory)
      .filter { $0.hasSuffix(".so") && !$0.hasPrefix(".") }
      .map { Path.join(directory, $0) }
  }

  /// The same rule for the bytes of one name.
  static func isPlugin(_ name: UnsafeRawBufferPointer) -> Bool {
    let count = name.count
    return unsafe count >= 3 && name[0] != UInt8(ascii: ".")
      && name[count - 3] == UInt8(ascii: ".") && name[count - 2] == UInt8(ascii: "s")
      && name[count - 1] == UInt8(ascii: "o")
  }
}
