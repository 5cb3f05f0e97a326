import CRuntimeSupport
import Glibc
import Synchronization

/// A short stretch of code that somebody who takes something away can wait for.
///
/// Who is inside has announced it with a plain store. Who waits has the kernel put a barrier into every
/// running thread (`membarrier(2)`), so that it either sees the announcement, or the thread sees what was
/// changed before. Sections do not nest, take no lock and call nobody.
///
/// The allocator's short ways announce themselves in the figures of the account that they work for
/// (``Shard``), which they write anyway: odd is inside. Only who waits for that account looks there.
enum Section {
  /// How many threads are inside that have no record: there was no memory for one.
  private static let guests = Atomic<Int>(0)

  // Stores that depend on nothing: a counter would be read back each time, which takes longer than all
  // the rest of a section.
  @inline(__always)
  static func enter(_ record: UnsafeMutablePointer<ThreadRecord>) {
    unsafe record.pointee.section.store(1, ordering: .relaxed)
    runtime_barrier_light()
  }

  @inline(__always)
  static func leave(_ record: UnsafeMutablePointer<ThreadRecord>) {
    unsafe record.pointee.section.store(0, ordering: .releasing)
  }

  /// For threads that may have no record.
  static func enter(orAsGuest record: UnsafeMutablePointer<ThreadRecord>?) {
    if let record = unsafe record { return unsafe enter(record) }
    guests.add(1, ordering: .sequentiallyConsistent)
  }

  static func leave(orAsGuest record: UnsafeMutablePointer<ThreadRecord>?) {
    if let record = unsafe record { return unsafe leave(record) }
    guests.subtract(1, ordering: .sequentiallyConsistent)
  }

  /// Waits until every section that may have begun before the call has ended: until each thread has been
  /// seen outside once. What the caller stored before is seen by all that begin later.
  ///
  /// - Parameter account: whose allocations and frees are waited for as well.
  /// - Complexity: O(threads), and some microseconds for the barrier.
  static func waitForAll(workingFor account: Account? = nil) {
    runtime_barrier_all()
    unsafe ThreadRecord.forEach { record in
      wait { unsafe record.pointee.section.load(ordering: .acquiring) == 0 }
      guard let account,
        let shard = unsafe ShardTable.existing(of: account.index, in: record)
      else { return }
      wait { unsafe shard.pointee.allocations.load(ordering: .acquiring) & 1 == 0 }
      wait { unsafe shard.pointee.frees.load(ordering: .acquiring) & 1 == 0 }
    }
    wait { guests.load(ordering: .sequentiallyConsistent) == 0 }
  }

  private static func wait(until isOutside: () -> Bool) {
    var turns = 0
    while !isOutside() {
      turns += 1
      if turns < 100 { runtime_pause() } else { sched_yield() }
    }
  }
}
