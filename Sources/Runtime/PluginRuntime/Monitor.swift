import Glibc

/// A value behind a lock, with a condition to wait for.
///
/// The corresponding C functions are `pthread_mutex_lock(3)` and `pthread_cond_timedwait(3)` on
/// `CLOCK_MONOTONIC`. `Synchronization.Mutex` has no condition.
@safe final class Monitor<Value>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var value: Value

  init(_ value: Value) {
    self.value = value
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe condition.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body(&value)
  }

  /// Waits until `change` says that it has been made.
  func waitAndChange(_ change: (inout Value) -> Bool) {
    unsafe pthread_mutex_lock(mutex)
    while !change(&value) { unsafe pthread_cond_wait(condition, mutex) }
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Wakes everyone who waits; called after a change inside `withLock`.
  func notify() {
    unsafe pthread_cond_broadcast(condition)
  }

  /// Waits until `condition` holds, for at most `timeoutNanoseconds`; false where it still does not.
  func wait(timeoutNanoseconds: UInt64, until isReached: (inout Value) -> Bool) -> Bool {
    var deadline = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
    let seconds = min(timeoutNanoseconds / 1_000_000_000, 1 << 31)
    deadline.tv_sec += Int(seconds)
    deadline.tv_nsec += Int(timeoutNanoseconds % 1_000_000_000)
    if deadline.tv_nsec >= 1_000_000_000 {
      deadline.tv_sec += 1
      deadline.tv_nsec -= 1_000_000_000
    }
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while !isReached(&value) {
      if unsafe pthread_cond_timedwait(self.condition, mutex, &deadline) == ETIMEDOUT {
        return isReached(&value)
      }
    }
    return true
  }
}
