import Synchronization

/// A value behind a lock that may be handed pointers.
///
/// `Mutex` wants proof that nothing inside is known outside. Here much is, on purpose: what the lock
/// guards is who may change it.
@safe struct Lock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
  private let mutex = Mutex(())
  private let value: UnsafeMutablePointer<Value>

  init(_ value: consuming Value) {
    unsafe self.value = .allocate(capacity: 1)
    unsafe self.value.initialize(to: value)
  }

  borrowing func withLock<Result: ~Copyable>(_ body: (inout Value) -> Result) -> Result {
    mutex._unsafeLock()
    defer { mutex._unsafeUnlock() }
    return unsafe body(&value.pointee)
  }
}
