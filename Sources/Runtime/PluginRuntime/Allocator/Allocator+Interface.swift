import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

@c @implementation
public func plr_allocate(
  _ host: UnsafePointer<plr_host>!, _ size: Int, _ alignment: Int
) -> UnsafeMutableRawPointer! {
  // A closed account has no short way, and the long one refuses it.
  guard let account = unsafe Account.known(host) else { return nil }
  return unsafe Allocator.allocate(
    for: account, byteCount: size, alignment: alignment, caller: runtime_return_address())
}

@c @implementation
public func plr_allocate_zeroed(
  _ host: UnsafePointer<plr_host>!, _ size: Int, _ alignment: Int
) -> UnsafeMutableRawPointer! {
  guard let account = unsafe Account.known(host) else { return nil }
  let caller = runtime_return_address()
  // The kernel's pages are zeros already: only the long way knows.
  if size > SizeClass.maximalSize - BlockHeader.size {
    return unsafe Allocator.allocateSlow(
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
    return unsafe Allocator.allocate(
      for: account, byteCount: size, alignment: 0, caller: caller)
  }
  return unsafe Allocator.reallocate(block, byteCount: size, caller: caller)
}

@c @implementation
public func plr_deallocate(_ host: UnsafePointer<plr_host>!, _ block: UnsafeMutableRawPointer!) {
  guard let block = unsafe block else { return }
  switch unsafe Allocator.deallocateFast(block) {
  case .done: return
  case .due(let recent): return publish(recent)
  case .slow: return unsafe deallocateSlow(host, block)
  }
}

@inline(never)
private func publish(_ recent: ThreadRecord.RecentShard) {
  guard let account = unsafe recent.account, let shard = unsafe recent.shard else { return }
  unsafe Account(state: account).publish(shard)
}

@inline(never)
private func deallocateSlow(
  _ host: UnsafePointer<plr_host>?, _ block: UnsafeMutableRawPointer
) {
  let freeing = unsafe Allocator.deallocateSlow(block)
  if case .done = freeing { return }
  guard case .account(let account) = unsafe Account.resolve(host) else { return }
  switch freeing {
  case .done: break
  case .notLive:
    Log.writeOwn(
      PLR_LOG_ERROR, about: account, category: "allocator",
      "freed a pointer that is no live block of this runtime; nothing was done")
  case .overrun(let owner, let byteCount, let caller):
    Log.writeOwn(
      PLR_LOG_ERROR, about: owner, category: "allocator",
      "wrote past the end of a block of \(byteCount) bytes allocated at 0x\(String(caller, radix: 16))"
    )
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
    let known = unsafe account.state.pointee.limits.load(ordering: .acquiring)
    guard let limits = unsafe known ?? Memory.allocate(AllocationLimits.self) else {
      return PLR_ERROR_OUT_OF_MEMORY
    }
    if unsafe known == nil { unsafe limits.initialize(to: AllocationLimits()) }
    unsafe limits.pointee.soft.store(Int64(clamping: soft), ordering: .relaxed)
    unsafe limits.pointee.hard.store(Int64(clamping: hard), ordering: .relaxed)
    unsafe limits.pointee.callback = unsafe callback
    unsafe limits.pointee.context = unsafe context
    unsafe account.state.pointee.limits.store(limits, ordering: .releasing)
    account.setAllocationMode(AllocationMode.limited, true)
    return PLR_OK
  }
}

@c @implementation
public func plr_allocator_set_checked(_ isChecked: Int32) {
  Accounts.shared.withLock { accounts in
    Allocator.isChecked.store(isChecked != 0, ordering: .relaxed)
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
    let report = unsafe Allocator.report(of: account)
    for index in unsafe 0..<min(capacity, report.count) {
      unsafe groups[index] = unsafe report[index]
    }
    unsafe count.pointee = unsafe report.count
    return PLR_OK
  }
}
