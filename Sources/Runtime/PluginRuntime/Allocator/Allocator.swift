import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// Blocks with an owner.
///
/// Memory is shared by all accounts: a thread takes a free block of the right size from its own store and
/// writes into the block's header whose it is. So an idle account owns nothing, and whoever frees, from
/// whatever thread, finds whom to credit. Where that is needed, all blocks of an account are found by
/// walking through the spans.
enum Allocator {
  /// Set once by `PLR_CHECK=heap`, later by the host.
  static let isChecked = Atomic<Bool>(false)

  static func prepare() {
    if let words = unsafe getenv("PLR_CHECK"), unsafe strstr(words, "heap") != nil {
      isChecked.store(true, ordering: .relaxed)
    }
  }

  /// A new block for `account`; nil where there is none to be had.
  ///
  /// The short way makes no call: what it needs is at hand, or the long way is gone.
  @inline(__always)
  static func allocate(
    for account: Account, byteCount: Int, alignment: Int, caller: UInt
  ) -> UnsafeMutableRawPointer? {
    // Powers of two up to 16, and 0.
    if UInt(bitPattern: alignment) <= 16, 0x10117 >> UInt32(truncatingIfNeeded: alignment) & 1 != 0,
      UInt(bitPattern: byteCount) <= UInt(SizeClass.maximalSize - BlockHeader.size),
      let record = unsafe ThreadRecord.existing,
      let shard = unsafe record.recentShard(of: account.index)?.shard
    {
      let index = SizeClass.index(for: byteCount + BlockHeader.size)
      let bin = unsafe record.own.pointee.bins.unsafelyUnwrapped + index
      unsafe Section.enter(record)
      if unsafe account.state.pointee.allocationMode.load(ordering: .acquiring) == 0,
        let free = unsafe bin.pointee.free
      {
        unsafe bin.pointee.free = unsafe free.pointee.next
        unsafe bin.pointee.count &-= 1
        let block = UnsafeMutableRawPointer(free)
        let header = unsafe UnsafeMutablePointer<BlockHeader>(of: block)
        unsafe header.set(byteCount: byteCount)
        unsafe header.tag = BlockHeader.Tag(
          owner: account.index, sizeClass: UInt8(truncatingIfNeeded: index),
          state: BlockHeader.Tag.live, offset: 1)
        unsafe shard.pointee.allocations.addAlone(1)
        let isDue = unsafe shard.keep(byteCount)
        unsafe Section.leave(record)
        return unsafe isDue ? publish(account, shard, then: block) : block
      }
      unsafe Section.leave(record)
    }
    return unsafe allocateSlow(
      for: account, byteCount: byteCount, alignment: alignment, isZeroed: false, caller: caller)
  }

  @inline(never)
  private static func publish(
    _ account: Account, _ shard: UnsafeMutablePointer<Shard>, then block: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    unsafe account.publish(shard)
    return unsafe block
  }

  /// The store of a thread and its figures for `account`; nil where there is no memory for them.
  static func place(
    for account: Account
  ) -> (UnsafeMutablePointer<ThreadRecord>, UnsafeMutablePointer<Shard>)? {
    guard let record = unsafe ThreadRecord.current else { return nil }
    if unsafe record.own.pointee.bins == nil {
      unsafe record.own.pointee.bins = unsafe ThreadBin.makeAll()
    }
    guard unsafe record.own.pointee.bins != nil,
      let shard = unsafe ShardTable.shard(of: account, in: record)
    else { return nil }
    unsafe record.own.pointee.recent[Int(account.index & 15)] = ThreadRecord.RecentShard(
      index: account.index, shard: shard, account: account.state)
    return unsafe (record, shard)
  }

  /// The first block of a thread, large ones, aligned ones, those of checked mode and of accounts with
  /// limits.
  @inline(never)
  static func allocateSlow(
    for account: Account, byteCount: Int, alignment: Int, isZeroed: Bool, caller: UInt
  ) -> UnsafeMutableRawPointer? {
    guard alignment >= 0, alignment & (alignment &- 1) == 0, byteCount >= 0,
      byteCount <= BlockHeader.maximalByteCount, let (record, shard) = unsafe place(for: account)
    else { return nil }
    let isChecked = isChecked.load(ordering: .relaxed)
    guard
      let block = unsafe makeMemory(
        record, byteCount, alignment: max(alignment, 16), isZeroed: isZeroed,
        isChecked: isChecked)
    else { return nil }
    if isChecked { unsafe CheckedBlock.arm(block, byteCount, caller: caller) }
    unsafe Section.enter(record)
    let limits = unsafe account.state.pointee.limits.load(ordering: .acquiring)
    var isAccepted = account.isOpen
    if isAccepted {
      if let limits = unsafe limits {
        isAccepted = unsafe account.chargeLimited(byteCount, shard, limits)
      } else {
        unsafe account.charge(byteCount, shard)
      }
    }
    if isAccepted {
      unsafe shard.pointee.allocations.addAlone(1)
      unsafe setOwner(account, of: block, isChecked: isChecked)
    }
    unsafe Section.leave(record)
    guard isAccepted else {
      unsafe freeMemory(record, block)
      return nil
    }
    if let limits = unsafe limits { unsafe account.checkSoftLimit(limits) }
    return unsafe block
  }

