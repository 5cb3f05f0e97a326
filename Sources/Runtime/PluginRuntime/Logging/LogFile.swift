import CPluginABI
import CRuntimeSupport
import Glibc

/// A file that is put aside when it has become too large or too old.
@safe final class LogFile {
  private var descriptor: Int32
  private let path: UnsafeMutablePointer<CChar>
  private let pathLength: Int
  private let maximalBytes: UInt64
  private let maximalNanoseconds: UInt64
  private let keptFiles: Int
  private var byteCount: UInt64 = 0
  private var opened: UInt64 = 0

  static let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC

  /// - Parameter path: of ``copy(of:)``, which the file owns from now on.
  init(
    _ descriptor: Int32, path: UnsafeMutablePointer<CChar>, maximalBytes: UInt64,
    maximalNanoseconds: UInt64, keptFiles: Int
  ) {
    self.descriptor = descriptor
    unsafe self.path = unsafe path
    pathLength = unsafe strlen(path)
    self.maximalBytes = maximalBytes
    self.maximalNanoseconds = maximalNanoseconds
    self.keptFiles = keptFiles
    begin()
  }

  private func begin() {
    var status = stat()
    byteCount = unsafe fstat(descriptor, &status) == 0 ? UInt64(max(status.st_size, 0)) : 0
    // Older than this process, where it is: a host that is started every day still rotates every week.
    let now = runtime_monotonic_nanoseconds()
    opened = now - min(now, runtime_age_of_file(descriptor))
  }

  /// Whether the file should be put aside before the record that begins at `before` of the `count` bytes
  /// that wait.
  @inline(__always)
  func isFull(with count: Int, since before: Int) -> Bool {
    if maximalBytes > 0, byteCount + UInt64(count) > maximalBytes,
      byteCount + UInt64(before) > 0
    {
      return true
    }
    return maximalNanoseconds > 0
      && runtime_monotonic_nanoseconds() - opened > maximalNanoseconds
  }

  /// How many bytes the kernel has taken.
  func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    let written = unsafe Self.write(bytes, to: descriptor)
    byteCount += UInt64(written)
    return written
  }

  /// PATH.1 becomes PATH.2 and so on, PATH becomes PATH.1 and a new one begins. Where the system
  /// refuses, the old file goes on.
  func rotate() {
    for number in (0..<keptFiles).reversed() {
      let from = unsafe number == 0 ? UnsafePointer(path) : name(number, in: pathLength + 1)
      let to = unsafe name(number + 1, in: 2 * pathLength + 1 + Self.suffixCapacity)
      unsafe rename(from, to)
    }
    let new = unsafe open(path, Self.flags, 0o644)
    if new >= 0 {
      Glibc.close(descriptor)
      descriptor = new
    }
    begin()
  }

  private static let suffixCapacity = 16

  /// Room for `path` and the two names that rotating needs: it must not want memory.
  static func copy(of path: UnsafePointer<CChar>) -> UnsafeMutablePointer<CChar>? {
    let length = unsafe strlen(path)
    guard
      let room = unsafe Memory.allocate(3 * (length + 1) + 2 * suffixCapacity)
    else { return nil }
    unsafe memcpy(room, path, length + 1)
    return unsafe room.assumingMemoryBound(to: CChar.self)
  }

  /// `PATH.number`, written behind the path.
  private func name(_ number: Int, in place: Int) -> UnsafePointer<CChar> {
    let name = unsafe path + place
    unsafe memcpy(name, path, pathLength)
    var digits = 1
    var bound = 10
    while number >= bound {
      digits += 1
      bound *= 10
    }
    var rest = number
    for place in (0..<digits).reversed() {
      unsafe name[pathLength + 1 + place] = CChar(48 + rest % 10)
      rest /= 10
    }
    unsafe name[pathLength] = CChar(46)
    unsafe name[pathLength + 1 + digits] = 0
    return unsafe UnsafePointer(name)
  }

  func close() {
    Glibc.close(descriptor)
    unsafe free(path)
  }

  /// How many bytes the kernel has taken: a log has nobody to tell that it cannot write, but counts it.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
    var offset = 0
    while offset < bytes.count {
      let written = unsafe Glibc.write(
        descriptor, bytes.baseAddress! + offset, bytes.count - offset)
      if written == 0 || (written < 0 && errno != EINTR) { break }
      offset += max(written, 0)
    }
    return offset
  }
}
