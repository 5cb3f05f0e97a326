import CPluginABI
import Glibc
import Synchronization

extension Allocator {
  /// What an account had left when it was closed.
  struct Left {
    var blocks: UInt64 = 0
    var bytes: UInt64 = 0
    /// How many of them were written past their end, and one of these.
    var overruns: UInt64 = 0
    var overrun: Overrun?

    mutating func add(_ byteCount: Int, _ overrun: Overrun?) {
      blocks += 1
      bytes += UInt64(byteCount)
      guard let overrun else { return }
      overruns += 1
      self.overrun = self.overrun ?? overrun
    }
  }

  /// Frees all blocks of `account`, which is closed and has no section left in which somebody works for
  /// it, and tells how many and how large they were.
  ///
  /// - Complexity: O(blocks of the process).
  static func releaseAll(of account: Account) -> Left {
    var left = Left()
    guard statistics(of: account).live_blocks > 0 else { return left }
    for index in 0..<SizeClass.count {
      CentralHeap.withClass(index) { central in
        // Cut into batches as threads give them back.
        var batch = FreeChain.empty
        var full = FreeChain.empty
        let limit = FreeChain.limit(SizeClass.batchCount(of: index))
        unsafe central.forEachBlock(index) { memory in
          let first = unsafe memory.assumingMemoryBound(to: BlockHeader.self)
          let tag = unsafe first.tag
          guard tag.isLive, tag.owner == account.index else { return }
          let block = unsafe memory + Int(tag.offset) * 16
          unsafe left.add(first.byteCount, overrun(of: block, tag, account))
          let freed = BlockHeader.Tag(
            owner: tag.owner, sizeClass: tag.sizeClass, state: BlockHeader.Tag.freed, offset: 1)
          if tag.offset != 1 { unsafe UnsafeMutablePointer<BlockHeader>(of: block).tag = freed }
          unsafe first.tag = freed
          unsafe batch.push(UnsafeMutablePointer<FreeBlock>(memory: memory))
          guard !batch.isShorter(than: limit) else { return }
          unsafe batch.first?.pointee.nextBatch = full
          full = batch
          batch = .empty
        }
        while let first = unsafe full.first {
          let each = full
          unsafe full = first.pointee.nextBatch
          central.take(batch: each)
        }
        central.take(batch: batch)
      }
    }
    unsafe LargeBlocks.forEach(of: account) { large in
      let header = unsafe UnsafeMutablePointer<BlockHeader>(of: large.block)
      var tag = unsafe header.tag
      unsafe left.add(header.byteCount, overrun(of: large.block, tag, account))
      tag.state = BlockHeader.Tag.freed
      unsafe header.tag = tag
      unsafe free(large.pointee.base)
    }
    unsafe account.state.pointee.firstLargeBlock.store(nil, ordering: .relaxed)
    return left
  }

  /// - Complexity: O(threads).
  static func statistics(of account: Account) -> plr_allocation_statistics {
    var sum = plr_allocation_statistics()
    sum.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
    let limits = unsafe account.state.pointee.limits.load(ordering: .acquiring)
    var frees = unsafe account.state.pointee.freesElsewhere.load(ordering: .acquiring)
    if let limits = unsafe limits {
      unsafe frees += limits.pointee.frees.load(ordering: .acquiring)
    }
    let published = unsafe account.state.pointee.publishedBytes.load(ordering: .acquiring)
    var live = published
    var peak = unsafe account.state.pointee.peakBytes.load(ordering: .relaxed)
    unsafe ThreadRecord.forEach { record in
      guard let shard = unsafe ShardTable.existing(of: account.index, in: record) else { return }
      // Frees first: what is freed has been allocated.
      unsafe frees += shard.pointee.frees.load(ordering: .acquiring) / 2
      let unpublished = unsafe shard.pointee.unpublished.load(ordering: .relaxed)
      live += unpublished
      peak = unsafe max(
        peak,
        published + max(unpublished, shard.pointee.unpublishedPeak.load(ordering: .relaxed)))
    }
    unsafe ThreadRecord.forEach { record in
      guard let shard = unsafe ShardTable.existing(of: account.index, in: record) else { return }
      unsafe sum.total_allocations += shard.pointee.allocations.load(ordering: .acquiring) / 2
    }
    if let limits = unsafe limits {
      unsafe sum.total_allocations += limits.pointee.allocations.load(ordering: .acquiring)
    }
    sum.live_blocks = sum.total_allocations - min(frees, sum.total_allocations)
    sum.live_bytes = UInt64(max(live, 0))
    sum.peak_bytes = UInt64(max(peak, live, 0))
    return sum
  }

  /// Calls `body` with the room, the size and the caller of every block of `account`.
  static func forEachBlock(
    of account: Account, _ body: (_ room: Int, _ byteCount: Int, _ caller: UInt) -> Void
  ) {
    for index in 0..<SizeClass.count {
      CentralHeap.withClass(index) { central in
        unsafe central.forEachBlock(index) { memory in
          let first = unsafe memory.assumingMemoryBound(to: BlockHeader.self)
          let tag = unsafe first.tag
          guard tag.isLive, tag.owner == account.index else { return }
          let block = unsafe memory + Int(tag.offset) * 16
          unsafe body(
            SizeClass.size(of: index) - Int(tag.offset) * 16, first.byteCount,
            tag.isChecked ? CheckedBlock.caller(of: block, tag) : 0)
        }
      }
    }
    unsafe LargeBlocks.forEach(of: account) { large in
      let header = unsafe UnsafeMutablePointer<BlockHeader>(of: large.block)
      unsafe body(0, header.byteCount, large.pointee.caller)
    }
  }
}
