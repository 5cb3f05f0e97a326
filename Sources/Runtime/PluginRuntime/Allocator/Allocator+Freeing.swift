import CRuntimeSupport
import Glibc
import Synchronization

extension Allocator {
  /// Gives memory back that no account owns any more; to all threads where the calling one has no record.
  static func freeMemory(
    _ record: UnsafeMutablePointer<ThreadRecord>?, _ block: UnsafeMutableRawPointer
  ) {
    let header = unsafe UnsafeMutablePointer<BlockHeader>(of: block)
    var tag = unsafe header.tag
    tag.state = BlockHeader.Tag.freed
    unsafe header.tag = tag
    if tag.sizeClass == SizeClass.large {
      unsafe free(UnsafeMutablePointer<LargeBlock>(of: block).pointee.base)
      return
    }
    let index = Int(tag.sizeClass)
    let memory = unsafe UnsafeMutableRawPointer(header.first(tag))
    unsafe header.first(tag).tag = BlockHeader.Tag(
      owner: 0, sizeClass: tag.sizeClass, state: BlockHeader.Tag.freed, offset: 1)
    if let record = unsafe record { return unsafe record.giveBackMemory(memory, index) }
    var one = FreeChain.empty
    unsafe one.push(UnsafeMutablePointer<FreeBlock>(memory: memory))
    CentralHeap.withClass(index) { $0.take(batch: one) }
  }

  /// A write past the end of a block that was found.
  @safe struct Overrun {
    let owner: Account
    let byteCount: Int
    let caller: UInt

    func describe(in text: inout LogBuffer) {
      text.append("wrote past the end of a block of ")
      text.append(UInt64(byteCount))
      text.append(" bytes allocated at 0x")
      text.append(hexadecimal: UInt32(truncatingIfNeeded: caller >> 32), digits: 8)
      text.append(hexadecimal: UInt32(truncatingIfNeeded: caller), digits: 8)
    }
  }

  enum Freeing {
    case done
    case notLive
    case overrun(Overrun)
  }

  /// Frees a live block where that needs no call; false, with nothing done, where it takes the long way.
  @inline(__always)
  static func deallocateShort(
    _ block: UnsafeMutableRawPointer, _ record: UnsafeMutablePointer<ThreadRecord>
  ) -> Bool {
    guard UInt(bitPattern: block) & 15 == 0, isChecked.load(ordering: .relaxed) == 0 else {
      return false
    }
    let header = unsafe UnsafeMutablePointer<BlockHeader>(of: block)
    let bits = unsafe header.tagBits
    guard bits >> 40 == BlockHeader.Tag.plain, unsafe header.isIntact,
      let recent = unsafe record.recentShard(of: UInt32(truncatingIfNeeded: bits))
    else { return false }
    let byteCount = unsafe Int64(header.byteCount)
    let shard = unsafe recent.shard.unsafelyUnwrapped
    let bin = unsafe record.bin(Int(UInt8(truncatingIfNeeded: bits >> 32)))
    var free = unsafe bin.pointee.free
    let unpublished = unsafe shard.pointee.unpublished.load(ordering: .relaxed)
    guard unsafe free.isShorter(than: bin.pointee.limit), !Shard.isDue(unpublished) else {
      return false
    }
    let count = unsafe shard.pointee.frees.load(ordering: .relaxed)
    // Inside, see ``Section``.
    unsafe shard.pointee.frees.store(count &+ 1, ordering: .relaxed)
    runtime_barrier_compiler()
    guard
      unsafe recent.account.unsafelyUnwrapped.pointee.allocationMode.load(ordering: .acquiring)
        == 0
    else {
      unsafe shard.pointee.frees.store(count, ordering: .releasing)
      return false
    }
    unsafe header.setTagBits(bits ^ BlockHeader.Tag.plainToFreed)
    unsafe free.push(block.assumingMemoryBound(to: FreeBlock.self))
    unsafe bin.pointee.free = free
    if unsafe unpublished > shard.pointee.unpublishedPeak.load(ordering: .relaxed) {
      unsafe shard.pointee.unpublishedPeak.store(unpublished, ordering: .relaxed)
    }
    unsafe shard.pointee.unpublished.store(unpublished &- byteCount, ordering: .relaxed)
    unsafe shard.pointee.frees.store(count &+ 2, ordering: .releasing)
    return true
  }

