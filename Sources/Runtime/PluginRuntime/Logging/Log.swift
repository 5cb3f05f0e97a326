import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// The one log of this copy of the runtime.
///
/// A record that its gate lets pass goes two ways: to the immediate sinks on the thread that logs, and
/// through a ring of that thread to the writer, who has the deferred ones.
enum Log {
  /// Which kinds of sinks there are: only those are thought of.
  static let kinds = Atomic<UInt32>(immediateKind)
  static let immediateKind: UInt32 = 1
  static let deferredKind: UInt32 = 2

  static let blocksWhenFull = Atomic<Bool>(false)
  static let ringCapacity = Atomic<UInt64>(256 << 10)

  /// A record that has passed its gate.
  @inline(__always)
  static func submit(
    _ account: Account, _ gate: UnsafeMutablePointer<LogGate>?, _ level: plr_log_level,
    _ body: borrowing LogBody
  ) {
    let state = unsafe account.state
    let thread = unsafe ThreadRecord.current
    if let thread = unsafe thread, let shard = unsafe ShardTable.shard(of: account, in: thread) {
      unsafe shard.pointee.submitted.addAlone(1)
    } else {
      unsafe state.pointee.submittedElsewhere.add(1, ordering: .relaxed)
    }
    if let rate = unsafe state.pointee.rate.load(ordering: .acquiring),
      unsafe !rate.pointee.admits(at: runtime_monotonic_nanoseconds())
    {
      unsafe rate.pointee.refusals.add(1, ordering: .relaxed)
      return
    }
    let kinds = kinds.load(ordering: .relaxed)
    if kinds & deferredKind != 0 {
      if let thread = unsafe thread {
        unsafe push(account, gate, level, body, thread)
      } else {
        unsafe state.pointee.dropped.add(1, ordering: .relaxed)
      }
    }
    if kinds & immediateKind != 0 {
      unsafe ImmediateSinks.shared.write(account, gate, level, body)
    }
  }

  /// Copies the record into the thread's ring.
  @inline(__always)
  private static func push(
    _ account: Account, _ gate: UnsafeMutablePointer<LogGate>?, _ level: plr_log_level,
    _ body: borrowing LogBody, _ thread: UnsafeMutablePointer<ThreadRecord>
  ) {
    guard let ring = unsafe thread.pointee.ring.load(ordering: .relaxed) ?? makeRing(thread) else {
      unsafe account.state.pointee.dropped.add(1, ordering: .relaxed)
      return
    }
    let fieldsLength = unsafe body.fields.count > 0 ? body.fieldsLength : 0
    let bodyLength = unsafe body.category.count + fieldsLength + body.message.count
    var size = (LogRing.Header.byteCount + UInt64(bodyLength) + 7) & ~7
    let isElsewhere = unsafe size > ring.pointee.capacity / 4
    if isElsewhere { size = LogRing.Header.byteCount + 8 }
    var place = unsafe ring.pointee.reserve(size)
    if unsafe place == nil { unsafe place = unsafe waitForRoom(size, in: ring) }
    guard let place = unsafe place else {
      unsafe account.state.pointee.dropped.add(1, ordering: .relaxed)
      return
    }
    var target = unsafe place + Int(LogRing.Header.byteCount)
    if isElsewhere {
      guard let block = unsafe Memory.allocate(bodyLength) else {
        unsafe account.state.pointee.dropped.add(1, ordering: .relaxed)
        return
      }
      unsafe target.storeBytes(of: block, as: UnsafeMutableRawPointer.self)
      unsafe target = unsafe block
    }
    unsafe place.storeBytes(
      of: LogRing.Header(
        size: UInt32(truncatingIfNeeded: size), level: UInt8(truncatingIfNeeded: level),
        kind: isElsewhere ? LogRing.Header.elsewhere : LogRing.Header.record,
        categoryLength: UInt16(truncatingIfNeeded: body.category.count), ticks: runtime_ticks(),
        account: account, gate: gate,
        messageLength: UInt32(truncatingIfNeeded: body.message.count),
        fieldsLength: UInt32(truncatingIfNeeded: fieldsLength),
        thread: UInt32(truncatingIfNeeded: thread.own.pointee.thread),
        fieldCount: UInt32(truncatingIfNeeded: body.fields.count)),
      as: LogRing.Header.self)
    unsafe body.copy(to: target, fieldsLength: fieldsLength)
    unsafe ring.pointee.publish(size)
    let used =
      unsafe ring.pointee.head.load(ordering: .relaxed)
      - ring.pointee.knownTail.load(ordering: .relaxed)
    unsafe LogWriter.shared.notice(isUrgent: used > ring.pointee.capacity / 2)
  }

  @inline(never)
  private static func makeRing(
    _ thread: UnsafeMutablePointer<ThreadRecord>
  ) -> UnsafeMutablePointer<LogRing>? {
    guard let ring = unsafe LogRing.make(capacity: ringCapacity.load(ordering: .relaxed)) else {
      return nil
    }
    unsafe thread.pointee.ring.store(ring, ordering: .releasing)
    return unsafe ring
  }

