import Synchronization

/// Blocks that are there: what they are, and how they change their size.
extension Allocator {
  /// The header of a live block; nil where `block` is none as far as can be told. In checked mode nothing is
  /// read but what is this runtime's.
  static func liveHeader(
    of block: UnsafeMutableRawPointer
  ) -> UnsafeMutablePointer<BlockHeader>? {
    // A misaligned pointer cannot be one of ours, and its header could not be read.
    guard UInt(bitPattern: block) & 15 == 0 else { return nil }
    if isChecked.load(ordering: .relaxed) != 0, unsafe !isOurs(block) { return nil }
    let header = unsafe UnsafeMutablePointer<BlockHeader>(of: block)
    return unsafe header.tag.isLive && header.isIntact ? header : nil
  }

  /// Whether the memory of `block` is this runtime's, found without looking at it.
  ///
  /// - Complexity: O(large blocks of the process).
  private static func isOurs(_ block: UnsafeMutableRawPointer) -> Bool {
    let wanted = unsafe Unchecked(block)
    if SpanSource.shared.withLock({ unsafe $0.holds(wanted.value) }) { return true }
    return Accounts.shared.withLock { accounts in
      var isFound = false
      accounts.forEachOpen { account in
        unsafe LargeBlocks.forEach(of: account) { large in
          if unsafe large.block == wanted.value { isFound = true }
        }
      }
      return isFound
    }
  }

  static func usableSize(_ block: UnsafeMutableRawPointer) -> Int {
    guard let header = unsafe liveHeader(of: block) else { return 0 }
    let tag = unsafe header.tag
    if tag.isChecked || tag.sizeClass == SizeClass.large { return unsafe header.byteCount }
    return SizeClass.size(of: Int(tag.sizeClass)) - Int(tag.offset) * 16
  }

  /// The block with room for `byteCount` bytes, possibly elsewhere; nil, with nothing changed, where that
  /// cannot be. With it, what was found written past the old end.
  static func reallocate(
    _ block: UnsafeMutableRawPointer, byteCount: Int, caller: UInt
  ) -> (block: UnsafeMutableRawPointer?, overrun: Overrun?) {
    guard byteCount >= 0, byteCount <= BlockHeader.maximalByteCount,
      let header = unsafe liveHeader(of: block)
    else { return (nil, nil) }
    let tag = unsafe header.tag
    let owner = Accounts.account(tag.owner)
    guard let (record, shard) = unsafe place(for: owner) else { return (nil, nil) }
    let oldByteCount = unsafe header.byteCount
    let overrun = unsafe overrun(of: block, tag, owner)
    unsafe Section.enter(record)
    let limits = unsafe owner.activeLimits
    var isAccepted = owner.isOpen
    // Charged first: a block that grows is one block that changed its size, not one more.
    if isAccepted, let limits = unsafe limits {
      isAccepted = unsafe owner.chargeLimited(byteCount - oldByteCount, limits)
    }
    var result: UnsafeMutableRawPointer?
    if isAccepted {
      unsafe result = unsafe resize(
        block, header, tag, of: owner, record, byteCount: byteCount, caller: caller)
      if unsafe limits == nil {
        if unsafe result != nil { unsafe owner.charge(byteCount - oldByteCount, shard) }
      } else if unsafe result == nil {
        _ = unsafe owner.chargeLimited(oldByteCount - byteCount, limits!)
      }
    }
    unsafe Section.leave(record)
    guard let result = unsafe result else { return (nil, nil) }
    if let limits = unsafe limits { unsafe owner.checkSoftLimit(limits) }
    return unsafe (result, overrun)
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
    unsafe markFreed(block, tag)
    unsafe retireMemory(record, block, oldByteCount, wasChecked: tag.isChecked)
    return unsafe moved
  }
}
