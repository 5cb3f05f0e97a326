import CPluginABI
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

/// Memory that runs out does so for the whole process, so each of these has one to itself.
@Suite("Memory that runs out")
struct OutOfMemoryTests {
  /// Everything that the services do, from an account's opening to its close, with `budget` requests for
  /// memory granted; true where it needed no more.
  private static func run(_ budget: Int, path: String) -> Bool {
    failAllocations(after: budget)
    defer { failAllocations(after: -1) }
    var host: UnsafePointer<plr_host>?
    let opened = unsafe Answer { error in unsafe plr_account_open("short", &host, error) }
    precondition(opened == .ok || opened.status == PLR_ERROR_OUT_OF_MEMORY)
    guard opened == .ok else { return false }
    let account = unsafe TestAccount(adopting: host!)
    var options = unsafe plr_log_sink_options()
    unsafe options.size = UInt32(MemoryLayout<plr_log_sink_options>.size)
    unsafe options.target = PLR_LOG_TARGET_FILE
    var sink = plr_log_sink()
    let sinkAnswer = unsafe path.withCString { path in
      unsafe options.path = unsafe path
      return unsafe Answer { error in unsafe plr_log_open_sink(&options, &sink, error) }
    }
    precondition(
      [PLR_OK, PLR_ERROR_OUT_OF_MEMORY, PLR_ERROR_SYSTEM].contains(sinkAnswer.status))
    var kept: [Block] = []
    for size in [8, 100, 5_000, 100_000] {
      if let block = account.allocate(size, alignment: 64) { kept.append(block) }
      if let block = account.allocate(size) {
        kept.append(account.reallocate(block, size * 2) ?? block)
      }
    }
    var count = 0
    let reported = unsafe plr_allocator_report(account.host, nil, 0, &count)
    precondition(reported == PLR_OK || reported == PLR_ERROR_OUT_OF_MEMORY)
    _ = unsafe plr_log_gate_of(account.host, "category \(budget)")
    _ = unsafe plr_log_set_rate(account.host, 1_000_000, 1_000)
    _ = unsafe plr_allocator_set_limits(account.host, 1 << 30, 1 << 30, nil, nil)
    let id = "test.memory.\(budget)"
    let added = account.add(id, table: 0x10)
    precondition(added == .ok || added.status == PLR_ERROR_OUT_OF_MEMORY)
    var acquired = account.acquire(id)
    switch acquired.status {
    case PLR_OK: precondition(account.release(&acquired.reference) == PLR_OK)
    case PLR_ERROR_NOT_FOUND: precondition(added != .ok)
    default: precondition(acquired.status == PLR_ERROR_OUT_OF_MEMORY)
    }
    _ = unsafe plr_registry_find(account.host, "test.other.\(budget)", 1)
    for number in 0..<5 { account.log(PLR_LOG_ERROR, "short \(budget) \(number)") }
    account.log(PLR_LOG_ERROR, String(repeating: "long", count: 30_000))
    if let block = kept.popLast() { account.free(block) }
    let withdrawn = account.withdraw(timeoutNanoseconds: 0)
    precondition(withdrawn == .ok || withdrawn.status == PLR_ERROR_OUT_OF_MEMORY)
    let live = account.statistics.live_blocks
    precondition(live == UInt64(kept.count), "\(live) live, \(kept.count) kept")
    precondition(plr_log_flush(.max) == PLR_OK)
    let statistics = account.logStatistics
    precondition(statistics.submitted == 6)
    var isClosed = false
    if withdrawn == .ok {
      let closed = account.close()
      precondition(closed.answer == .ok)
      precondition(closed.leaks.blocks == UInt64(kept.count))
      isClosed = true
    }
    let isEnough = grantedAllocations() > 0
    failAllocations(after: -1)
    // With memory again, all is as if nothing had been.
    if !isClosed {
      precondition(account.withdraw(timeoutNanoseconds: 0) == .ok)
      for block in kept { account.free(block) }
      precondition(account.statistics.live_bytes == 0)
      precondition(account.close().leaks == .init())
    }
    if sinkAnswer == .ok {
      precondition(plr_log_remove_sink(sink) == PLR_OK)
      // What was acknowledged as written is in the file, whole.
      let text = (try? Files.readText(path)) ?? ""
      let lines = text.utf8.filter { $0 == 0x0a }.count
      precondition(
        UInt64(lines) == statistics.written, "\(lines) lines, \(statistics.written) written")
    }
    if sinkAnswer == .ok { precondition(statistics.written + statistics.dropped == 6) }
    try? Files.remove(path)
    return isEnough
  }