  /// Memory with a header that says how it was made, and that it is free.
  private static func makeMemory(
    _ record: UnsafeMutablePointer<ThreadRecord>, _ byteCount: Int, alignment: Int,
    isZeroed: Bool, isChecked: Bool
  ) -> UnsafeMutableRawPointer? {
    let behind = isChecked ? CheckedBlock.guardSize : 0
    // The header, and in checked mode the place of the caller with a header of its own.
    let before = isChecked ? 3 * BlockHeader.size : BlockHeader.size
    let (wanted, overflow) = byteCount.addingReportingOverflow(behind)
    guard !overflow else { return nil }
    let total = alignment <= 16 ? wanted + before : wanted + before + alignment
    let block: UnsafeMutableRawPointer
    var tag = BlockHeader.Tag(
      owner: 0, sizeClass: SizeClass.large, state: BlockHeader.Tag.freed, offset: 1)
    if total <= SizeClass.maximalSize {
      let index = SizeClass.index(for: total)
      guard let memory = unsafe (record.own.pointee.bins! + index).take(index) else { return nil }
      var start = unsafe memory + before
      if alignment > 16 {
        unsafe start = unsafe UnsafeMutableRawPointer(
          bitPattern: (UInt(bitPattern: start) + UInt(alignment) - 1) & ~(UInt(alignment) - 1))!
        if unsafe start - memory < 2 * BlockHeader.size && start - memory > BlockHeader.size {
          unsafe start += alignment
        }
      }
      tag.sizeClass = UInt8(truncatingIfNeeded: index)
      tag.offset = unsafe UInt16(truncatingIfNeeded: (start - memory) / 16)
      unsafe block = unsafe start
      if isZeroed { unsafe memset(block, 0, byteCount) }
      if tag.offset != 1 {
        let first = unsafe memory.assumingMemoryBound(to: BlockHeader.self)
        unsafe first.set(byteCount: byteCount)
        unsafe first.tag = tag
      }
    } else {
      guard let made = unsafe LargeBlocks.make(wanted, alignment: alignment, isZeroed: isZeroed)
      else {
        return nil
      }
      unsafe block = unsafe made
      tag.offset = UInt16(LargeBlock.headerSize / 16)
    }
    let header = unsafe UnsafeMutablePointer<BlockHeader>(of: block)
    unsafe header.set(byteCount: byteCount)
    unsafe header.tag = tag
    return unsafe block
  }

  /// Makes a block of memory that is free. Inside a section.
  private static func setOwner(
    _ account: Account, of block: UnsafeMutableRawPointer, isChecked: Bool
  ) {
    let header = unsafe UnsafeMutablePointer<BlockHeader>(of: block)
    var tag = unsafe header.tag
    tag.owner = account.index
    tag.state = isChecked ? BlockHeader.Tag.liveChecked : BlockHeader.Tag.live
    if tag.sizeClass == SizeClass.large {
      unsafe LargeBlocks.link(block, to: account)
    } else if tag.offset != 1 {
      unsafe header.first(tag).tag = tag
    }
    unsafe header.tag = tag
  }

  /// Gives memory back that no account owns any more.
  private static func freeMemory(
    _ record: UnsafeMutablePointer<ThreadRecord>, _ block: UnsafeMutableRawPointer
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
    unsafe (record.own.pointee.bins! + index).giveBack(memory, index)
  }

  /// The header of a live block; nil where `block` is none as far as can be told.
  @inline(__always)
  static func liveHeader(
    of block: UnsafeMutableRawPointer
  ) -> UnsafeMutablePointer<BlockHeader>? {
    // A misaligned pointer cannot be one of ours, and its header could not be read.
    guard UInt(bitPattern: block) & 15 == 0 else { return nil }
    let header = unsafe UnsafeMutablePointer<BlockHeader>(of: block)
    return unsafe header.tag.isLive && header.isIntact ? header : nil
  }

