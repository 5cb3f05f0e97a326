internal import ELFReading
internal import Glibc
internal import Platform
internal import Synchronization

/// A file that was opened once, and is judged and loaded through that.
struct HeldFile: ~Copyable {
  /// As it was asked for.
  let path: String
  /// Of the file, also where a copy of it is held.
  let status: FileStatus
  let hold: FileHold
  /// The file, or the sealed copy.
  let descriptor: FileDescriptor
  /// When it was opened, or before; see ``FileIdentity/clockTick()``.
  let tick: Int64

  /// - Parameter followsLinks: a symbolic link is opened as what it leads to; else it is an error, `ELOOP`.
  /// - Throws: `SystemError` where the file cannot be opened or there is no memory for a copy.
  init(_ path: String, _ hold: FileHold, followsLinks: Bool = true) throws(SystemError) {
    let tick = FileIdentity.clockTick()
    // Not blocking: a FIFO in the place of a plugin must not hang the host.
    let file = try FileDescriptor(
      opening: path, O_RDONLY | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW))
    let status = try file.status()
    // What is no regular file is refused later.
    if hold == .sealedCopy && status.isRegularFile {
      self.init(path, status, hold, try file.sealedCopy(byteCount: status.byteCount), tick)
    } else {
      self.init(path, status, hold, file, tick)
    }
  }

  private init(
    _ path: String, _ status: FileStatus, _ hold: FileHold, _ descriptor: consuming FileDescriptor,
    _ tick: Int64
  ) {
    self.path = path
    self.status = status
    self.hold = hold
    self.descriptor = descriptor
    self.tick = tick
  }

  /// The same bytes in memory, as another file to the loader.
  func sealedCopy() throws(SystemError) -> HeldFile {
    let copy = try descriptor.sealedCopy(byteCount: status.byteCount)
    return HeldFile(path, status, .sealedCopy, copy, tick)
  }

  /// The number of what the loader maps: the file, or the copy of it.
  var mappedInode: UInt64 {
    hold == .openFile ? status.inode : (try? descriptor.status())?.inode ?? 0
  }

  /// The file for reading, for as long as this value lives.
  func inspect() throws(ELFError) -> ELFFile {
    hold == .openFile
      ? try ELFFile(descriptor.lent(), status) : try ELFFile(descriptor.lent())
  }

  /// Nothing was written to the file since it was opened, so far as the file tells; a copy stays as it is.
  var isUnchanged: Bool { hold == .sealedCopy || (try? descriptor.status()) == status }

  private static let count = Atomic<Int>(0)

  /// What the loader is to open: a name of the open file that was never used before in this process.
  ///
  /// The loader knows files by their names as long as they are mapped, and numbers of descriptors come
  /// again. So the path is spelled another way each time: a counter in binary, `/` for 0 and `/.` for 1,
  /// which the kernel takes for nothing at all.
  func makeLoaderName() -> String {
    let number = Self.count.add(1, ordering: .relaxed).newValue
    var bytes = Array(Self.directory.utf8)
    bytes.reserveCapacity(bytes.count + 48)
    for bit in stride(from: Int.bitWidth - number.leadingZeroBitCount - 1, through: 0, by: -1) {
      bytes.append(UInt8(ascii: "/"))
      if number >> bit & 1 == 1 { bytes.append(UInt8(ascii: ".")) }
    }
    bytes.append(UInt8(ascii: "/"))
    return String(decoding: bytes, as: UTF8.self) + String(descriptor.rawValue)
  }

  /// Where a process finds the files that it has open.
  static let directory = "/proc/self/fd"
}
