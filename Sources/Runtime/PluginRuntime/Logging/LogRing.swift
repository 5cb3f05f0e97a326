import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// Records of one thread on their way to the writer: one writes, one reads, no lock.
///
/// Records lie one behind the other, each at a multiple of 8 and none over the end. Positions only grow;
/// a position modulo the capacity is a place.
@safe struct LogRing: ~Copyable {
  /// What stands before each record.
  @safe struct Header {
    /// With header and padding, a multiple of 8.
    var size: UInt32
    var level: UInt8
    var kind: UInt8
    /// 0 where there is a gate, which knows the category.
    var categoryLength: UInt16
    var ticks: UInt64
    var account: Account
    var gate: UnsafeMutablePointer<LogGate>?
    var messageLength: UInt32
    var fieldsLength: UInt32
    var thread: UInt32
    var fieldCount: UInt32

    static let record: UInt8 = 0
    /// Nothing up to the end of the ring.
    static let padding: UInt8 = 1
    /// The body is a block of `malloc(3)` whose address is the body.
    static let elsewhere: UInt8 = 2
  }

  let capacity: UInt64
  let bytes: UnsafeMutableRawPointer
  /// Up to where records are whole; written by the thread.
  let head = Atomic<UInt64>(0)
  /// The thread's last look at `tail`.
  let knownTail = Atomic<UInt64>(0)
  /// Up to where records have been read; written by the writer, at a cache line of its own.
  let tail: UnsafeMutablePointer<Atomic<UInt64>>

  /// Bytes of records that are too large for the ring, in memory of their own: that were given to the writer,
  /// by the thread, and that it has freed, by the writer.
  private let elsewhereIn = Atomic<UInt64>(0)
  let elsewhereOut = Atomic<UInt64>(0)

  /// How many such bytes may wait.
  var elsewhereCapacity: UInt64 { 16 * capacity }

  static func make(capacity: UInt64) -> UnsafeMutablePointer<LogRing>? {
    guard let ring = unsafe Memory.allocate(LogRing.self) else { return nil }
    guard let tail = unsafe Memory.allocate(64, alignment: 64) else {
      unsafe free(ring)
      return nil
    }
    guard Memory.isGranted(), let bytes = unsafe runtime_map(Int(capacity), 4096) else {
      unsafe free(ring)
      unsafe free(tail)
      return nil
    }
    let word = unsafe tail.bindMemory(to: Atomic<UInt64>.self, capacity: 1)
    unsafe word.initialize(to: Atomic(0))
    unsafe ring.initialize(to: LogRing(capacity: capacity, bytes: bytes, tail: word))
    return unsafe ring
  }

  /// A place for `size` bytes, a multiple of 8, or nil where the ring is full.
  @inline(__always)
  func reserve(_ size: UInt64, elsewhere: UInt64 = 0) -> UnsafeMutableRawPointer? {
    if elsewhere > 0 && !hasRoom(elsewhere: elsewhere) { return nil }
    var position = head.load(ordering: .relaxed)
    let place = position & (capacity - 1)
    let untilEnd = capacity - place
    let wanted = size > untilEnd ? untilEnd + size : size
    if capacity - (position - knownTail.load(ordering: .relaxed)) < wanted {
      let known = unsafe tail.pointee.load(ordering: .acquiring)
      knownTail.store(known, ordering: .relaxed)
      guard capacity - (position - known) >= wanted else { return nil }
    }
    guard size > untilEnd else { return unsafe bytes + Int(place) }
    unsafe (bytes + Int(place)).storeBytes(of: UInt32(untilEnd), as: UInt32.self)
    unsafe (bytes + Int(place)).storeBytes(of: Header.padding, toByteOffset: 5, as: UInt8.self)
    position += untilEnd
    head.store(position, ordering: .releasing)
    return unsafe bytes
  }

  @inline(never)
  private func hasRoom(elsewhere: UInt64) -> Bool {
    let waiting =
      elsewhereIn.load(ordering: .relaxed) - elsewhereOut.load(ordering: .acquiring)
    return waiting + elsewhere <= elsewhereCapacity
  }

  func keepElsewhere(_ byteCount: UInt64) { elsewhereIn.addAlone(byteCount) }

  /// Shows the reserved bytes to the writer.
  @inline(__always)
  func publish(_ size: UInt64) {
    head.store(head.load(ordering: .relaxed) + size, ordering: .releasing)
  }
}

extension LogRing.Header {
  static let byteCount = UInt64(MemoryLayout<LogRing.Header>.stride)
}