  enum Freeing {
    case done
    case notLive
    case overrun(owner: Account, byteCount: Int, caller: UInt)
  }

  /// What the short way of freeing has done.
  @safe enum FastFreeing {
    case done
    /// Done, and the account should know by now.
    case due(ThreadRecord.RecentShard)
    /// Nothing: it takes the long way.
    case slow
  }

  /// Frees a live block where that needs no call.
  @inline(__always)
  static func deallocateFast(_ block: UnsafeMutableRawPointer) -> FastFreeing {
    guard UInt(bitPattern: block) & 15 == 0 else { return .slow }
    let header = unsafe UnsafeMutablePointer<BlockHeader>(of: block)
    let bits = unsafe header.tagBits
    guard bits >> 40 == BlockHeader.Tag.plain, unsafe header.isIntact,
      let record = unsafe ThreadRecord.existing,
      let recent = unsafe record.recentShard(of: UInt32(truncatingIfNeeded: bits))
    else { return .slow }
    let shard = unsafe recent.shard.unsafelyUnwrapped
    let tag = BlockHeader.Tag(bits)
    let bin = unsafe record.own.pointee.bins.unsafelyUnwrapped + Int(tag.sizeClass)
    unsafe Section.enter(record)
    guard
      unsafe recent.account.unsafelyUnwrapped.pointee.allocationMode.load(ordering: .acquiring)
        == 0,
      unsafe bin.pointee.count < bin.pointee.batchCount
    else {
      unsafe Section.leave(record)
      return .slow
    }
    unsafe header.tag = BlockHeader.Tag(
      owner: tag.owner, sizeClass: tag.sizeClass, state: BlockHeader.Tag.freed, offset: 1)
    let free = unsafe block.assumingMemoryBound(to: FreeBlock.self)
    unsafe free.pointee.next = unsafe bin.pointee.free
    unsafe bin.pointee.free = unsafe free
    unsafe bin.pointee.count &+= 1
    unsafe shard.pointee.frees.addAlone(1)
    let isDue = unsafe shard.keep(-header.byteCount)
    unsafe Section.leave(record)
    return isDue ? .due(recent) : .done
  }

  /// Frees a live block, or tells why not.
  @inline(never)
  static func deallocateSlow(_ block: UnsafeMutableRawPointer) -> Freeing {
    guard let header = unsafe liveHeader(of: block) else { return .notLive }
    var tag = unsafe header.tag
    let owner = Accounts.account(tag.owner)
    guard let (record, shard) = unsafe place(for: owner) else { return .done }
    let byteCount = unsafe header.byteCount
    var isOverrun = false
    var caller: UInt = 0
    if tag.isChecked {
      isOverrun = unsafe !CheckedBlock.isWhole(block, byteCount)
      caller = unsafe CheckedBlock.caller(of: block, tag)
    }
    unsafe Section.enter(record)
    guard owner.isOpen else {
      unsafe Section.leave(record)
      return .notLive
    }
    let wasChecked = tag.isChecked
    tag.state = BlockHeader.Tag.freed
    unsafe header.tag = tag
    if tag.sizeClass == SizeClass.large {
      unsafe LargeBlocks.unlink(block, from: owner)
    } else if tag.offset != 1 {
      unsafe header.first(tag).tag = tag
    }
    unsafe shard.pointee.frees.addAlone(1)
    let limits = unsafe owner.state.pointee.limits.load(ordering: .acquiring)
    if let limits = unsafe limits {
      _ = unsafe owner.chargeLimited(-byteCount, shard, limits)
    } else {
      unsafe owner.charge(-byteCount, shard)
    }
    unsafe Section.leave(record)
    if let limits = unsafe limits { unsafe owner.checkSoftLimit(limits) }
    if wasChecked {
      if let old = unsafe CheckedBlock.quarantine(block, byteCount) {
        unsafe freeMemory(record, old)
      }
    } else {
      unsafe freeMemory(record, block)
    }
    return isOverrun ? .overrun(owner: owner, byteCount: byteCount, caller: caller) : .done
  }

  static func usableSize(_ block: UnsafeMutableRawPointer) -> Int {
    guard let header = unsafe liveHeader(of: block) else { return 0 }
    let tag = unsafe header.tag
    if tag.isChecked || tag.sizeClass == SizeClass.large { return unsafe header.byteCount }
    return SizeClass.size(of: Int(tag.sizeClass)) - Int(tag.offset) * 16
  }

