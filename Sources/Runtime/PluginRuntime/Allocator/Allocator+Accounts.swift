import CPluginABI
import Glibc
import Synchronization

extension Allocator {
  /// Frees all blocks of `account`, which is closed and has no section left in which somebody works for
  /// it, and tells how many and how large they were.
  ///
  /// - Complexity: O(blocks of the process).
  static func releaseAll(of account: Account) -> (blocks: UInt64, bytes: UInt64) {
    var blocks: UInt64 = 0
    var bytes: UInt64 = 0
    guard statistics(of: account).live_blocks > 0 else { return (0, 0) }
    for index in 0..<SizeClass.count {
      CentralHeap.withClass(index) { central in
        var batch: UnsafeMutablePointer<FreeBlock>?
        var count = 0
        unsafe central.forEachBlock(index) { memory in
          let first = unsafe memory.assumingMemoryBound(to: BlockHeader.self)
          let tag = unsafe first.tag
          guard tag.isLive, tag.owner == account.index else { return }
          blocks += 1
          unsafe bytes += UInt64(first.byteCount)
          let freed = BlockHeader.Tag(
            owner: tag.owner, sizeClass: tag.sizeClass, state: BlockHeader.Tag.freed, offset: 1)
          if tag.offset != 1 {
            unsafe UnsafeMutablePointer<BlockHeader>(of: memory + Int(tag.offset) * 16).tag = freed
          }
          unsafe first.tag = freed
          let block = unsafe UnsafeMutablePointer<FreeBlock>(memory: memory)
          unsafe block.pointee.next = unsafe batch
          unsafe batch = unsafe block
          count += 1
        }
        // Cut into batches: threads count on their length.
        while let first = unsafe batch {
          var last = unsafe first
          for _ in 1..<SizeClass.batchCount(of: index) {
            guard let next = unsafe last.pointee.next else { break }
            unsafe last = unsafe next
          }
          unsafe batch = unsafe last.pointee.next
          unsafe last.pointee.next = nil
          unsafe central.take(batch: first)
        }
      }
    }
    unsafe LargeBlocks.forEach(of: account) { large in
      let header = unsafe UnsafeMutablePointer<BlockHeader>(of: large.block)
      blocks += 1
      unsafe bytes += UInt64(header.byteCount)
      var tag = unsafe header.tag
      tag.state = BlockHeader.Tag.freed
      unsafe header.tag = tag
      unsafe free(large.pointee.base)
    }
    unsafe account.state.pointee.firstLargeBlock.store(nil, ordering: .relaxed)
    return (blocks, bytes)
  }

  /// - Complexity: O(threads).
  static func statistics(of account: Account) -> plr_allocation_statistics {
    var sum = plr_allocation_statistics()
    sum.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
    var frees: UInt64 = 0
    let published = unsafe account.state.pointee.publishedBytes.load(ordering: .acquiring)
    var live = published
    var peak = unsafe account.state.pointee.peakBytes.load(ordering: .relaxed)
    unsafe ThreadRecord.forEach { record in
      guard let shard = unsafe ShardTable.existing(of: account.index, in: record) else { return }
      // Frees first: what is freed has been allocated.
      unsafe frees += shard.pointee.frees.load(ordering: .acquiring)
      unsafe live += shard.pointee.unpublished.load(ordering: .relaxed)
      peak = unsafe max(peak, published + shard.pointee.unpublishedPeak.load(ordering: .relaxed))
    }
    unsafe ThreadRecord.forEach { record in
      guard let shard = unsafe ShardTable.existing(of: account.index, in: record) else { return }
      unsafe sum.total_allocations += shard.pointee.allocations.load(ordering: .acquiring)
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

  /// The blocks of `account` in groups, the largest first.
  static func report(of account: Account) -> [plr_block_group] {
    var groups: [UInt: plr_block_group] = unsafe [:]
    forEachBlock(of: account) { room, byteCount, caller in
      // No code lies where sizes of blocks are numbers.
      let key = caller == 0 ? UInt(room) : caller
      var group =
        unsafe groups[key]
        ?? plr_block_group(
          blocks: 0, bytes: 0, block_size: caller == 0 ? UInt64(room) : 0,
          caller: UnsafeRawPointer(bitPattern: caller))
      unsafe group.blocks += 1
      unsafe group.bytes += UInt64(byteCount)
      unsafe groups[key] = unsafe group
    }
    return unsafe groups.values.sorted {
      unsafe ($0.bytes, $0.block_size) > ($1.bytes, $1.block_size)
    }
  }
}
