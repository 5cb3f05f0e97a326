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

  /// - Parameters:
  ///   - followsLinks: a symbolic link is opened as what it leads to; else it is an error, `ELOOP`.
  ///   - place: a directory that is open, in which the file may lie.
  /// - Throws: `SystemError` where the file cannot be opened or there is no memory for a copy.
  init(
    _ path: String, _ hold: FileHold, followsLinks: Bool = true, in place: DirectoryPlace? = nil
  ) throws(SystemError) {
    let tick = FileIdentity.clockTick()
    // Not blocking: a FIFO in the place of a plugin must not hang the host.
    let file = try FileDescriptor(
      opening: path, O_RDONLY | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW), in: place)
    let status = try file.status()
    // What is no regular file is refused later.
    if hold == .sealedCopy && status.isRegularFile {
      self.init(path, status, hold, try file.sealedCopy(of: status), tick)
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
    let copy = try descriptor.sealedCopy(of: status)
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
    let bits = Int.bitWidth - number.leadingZeroBitCount
    return unsafe String(unsafeUninitializedCapacity: Self.directory.utf8.count + 2 * bits + 24) {
      name in
      var count = 0
      func add(_ byte: UInt8) {
        unsafe name[count] = byte
        count += 1
      }
      for byte in Self.directory.utf8 { add(byte) }
      for bit in (0..<bits).reversed() {
        add(UInt8(ascii: "/"))
        if number >> bit & 1 == 1 { add(UInt8(ascii: ".")) }
      }
      add(UInt8(ascii: "/"))
      // Digits, the lowest first, and then turned round.
      let first = count
      var rest = descriptor.rawValue
      repeat {
        add(UInt8(ascii: "0") + UInt8(rest % 10))
        rest /= 10
      } while rest > 0
      unsafe name[first..<count].reverse()
      return count
    }
  }

  /// Where a process finds the files that it has open.
  static let directory = "/proc/self/fd"
}
