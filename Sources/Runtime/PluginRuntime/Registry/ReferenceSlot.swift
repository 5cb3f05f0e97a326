import CRuntimeSupport
import Glibc
import Synchronization

/// A reference that somebody holds, at a place where those who take plugins down find it.
///
/// A token names the slot and how often it was used before, so that a reference is given back once. Slots
/// are never freed.
@safe struct ReferenceSlot: ~Copyable {
  let number: UInt32
  /// 0 while nobody holds it. Given up by whoever exchanges it for 0.
  let token = Atomic<UInt64>(0)
  let implementation = unsafe Atomic<UnsafeMutablePointer<Implementation>?>(nil)
  let holder = unsafe Atomic<UnsafeMutablePointer<AccountState>?>(nil)
  private let uses = Atomic<UInt64>(0)
  let next = unsafe Atomic<UnsafeMutablePointer<ReferenceSlot>?>(nil)

  init(number: UInt32) { self.number = number }

  static let numberBits: UInt64 = 20

  @inline(__always)
  func nextToken() -> UInt64 {
    uses.addAlone(1)
    return uses.load(ordering: .relaxed) << Self.numberBits | UInt64(number)
  }
}

/// All slots.
@safe struct ReferenceSlots: ~Copyable, @unchecked Sendable {
  static let shared = Lock(ReferenceSlots())

  private static let chunkSize = 64
  private static let maximalChunks = (1 << Int(ReferenceSlot.numberBits)) / chunkSize
  nonisolated(unsafe) private static let chunks =
    unsafe Atomic<UnsafeMutablePointer<Atomic<UnsafeMutablePointer<ReferenceSlot>?>>?>(nil)
  private static let chunkCount = Atomic<Int>(0)
  /// What threads had too many of.
  private var free: UnsafeMutablePointer<ReferenceSlot>?

  /// A slot that only `record`'s thread knows; nil where there is no memory.
  @inline(__always)
  static func take(
    for record: UnsafeMutablePointer<ThreadRecord>
  ) -> UnsafeMutablePointer<ReferenceSlot>? {
    if let slot = unsafe record.own.pointee.freeReferences {
      unsafe record.own.pointee.freeReferences = unsafe slot.pointee.next.load(ordering: .relaxed)
      unsafe record.own.pointee.freeReferenceCount -= 1
      return unsafe slot
    }
    return unsafe shared.withLock { unsafe $0.refill(record) }
  }

  @inline(__always)
  static func giveBack(
    _ slot: UnsafeMutablePointer<ReferenceSlot>, to record: UnsafeMutablePointer<ThreadRecord>
  ) {
    unsafe slot.pointee.next.store(unsafe record.own.pointee.freeReferences, ordering: .relaxed)
    unsafe record.own.pointee.freeReferences = unsafe slot
    unsafe record.own.pointee.freeReferenceCount += 1
    if unsafe record.own.pointee.freeReferenceCount > 4 * chunkSize {
      shared.withLock { unsafe $0.drain(record) }
    }
  }

  /// Where there is no record to keep it.
  mutating func giveBack(_ slot: UnsafeMutablePointer<ReferenceSlot>) {
    unsafe slot.pointee.next.store(unsafe free, ordering: .relaxed)
    unsafe free = unsafe slot
  }

  private mutating func refill(
    _ record: UnsafeMutablePointer<ThreadRecord>
  ) -> UnsafeMutablePointer<ReferenceSlot>? {
    if unsafe free == nil && !makeChunk() { return nil }
    let first = unsafe free!
    unsafe free = unsafe first.pointee.next.load(ordering: .relaxed)
    // Some more for the next times.
    var count = 1
    while count < Self.chunkSize / 4, let slot = unsafe free {
      unsafe free = unsafe slot.pointee.next.load(ordering: .relaxed)
      unsafe slot.pointee.next.store(unsafe record.own.pointee.freeReferences, ordering: .relaxed)
      unsafe record.own.pointee.freeReferences = unsafe slot
      unsafe record.own.pointee.freeReferenceCount += 1
      count += 1
    }
    return unsafe first
  }

  private mutating func drain(_ record: UnsafeMutablePointer<ThreadRecord>) {
    while unsafe record.own.pointee.freeReferenceCount > Self.chunkSize,
      let slot = unsafe record.own.pointee.freeReferences
    {
      unsafe record.own.pointee.freeReferences = unsafe slot.pointee.next.load(ordering: .relaxed)
      unsafe record.own.pointee.freeReferenceCount -= 1
      unsafe giveBack(slot)
    }
  }

  private mutating func makeChunk() -> Bool {
    let count = Self.chunkCount.load(ordering: .relaxed)
    guard count < Self.maximalChunks else { return false }
    if unsafe Self.chunks.load(ordering: .relaxed) == nil {
      typealias Chunk = Atomic<UnsafeMutablePointer<ReferenceSlot>?>
      guard
        let room = unsafe Memory.allocateZeroed(Self.maximalChunks * MemoryLayout<Chunk>.stride)
      else { return false }
      unsafe Self.chunks.store(room.assumingMemoryBound(to: Chunk.self), ordering: .releasing)
    }
    guard
      let room = unsafe Memory.allocate(
        Self.chunkSize * MemoryLayout<ReferenceSlot>.stride, alignment: 64)
    else { return false }
    let slots = unsafe room.bindMemory(to: ReferenceSlot.self, capacity: Self.chunkSize)
    for index in (0..<Self.chunkSize).reversed() {
      unsafe (slots + index).initialize(
        to: ReferenceSlot(number: UInt32(count * Self.chunkSize + index)))
      unsafe giveBack(slots + index)
    }
    unsafe Self.chunks.load(ordering: .relaxed)![count].store(slots, ordering: .releasing)
    Self.chunkCount.store(count + 1, ordering: .releasing)
    return true
  }

  /// The slot that `token` names, whether or not it still holds it.
  @inline(__always)
  static func slot(of token: UInt64) -> UnsafeMutablePointer<ReferenceSlot>? {
    let number = Int(token & (1 << ReferenceSlot.numberBits - 1))
    guard number / chunkSize < chunkCount.load(ordering: .acquiring),
      let chunk = unsafe chunks.load(ordering: .acquiring)?[number / chunkSize].load(
        ordering: .acquiring)
    else { return nil }
    return unsafe chunk + number % chunkSize
  }

  /// Calls `body` with every slot that is held; until it returns false.
  ///
  /// - Complexity: O(slots ever used at once).
  static func forEachHeld(_ body: (UnsafeMutablePointer<ReferenceSlot>, _ token: UInt64) -> Bool) {
    guard let chunks = unsafe chunks.load(ordering: .acquiring) else { return }
    for index in 0..<chunkCount.load(ordering: .acquiring) {
      guard let chunk = unsafe chunks[index].load(ordering: .acquiring) else { continue }
      for place in 0..<chunkSize {
        let slot = unsafe chunk + place
        let token = unsafe slot.pointee.token.load(ordering: .acquiring)
        if unsafe token != 0 && !body(slot, token) { return }
      }
    }
  }
}
