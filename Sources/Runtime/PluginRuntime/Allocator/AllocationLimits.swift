import CPluginABI
import Glibc
import Synchronization

/// What an account may have live at once. Accounts that never had limits have none of this.
///
/// While there are limits, all figures of the account are kept here and in its own words, and its shards
/// rest: so what is charged is exact, and whoever sets them can first add up what shards had kept.
@safe struct AllocationLimits: ~Copyable {
  /// One at a time sets limits.
  private static let setting = Mutex(())

  let isActive = Atomic<Bool>(false)
  let soft = Atomic<Int64>(.max)
  let hard = Atomic<Int64>(.max)
  /// Whether the callback was called since the account was below its soft limit.
  let isPast = Atomic<Bool>(false)
  /// The refused requests.
  let refusals = Atomic<UInt64>(0)
  /// Blocks that were allocated and freed under limits.
  let allocations = Atomic<UInt64>(0)
  let frees = Atomic<UInt64>(0)
  /// Read and written together.
  private let lock = Mutex(())
  private var callback: plr_limit_callback?
  private var context: UnsafeMutableRawPointer?

  /// Sets or, where both are `.max`, ends the limits of `account`; false where there is no memory.
  static func set(
    of account: Account, soft: Int64, hard: Int64, callback: plr_limit_callback?,
    context: UnsafeMutableRawPointer?
  ) -> Bool {
    setting._unsafeLock()
    defer { setting._unsafeUnlock() }
    let known = unsafe account.state.pointee.limits.load(ordering: .acquiring)
    let isLimited = soft != .max || hard != .max
    guard unsafe known != nil || isLimited else { return true }
    guard let limits = unsafe known ?? Memory.allocate(AllocationLimits.self) else { return false }
    if unsafe known == nil { unsafe limits.initialize(to: AllocationLimits()) }
    unsafe set(callback, context, in: limits)
    if isLimited, unsafe !limits.pointee.isActive.load(ordering: .relaxed) {
      unsafe limits.pointee.isActive.store(true, ordering: .releasing)
      unsafe account.state.pointee.limits.store(limits, ordering: .releasing)
      account.setAllocationMode(AllocationMode.limited, true)
      // From here on nobody writes to a shard of the account: what they hold counts from the start.
      Section.waitForAll(workingFor: account)
      unsafe ThreadRecord.forEach { record in
        if let shard = unsafe ShardTable.existing(of: account.index, in: record) {
          unsafe account.publish(shard)
        }
      }
    }
    // Another limit is told of anew.
    unsafe limits.pointee.isPast.store(false, ordering: .relaxed)
    unsafe limits.pointee.soft.store(soft, ordering: .relaxed)
    unsafe limits.pointee.hard.store(hard, ordering: .relaxed)
    if !isLimited, unsafe limits.pointee.isActive.load(ordering: .relaxed) {
      unsafe limits.pointee.isActive.store(false, ordering: .releasing)
      account.setAllocationMode(AllocationMode.limited, false)
    }
    return true
  }

  /// The two fields alone: a mutating method would have access to all of it, which others read meanwhile.
  private static func set(
    _ callback: plr_limit_callback?, _ context: UnsafeMutableRawPointer?,
    in limits: UnsafeMutablePointer<AllocationLimits>
  ) {
    unsafe limits.pointee.lock._unsafeLock()
    unsafe limits.pointee.callback = unsafe callback
    unsafe limits.pointee.context = unsafe context
    unsafe limits.pointee.lock._unsafeUnlock()
  }

  func callBack(_ account: Account, _ live: Int64) {
    lock._unsafeLock()
    let (callback, context) = unsafe (callback, context)
    lock._unsafeUnlock()
    unsafe callback?(context, account.table, UInt64(clamping: live))
  }
}

/// Why blocks of an account have to go the long way.
enum AllocationMode {
  static let closed: UInt8 = 1
  static let limited: UInt8 = 2
  static let checked: UInt8 = 4
  /// The kernel has no `membarrier(2)`: only the long way has fences.
  static let fenced: UInt8 = 8
}

extension Account {
  func setAllocationMode(_ bit: UInt8, _ isSet: Bool) {
    if isSet {
      unsafe state.pointee.allocationMode.bitwiseOr(bit, ordering: .sequentiallyConsistent)
    } else {
      unsafe state.pointee.allocationMode.bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
    }
  }