  /// Frees a live block, or tells why not; the short way of threads whose place in the table another one has
  /// taken.
  @inline(never)
  static func deallocate(_ block: UnsafeMutableRawPointer) -> Freeing {
    if let record = unsafe ThreadRecord.current, unsafe deallocateShort(block, record) {
      return .done
    }
    return unsafe deallocateLong(block)
  }

  /// Frees a live block, or tells why not.
  static func deallocateLong(_ block: UnsafeMutableRawPointer) -> Freeing {
    guard let header = unsafe liveHeader(of: block) else { return .notLive }
    let tag = unsafe header.tag
    let owner = Accounts.account(tag.owner)
    // Without memory for either, a block is freed all the same.
    let place = unsafe place(for: owner)
    let record = unsafe place?.0 ?? ThreadRecord.current
    let byteCount = unsafe header.byteCount
    let overrun = unsafe overrun(of: block, tag, owner)
    unsafe Section.enter(orAsGuest: record)
    guard owner.isOpen else {
      unsafe Section.leave(orAsGuest: record)
      return .notLive
    }
    let wasChecked = tag.isChecked
    unsafe markFreed(block, tag)
    if tag.sizeClass == SizeClass.large { unsafe LargeBlocks.unlink(block, from: owner) }
    let limits = unsafe owner.activeLimits
    if let limits = unsafe limits {
      _ = unsafe owner.chargeLimited(-byteCount, limits)
      unsafe limits.pointee.frees.add(1, ordering: .relaxed)
    } else {
      unsafe owner.charge(-byteCount, place?.1)
      if let shard = unsafe place?.1 {
        unsafe shard.pointee.frees.addAlone(2)
      } else {
        unsafe owner.state.pointee.freesElsewhere.add(1, ordering: .relaxed)
      }
    }
    unsafe Section.leave(orAsGuest: record)
    if let limits = unsafe limits { unsafe owner.checkSoftLimit(limits) }
    unsafe retireMemory(record, block, byteCount, wasChecked: wasChecked)
    return overrun.map { .overrun($0) } ?? .done
  }

  /// From here on no walk takes the block for a live one.
  static func markFreed(_ block: UnsafeMutableRawPointer, _ tag: BlockHeader.Tag) {
    let header = unsafe UnsafeMutablePointer<BlockHeader>(of: block)
    var tag = tag
    tag.state = BlockHeader.Tag.freed
    if tag.sizeClass != SizeClass.large && tag.offset != 1 { unsafe header.first(tag).tag = tag }
    unsafe header.tag = tag
  }

  /// What was written past the end of a live block of checked mode.
  static func overrun(
    of block: UnsafeMutableRawPointer, _ tag: BlockHeader.Tag, _ owner: Account
  ) -> Overrun? {
    let byteCount = unsafe UnsafeMutablePointer<BlockHeader>(of: block).byteCount
    guard tag.isChecked, unsafe !CheckedBlock.isWhole(block, byteCount) else { return nil }
    return unsafe Overrun(
      owner: owner, byteCount: byteCount, caller: CheckedBlock.caller(of: block, tag))
  }

  /// Frees memory, or in checked mode what has waited longest in its place.
  static func retireMemory(
    _ record: UnsafeMutablePointer<ThreadRecord>?, _ block: UnsafeMutableRawPointer,
    _ byteCount: Int, wasChecked: Bool
  ) {
    guard wasChecked else { return unsafe freeMemory(record, block) }
    if let old = unsafe CheckedBlock.quarantine(block, byteCount) {
      unsafe freeMemory(record, old)
    }
  }
}
