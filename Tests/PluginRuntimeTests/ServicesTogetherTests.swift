import CPluginABI
import Glibc
@testable import PluginRuntime
import Synchronization
import TestSupport
import Testing

@Suite("The three services together", .serialized)
struct ServicesTogetherTests {
  /// Longer by `PLR_STRESS_SECONDS`, which `Tests/stress` sets.
  static var seconds: Int {
    unsafe getenv("PLR_STRESS_SECONDS").flatMap { unsafe Int(String(cString: $0)) } ?? 2
  }

  /// Blocks on their way from one thread to another, each with who owns it and its size.
  private struct Parcel: Sendable {
    var block: Block
    var owner: Int
    var size: Int
  }

  @Test("keep accounts that add up to the totals while plugins come and go on 8 threads")
  func sums() throws {
    let shared = (0..<4).map { _ in TestAccount("shared") }
    let parcels = Guarded<[Parcel]>([])
    let expected = Guarded([Int](repeating: 0, count: 4))
    let deadline = time(nil) + Self.seconds
    let failures = Atomic(0)
    onThreads(8) { thread in
      var random = Random(seed: UInt64(thread) + 1)
      while time(nil) < deadline {
        let plugin = TestAccount("coming and going")
        let id = "test.together.\(random.below(20))"
        if plugin.add(id, priority: Int32(random.below(5)), table: 0x10) != .ok {
          failures.add(1, ordering: .relaxed)
        }
        var own: [(block: Block, size: Int)] = []
        for round in 0..<200 {
          switch random.below(6) {
          case 0:
            let size = random.below(2_000)
            own.append((plugin.allocate(size)!, size))
          case 1:
            let owner = random.below(4)
            let size = random.below(50) == 0 ? random.below(100_000) : random.below(500)
            let block = shared[owner].allocate(size, alignment: 1 << random.below(7))!
            block.fill(min(size, 64), seed: round)
            expected.withLock { $0[owner] += size }
            parcels.withLock { $0.append(Parcel(block: block, owner: owner, size: size)) }
          case 2:
            // Another thread's block, most of the time.
            guard let parcel = parcels.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
              continue
            }
            expected.withLock { $0[parcel.owner] -= parcel.size }
            plugin.free(parcel.block)
          case 3:
            guard let parcel = parcels.withLock({ $0.popLast() }) else { continue }
            let size = random.below(3_000)
            let moved = plugin.reallocate(parcel.block, size)!
            expected.withLock { $0[parcel.owner] += size - parcel.size }
            parcels.withLock { $0.append(Parcel(block: moved, owner: parcel.owner, size: size)) }
          case 4:
            plugin.log(PLR_LOG_INFO, "round \(round)", category: "together")
          default:
            var acquired = plugin.acquire(id)
            if acquired.status == PLR_OK, plugin.release(&acquired.reference) != PLR_OK {
              failures.add(1, ordering: .relaxed)
            }
          }
        }
        let left = own.dropFirst(own.count / 2)
        for (block, _) in own.prefix(own.count / 2) { plugin.free(block) }
        if plugin.withdraw(timeoutNanoseconds: .max) != .ok { failures.add(1, ordering: .relaxed) }
        let closed = plugin.close()
        if closed.answer != .ok
          || closed.leaks
            != .init(
              blocks: UInt64(left.count), bytes: UInt64(left.reduce(0) { $0 + $1.size }))
        {
          failures.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
    let bytes = expected.withLock { $0 }
    let rest = parcels.withLock { $0 }
    for (index, account) in shared.enumerated() {
      #expect(account.statistics.live_bytes == UInt64(bytes[index]))
      #expect(account.statistics.live_blocks == UInt64(rest.filter { $0.owner == index }.count))
    }
    for parcel in rest { shared[0].free(parcel.block) }
    for account in shared {
      #expect(account.statistics.live_bytes == 0)
      #expect(account.statistics.live_blocks == 0)
    }
  }

  // Memory that runs out does so for the whole process.
  @Test("answer, lose nothing and go on where memory runs out at any point")
  func outOfMemory() async {
    await #expect(processExitsWith: .success) {
      for budget in 0..<60 {
        let account = TestAccount("short of memory")
        // A thread of its own has everything still to make.
        TestThread {
          failAllocations(after: budget)
          var kept: [Block] = []
          for size in [8, 100, 5_000, 100_000] {
            if let block = account.allocate(size, alignment: 64) { kept.append(block) }
            if let block = account.allocate(size) {
              if let moved = account.reallocate(block, size * 2) {
                kept.append(moved)
              } else {
                kept.append(block)
              }
            }
          }
          _ = unsafe plr_log_gate_of(account.host, "category \(budget)")
          _ = unsafe plr_log_set_rate(account.host, 1_000_000, 1_000)
          _ = unsafe plr_allocator_set_limits(account.host, 1 << 30, 1 << 30, nil, nil)
          let id = "test.memory.\(budget)"
          let added = account.add(id, table: 0x10)
          precondition(added == .ok || added.status == PLR_ERROR_OUT_OF_MEMORY)
          var acquired = account.acquire(id)
          precondition(acquired.status == PLR_OK || acquired.status == PLR_ERROR_NOT_FOUND)
          if acquired.status == PLR_OK {
            precondition(account.release(&acquired.reference) == PLR_OK)
          }
          _ = unsafe plr_registry_find(account.host, "test.other.\(budget)", 1)
          account.log(PLR_LOG_ERROR, "short")
          let withdrawn = account.withdraw(timeoutNanoseconds: 0)
          precondition(withdrawn == .ok || withdrawn.status == PLR_ERROR_OUT_OF_MEMORY)
          failAllocations(after: -1)
          // With memory again, all is as if nothing had been.
          precondition(account.withdraw(timeoutNanoseconds: 0) == .ok)
          precondition(account.statistics.live_blocks == UInt64(kept.count))
          for block in kept { account.free(block) }
          precondition(account.statistics.live_bytes == 0)
          let block = account.allocate(100)!
          account.free(block)
        }.join()
        precondition(account.close().leaks == .init())
      }
    }
  }

  @Test("refuse a deferred sink where no thread can be started, and lose no file")
  func noThread() async {
    await #expect(processExitsWith: .success) {
      let account = TestAccount("no thread")
      for budget in 0..<3 {
        var options = unsafe plr_log_sink_options()
        unsafe options.size = UInt32(MemoryLayout<plr_log_sink_options>.size)
        var sink = plr_log_sink(77)
        failAllocations(after: budget)
        let answer = unsafe Answer { error in unsafe plr_log_open_sink(&options, &sink, error) }
        failAllocations(after: -1)
        if budget < 2 { precondition(answer.status != PLR_OK && sink == 77) }
        if answer.status == PLR_OK { precondition(plr_log_remove_sink(sink) == PLR_OK) }
      }
      account.log(PLR_LOG_INFO, "still here")
    }
  }
}

/// Makes the runtime's requests for memory and threads fail after the next `count`; never where that is
/// negative.
private func failAllocations(after count: Int) {
  Memory.budget.store(count, ordering: .sequentiallyConsistent)
}
