internal import ELFReading
internal import Glibc
internal import Platform
internal import Synchronization

/// A file that was opened once and is judged and loaded through that.
struct HeldFile: ~Copyable {
  /// Of the file, also where a copy of it is held.
  let status: FileStatus
  let hold: FileHold
  /// The file, or the sealed copy.
  let descriptor: FileDescriptor
  /// What the loader is to open; no other file ever has this name.
  let loaderName: String

  /// - Throws: `SystemError` where the file cannot be opened or there is no memory for a copy.
  init(_ path: String, _ hold: FileHold) throws(SystemError) {
    // Not blocking: a FIFO in the place of a plugin must not hang the host.
    let file = try FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK)
    let status = try file.status()
    let bytes = try Self.bytes(of: file, status, hold)
    self.init(status, hold, bytes)
  }

  /// The number of what the loader maps: the file, or the copy of it.
  var mappedInode: UInt64 {
    hold == .openFile ? status.inode : (try? descriptor.status())?.inode ?? 0
  }

  /// The same bytes in memory, as another file to the loader.
  func sealedCopy() throws(SystemError) -> HeldFile {
    HeldFile(status, .sealedCopy, try descriptor.sealedCopy(byteCount: status.byteCount))
  }

  private init(_ status: FileStatus, _ hold: FileHold, _ descriptor: consuming FileDescriptor) {
    self.status = status
    self.hold = hold
    loaderName = Self.uniqueName(of: descriptor.rawValue)
    self.descriptor = descriptor
  }

  private static func bytes(
    of file: borrowing FileDescriptor, _ status: FileStatus, _ hold: FileHold
  ) throws(SystemError) -> FileDescriptor {
    // What is no regular file is refused later.
    guard hold == .sealedCopy, status.isRegularFile else { return try file.duplicate() }
    return try file.sealedCopy(byteCount: status.byteCount)
  }

  /// The file for reading, through a descriptor of its own.
  func inspect() throws(ELFError) -> ELFFile {
    let copy: FileDescriptor
    do throws(SystemError) {
      copy = try descriptor.duplicate()
    } catch {
      throw ELFError(
        .unreadable, path: descriptor.path, field: "file", found: error.reason,
        expected: "a readable file")
    }
    return try ELFFile(copy)
  }

  /// - Throws: `PluginRefused` where the file cannot be held.
  init(plugin path: String, _ hold: FileHold) throws(PluginRefused) {
    do throws(SystemError) {
      self = try HeldFile(path, hold)
    } catch {
      throw PluginRefused(path: path, reasons: [Refusal(error)])
    }
  }

  private static let count = Atomic<Int>(0)

  /// A name of the open file that was never used before in this process.
  ///
  /// The loader knows files by their names as long as they are mapped, and numbers of descriptors come
  /// again. So the path is spelled another way each time: a counter in binary, `/` for 0 and `/.` for 1,
  /// which the kernel takes for nothing at all.
  private static func uniqueName(of descriptor: Int32) -> String {
    "/proc/self/fd\(uniqueDots())/\(descriptor)"
  }

  /// What may stand behind a directory and changes nothing, another text each time.
  static func uniqueDots() -> String {
    let number = count.add(1, ordering: .relaxed).newValue
    return String(number, radix: 2).map { $0 == "1" ? "/." : "/" }.joined()
  }
}
