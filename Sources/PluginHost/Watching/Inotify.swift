internal import Glibc
internal import Platform

/// The kernel's notices of what happens in directories.
///
/// The corresponding C functions are `inotify_init1(2)`, `inotify_add_watch(2)` and `read(2)`.
struct Inotify: ~Copyable {
  struct Notice {
    /// Of which directory; -1 where notices were dropped.
    var watch: Int32
    var mask: UInt32
    /// Within the directory; nil where it is about the directory itself, or is no UTF-8.
    var name: String?

    func has(_ bits: Int32) -> Bool { mask & UInt32(bitPattern: bits) != 0 }
  }

  /// What can happen to files of a directory, and to the directory.
  static let everything =
    IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE
    | IN_DELETE_SELF | IN_MOVE_SELF
  /// What can make a directory below come into being.
  static let arrivals = IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF

  let descriptor: FileDescriptor

  init() throws(SystemError) {
    descriptor = FileDescriptor(
      rawValue: try retrying("watch", "directories") {
        inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
      }, path: "inotify")
  }

  /// Watches a directory; one that is watched already keeps its number and what it is watched for.
  func add(_ directory: String, _ mask: Int32) throws(SystemError) -> Int32 {
    try retrying("watch", directory) {
      unsafe inotify_add_watch(
        descriptor.rawValue, directory, UInt32(bitPattern: mask | IN_ONLYDIR | IN_MASK_ADD))
    }
  }

  /// Ends a watch; nothing where the directory is gone.
  func remove(_ watch: Int32) { inotify_rm_watch(descriptor.rawValue, watch) }

  /// Gives `body` every notice that has come.
  func forEach(_ body: (Notice) throws(SystemError) -> Void) throws(SystemError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)
    defer { unsafe buffer.deallocate() }
    let header = MemoryLayout<inotify_event>.size
    while true {
      let count: Int
      do throws(SystemError) {
        count = try retrying("read", "notices of directories") {
          unsafe read(descriptor.rawValue, buffer.baseAddress, buffer.count)
        }
      } catch {
        if error.code == EAGAIN { return }
        throw error
      }
      var offset = 0
      while offset + header <= count {
        // The kernel writes whole records only; a name is padded with NUL.
        let event = unsafe buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
        let end = min(count, offset + header + Int(event.len))
        let field = unsafe UnsafeRawBufferPointer(rebasing: buffer[(offset + header)..<end])
        let text = unsafe String(validating: field.prefix { $0 != 0 }, as: UTF8.self)
        try body(
          Notice(watch: event.wd, mask: event.mask, name: text?.isEmpty == false ? text : nil))
        offset = end
      }
    }
  }
}
