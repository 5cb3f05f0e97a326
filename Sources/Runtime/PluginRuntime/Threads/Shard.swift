import Glibc
import Synchronization

/// What one thread did for one account: numbers that only grow, written by that thread alone.
///
/// An account's figure is the sum over all threads. The shards of an account outlive it.
@safe struct Shard: ~Copyable {
  /// Whether a thread keeps more to itself than 32 KiB more or fewer; short ways leave it at that for once.
  @inline(__always)
  static func isDue(_ unpublished: Int64) -> Bool {
    UInt64(bitPattern: unpublished &+ (32 << 10)) > (64 << 10)
  }

  /// Twice the number of blocks; odd while the thread is about to add one, see ``Section``.
  let allocations = Atomic<UInt64>(0)
  let frees = Atomic<UInt64>(0)
  /// Bytes that the account's own figure does not hold yet.
  let unpublished = Atomic<Int64>(0)
  /// The most that `unpublished` has been since it was last 0, but for what it is now: only what is freed
  /// makes it smaller, so only who frees takes note of it.
  let unpublishedPeak = Atomic<Int64>(0)
  /// Records that a gate let pass.
  let submitted = Atomic<UInt64>(0)
}

extension Atomic<UInt64> {
  /// Adds where only the calling thread writes: no locked instruction.
  @inline(__always)
  func addAlone(_ amount: UInt64) {
    store(load(ordering: .relaxed) &+ amount, ordering: .relaxed)
  }
}

/// The shards of one thread, by account, in pages that are made when they are needed.
@safe struct ShardTable: ~Copyable {
  static let pageSize = 64

  /// How many pages there is room for behind this.
  let capacity: Int
  let pages: UnsafeMutablePointer<Atomic<UnsafeMutablePointer<Shard>?>>

  /// The table that this one has replaced, kept since somebody may be reading it.
  let replaced: UnsafeMutablePointer<ShardTable>?

  static func allocate(
    capacity: Int, replacing old: UnsafeMutablePointer<ShardTable>?
  ) -> UnsafeMutablePointer<ShardTable>? {
    guard let table = unsafe Memory.allocate(ShardTable.self) else { return nil }
    guard
      let pages = unsafe Memory.allocateZeroed(
        capacity * MemoryLayout<Atomic<UnsafeMutablePointer<Shard>?>>.stride)
    else {
      unsafe free(table)
      return nil
    }
    unsafe table.initialize(
      to: ShardTable(
        capacity: capacity,
        pages: pages.assumingMemoryBound(to: Atomic<UnsafeMutablePointer<Shard>?>.self),
        replaced: old))
    return unsafe table
  }

  /// What the thread of `record` has; nil where it has nothing yet.
  @inline(__always)
  static func own(
    _ account: UInt32, in record: UnsafeMutablePointer<ThreadRecord>
  ) -> UnsafeMutablePointer<Shard>? {
    let page = Int(account) / pageSize
    guard unsafe page < record.own.pointee.shardPageCount,
      let shards = unsafe record.own.pointee.shardPages.unsafelyUnwrapped[page].load(
        ordering: .relaxed)
    else { return nil }
    return unsafe shards + Int(account) % pageSize
  }

  /// What the thread of `record` has, made where it has nothing yet; nil where there is no memory.
  @inline(__always)
  static func shard(
    of account: Account, in record: UnsafeMutablePointer<ThreadRecord>
  ) -> UnsafeMutablePointer<Shard>? {
    unsafe own(account.index, in: record) ?? makeShard(of: account.index, in: record)
  }

  /// What another thread has, or nil where it has nothing.
  static func existing(
    of account: UInt32, in record: UnsafeMutablePointer<ThreadRecord>
  ) -> UnsafeMutablePointer<Shard>? {
    let page = Int(account) / pageSize
    guard let table = unsafe record.pointee.shards.load(ordering: .acquiring),
      unsafe page < table.pointee.capacity,
      let shards = unsafe table.pointee.pages[page].load(ordering: .acquiring)
    else { return nil }
    return unsafe shards + Int(account) % pageSize
  }

  @inline(never)
  private static func makeShard(
    of account: UInt32, in record: UnsafeMutablePointer<ThreadRecord>
  ) -> UnsafeMutablePointer<Shard>? {
    let page = Int(account) / pageSize
    var table = unsafe record.pointee.shards.load(ordering: .relaxed)
    if unsafe table == nil || page >= table!.pointee.capacity {
      // The old table stays: somebody may be reading it, and all old ones are smaller than the new one.
      guard
        let larger = unsafe allocate(
          capacity: max(16, (page + 1).nextPowerOf2), replacing: table)
      else {
        return nil
      }
      if let table = unsafe table {
        for index in unsafe 0..<table.pointee.capacity {
          unsafe larger.pointee.pages[index].store(
            table.pointee.pages[index].load(ordering: .relaxed), ordering: .relaxed)
        }
      }
      unsafe record.pointee.shards.store(larger, ordering: .releasing)
      unsafe record.own.pointee.shardPages = unsafe larger.pointee.pages
      unsafe record.own.pointee.shardPageCount = unsafe larger.pointee.capacity
      unsafe table = unsafe larger
    }
    if unsafe table!.pointee.pages[page].load(ordering: .relaxed) == nil {
      guard let room = unsafe Memory.allocateZeroed(pageSize * MemoryLayout<Shard>.stride) else {
        return nil
      }
      unsafe table!.pointee.pages[page].store(
        room.assumingMemoryBound(to: Shard.self), ordering: .releasing)
    }
    return unsafe own(account, in: record)
  }
}

extension Int {
  fileprivate var nextPowerOf2: Int {
    self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount)
  }
}
