import CPluginABI
import Glibc

/// Blocks with an owner, on top of `malloc(3)`.
enum Allocator {
  static func allocate(
    for account: Account, byteCount: Int, alignment: Int
  ) -> UnsafeMutableRawPointer? {
    // What is no multiple of 16 but a power of two is a divisor of it.
    guard alignment >= 0, alignment & (alignment &- 1) == 0,
      let block = unsafe makeBlock(
        for: account, byteCount: byteCount, alignment: max(alignment, 16))
    else { return nil }
    let header = unsafe Self.header(of: block)
    // Decided under the lock: a block that came after the account was closed would be nobody's.
    let listed = unsafe ListedBlock(header: header)
    let isAccepted = account.heap.withLock { heap in
      guard account.isOpen.load(ordering: .acquiring) else { return false }
      heap.insert(listed)
      return true
    }
    if isAccepted { return unsafe block }
    unsafe free(header.pointee.base)
    return nil
  }

  /// Memory with a header before it that no list holds yet.
  private static func makeBlock(
    for account: Account, byteCount: Int, alignment: Int
  ) -> UnsafeMutableRawPointer? {
    let offset = unsafe max(BlockHeader.size, alignment)
    guard alignment <= 1 << 30, let total = total(byteCount, offset: offset) else { return nil }
    var base: UnsafeMutableRawPointer?
    if alignment == 16 {
      unsafe base = malloc(total)
    } else if unsafe posix_memalign(&base, alignment, total) != 0 {
      return nil
    }
    guard let base = unsafe base else { return nil }
    let block = unsafe base + offset
    unsafe header(of: block).initialize(
      to: BlockHeader(
        mark: BlockHeader.liveMark, owner: .passUnretained(account), previous: nil, next: nil,
        base: base, byteCount: byteCount, alignment: alignment))
    return unsafe block
  }

  private static func total(_ byteCount: Int, offset: Int) -> Int? {
    let (total, overflow) = byteCount.addingReportingOverflow(offset)
    return byteCount < 0 || overflow ? nil : total
  }

  static func reallocate(
    _ block: UnsafeMutableRawPointer, byteCount: Int
  ) -> UnsafeMutableRawPointer? {
    guard let header = unsafe liveHeader(of: block) else { return nil }
    let owner = unsafe header.pointee.owner.takeUnretainedValue()
    let old = unsafe ListedBlock(header: header)
    let new =
      unsafe header.pointee.alignment == 16
      ? resize(old, of: owner, byteCount: byteCount) : move(old, of: owner, byteCount: byteCount)
    guard let new else { return nil }
    return unsafe UnsafeMutableRawPointer(new.header) + BlockHeader.size
  }

  /// What `realloc(3)` can do: the header stands at the start of what malloc gave.
  private static func resize(
    _ block: ListedBlock, of owner: Account, byteCount: Int
  ) -> ListedBlock? {
    guard let total = unsafe total(byteCount, offset: BlockHeader.size) else { return nil }
    return owner.heap.withLock { heap in
      guard owner.isOpen.load(ordering: .acquiring) else { return nil }
      let oldByteCount = unsafe block.header.pointee.byteCount
      guard let base = unsafe realloc(block.header.pointee.base, total) else { return nil }
      let header = unsafe base.assumingMemoryBound(to: BlockHeader.self)
      unsafe header.pointee.base = unsafe base
      unsafe header.pointee.byteCount = byteCount
      let new = unsafe ListedBlock(header: header)
      heap.replace(with: new, oldByteCount: oldByteCount)
      return new
    }
  }

  /// What `realloc(3)` cannot do, for it keeps no alignment.
  private static func move(
    _ block: ListedBlock, of owner: Account, byteCount: Int
  ) -> ListedBlock? {
    let old = unsafe block.header
    guard
      let moved = unsafe makeBlock(
        for: owner, byteCount: byteCount, alignment: old.pointee.alignment)
    else { return nil }
    unsafe moved.copyMemory(
      from: UnsafeRawPointer(old) + BlockHeader.size,
      byteCount: min(byteCount, old.pointee.byteCount))
    let new = unsafe ListedBlock(header: header(of: moved))
    let isAccepted = owner.heap.withLock { heap in
      guard owner.isOpen.load(ordering: .acquiring) else { return false }
      unsafe new.header.pointee.previous = block.header.pointee.previous
      unsafe new.header.pointee.next = block.header.pointee.next
      heap.replace(with: new, oldByteCount: unsafe block.header.pointee.byteCount)
      unsafe block.header.pointee.mark = BlockHeader.freedMark
      return true
    }
    unsafe free(isAccepted ? old.pointee.base : new.header.pointee.base)
    return isAccepted ? new : nil
  }

