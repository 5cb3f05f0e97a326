import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

// Small code is worth more than speed everywhere but in these two, which are what a plugin calls most.

@c @implementation @_optimize(speed)
public func plr_allocate(
  _ host: UnsafePointer<plr_host>!, _ size: Int, _ alignment: Int
) -> UnsafeMutableRawPointer! {
  if let account = unsafe Account.own(host), Allocator.isShort(alignment: alignment),
    UInt(bitPattern: size) <= UInt(Allocator.maximalShort),
    let record = unsafe ThreadRecord.existing,
    let block = unsafe Allocator.allocateShort(for: account, byteCount: size, record)
  {
    return unsafe block
  }
  return unsafe allocateLong(host, size, alignment, runtime_return_address())
}

/// Of the C convention, so that it is jumped to and the short way needs no frame.
@c(runtime_allocate_long) @inline(never)
func allocateLong(
  _ host: UnsafePointer<plr_host>!, _ size: Int, _ alignment: Int, _ caller: UInt
) -> UnsafeMutableRawPointer! {
  // A closed account has no short way, and the long one refuses it.
  guard let account = unsafe Account.known(host) else { return nil }
  return unsafe Allocator.allocate(
    for: account, byteCount: size, alignment: alignment, caller: caller)
}

@c @implementation
public func plr_allocate_zeroed(
  _ host: UnsafePointer<plr_host>!, _ size: Int, _ alignment: Int
) -> UnsafeMutableRawPointer! {
  guard let account = unsafe Account.known(host) else { return nil }
  let caller = runtime_return_address()
  // The kernel's pages are zeros already: only the long way knows.
  if size > Allocator.maximalShort {
    return unsafe Allocator.allocateLong(
      for: account, byteCount: size, alignment: alignment, isZeroed: true, caller: caller)
  }
  let block = unsafe Allocator.allocate(
    for: account, byteCount: size, alignment: alignment, caller: caller)
  if let block = unsafe block { unsafe memset(block, 0, size) }
  return unsafe block
}

@c @implementation
public func plr_reallocate(
  _ host: UnsafePointer<plr_host>!, _ block: UnsafeMutableRawPointer!, _ size: Int
) -> UnsafeMutableRawPointer! {
  guard case .account(let account) = unsafe Account.resolve(host) else { return nil }
  let caller = runtime_return_address()
  guard let block = unsafe block else {
    return unsafe Allocator.allocate(for: account, byteCount: size, alignment: 0, caller: caller)
  }
  let (moved, overrun) = unsafe Allocator.reallocate(block, byteCount: size, caller: caller)
  if let overrun { tell(of: overrun) }
  return unsafe moved
}

@c @implementation @_optimize(speed)
public func plr_deallocate(_ host: UnsafePointer<plr_host>!, _ block: UnsafeMutableRawPointer!) {
  guard let block = unsafe block else { return }
  if let record = unsafe ThreadRecord.existing, unsafe Allocator.deallocateShort(block, record) {
    return
  }
  unsafe deallocateLong(host, block)
}

@inline(never)
private func deallocateLong(
  _ host: UnsafePointer<plr_host>?, _ block: UnsafeMutableRawPointer
) {
  switch unsafe Allocator.deallocate(block) {
  case .done: break
  case .notLive:
    guard case .account(let account) = unsafe Account.resolve(host) else { return }
    Log.writeOwn(PLR_LOG_ERROR, about: account, category: "allocator") {
      $0.append("freed a pointer that is no live block of this runtime; nothing was done")
    }
  case .overrun(let overrun): tell(of: overrun)
  }
}

private func tell(of overrun: Allocator.Overrun) {
  Log.writeOwn(PLR_LOG_ERROR, about: overrun.owner, category: "allocator") {
    overrun.describe(in: &$0)
  }
}

@c @implementation
public func plr_usable_size(
  _ host: UnsafePointer<plr_host>!, _ block: UnsafeRawPointer!
) -> Int {
  guard let block = unsafe block else { return 0 }
  return unsafe Allocator.usableSize(UnsafeMutableRawPointer(mutating: block))
}

@c @implementation
public func plr_allocator_statistics(
  _ host: UnsafePointer<plr_host>!, _ statistics: UnsafeMutablePointer<plr_allocation_statistics>!
) -> plr_status {
  guard let statistics = unsafe statistics,
    unsafe statistics.pointee.size >= UInt32(MemoryLayout<plr_allocation_statistics>.size)
  else { return PLR_ERROR_INVALID_ARGUMENT }
  // A caller of a later version has room for more and reads in `size` how much there is.
  if let host = unsafe host {
    switch unsafe Account.resolve(host) {
    case .failure(let status): return status
    case .account(let account): unsafe statistics.pointee = Allocator.statistics(of: account)
    }
    return PLR_OK
  }
  var sum = plr_allocation_statistics()
  sum.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
  Accounts.shared.withLock { accounts in
    accounts.forEachOpen { account in
      let each = Allocator.statistics(of: account)
      sum.live_blocks += each.live_blocks
      sum.live_bytes += each.live_bytes
      sum.peak_bytes += each.peak_bytes
      sum.total_allocations += each.total_allocations
    }
  }
  unsafe statistics.pointee = sum
  return PLR_OK
}

@c @implementation
public func plr_allocator_set_limits(
  _ host: UnsafePointer<plr_host>!, _ soft: UInt64, _ hard: UInt64,
  _ callback: plr_limit_callback!, _ context: UnsafeMutableRawPointer!
) -> plr_status {
  guard soft <= hard || soft == .max else { return PLR_ERROR_INVALID_ARGUMENT }
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    return unsafe AllocationLimits.set(
      of: account, soft: Int64(clamping: soft), hard: Int64(clamping: hard), callback: callback,
      context: context) ? PLR_OK : PLR_ERROR_OUT_OF_MEMORY
  }
}

@c @implementation
public func plr_allocator_set_checked(_ isChecked: Int32) {
  Accounts.shared.withLock { accounts in
    Allocator.isChecked.store(isChecked != 0 ? 1 : 0, ordering: .relaxed)
    accounts.forEach { $0.setAllocationMode(AllocationMode.checked, isChecked != 0) }
  }
}

@c @implementation
public func plr_allocator_report(
  _ host: UnsafePointer<plr_host>!, _ groups: UnsafeMutablePointer<plr_block_group>!,
  _ capacity: Int, _ count: UnsafeMutablePointer<Int>!
) -> plr_status {
  guard let count = unsafe count, capacity >= 0, unsafe groups != nil || capacity == 0 else {
    return PLR_ERROR_INVALID_ARGUMENT
  }
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    guard var report = BlockGroups() else { return PLR_ERROR_OUT_OF_MEMORY }
    Allocator.forEachBlock(of: account) { report.add(room: $0, byteCount: $1, caller: $2) }
    guard !report.isShort else { return PLR_ERROR_OUT_OF_MEMORY }
    unsafe report.copy(to: groups, capacity: capacity)
    unsafe count.pointee = report.count
    return PLR_OK
  }
}
