internal import Glibc

/// Runs `body` on `count` threads at once, with their numbers, and waits for all of them.
///
/// The corresponding C functions are `pthread_create(3)` and `pthread_join(3)`.
public func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let threads = (0..<count).map { number in TestThread { body(number) } }
  for thread in threads { thread.join() }
}

/// A thread that a test starts and waits for.
@safe public final class TestThread: Sendable {
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let thread: pthread_t

  public init(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let work = unsafe Unmanaged.passRetained(Work(body)).toOpaque()
    let code = unsafe pthread_create(
      &thread, nil,
      { work in
        unsafe Unmanaged<Work>.fromOpaque(work!).takeRetainedValue().body()
        return nil
      }, work)
    precondition(code == 0, "no thread: \(code)")
    self.thread = thread
  }

  /// Waits for its end; once.
  public func join() { pthread_join(thread, nil) }

  /// Instead of ``join()``, where nobody waits for its end.
  public func detach() { pthread_detach(thread) }
}

/// Runs each step of a task on a thread of its own: a test that prefers it does not wait for threads of the pool, which
/// other tests hold for seconds each.
public final class ThreadPerStep: TaskExecutor {
  public init() {}

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    TestThread { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }.detach()
  }
}

/// Gives other threads the processor. The corresponding C function is `sched_yield(2)`.
public func yieldProcessor() { sched_yield() }
