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
    let isDeferred = kinds & deferredKind != 0
    if isDeferred {
      if let thread = unsafe thread {
        unsafe push(account, gate, level, body, thread)
      } else {
        unsafe state.pointee.dropped.add(1, ordering: .relaxed)
      }
    }
    if kinds & immediateKind != 0 {
      let isWritten = unsafe ImmediateSinks.shared.write(account, gate, level, body)
      if isWritten {
        unsafe state.pointee.immediate.add(1, ordering: .relaxed)
      } else if !isDeferred {
        // With a deferred sink it is counted by what became of it there.
        unsafe state.pointee.dropped.add(1, ordering: .relaxed)
      }
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
    let elsewhere = isElsewhere ? UInt64(bodyLength) : 0
    var place = unsafe ring.pointee.reserve(size, elsewhere: elsewhere)
    if unsafe place == nil {
      unsafe place = unsafe waitForRoom(size, elsewhere: elsewhere, in: ring)
    }
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
      unsafe ring.pointee.keepElsewhere(elsewhere)
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
    _ size: UInt64, elsewhere: UInt64, in ring: UnsafeMutablePointer<LogRing>
  ) -> UnsafeMutableRawPointer? {
    guard unsafe elsewhere <= ring.pointee.elsewhereCapacity else { return nil }
    var turns = 0
    while blocksWhenFull.load(ordering: .relaxed) && !LogWriter.shared.isWriterThread
      && kinds.load(ordering: .relaxed) & deferredKind != 0
    {
      LogWriter.shared.wake()
      turns += 1
      if turns < 20 { sched_yield() } else { usleep(50) }
      if let place = unsafe ring.pointee.reserve(size, elsewhere: elsewhere) {
        return unsafe place
      }
    }
    return nil
  }

  /// As ``submit(_:_:_:_:)``, for those in no hurry.
  @inline(never)
  static func submitOutlined(
    _ account: Account, _ level: plr_log_level, _ body: borrowing LogBody
  ) {
    unsafe submit(account, nil, level, body)
  }

  /// What the runtime itself has to say about an account, in at most 256 bytes.
  static func writeOwn(
    _ level: plr_log_level, about account: Account, category: StaticString = "runtime",
    _ write: (inout LogBuffer) -> Void
  ) {
    // A message without words still says that something was to be told.
    var message = LogBuffer(capacity: 256)
    if message != nil { write(&message!) }
    unsafe writeOwn(
      level, about: account, category,
      message?.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0))
  }

  @inline(never)
  private static func writeOwn(
    _ level: plr_log_level, about account: Account, _ category: StaticString,
    _ bytes: UnsafeRawBufferPointer
  ) {
    let length = category.utf8CodeUnitCount
    unsafe category.withCString { category in
      let threshold = LogFilters.shared.withLock { filters in
        unsafe filters.threshold(of: account, category, length)
      }
      guard level >= threshold else { return }
      unsafe submitOutlined(
        account, level,
        LogBody(
          category: UnsafeRawBufferPointer(start: category, count: length), message: bytes,
          fields: .init(start: nil, count: 0)))
    }
  }
}

extension StaticString {
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    unsafe body(UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self))
  }
}