  /// Frees a live block; false, with nothing done, where `block` is none.
  @discardableResult
  static func deallocate(_ block: UnsafeMutableRawPointer) -> Bool {
    guard let header = unsafe liveHeader(of: block) else { return false }
    let owner = unsafe header.pointee.owner.takeUnretainedValue()
    let listed = unsafe ListedBlock(header: header)
    // The mark is looked at again under the lock, so that of two threads that free one block at the
    // same time only one does.
    let isMine = owner.heap.withLock { heap in
      guard unsafe listed.header.pointee.mark == BlockHeader.liveMark else { return false }
      heap.remove(listed)
      unsafe listed.header.pointee.mark = BlockHeader.freedMark
      return true
    }
    if isMine { unsafe free(header.pointee.base) }
    return isMine
  }

  private static func header(
    of block: UnsafeMutableRawPointer
  ) -> UnsafeMutablePointer<BlockHeader> {
    unsafe (block - BlockHeader.size).assumingMemoryBound(to: BlockHeader.self)
  }

  private static func liveHeader(
    of block: UnsafeMutableRawPointer
  ) -> UnsafeMutablePointer<BlockHeader>? {
    // A misaligned pointer cannot be one of ours, and its header could not be read.
    guard UInt(bitPattern: block) % 16 == 0 else { return nil }
    let header = unsafe header(of: block)
    return unsafe header.pointee.mark == BlockHeader.liveMark ? header : nil
  }
}

@c @implementation
public func plr_allocate(
  _ host: UnsafePointer<plr_host>!, _ size: Int, _ alignment: Int
) -> UnsafeMutableRawPointer! {
  guard case .account(let account) = unsafe Account.resolve(host) else { return nil }
  return unsafe Allocator.allocate(for: account, byteCount: size, alignment: alignment)
}

@c @implementation
public func plr_reallocate(
  _ host: UnsafePointer<plr_host>!, _ block: UnsafeMutableRawPointer!, _ size: Int
) -> UnsafeMutableRawPointer! {
  guard case .account(let account) = unsafe Account.resolve(host) else { return nil }
  guard let block = unsafe block else {
    return unsafe Allocator.allocate(for: account, byteCount: size, alignment: 0)
  }
  return unsafe Allocator.reallocate(block, byteCount: size)
}

@c @implementation
public func plr_deallocate(_ host: UnsafePointer<plr_host>!, _ block: UnsafeMutableRawPointer!) {
  guard let block = unsafe block else { return }
  if unsafe !Allocator.deallocate(block) {
    var account: Account?
    if case .account(let open) = unsafe Account.resolve(host) { account = open }
    guard Log.shared.isEnabled(PLR_LOG_ERROR, for: account) else { return }
    Log.shared.write(
      plugin: account?.name ?? "unknown", level: PLR_LOG_ERROR, category: "allocator",
      message: "freed a pointer that is no live block of this runtime; nothing was done")
  }
}

@c @implementation
public func plr_allocator_statistics(
  _ host: UnsafePointer<plr_host>!, _ statistics: UnsafeMutablePointer<plr_allocation_statistics>!
) -> plr_status {
  guard let statistics = unsafe statistics,
    unsafe statistics.pointee.size >= UInt32(MemoryLayout<plr_allocation_statistics>.size)
  else { return PLR_ERROR_INVALID_ARGUMENT }

  var accounts: [Account] = []
  if let host = unsafe host {
    switch unsafe Account.resolve(host) {
    case .failure(let status): return status
    case .account(let account): accounts = [account]
    }
  } else {
    accounts = Account.accounts.withLock { $0 }
  }
  var sum = plr_allocation_statistics()
  sum.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
  for account in accounts {
    account.heap.withLock { heap in
      sum.live_blocks += heap.liveBlocks
      sum.live_bytes += heap.liveBytes
      sum.peak_bytes += heap.peakBytes
      sum.total_allocations += heap.totalAllocations
    }
  }
  // A caller of a later version has room for more and reads in `size` how much there is.
  unsafe statistics.pointee = sum
  return PLR_OK
}
