import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// The thread that takes records out of the rings, formats them and writes them.
///
/// It works in passes: all records that a pass finds at its beginning are with the kernel at its end. It
/// naps for a millisecond while records keep coming, so that who logs makes no system call, and sleeps
/// when none has come for a while.
@safe final class LogWriter: @unchecked Sendable {
  static let shared = LogWriter()

  /// What the writer does, as those who log see it.
  enum State {
    static let working: UInt32 = 0
    static let napping: UInt32 = 1
    static let asleep: UInt32 = 2
  }

  private let state: UnsafeMutablePointer<Atomic<UInt32>>
  private let passesBegun = Atomic<UInt32>(0)
  private let passesEnded: UnsafeMutablePointer<Atomic<UInt32>>
  /// The kernel's number of the thread; 0 before it runs.
  let thread = Atomic<UInt64>(0)
  private let sinks = Mutex<[DeferredSink]>([])
  /// Held during a pass, by the writer or in its place by who takes over in a crash.
  private let isInPass = Atomic<Bool>(false)
  private var times = LogTimes()
  /// What sinks have taken and not written out; nil before the thread runs.
  private var batch: LogBatch?
  /// The rings of a pass.
  private let sources: UnsafeMutablePointer<Source>
  /// The ring whose record is being handed on, and where it ends: in a crash it is the one that crashed.
  private var handed:
    (ring: UnsafeMutablePointer<LogRing>, end: UInt64, account: Account, batchCount: Int)?
  private var hasCrashed = false

