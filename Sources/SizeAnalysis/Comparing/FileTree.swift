internal import ELFInspection
public import Platform

/// A file or directory that was named, and the files that it stands for.
public struct FileTree: Equatable, Sendable {
  /// As it was named.
  public var root: String
  /// Each is `root` or lies below it.
  public var paths: [String]

  public init(root: String, paths: [String]) {
    self.root = root
    self.paths = paths
  }

  /// All ELF files at or below `root`, as ``ELFPaths/find(_:)`` finds them.
  ///
  /// - Throws: where there is nothing, or a directory cannot be read.
  public static func find(_ root: String) throws(SystemError) -> FileTree {
    FileTree(root: root, paths: try ELFPaths.find(root))
  }

  /// A single file was named, and no directory.
  var isFile: Bool { paths == [root] }

  /// The path from `root` on; of `root` itself its name.
  func relativePath(of path: String) -> String {
    guard path != root else { return Path.name(of: root) }
    guard path.hasPrefix(root) else { return path }
    return String(path.utf8.dropFirst(root.utf8.count).drop { $0 == UInt8(ascii: "/") }) ?? path
  }
}

/// The name of a file without what a new version of it changes.
enum VersionlessName {
  /// `libfoo.so.1.2`, `libfoo-1.2.so` and `libfoo.so` are all `libfoo.so`; `tool-1.2` is `tool`.
  static func of(_ name: String) -> String {
    var stem = Array(name.utf8)[...]
    removeNumbers(from: &stem)
    var suffix: [UInt8] = []
    if stem.count > 3, stem.suffix(3).elementsEqual(".so".utf8) {
      suffix = Array(".so".utf8)
      stem = stem.dropLast(3)
      removeNumbers(from: &stem)
    }
    return String(decoding: stem + suffix, as: UTF8.self)
  }

  /// Removes `.1`, `.2.3`, `-4`, `-5.6` and their like from the end, but never all there is.
  private static func removeNumbers(from stem: inout ArraySlice<UInt8>) {
    while true {
      let digits = stem.reversed().prefix { (0x30...0x39).contains($0) }.count
      let rest = stem.dropLast(digits)
      guard digits > 0, rest.count > 1, let separator = rest.last,
        separator == UInt8(ascii: ".") || separator == UInt8(ascii: "-")
      else { return }
      stem = rest.dropLast()
    }
  }
}
