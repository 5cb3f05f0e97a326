import CPluginABI
import Synchronization

/// What an account may have live at once. Accounts without limits have none of this.
@safe struct AllocationLimits: ~Copyable {
  let soft = Atomic<Int64>(.max)
  let hard = Atomic<Int64>(.max)
  /// Whether the callback was called since the account was below its soft limit.
  let isPast = Atomic<Bool>(false)
  /// The refused requests.
  let refusals = Atomic<UInt64>(0)
  var callback: plr_limit_callback?
  var context: UnsafeMutableRawPointer?
}

/// Why blocks of an account have to go the long way.
enum AllocationMode {
  static let closed: UInt8 = 1
  static let limited: UInt8 = 2
  static let checked: UInt8 = 4
}

extension Account {
  func setAllocationMode(_ bit: UInt8, _ isSet: Bool) {
    if isSet {
      unsafe state.pointee.allocationMode.bitwiseOr(bit, ordering: .sequentiallyConsistent)
    } else {
      unsafe state.pointee.allocationMode.bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
    }
  }

  /// Charges `amount` more bytes, which may be negative, to the account by way of this thread's shard.
  func charge(_ amount: Int, _ shard: UnsafeMutablePointer<Shard>) {
    if unsafe shard.keep(amount) { unsafe publish(shard) }
  }

  /// Adds what the shard has kept to the account's own figures.
  @inline(never)
  func publish(_ shard: UnsafeMutablePointer<Shard>) {
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
    _ amount: Int, _ shard: UnsafeMutablePointer<Shard>,
    _ limits: UnsafeMutablePointer<AllocationLimits>
  ) -> Bool {
    unsafe publish(shard)
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
    guard unsafe live > limits.pointee.soft.load(ordering: .relaxed) else {
      if unsafe limits.pointee.isPast.load(ordering: .relaxed) {
        unsafe limits.pointee.isPast.store(false, ordering: .relaxed)
      }
      return
    }
    guard unsafe !limits.pointee.isPast.exchange(true, ordering: .acquiringAndReleasing) else {
      return
    }
    Log.writeOwn(
      PLR_LOG_WARNING, about: self,
      unsafe "has \(live) bytes allocated, more than its soft limit of \(limits.pointee.soft.load(ordering: .relaxed))"
    )
    unsafe limits.pointee.callback?(limits.pointee.context, table, UInt64(clamping: live))
  }
}

extension UnsafeMutablePointer<Shard> {
  /// Takes note of `amount` more bytes; true where the account should know by now.
  @inline(__always)
  func keep(_ amount: Int) -> Bool {
    let unpublished = unsafe pointee.unpublished.load(ordering: .relaxed) &+ Int64(amount)
    unsafe pointee.unpublished.store(unpublished, ordering: .relaxed)
    if amount > 0, unsafe unpublished > pointee.unpublishedPeak.load(ordering: .relaxed) {
      unsafe pointee.unpublishedPeak.store(unpublished, ordering: .relaxed)
    }
    // From -32 KiB to 32 KiB.
    return UInt64(bitPattern: unpublished &+ Shard.publishedAt) > UInt64(2 * Shard.publishedAt)
  }
}
