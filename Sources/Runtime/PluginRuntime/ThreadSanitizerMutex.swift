// The thread sanitizer knows pthread's locks and not the futex of `Synchronization.Mutex`, whose code
// lies in a library that was not built for it. `-Xswiftc -DTHREAD_SANITIZER` puts this in its place. Other modules
// whose locks it should know have a link to this file: a type of a module's own goes before an imported one.
#if THREAD_SANITIZER
  import Glibc

  @safe struct Mutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    init(_ value: consuming Value) {
      unsafe mutex.initialize(to: pthread_mutex_t())
      unsafe pthread_mutex_init(mutex, nil)
      unsafe self.value.initialize(to: value)
    }

    deinit {
      unsafe pthread_mutex_destroy(mutex)
      unsafe mutex.deallocate()
      unsafe value.deinitialize(count: 1)
      unsafe value.deallocate()
    }

    borrowing func _unsafeLock() { unsafe pthread_mutex_lock(mutex) }
    borrowing func _unsafeUnlock() { unsafe pthread_mutex_unlock(mutex) }

    borrowing func withLock<Result: ~Copyable, Failure: Error>(
      _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      unsafe pthread_mutex_lock(mutex)
      defer { unsafe pthread_mutex_unlock(mutex) }
      return unsafe try body(&value.pointee)
    }
  }
#endif
