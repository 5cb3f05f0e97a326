internal import Glibc
public import Platform

extension FileComparison {
  /// Whether two paths name one file, or two with the same bytes.
  ///
  /// A build identifier that is the same proves nothing here: stripping keeps it.
  /// - Throws: where a file cannot be opened or read.
  /// - Complexity: O(1) where the sizes differ; else O(bytes before the first that differs). Memory:
  ///   512 KiB.
  public static func areIdentical(_ old: String, _ new: String) throws(SystemError) -> Bool {
    // A pipe must not make it wait for a writer.
    let first = try FileDescriptor(opening: old, O_RDONLY | O_NONBLOCK)
    let second = try FileDescriptor(opening: new, O_RDONLY | O_NONBLOCK)
    let (before, after) = (try first.status(), try second.status())
    guard before.isRegularFile, after.isRegularFile else { return false }
    if before.isSameFile(as: after) { return true }
    guard before.byteCount == after.byteCount else { return false }
    var chunks = (ChunkReader(), ChunkReader())
    while true {
      try chunks.0.next(first)
      try chunks.1.next(second)
      guard chunks.0.bytes == chunks.1.bytes else { return false }
      if chunks.0.bytes.isEmpty { return true }
    }
  }
}

/// Reads a file piece by piece, each piece of the same length but the last.
struct ChunkReader {
  /// The last piece; empty at the end.
  var bytes: ArraySlice<UInt8> { buffer[..<count] }

  private var buffer = [UInt8](repeating: 0, count: 256 << 10)
  private var count = 0

  mutating func next(_ file: borrowing FileDescriptor) throws(SystemError) {
    count = 0
    while count < buffer.count {
      let filled = count
      let got = try retrying("read", file.path) {
        unsafe buffer.withUnsafeMutableBytes {
          unsafe read(file.rawValue, $0.baseAddress! + filled, $0.count - filled)
        }
      }
      if got == 0 { return }
      count += got
    }
  }
}

/// A number that files with the same bytes share, and others hardly ever.
///
/// It finds candidates; ``FileComparison/areIdentical(_:_:)`` decides.
struct ContentHash: Hashable {
  private var size: Int
  private var value: Int

  /// - Complexity: O(bytes).
  init(path: String) throws(SystemError) {
    let file = try FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK)
    size = try file.status().byteCount
    var hasher = Hasher()
    var chunk = ChunkReader()
    repeat {
      try chunk.next(file)
      unsafe chunk.bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    } while !chunk.bytes.isEmpty
    value = hasher.finalize()
  }
}