  private init() {
    unsafe sources = .allocate(capacity: Self.maximalSources)
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: Atomic(State.working))
    unsafe passesEnded = .allocate(capacity: 1)
    unsafe passesEnded.initialize(to: Atomic(0))
  }

  /// Starts the thread; 0 or the number of the error. Under the lock of those who open sinks.
  func start() -> Int32 {
    guard thread.load(ordering: .acquiring) == 0 else { return 0 }
    // Where the runtime is a guest, asking the processor takes a while: only who needs it does.
    runtime_counter_probe()
    times.begin()
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    // Callbacks of hosts run here too.
    unsafe pthread_attr_setstacksize(&attributes, 512 << 10)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    // Signals are for the threads of the host.
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    for fatal in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP] {
      unsafe sigdelset(&all, fatal)
    }
    unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    if batch == nil { batch = LogBatch() }
    guard batch != nil else { return ENOMEM }
    guard Memory.isGranted() else { return EAGAIN }
    var handle = pthread_t()
    let failure = unsafe pthread_create(
      &handle, &attributes, { _ in unsafe LogWriter.shared.run() }, nil)
    guard failure == 0 else { return failure }
    while thread.load(ordering: .acquiring) == 0 { sched_yield() }
    atexit { _ = LogWriter.shared.flush(timeoutNanoseconds: 10_000_000_000) }
    pthread_atfork(nil, nil) { LogWriter.shared.leaveToParent() }
    return 0
  }

  func add(_ sink: DeferredSink) {
    sinks.withLock { sinks in
      sinks.append(sink)
      Log.kinds.bitwiseOr(Log.deferredKind, ordering: .sequentiallyConsistent)
    }
  }

  /// Takes a sink out; nil where there is none of this id.
  func take(_ id: plr_log_sink) -> DeferredSink? {
    sinks.withLock { sinks in
      guard let index = sinks.firstIndex(where: { $0.id == id }) else { return nil }
      let sink = sinks.remove(at: index)
      if sinks.isEmpty { Log.kinds.bitwiseAnd(~Log.deferredKind, ordering: .relaxed) }
      return sink
    }
  }

  func has(_ id: plr_log_sink) -> Bool { sinks.withLock { $0.contains { $0.id == id } } }

  var isWriterThread: Bool {
    let writer = thread.load(ordering: .relaxed)
    return writer != 0 && writer == runtime_thread_id()
  }

  /// In a child after fork(2), which has no writer: nobody waits for it, and deferred sinks get nothing.
  private func leaveToParent() {
    Log.kinds.bitwiseAnd(~Log.deferredKind, ordering: .relaxed)
    thread.store(0, ordering: .relaxed)
  }

  // MARK: Who logs

  /// After a record: sees to it that it is found.
  @inline(__always)
  func notice(isUrgent: Bool) {
    runtime_barrier_light()
    let now = unsafe state.pointee.load(ordering: .relaxed)
    if now == State.working || (now == State.napping && !isUrgent) { return }
    wake()
  }

  @inline(never)
  func wake() {
    if unsafe state.pointee.exchange(State.working, ordering: .acquiringAndReleasing)
      != State.working
    {
      unsafe runtime_futex_wake(UnsafeRawPointer(state).assumingMemoryBound(to: UInt32.self))
    }
  }

  /// Waits until all that was logged before the call is written; false where it is not in time.
  func flush(timeoutNanoseconds: UInt64) -> Bool {
    guard thread.load(ordering: .acquiring) != 0 else { return true }
    guard !isWriterThread else { return false }
    // The pass under way may have missed the last records; the next one does not.
    let target = passesBegun.load(ordering: .sequentiallyConsistent) &+ 1
    let begin = runtime_monotonic_nanoseconds()
    while true {
      let ended = unsafe passesEnded.pointee.load(ordering: .acquiring)
      if Int32(bitPattern: ended &- target) >= 0 { return true }
      let passed = runtime_monotonic_nanoseconds() - begin
      if passed >= timeoutNanoseconds { return false }
      wake()
      unsafe runtime_futex_wait(
        UnsafeRawPointer(passesEnded).assumingMemoryBound(to: UInt32.self), ended,
        min(timeoutNanoseconds - passed, 10_000_000))
    }
  }

  // MARK: The thread

  private func run() -> UnsafeMutableRawPointer? {
    thread.store(runtime_thread_id(), ordering: .releasing)
    var idlePasses = 0
    while true {
      idlePasses = pass() ? 0 : idlePasses + 1
      if idlePasses == 0 { continue }
      if idlePasses < 100 {
        nap(State.napping, nanoseconds: 1_000_000)
      } else {
        nap(State.asleep, nanoseconds: .max)
        idlePasses = 0
      }
    }
  }

  private func nap(_ kind: UInt32, nanoseconds: UInt64) {
    unsafe state.pointee.store(kind, ordering: .sequentiallyConsistent)
    if kind == State.asleep {
      // Whoever logs either sees that the writer sleeps, or has its record seen here.
      runtime_barrier_all()
      if hasRecords { return unsafe state.pointee.store(State.working, ordering: .relaxed) }
    }
    unsafe runtime_futex_wait(
      UnsafeRawPointer(state).assumingMemoryBound(to: UInt32.self), kind, nanoseconds)
    unsafe state.pointee.store(State.working, ordering: .sequentiallyConsistent)
  }

  private var hasRecords: Bool {
    var isFound = false
    unsafe ThreadRecord.forEach { record in
      guard let ring = unsafe record.pointee.ring.load(ordering: .acquiring) else { return }
      if unsafe ring.pointee.head.load(ordering: .acquiring)
        != ring.pointee.tail.pointee.load(ordering: .relaxed)
      {
        isFound = true
      }
    }
    return isFound
  }

  /// Writes all records that there are; true if there were any.
  private func pass() -> Bool {
    while isInPass.exchange(true, ordering: .acquiring) { sched_yield() }
    passesBegun.add(1, ordering: .sequentiallyConsistent)
    let current = sinks.withLock { $0 }
    times.update()
    let didWrite = drain(into: current)
    endBatch(current)
    isInPass.store(false, ordering: .releasing)
    unsafe passesEnded.pointee.add(1, ordering: .releasing)
    unsafe runtime_futex_wake(UnsafeRawPointer(passesEnded).assumingMemoryBound(to: UInt32.self))
    return didWrite
  }

  /// A ring, how far it was written when the pass began, and how far it has been read.
  @safe private struct Source {
    let ring: UnsafeMutablePointer<LogRing>
    let end: UInt64
    var position: UInt64
    var ticks: UInt64
  }

  private static let maximalSources = 64

  private func drain(into sinks: [DeferredSink]) -> Bool {
    var rest = 0
    unsafe ThreadRecord.forEach { record in
      guard let ring = unsafe record.pointee.ring.load(ordering: .acquiring) else { return }
      let end = unsafe ring.pointee.head.load(ordering: .acquiring)
      var source = unsafe Source(
        ring: ring, end: end, position: ring.pointee.tail.pointee.load(ordering: .relaxed),
        ticks: 0)
      guard skipPadding(&source) else { return }
      if rest < Self.maximalSources {
        unsafe (sources + rest).initialize(to: source)
        rest += 1
      } else {
        // More threads than can be put into one order: these come first.
        drain(&source, until: .max, into: sinks)
      }
    }
    guard rest > 0 else { return false }
    while rest > 0 {
      // The oldest record's ring, up to where another has an older one.
      var first = 0
      var limit = UInt64.max
      for index in 1..<max(rest, 1) {
        if unsafe sources[index].ticks < sources[first].ticks {
          limit = unsafe min(limit, sources[first].ticks)
          first = index
        } else {
          limit = unsafe min(limit, sources[index].ticks)
        }
      }
      if unsafe !drain(&sources[first], until: limit, into: sinks) {
        rest -= 1
        unsafe sources[first] = unsafe sources[rest]
      }
    }
    return true
  }

  /// All sinks write out; only then is it known what became of the records.
  private func endBatch(_ sinks: [DeferredSink]) {
    for sink in sinks { sink.writeOut(batch!) }
    batch!.end()
  }

  /// Steps over padding; false at the end.
  private func skipPadding(_ source: inout Source) -> Bool {
    let mask = unsafe source.ring.pointee.capacity - 1
    while source.position != source.end {
      let place = unsafe source.ring.pointee.bytes + Int(source.position & mask)
      guard unsafe place.load(fromByteOffset: 5, as: UInt8.self) == LogRing.Header.padding else {
        source.ticks = unsafe place.load(as: LogRing.Header.self).ticks
        return true
      }
      unsafe source.position += UInt64(place.load(as: UInt32.self))
      unsafe source.ring.pointee.tail.pointee.store(source.position, ordering: .releasing)
    }
    return false
  }

  /// Hands on records that are not younger than `limit`, at least one; false at the ring's end.
  @discardableResult
  private func drain(_ source: inout Source, until limit: UInt64, into sinks: [DeferredSink])
    -> Bool
  {
    let mask = unsafe source.ring.pointee.capacity - 1
    repeat {
      let place = unsafe source.ring.pointee.bytes + Int(source.position & mask)
      let header = unsafe place.load(as: LogRing.Header.self)
      let end = source.position + UInt64(header.size)
      unsafe handed = unsafe (source.ring, end, header.account, batch!.count)
      unsafe hand(header, at: place, source.ring, to: sinks)
      unsafe handed = nil
      source.position = end
      unsafe source.ring.pointee.tail.pointee.store(source.position, ordering: .releasing)
      guard skipPadding(&source) else { return false }
    } while source.ticks <= limit
    return true
  }

  private func hand(
    _ header: LogRing.Header, at place: UnsafeMutableRawPointer,
    _ ring: UnsafeMutablePointer<LogRing>, to sinks: [DeferredSink]
  ) {
    var body = unsafe UnsafeRawPointer(place) + MemoryLayout<LogRing.Header>.stride
    var block: UnsafeMutableRawPointer?
    if header.kind == LogRing.Header.elsewhere {
      unsafe block = unsafe body.load(as: UnsafeMutableRawPointer.self)
      unsafe body = unsafe UnsafeRawPointer(block!)
    }
    let category: UnsafeRawBufferPointer
    if let gate = unsafe header.gate {
      unsafe category = unsafe UnsafeRawBufferPointer(
        start: gate.pointee.category, count: gate.pointee.categoryLength)
    } else {
      unsafe category = unsafe UnsafeRawBufferPointer(
        start: body, count: Int(header.categoryLength))
      unsafe body += Int(header.categoryLength)
    }
    let fields = unsafe UnsafeRawBufferPointer(start: body, count: Int(header.fieldsLength))
    unsafe body += Int(header.fieldsLength)
    let monotonic = times.monotonicNanoseconds(header.ticks)
    let record = unsafe LogRecord(
      level: UInt32(header.level), wallNanoseconds: times.wallNanoseconds(monotonic),
      monotonicNanoseconds: monotonic, thread: UInt64(header.thread), account: header.account,
      category: category,
      message: UnsafeRawBufferPointer(start: body, count: Int(header.messageLength)),
      fields: LogFields(bytes: fields), fieldCount: Int(header.fieldCount))
    var hasRoom = !batch!.isFull
    for sink in sinks where !sink.hasRoom(for: record) { hasRoom = false }
    if !hasRoom { endBatch(sinks) }
    batch!.add(header.account)
    let skipsCallbacks = hasCrashed || record.thread == thread.load(ordering: .relaxed)
    for sink in sinks { sink.take(record, of: batch!, skipsCallbacks: skipsCallbacks) }
    if let block = unsafe block {
      unsafe free(block)
      unsafe ring.pointee.elsewhereOut.addAlone(
        UInt64(header.categoryLength) + UInt64(header.fieldsLength) + UInt64(header.messageLength))
    }
  }

  // MARK: A crash

  /// Writes what is on its way, on a thread that is about to die. What a thread is just copying is lost;
  /// where the dying thread is the writer itself in the middle of a pass, what it was formatting too.
  func writeInCrash() {
    let writer = thread.load(ordering: .acquiring)
    guard writer != 0 else { return }
    if writer != runtime_thread_id() {
      // The writer still runs: let it do what it knows to do.
      if flush(timeoutNanoseconds: 2_000_000_000) { return }
    }
    takeOver()
    isInPass.store(false, ordering: .releasing)
    _ = pass()
  }

  /// The record in hand is what the writer died of: it goes no further, and neither does any to a callback.
  private func takeOver() {
    hasCrashed = true
    guard let handed = unsafe handed else { return }
    // It may be in the batch already, where it is lost with the others that are.
    if unsafe batch!.count != handed.batchCount {
      batch!.lose(batch!.count - 1)
    } else {
      unsafe handed.account.state.pointee.dropped.add(1, ordering: .relaxed)
    }
    unsafe handed.ring.pointee.tail.pointee.store(handed.end, ordering: .releasing)
    unsafe self.handed = nil
  }
}

