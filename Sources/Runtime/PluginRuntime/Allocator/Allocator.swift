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
  static let isChecked = Atomic<UInt8>(0)

  static func prepare() {
    if let words = unsafe getenv("PLR_CHECK"), unsafe strstr(words, "heap") != nil {
      isChecked.store(1, ordering: .relaxed)
    }
  }

  /// A new block for `account`, of at most ``maximalShort`` bytes at a multiple of 16; nil where it takes the
  /// long way.
  ///
  /// It makes no call and stores what it has to, once: what it needs is at hand, or the long way is gone.
  @inline(__always)
  static func allocateShort(
    for account: Account, byteCount: Int, _ record: UnsafeMutablePointer<ThreadRecord>
  ) -> UnsafeMutableRawPointer? {
    let owner = account.index
    guard let recent = unsafe record.recentShard(of: owner) else { return nil }
    let shard = unsafe recent.shard.unsafelyUnwrapped
    let index = runtime_size_class(byteCount)
    let bin = unsafe record.bin(Int(index))
    let unpublished = unsafe shard.pointee.unpublished.load(ordering: .relaxed)
    guard !Shard.isDue(unpublished) else { return nil }
    let count = unsafe shard.pointee.allocations.load(ordering: .relaxed)
    // Inside, see ``Section``.
    unsafe shard.pointee.allocations.store(count &+ 1, ordering: .relaxed)
    runtime_barrier_compiler()
    guard unsafe account.state.pointee.allocationMode.load(ordering: .acquiring) == 0,
      let free = unsafe bin.pointee.free.pop()
    else {
      unsafe shard.pointee.allocations.store(count, ordering: .releasing)
      return nil
    }
    let block = UnsafeMutableRawPointer(free)
    let header = unsafe UnsafeMutablePointer<BlockHeader>(of: block)
    unsafe header.set(byteCount: byteCount)
    unsafe header.tag = BlockHeader.Tag(
      owner: owner, sizeClass: index, state: BlockHeader.Tag.live, offset: 1)
    unsafe shard.pointee.unpublished.store(unpublished &+ Int64(byteCount), ordering: .relaxed)
    unsafe shard.pointee.allocations.store(count &+ 2, ordering: .releasing)
    return unsafe block
  }

  static let maximalShort = SizeClass.maximalSize - BlockHeader.size

  /// Whether the short way knows this alignment: powers of two up to 16, and 0.
  @inline(__always)
  static func isShort(alignment: Int) -> Bool {
    UInt(bitPattern: alignment) <= 16 && 0x10117 >> UInt32(truncatingIfNeeded: alignment) & 1 != 0
  }

  /// The record of a thread and its figures for `account`; nil where there is no memory for them.
  static func place(
    for account: Account
  ) -> (UnsafeMutablePointer<ThreadRecord>, UnsafeMutablePointer<Shard>)? {
    guard let record = unsafe ThreadRecord.current else { return nil }
    if unsafe record.own.pointee.stores == nil {
      unsafe record.own.pointee.stores = unsafe ThreadStore.makeAll()
    }
    guard unsafe record.own.pointee.stores != nil,
      let shard = unsafe ShardTable.shard(of: account, in: record)
    else { return nil }
    unsafe record.own.pointee.recent[Int(account.index & 15)] = ThreadRecord.RecentShard(
      index: account.index, shard: shard, account: account.state)
    return unsafe (record, shard)
  }

  /// Any block; the short way of threads whose place in the table another one has taken.
  @inline(never)
  static func allocate(
    for account: Account, byteCount: Int, alignment: Int, caller: UInt
  ) -> UnsafeMutableRawPointer? {
    if isShort(alignment: alignment), UInt(bitPattern: byteCount) <= UInt(maximalShort),
      let record = unsafe ThreadRecord.current,
      let block = unsafe allocateShort(for: account, byteCount: byteCount, record)
    {
      return unsafe block
    }
    return unsafe allocateLong(
      for: account, byteCount: byteCount, alignment: alignment, isZeroed: false, caller: caller)
  }

  /// The first block of a thread, large ones, aligned ones, those of checked mode and of accounts with
  /// limits.
  static func allocateLong(
    for account: Account, byteCount: Int, alignment: Int, isZeroed: Bool, caller: UInt
  ) -> UnsafeMutableRawPointer? {
    guard alignment >= 0, alignment & (alignment &- 1) == 0, byteCount >= 0,
      byteCount <= BlockHeader.maximalByteCount, let (record, shard) = unsafe place(for: account)
    else { return nil }
    let isChecked = isChecked.load(ordering: .relaxed) != 0
    guard
      let block = unsafe makeMemory(
        record, byteCount, alignment: max(alignment, 16), isZeroed: isZeroed,
        isChecked: isChecked)
    else { return nil }
    if isChecked { unsafe CheckedBlock.arm(block, byteCount, caller: caller) }
    unsafe Section.enter(record)
    let limits = unsafe account.activeLimits
    var isAccepted = account.isOpen
    if isAccepted {
      if let limits = unsafe limits {
        isAccepted = unsafe account.chargeLimited(byteCount, limits)
        if isAccepted { unsafe limits.pointee.allocations.add(1, ordering: .relaxed) }
      } else {
        unsafe account.charge(byteCount, shard)
        unsafe shard.pointee.allocations.addAlone(2)
      }
    }
    if isAccepted { unsafe setOwner(account, of: block, isChecked: isChecked) }
    unsafe Section.leave(record)
    guard isAccepted else {
      unsafe freeMemory(record, block)
      return nil
    }
    if let limits = unsafe limits { unsafe account.checkSoftLimit(limits) }
    return unsafe block
  }

  /// Memory with a header that says how it was made, and that it is free.
  static func makeMemory(
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
      guard let memory = unsafe record.takeMemory(index) else { return nil }
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
  static func setOwner(
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
}

extension UnsafeMutablePointer<ThreadRecord> {
  /// The thread's figures for an account that it has allocated for lately.
  @inline(__always)
  func recentShard(of account: UInt32) -> ThreadRecord.RecentShard? {
    let recent = unsafe own.pointee.recent[unchecked: Int(account & 15)]
    return recent.index == account ? recent : nil
  }
}