  @Test("is answered at every point of opening, working and closing, and nothing is lost")
  func everywhere() async {
    await #expect(processExitsWith: .success) {
      _ = Quiet.standardErrorRemoved
      let directory = try TemporaryDirectory()
      let path = directory.file("log")
      // Threads end when they get this lock.
      nonisolated(unsafe) let mayEnd = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
      unsafe mayEnd.initialize(to: pthread_mutex_t())
      unsafe pthread_mutex_lock(mayEnd)
      var budget = 0
      var isEnough = false
      var threads: [TestThread] = []
      while !isEnough {
        let result = Guarded<Bool?>(nil)
        let wanted = budget
        // A thread of its own has everything still to make, as long as those before keep theirs.
        threads.append(
          TestThread {
            let isEnough = OutOfMemoryTests.run(wanted, path: path)
            result.withLock { $0 = isEnough }
            unsafe pthread_mutex_lock(mayEnd)
            unsafe pthread_mutex_unlock(mayEnd)
          })
        while result.withLock({ $0 }) == nil { yieldProcessor() }
        isEnough = result.withLock { $0! }
        budget += 1
        precondition(budget < 500)
      }
      unsafe pthread_mutex_unlock(mayEnd)
      for thread in threads { thread.join() }
      precondition(budget > 20)
    }
  }

  @Test("does not keep a block from being freed by a thread that has no place for its figures")
  func freeing() async {
    await #expect(processExitsWith: .success) {
      let account = TestAccount("freed all the same")
      for size in [100, 100_000] {
        let block = account.allocate(size)!
        TestThread {
          failAllocations(after: 0)
          account.free(block)
          failAllocations(after: -1)
        }.join()
        precondition(account.statistics.live_blocks == 0)
        precondition(account.statistics.live_bytes == 0)
      }
      // Its memory comes again.
      let again = (0..<64).map { _ in account.allocate(100)! }
      for block in again { account.free(block) }
      precondition(account.close().leaks == .init())
    }
  }

  @Test("makes a cached reference ask again, and not for ever say that there is none")
  func cachedReference() async {
    await #expect(processExitsWith: .success) {
      let owner = TestAccount("owner")
      let user = TestAccount("user")
      precondition(owner.add("test.cached.memory", table: 0x10) == .ok)
      let table = unsafe user.host.pointee.query_interface(user.host, PLR_REGISTRY_ID, 1)!
        .assumingMemoryBound(to: plr_registry.self)
      var cached = unsafe plugin_cached_reference()
      unsafe cached.interface_ = plr_registry_find(user.host, "test.cached.memory", 1)
      failAllocations(after: 0)
      precondition(user.acquire("test.cached.memory").status == PLR_ERROR_OUT_OF_MEMORY)
      precondition(unsafe plugin_cached_table(table, user.host, &cached) == nil)
      failAllocations(after: -1)
      precondition(unsafe plugin_cached_table(table, user.host, &cached) != nil)
      precondition(unsafe plr_registry_release(user.host, &cached.reference) == PLR_OK)
    }
  }

  @Test("or a thread that cannot be started refuses a deferred sink and leaves nothing open")
  func noThread() async {
    await #expect(processExitsWith: .success) {
      try OutOfMemoryTests.refuse(PLR_LOG_TARGET_STANDARD_ERROR)
    }
    await #expect(processExitsWith: .success) {
      try OutOfMemoryTests.refuse(PLR_LOG_TARGET_FILE)
    }
    await #expect(processExitsWith: .success) {
      try OutOfMemoryTests.refuse(PLR_LOG_TARGET_JOURNAL)
    }
  }

  private static func refuse(_ target: UInt32) throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount("no thread")
    let journal = try DatagramSocket(directory.file("socket"))
    // Files and sockets: what the process of the test opens for itself meanwhile is none of the sink's.
    func openFiles() throws -> Int {
      try Files.list("/proc/self/fd").filter { name in
        var link = [CChar](repeating: 0, count: 4096)
        let length = unsafe readlink("/proc/self/fd/" + name, &link, link.count)
        let text = link.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }
        return text.starts(with: "socket:".utf8) || text.starts(with: directory.path.utf8)
      }.count
    }
    let path = directory.file(target == PLR_LOG_TARGET_JOURNAL ? "socket" : "log")
    let before = try openFiles()
    var refusals = 0
    for budget in 0..<20 {
      var options = unsafe plr_log_sink_options()
      unsafe options.size = UInt32(MemoryLayout<plr_log_sink_options>.size)
      unsafe options.target = target
      var sink = plr_log_sink(77)
      failAllocations(after: budget)
      let answer = unsafe path.withCString { path in
        unsafe options.path = unsafe path
        return unsafe Answer { error in unsafe plr_log_open_sink(&options, &sink, error) }
      }
      failAllocations(after: -1)
      if answer.status != PLR_OK {
        precondition(sink == 77)
        refusals += 1
      } else {
        precondition(plr_log_remove_sink(sink) == PLR_OK)
      }
      let after = try openFiles()
      precondition(after == before, "\(budget): \(after), not \(before)")
    }
    // Of the sink's parts and of the thread.
    precondition(refusals >= 3 && refusals < 20)
    account.log(PLR_LOG_INFO, "still here")
    _ = journal.isOpen
  }
}