  /// The block with room for `byteCount` bytes, possibly elsewhere; nil, with nothing changed, where that
  /// cannot be.
  static func reallocate(
    _ block: UnsafeMutableRawPointer, byteCount: Int, caller: UInt
  ) -> UnsafeMutableRawPointer? {
    guard byteCount >= 0, byteCount <= BlockHeader.maximalByteCount,
      let header = unsafe liveHeader(of: block)
    else { return nil }
    let tag = unsafe header.tag
    let owner = Accounts.account(tag.owner)
    guard let (record, shard) = unsafe place(for: owner) else { return nil }
    let oldByteCount = unsafe header.byteCount
    unsafe Section.enter(record)
    let limits = unsafe owner.state.pointee.limits.load(ordering: .acquiring)
    var isAccepted = owner.isOpen
    // Charged first: a block that grows is one block that changed its size, not one more.
    if isAccepted {
      if let limits = unsafe limits {
        isAccepted = unsafe owner.chargeLimited(byteCount - oldByteCount, shard, limits)
      }
    }
    var result: UnsafeMutableRawPointer?
    if isAccepted {
      unsafe result = unsafe resize(
        block, header, tag, of: owner, record, byteCount: byteCount, caller: caller)
      if unsafe limits == nil {
        if unsafe result != nil { unsafe owner.charge(byteCount - oldByteCount, shard) }
      } else if unsafe result == nil {
        _ = unsafe owner.chargeLimited(oldByteCount - byteCount, shard, limits!)
      }
    }
    unsafe Section.leave(record)
    if let limits = unsafe limits, unsafe result != nil { unsafe owner.checkSoftLimit(limits) }
    return unsafe result
  }

  /// Inside a section; the owner is open.
  private static func resize(
    _ block: UnsafeMutableRawPointer, _ header: UnsafeMutablePointer<BlockHeader>,
    _ tag: BlockHeader.Tag, of owner: Account, _ record: UnsafeMutablePointer<ThreadRecord>,
    byteCount: Int, caller: UInt
  ) -> UnsafeMutableRawPointer? {
    let oldByteCount = unsafe header.byteCount
    let isLarge = tag.sizeClass == SizeClass.large
    var alignment = 16
    if isLarge {
      alignment = unsafe UnsafeMutablePointer<LargeBlock>(of: block).pointee.alignment
    } else if tag.offset != 1 {
      // Not kept; but as much as the block happens to have is more than was asked for.
      alignment = 1 << min(UInt(bitPattern: block).trailingZeroBitCount, 16)
    }
    if tag.state == BlockHeader.Tag.live {
      if !isLarge, tag.offset == 1, byteCount + BlockHeader.size <= SizeClass.maximalSize,
        SizeClass.index(for: byteCount + BlockHeader.size) == Int(tag.sizeClass)
      {
        unsafe header.set(byteCount: byteCount)
        return unsafe block
      }
      if isLarge, alignment <= 16, byteCount + BlockHeader.size > SizeClass.maximalSize {
        unsafe LargeBlocks.unlink(block, from: owner)
        let moved = unsafe LargeBlocks.resize(block, byteCount: byteCount)
        let result = unsafe moved ?? block
        let newHeader = unsafe UnsafeMutablePointer<BlockHeader>(of: result)
        if unsafe moved != nil { unsafe newHeader.set(byteCount: byteCount) }
        unsafe newHeader.tag = tag
        unsafe LargeBlocks.link(result, to: owner)
        return unsafe moved
      }
    }
    guard
      let moved = unsafe makeMemory(
        record, byteCount, alignment: alignment, isZeroed: false, isChecked: tag.isChecked)
    else { return nil }
    if tag.isChecked { unsafe CheckedBlock.arm(moved, byteCount, caller: caller) }
    unsafe moved.copyMemory(from: block, byteCount: min(byteCount, oldByteCount))
    if isLarge { unsafe LargeBlocks.unlink(block, from: owner) }
    unsafe setOwner(owner, of: moved, isChecked: tag.isChecked)
    unsafe freeMemory(record, block)
    return unsafe moved
  }
}

extension UnsafeMutablePointer<ThreadRecord> {
  /// The thread's figures for an account that it has allocated for lately.
  @inline(__always)
  fileprivate func recentShard(of account: UInt32) -> ThreadRecord.RecentShard? {
    let recent = unsafe own.pointee.recent[unchecked: Int(account & 15)]
    return recent.index == account ? recent : nil
  }
}
