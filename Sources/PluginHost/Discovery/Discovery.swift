internal import Glibc
public import Platform

/// Which files of a directory are taken for plugins.
public enum Discovery {
  /// The file names of the runtime's library, and of the one that SwiftPM builds for its macros: they lie
  /// beside plugins where a build puts all into one directory. They are no plugins, and no search takes
  /// them for some.
  private static let runtimeName: StaticString = "libPluginRuntime.so"
  private static let toolRuntimeName: StaticString = "libPluginRuntime-tool.so"

  /// The paths of the files whose name ends in `.so`, in byte order of their names; hidden files and the
  /// runtime's library are left out.
  ///
  /// The order is the same on every file system and in every locale.
  /// - Throws: `SystemError` where the directory cannot be read.
  public static func plugins(in directory: String) throws(SystemError) -> [String] {
    try plugins(in: DirectoryScan(directory))
  }

  /// The same of a directory that is open and was not read yet.
  static func plugins(in directory: borrowing DirectoryScan) throws(SystemError) -> [String] {
    let prefix = Path.join(directory.path, "")
    return try Files.list(directory, prefix: prefix) { unsafe isPlugin($0.bytes) }
  }

  /// The same rule for the bytes of one name.
  static func isPlugin(_ name: UnsafeRawBufferPointer) -> Bool {
    let count = name.count
    return unsafe count >= 3 && name[0] != UInt8(ascii: ".")
      && name[count - 3] == UInt8(ascii: ".") && name[count - 2] == UInt8(ascii: "s")
      && name[count - 1] == UInt8(ascii: "o")
      && !isSame(name, runtimeName) && !isSame(name, toolRuntimeName)
  }

  private static func isSame(_ name: UnsafeRawBufferPointer, _ other: StaticString) -> Bool {
    unsafe name.count == other.utf8CodeUnitCount
      && memcmp(name.baseAddress!, other.utf8Start, name.count) == 0
  }

  /// Whether a file's name is that of the runtime's library.
  static func isRuntime(_ name: String) -> Bool {
    name == runtimeName.description || name == toolRuntimeName.description
  }
}
