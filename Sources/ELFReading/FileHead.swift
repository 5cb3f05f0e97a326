internal import Platform
internal import Synchronization

/// The first bytes of a file, read at once: in a small file they are most of what is asked for.
///
/// The memory of one that is no longer used serves the next, on whichever thread: a host judges many files, one
/// after the other.
@safe struct FileHead: ~Copyable {
  /// Bytes that hold headers, notes and dynamic symbols of a small plugin.
  private static let capacity = 8192
  /// Bytes that hold the headers of sixty-four sections.
  private static let roomSize = 4096
  /// The address of memory that nobody uses; 0 where there is none.
  private static let spare = Atomic<UInt>(0)

  private let memory: UnsafeMutableRawPointer
  let count: Int

  var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: memory, count: count) }

  /// Memory that lasts as long as this, for what lies elsewhere in the file.
  var room: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: memory + Self.capacity, count: Self.roomSize)
  }

  /// Reads as much of a file of `fileSize` bytes as there is room for.
  ///
  /// - Throws: `ELFError.Code.changed` where the file has become shorter.
  init(_ file: borrowing FileDescriptor, fileSize: Int) throws(ELFError) {
    let spare = Self.spare.exchange(0, ordering: .acquiringAndReleasing)
    unsafe memory =
      UnsafeMutableRawPointer(bitPattern: spare)
      ?? .allocate(byteCount: Self.capacity + Self.roomSize, alignment: 16)
    count = min(fileSize, Self.capacity)
    let room = unsafe UnsafeMutableRawBufferPointer(start: memory, count: count)
    guard unsafe ELFFile.read(file, into: room, at: 0) else { throw ELFFile.changed(file.path) }
  }

  deinit {
    let isKept = unsafe Self.spare.compareExchange(
      expected: 0, desired: UInt(bitPattern: memory), ordering: .acquiringAndReleasing
    ).exchanged
    if !isKept { unsafe memory.deallocate() }
  }
}
