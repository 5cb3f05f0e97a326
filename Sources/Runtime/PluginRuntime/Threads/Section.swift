import CRuntimeSupport
import Glibc

/// A short stretch of code that somebody who takes something away can wait for.
///
/// Who is inside has announced it with a plain store. Who waits has the kernel put a barrier into every
/// running thread (`membarrier(2)`), so that it either sees the announcement, or the thread sees what was
/// changed before. Sections do not nest, take no lock and call nobody.
enum Section {
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

  /// Waits until every section that may have begun before the call has ended: until each thread has been
  /// seen outside once. What the caller stored before is seen by all that begin later.
  ///
  /// - Complexity: O(threads), and some microseconds for the barrier.
  static func waitForAll() {
    runtime_barrier_all()
    unsafe ThreadRecord.forEach { record in
      var turns = 0
      while unsafe record.pointee.section.load(ordering: .acquiring) != 0 {
        turns += 1
        if turns < 100 { runtime_pause() } else { sched_yield() }
      }
    }
  }
}