  /// The limits that hold; nil where there are none.
  var activeLimits: UnsafeMutablePointer<AllocationLimits>? {
    guard let limits = unsafe state.pointee.limits.load(ordering: .acquiring),
      unsafe limits.pointee.isActive.load(ordering: .acquiring)
    else { return nil }
    return unsafe limits
  }

  /// Charges `amount` more bytes, which may be negative, to the account: by way of this thread's shard, or at
  /// once where there was no memory for one.
  func charge(_ amount: Int, _ shard: UnsafeMutablePointer<Shard>?) {
    guard let shard = unsafe shard else {
      let live = unsafe state.pointee.publishedBytes.add(Int64(amount), ordering: .relaxed).newValue
      return raisePeak(to: live)
    }
    if amount < 0 { unsafe shard.notePeak() }
    if unsafe shard.keep(amount) { unsafe publish(shard) }
  }

  /// Adds what the shard has kept to the account's own figures.
  @inline(never)
  func publish(_ shard: UnsafeMutablePointer<Shard>) {
    unsafe shard.notePeak()
    let amount = unsafe shard.pointee.unpublished.load(ordering: .relaxed)
    let peak = unsafe shard.pointee.unpublishedPeak.load(ordering: .relaxed)
    let before = unsafe state.pointee.publishedBytes.add(amount, ordering: .relaxed).oldValue
    unsafe shard.pointee.unpublished.store(0, ordering: .relaxed)
    unsafe shard.pointee.unpublishedPeak.store(0, ordering: .relaxed)
    raisePeak(to: before + peak)
  }

  func raisePeak(to bytes: Int64) {
    var old = unsafe state.pointee.peakBytes.load(ordering: .relaxed)
    while bytes > old {
      let (isDone, seen) = unsafe state.pointee.peakBytes.compareExchange(
        expected: old, desired: bytes, ordering: .relaxed)
      if isDone { return }
      old = seen
    }
  }

  /// Charges at once what counts against the account's limits; false, with nothing charged, past the hard
  /// one.
  @inline(never)
  func chargeLimited(
    _ amount: Int, _ limits: UnsafeMutablePointer<AllocationLimits>
  ) -> Bool {
    let live =
      unsafe state.pointee.publishedBytes.add(Int64(amount), ordering: .relaxed).newValue
    let limit = unsafe limits.pointee.hard.load(ordering: .relaxed)
    if amount > 0 && live > limit {
      unsafe state.pointee.publishedBytes.subtract(Int64(amount), ordering: .relaxed)
      unsafe limits.pointee.refusals.add(1, ordering: .relaxed)
      return false
    }
    raisePeak(to: live)
    return true
  }

  /// Outside of sections: tells about the soft limit.
  @inline(never)
  func checkSoftLimit(_ limits: UnsafeMutablePointer<AllocationLimits>) {
    let live = unsafe state.pointee.publishedBytes.load(ordering: .relaxed)
    let soft = unsafe limits.pointee.soft.load(ordering: .relaxed)
    guard live > soft else {
      if unsafe limits.pointee.isPast.load(ordering: .relaxed) {
        unsafe limits.pointee.isPast.store(false, ordering: .relaxed)
      }
      return
    }
    guard unsafe !limits.pointee.isPast.exchange(true, ordering: .acquiringAndReleasing) else {
      return
    }
    Log.writeOwn(PLR_LOG_WARNING, about: self) { text in
      text.append("has ")
      text.append(signed: live)
      text.append(" bytes allocated, more than its soft limit of ")
      text.append(signed: soft)
    }
    unsafe limits.pointee.callBack(self, live)
  }
}

extension UnsafeMutablePointer<Shard> {
  /// Takes note of `amount` more bytes; true where the account should know by now.
  @inline(__always)
  func keep(_ amount: Int) -> Bool {
    let unpublished = unsafe pointee.unpublished.load(ordering: .relaxed) &+ Int64(amount)
    unsafe pointee.unpublished.store(unpublished, ordering: .relaxed)
    return Shard.isDue(unpublished)
  }

  /// Before bytes are freed: what was live until now may have been the most.
  @inline(__always)
  func notePeak() {
    let unpublished = unsafe pointee.unpublished.load(ordering: .relaxed)
    if unsafe unpublished > pointee.unpublishedPeak.load(ordering: .relaxed) {
      unsafe pointee.unpublishedPeak.store(unpublished, ordering: .relaxed)
    }
  }
}
