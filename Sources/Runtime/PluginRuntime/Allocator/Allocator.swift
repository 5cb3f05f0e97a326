import CPluginABI
import Glibc

/// Blocks with an owner, on top of `malloc(3)`.
enum Allocator {
  static func allocate(
    for account: Account, byteCount: Int, alignment: Int
  ) -> UnsafeMutableRawPointer? {
    let alignment = max(alignment, 16)
    guard byteCount >= 0, alignment.nonzeroBitCount == 1, alignment <= 1 << 30 else { return nil }
    let offset = unsafe max(BlockHeader.size, alignment)
    let (total, overflow) = byteCount.addingReportingOverflow(offset)
    guard !overflow else { return nil }

    var base: UnsafeMutableRawPointer?
    if alignment == 16 {
      unsafe base = malloc(total)
    } else if unsafe posix_memalign(&base, alignment, total) != 0 {
      return nil
    }
    guard let base = unsafe base else { return nil }
    let block = unsafe base + offset
    let header = unsafe Self.header(of: block)
    unsafe header.initialize(
      to: BlockHeader(
        mark: BlockHeader.liveMark, owner: .passUnretained(account), previous: nil, next: nil,
        base: base, byteCount: byteCount, alignment: alignment))
    // Decided under the lock: a block that came after the account was closed would be nobody's.
    let listed = unsafe ListedBlock(header: header)
    let isAccepted = account.heap.withLock { heap in
      guard account.isOpen.load(ordering: .acquiring) else { return false }
      heap.insert(listed)
      return true
    }
    if isAccepted { return unsafe block }
    unsafe free(base)
    return nil
  }

  static func reallocate(
    for account: Account, block: UnsafeMutableRawPointer, byteCount: Int
  ) -> UnsafeMutableRawPointer? {
    guard let header = unsafe liveHeader(of: block) else { return nil }
    let owner = unsafe header.pointee.owner.takeUnretainedValue()
    guard
      let moved = unsafe allocate(
        for: owner, byteCount: byteCount, alignment: header.pointee.alignment)
    else { return nil }
    unsafe moved.copyMemory(from: block, byteCount: min(byteCount, header.pointee.byteCount))
    unsafe deallocate(block)
    return unsafe moved
  }

  /// Frees a live block; false, with nothing done, where `block` is none.
  @discardableResult
  static func deallocate(_ block: UnsafeMutableRawPointer) -> Bool {
    guard let header = unsafe liveHeader(of: block) else { return false }
    let owner = unsafe header.pointee.owner.takeUnretainedValue()
    let listed = unsafe ListedBlock(header: header)
    owner.heap.withLock { $0.remove(listed) }
    unsafe header.pointee.mark = BlockHeader.freedMark
    unsafe free(header.pointee.base)
    return true
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
  return unsafe Allocator.reallocate(for: account, block: block, byteCount: size)
}

@c @implementation
public func plr_deallocate(_ host: UnsafePointer<plr_host>!, _ block: UnsafeMutableRawPointer!) {
  guard let block = unsafe block else { return }
  if unsafe !Allocator.deallocate(block) {
    let name: String
    if case .account(let account) = unsafe Account.resolve(host) {
      name = account.name
    } else {
      name = "unknown"
    }
    Log.shared.write(
      plugin: name, level: PLR_LOG_ERROR, category: "allocator",
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
  unsafe statistics.pointee = sum
  return PLR_OK
}
