internal import Platform

/// The files that are allowed, each with its digest: `plugins.lock`.
///
/// A text file that `b2sum --check` understands: for each plugin its BLAKE2b-512, two spaces, and its
/// path below the directory of the lock file. Lines that begin with `#` are comments.
public struct LockFile: Equatable, Sendable {
  public static let name = "plugins.lock"
  /// The first line that is written; formats to come have a higher number.
  static let schema = "# plugin-lock/1"

  /// Where the paths begin.
  public let directory: String
  /// By path below ``directory``.
  public private(set) var digests: [String: FileDigest]

  /// Makes a lock of files below `directory`.
  ///
  /// - Parameter allowsWritable: also files that others could change.
  /// - Throws: `TrustError.malformed` for a name that no line can hold, `writableByOthers` or `system`.
  public init(
    of paths: [String], in directory: String, allowsWritable: Bool = false
  ) throws(TrustError) {
    self.directory = directory
    digests = [:]
    let root = try Self.resolve(directory)
    for path in paths {
      if !allowsWritable { try TrustError.judge(path) }
      guard let below = try Self.path(path, below: root) else {
        throw .malformed(
          path: path, line: 0, found: "a file elsewhere", expected: "one below '\(directory)'")
      }
      guard !below.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\\") }) else {
        throw .malformed(
          path: path, line: 0, found: "a name with control characters or a backslash",
          expected: "one without")
      }
      digests[below] = try TrustError.wrap { () throws(SystemError) in
        try FileDigest(of: FileDescriptor(opening: path))
      }
    }
  }

  /// Reads the lock file at `path`.
  ///
  /// - Parameter allowsWritable: also one that others could write.
  /// - Throws: `TrustError`.
  public init(reading path: String, allowsWritable: Bool = false) throws(TrustError) {
    if !allowsWritable { try TrustError.judge(path) }
    directory = Path.parent(of: path)
    digests = [:]
    let bytes = try TrustError.wrap { () throws(SystemError) in try Files.read(path) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(path: path, line: 0, found: "bytes that are no text", expected: "UTF-8")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first.map(String.init) == Self.schema else {
      throw .malformed(
        path: path, line: 1, found: "'\(lines.first?.prefix(40) ?? "")'",
        expected: "'\(Self.schema)'")
    }
    for (index, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("#") {
      let name = line.dropFirst(2 * FileDigest.byteCount)
      guard let digest = FileDigest(line.prefix(2 * FileDigest.byteCount)),
        name.hasPrefix("  ") || name.hasPrefix(" *"), name.count > 2
      else {
        throw .malformed(
          path: path, line: index + 1, found: "'\(line.prefix(40))…'",
          expected: "128 hexadecimal digits, two spaces and a path")
      }
      guard digests.updateValue(digest, forKey: String(name.dropFirst(2))) == nil else {
        throw .malformed(
          path: path, line: index + 1, found: "'\(name.dropFirst(2))' a second time",
          expected: "each file once")
      }
    }
  }

  /// The text of the file, in byte order of the paths.
  public var text: String {
    let lines = digests.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return Self.schema + "\n# BLAKE2b-512; b2sum --check understands it.\n"
      + lines.map { "\($0.value)  \($0.key)\n" }.joined()
  }

  /// What the lock says of `path`: its digest; nil where it is not listed.
  func digest(of path: String) throws(TrustError) -> FileDigest? {
    guard let below = try Self.path(path, below: Self.resolve(directory)) else { return nil }
    return digests[below]
  }

  /// What differs from an older lock of the same directory, as paths in byte order.
  public func changes(
    since old: LockFile
  ) -> (added: [String], changed: [String], removed: [String]) {
    func sorted(_ paths: some Sequence<String>) -> [String] {
      paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    return (
      sorted(digests.keys.filter { old.digests[$0] == nil }),
      sorted(digests.keys.filter { old.digests[$0] != nil && old.digests[$0] != digests[$0] }),
      sorted(old.digests.keys.filter { digests[$0] == nil })
    )
  }

  /// The path of a file below a directory without links; the file itself may be one.
  private static func path(_ path: String, below root: String) throws(TrustError) -> String? {
    let full = Path.join(try resolve(Path.parent(of: path)), Path.name(of: path))
    let prefix = root == "/" ? root : root + "/"
    return full.hasPrefix(prefix) ? String(full.dropFirst(prefix.count)) : nil
  }

  private static func resolve(_ path: String) throws(TrustError) -> String {
    try TrustError.wrap { () throws(SystemError) in try Files.resolve(path) }
  }
}
