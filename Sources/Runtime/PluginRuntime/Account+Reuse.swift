import CPluginABI
import Glibc
import Synchronization

/// Accounts whose plugins are gone from the process: the next plugin of that name gets the same one, so that
/// coming and going leaves nothing behind.
///
/// Of that name only: records of the log that are still on their way name the right plugin, the gates of its
/// categories are there, and a table that somebody kept all the same leads to the plugin that it was of.
extension Account {
  /// Keeps a closed account for the next life; false where it is open or is kept already.
  func giveBack() -> Bool {
    Accounts.shared.withLock { accounts in
      guard !isOpen, unsafe !state.pointee.isGivenBack, unsafe !state.pointee.isAttachment else {
        return false
      }
      unsafe state.pointee.isGivenBack = true
      unsafe state.pointee.nextGivenBack = unsafe accounts.firstGivenBack
      unsafe accounts.firstGivenBack = unsafe state
      return true
    }
  }

  /// The table of an account of that name that was given back, which is open again; nil where there is none.
  ///
  /// - Complexity: O(accounts given back), but the one given back last is found first.
  static func reopen(name: UnsafePointer<CChar>) -> UnsafePointer<plr_host>? {
    unsafe Accounts.shared.withLock { accounts in
      guard let account = unsafe accounts.take(name) else { return nil }
      account.beginAnew()
      accounts.openCount += 1
      LogFilters.shared.withLock { $0.applyToAll(of: account) }
      return unsafe UnsafePointer(account.table)
    }
  }

  /// Nobody works for the account: it is closed, and what could call for it is gone with the plugin's code. So
  /// what its threads have counted may be set from here.
  ///
  /// The figures of the log go on: records of the last life may still be on their way to the writer.
  fileprivate func beginAnew() {
    unsafe ThreadRecord.forEach { record in
      guard let shard = unsafe ShardTable.existing(of: index, in: record) else { return }
      unsafe shard.pointee.allocations.store(0, ordering: .relaxed)
      unsafe shard.pointee.frees.store(0, ordering: .relaxed)
      unsafe shard.pointee.unpublished.store(0, ordering: .relaxed)
      unsafe shard.pointee.unpublishedPeak.store(0, ordering: .relaxed)
    }
    endLimits()
    unsafe state.pointee.publishedBytes.store(0, ordering: .relaxed)
    unsafe state.pointee.peakBytes.store(0, ordering: .relaxed)
    unsafe state.pointee.freesElsewhere.store(0, ordering: .relaxed)
    var gate: UnsafeMutablePointer<LogGate>? = unsafe self.gate
    while let each = unsafe gate {
      unsafe each.pointee.rule.store(PLR_LOG_INHERIT, ordering: .relaxed)
      unsafe gate = unsafe each.pointee.next.load(ordering: .relaxed)
    }
    setAllocationMode(
      AllocationMode.checked, Allocator.isChecked.load(ordering: .relaxed) != 0)
    unsafe state.pointee.isOpen.store(true, ordering: .sequentiallyConsistent)
    setAllocationMode(AllocationMode.closed, false)
  }

  /// What was said of its memory and of its records was said of the last life.
  private func endLimits() {
    if let limits = unsafe state.pointee.limits.load(ordering: .relaxed) {
      _ = unsafe AllocationLimits.set(
        of: self, soft: .max, hard: .max, callback: nil, context: nil)
      unsafe limits.pointee.refusals.store(0, ordering: .relaxed)
      unsafe limits.pointee.allocations.store(0, ordering: .relaxed)
      unsafe limits.pointee.frees.store(0, ordering: .relaxed)
    }
    if let rate = unsafe state.pointee.rate.load(ordering: .relaxed) {
      unsafe rate.pointee.interval.store(0, ordering: .relaxed)
    }
  }
}

extension Accounts {
  /// Takes the one of that name that was given back last.
  fileprivate mutating func take(_ name: UnsafePointer<CChar>) -> Account? {
    var last: UnsafeMutablePointer<AccountState>?
    var next = unsafe firstGivenBack
    while let state = unsafe next {
      let account = unsafe Account(state: state)
      if unsafe strcmp(account.cName, name) == 0 {
        if let last = unsafe last {
          unsafe last.pointee.nextGivenBack = unsafe state.pointee.nextGivenBack
        } else {
          unsafe firstGivenBack = unsafe state.pointee.nextGivenBack
        }
        unsafe state.pointee.nextGivenBack = nil
        unsafe state.pointee.isGivenBack = false
        return account
      }
      unsafe last = unsafe state
      unsafe next = unsafe state.pointee.nextGivenBack
    }
    return nil
  }
}