  /// Where that is the policy, waits until the writer has made room.
  @inline(never)
  private static func waitForRoom(
    _ size: UInt64, in ring: UnsafeMutablePointer<LogRing>
  ) -> UnsafeMutableRawPointer? {
    var turns = 0
    while blocksWhenFull.load(ordering: .relaxed) && !LogWriter.shared.isWriterThread
      && kinds.load(ordering: .relaxed) & deferredKind != 0
    {
      LogWriter.shared.wake()
      turns += 1
      if turns < 20 { sched_yield() } else { usleep(50) }
      if let place = unsafe ring.pointee.reserve(size) { return unsafe place }
    }
    return nil
  }

  /// What the runtime itself has to say about an account.
  static func writeOwn(
    _ level: plr_log_level, about account: Account, category: StaticString = "runtime",
    _ message: String
  ) {
    let length = category.utf8CodeUnitCount
    let threshold = LogFilters.shared.withLock { filters in
      unsafe category.withCString { unsafe filters.threshold(of: account, $0, length) }
    }
    guard level >= threshold else { return }
    var message = message
    message.withUTF8 { bytes in
      unsafe category.withCString { category in
        unsafe submit(
          account, nil, level,
          LogBody(
            category: UnsafeRawBufferPointer(start: category, count: length),
            message: UnsafeRawBufferPointer(bytes), fields: .init(start: nil, count: 0)))
      }
    }
  }
}

extension StaticString {
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    unsafe body(UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self))
  }
}

/// The immediate sinks. The list is copied under a lock and used outside it, so that a slow sink delays
/// only who writes to it.
final class ImmediateSinks: Sendable {
  static let shared = ImmediateSinks()

  private let sinks: Mutex<[ImmediateSink]>

  private init() {
    let standardError = ImmediateSink(
      id: PLR_LOG_SINK_STANDARD_ERROR, target: .descriptor(STDERR_FILENO, ownsIt: false))
    sinks = Mutex([standardError])
  }

  func write(
    _ account: Account, _ gate: UnsafeMutablePointer<LogGate>?, _ level: plr_log_level,
    _ body: borrowing LogBody
  ) {
    let thread = runtime_thread_id()
    let current = sinks.withLock { sinks in
      for sink in sinks { sink.enter(thread) }
      return sinks
    }
    guard !current.isEmpty else { return }
    unsafe account.state.pointee.immediate.add(1, ordering: .relaxed)
    let fieldsLength = body.fieldsLength
    let packed = unsafe Memory.allocate(max(1, fieldsLength))
    defer { unsafe free(packed) }
    if let packed = unsafe packed {
      unsafe LogBody(
        category: .init(start: nil, count: 0), message: .init(start: nil, count: 0),
        fields: body.fields
      ).copy(to: packed, fieldsLength: fieldsLength)
    }
    var category = unsafe body.category
    if let gate = unsafe gate {
      unsafe category = unsafe UnsafeRawBufferPointer(
        start: gate.pointee.category, count: gate.pointee.categoryLength)
    }
    let record = unsafe LogRecord(
      level: level, wallNanoseconds: runtime_wall_nanoseconds(),
      monotonicNanoseconds: runtime_monotonic_nanoseconds(), thread: thread, account: account,
      category: category, message: body.message,
      fields: LogFields(
        bytes: UnsafeRawBufferPointer(start: packed, count: packed == nil ? 0 : fieldsLength)),
      fieldCount: packed == nil ? 0 : body.fields.count)
    var clock = LogClock()
    var line =
      current.contains { $0.wantsLines } ? LogBuffer(capacity: record.maximalLength) : nil
    _ = line?.append(record, as: .text(isColored: false), &clock)
    for sink in current {
      unsafe sink.write(record, line: line?.bytes)
      sink.leave(thread)
    }
  }

  func add(_ id: plr_log_sink, _ target: ImmediateSink.Target) {
    sinks.withLock { sinks in
      sinks.append(ImmediateSink(id: id, target: target))
      Log.kinds.bitwiseOr(Log.immediateKind, ordering: .relaxed)
    }
  }

  /// Takes a sink out and waits until it is idle; nil where there is none of this id.
  ///
  /// - Returns: `PLR_OK` or `PLR_ERROR_BUSY` where a record of the calling thread is on its way to the
  ///   sink: it would wait for itself.
  func remove(_ id: plr_log_sink) -> plr_status? {
    var removed: ImmediateSink?
    let status: plr_status? = sinks.withLock { sinks in
      guard let index = sinks.firstIndex(where: { $0.id == id }) else { return nil }
      guard !sinks[index].isUsed(by: runtime_thread_id()) else { return PLR_ERROR_BUSY }
      removed = sinks.remove(at: index)
      if sinks.isEmpty { Log.kinds.bitwiseAnd(~Log.immediateKind, ordering: .relaxed) }
      return PLR_OK
    }
    removed?.close()
    return status
  }
}