/// From ticks to times, by what both were when the last pass began.
struct LogTimes {
  private var firstTicks: UInt64 = 0
  private var firstMonotonic: UInt64 = 0
  private var lastTicks: UInt64 = 0
  private var lastMonotonic: UInt64 = 0
  private var wallAhead: Int64 = 0
  private var nanosecondsPerTick = 1.0

  /// Takes the first of the two pairs that a rate needs, and a second one some time later.
  mutating func begin() {
    firstMonotonic = runtime_monotonic_nanoseconds()
    firstTicks = runtime_ticks()
    while runtime_monotonic_nanoseconds() - firstMonotonic < 200_000 { runtime_pause() }
    update()
  }

  mutating func update() {
    lastMonotonic = runtime_monotonic_nanoseconds()
    lastTicks = runtime_ticks()
    wallAhead = runtime_wall_nanoseconds() - Int64(lastMonotonic)
    if lastTicks > firstTicks {
      nanosecondsPerTick =
        Double(lastMonotonic - firstMonotonic) / Double(lastTicks - firstTicks)
    }
  }

  @inline(__always)
  func monotonicNanoseconds(_ ticks: UInt64) -> UInt64 {
    let difference = Double(Int64(bitPattern: ticks &- lastTicks)) * nanosecondsPerTick
    return UInt64(max(0, Int64(lastMonotonic) + Int64(difference)))
  }

  @inline(__always)
  func wallNanoseconds(_ monotonic: UInt64) -> Int64 { Int64(monotonic) + wallAhead }
}
