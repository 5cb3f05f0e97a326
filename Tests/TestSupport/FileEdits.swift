internal import Glibc
internal import Platform

/// Files that are broken on purpose, by a described edit of a good one.
public enum FileEdits {
  /// Writes a copy of `path`, edited by `edit`, to `target`.
  public static func copy(
    _ path: String, to target: String, _ edit: (inout [UInt8]) -> Void = { _ in }
  ) throws {
    var bytes = try Files.read(path)
    edit(&bytes)
    try write(bytes, to: target)
  }

  /// Puts `bytes` into the new file `target`.
  public static func write(_ bytes: [UInt8], to target: String) throws {
    let file = try FileDescriptor(opening: target, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o755)
    try file.write(bytes)
  }

  /// Makes a FIFO. The corresponding C function is `mkfifo(3)`.
  public static func makeFIFO(_ path: String) throws {
    try retrying("make the FIFO", path) { unsafe mkfifo(path, 0o644) }
  }

  /// Makes `path` a symbolic link to `target`.
  public static func makeLink(_ path: String, to target: String) throws {
    try retrying("make the link", path) { unsafe symlink(target, path) }
  }
}

extension [UInt8] {
  /// Puts `bytes` over those at `offset`.
  public mutating func overwrite(at offset: Int, with bytes: [UInt8]) {
    replaceSubrange(offset..<offset + bytes.count, with: bytes)
  }

  /// Puts a little-endian integer over the bytes at `offset`.
  public mutating func overwrite<Value: FixedWidthInteger>(at offset: Int, with value: Value) {
    for index in 0..<Value.bitWidth / 8 {
      self[offset + index] = UInt8(truncatingIfNeeded: value >> Value(index * 8))
    }
  }

  /// The little-endian integer at `offset`.
  public func integer<Value: FixedWidthInteger>(at offset: Int, as type: Value.Type) -> Value {
    (0..<Value.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Value(self[offset + $1]) }
  }

  /// Cuts everything off from `count` on.
  public mutating func truncate(to count: Int) { removeLast(self.count - count) }

  /// Where `pattern` begins, each time it does.
  public func offsets(of pattern: [UInt8]) -> [Int] {
    guard count >= pattern.count else { return [] }
    return (0...count - pattern.count).filter { start in
      self[start] == pattern[0] && self[start..<start + pattern.count].elementsEqual(pattern)
    }
  }
}
