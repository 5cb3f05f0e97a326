internal import Glibc

/// Which file a name leads to, and in which state: equal for as long as nobody replaced, wrote to or
/// touched it.
///
/// The time of change cannot be set by programs, unlike that of modification.
public struct FileIdentity: Hashable, Sendable {
  public var device: UInt64
  public var inode: UInt64
  public var byteCount: UInt64
  /// Since 1970, as the file system keeps them.
  public var modificationNanoseconds: Int64
  public var changeNanoseconds: Int64

  /// What a name has that leads to no file, such as a link to nowhere.
  public static let none = FileIdentity(
    device: 0, inode: 0, byteCount: 0, modificationNanoseconds: 0, changeNanoseconds: 0)

  public init(
    device: UInt64, inode: UInt64, byteCount: UInt64, modificationNanoseconds: Int64,
    changeNanoseconds: Int64
  ) {
    self.device = device
    self.inode = inode
    self.byteCount = byteCount
    self.modificationNanoseconds = modificationNanoseconds
    self.changeNanoseconds = changeNanoseconds
  }

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    byteCount = UInt64(bitPattern: Int64(status.st_size))
    modificationNanoseconds = Self.nanoseconds(status.st_mtim)
    changeNanoseconds = Self.nanoseconds(status.st_ctim)
  }

  /// Wraps around for years that no clock shows.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// Whether no change that is still to come can leave the identity as it is: the file was last changed
  /// before `clockTick`, and a later change gets that time or a later one.
  ///
  /// Some file systems keep whole seconds, or every other one: a time that looks like it has to be over that long.
  public func isSettled(at clockTick: Int64) -> Bool {
    changeNanoseconds % 1_000_000_000 == 0
      ? changeNanoseconds < clockTick - 2_000_000_000 : changeNanoseconds < clockTick
  }

  /// The least time that a local file system would stamp a change with now. Kernels from 6.13 on may take
  /// a later one, from the exact clock; it is then some milliseconds until the file is settled.
  ///
  /// The corresponding C function is `clock_gettime(3)` with `CLOCK_REALTIME_COARSE`.
  public static func clockTick() -> Int64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME_COARSE, &now)
    return nanoseconds(now)
  }
}

extension Files {
  /// The identity of what `path` leads to, symbolic links followed; ``FileIdentity/none`` where that is
  /// nothing, or cannot be told.
  public static func identity(_ path: String) -> FileIdentity {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? FileIdentity(status) : .none
  }
}
