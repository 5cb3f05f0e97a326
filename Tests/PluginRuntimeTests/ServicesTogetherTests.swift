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

  /// Whether nothing else runs in this process.
  static var isAlone: Bool { unsafe getenv("PLR_STRESS_SECONDS") != nil }

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
    // Records go to a ring of each thread, and to a writer that counts what it hands on.
    let received = Guarded(0)
    let sink = try CountingSink(received)
    let logged = Atomic(0)
    var before = plr_log_statistics()
    before.size = UInt32(MemoryLayout<plr_log_statistics>.size)
    #expect(unsafe plr_log_get_statistics(nil, &before) == PLR_OK)
    onThreads(8) { thread in
      var random = Random(seed: UInt64(thread) + 1)
      while time(nil) < deadline {
        let plugin = TestAccount("coming and going")
        let id = "test.together.\(random.below(20))"
        if plugin.add(id, priority: Int32(random.below(5)), table: 0x10) != .ok {
          failures.add(1, ordering: .relaxed)
        }
        // Some plugins have limits that they stay below, and what they have is exact from there on.
        if random.below(4) == 0 {
          _ = unsafe plr_allocator_set_limits(plugin.host, .max, 1 << 30, nil, nil)
        }
        // Checked mode is of the whole process, which other tests may share.
        if Self.isAlone && thread == 0 && random.below(20) == 0 {
          plr_allocator_set_checked(Int32(random.below(2)))
        }
        let arrivals = Guarded(0)
        var returns = 0
        let listener = plugin.countArrivals(of: id, arrivals)
        var own: [(block: Block, size: Int)] = []
        for round in 0..<200 {
          switch random.below(8) {
          case 6:
            // Comes again, so that the listener has something to hear.
            if plugin.remove(id, table: 0x10) != PLR_OK || plugin.add(id, table: 0x10) != .ok {
              failures.add(1, ordering: .relaxed)
            }
            returns += 1
          case 7:
            guard thread == 1 && round < 8 else { continue }
            let total = plugin.snapshotTotals()
            if total.mapped < total.live { failures.add(1, ordering: .relaxed) }
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
            logged.add(1, ordering: .relaxed)
          default:
            var acquired = plugin.acquire(id)
            if acquired.status == PLR_OK, plugin.release(&acquired.reference) != PLR_OK {
              failures.add(1, ordering: .relaxed)
            }
          }
        }
        if plr_registry_unlisten(listener) != PLR_OK || arrivals.withLock({ $0 }) < returns {
          failures.add(1, ordering: .relaxed)
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
    if Self.isAlone { plr_allocator_set_checked(0) }
    #expect(failures.load(ordering: .relaxed) == 0)
    #expect(plr_log_flush(.max) == PLR_OK)
    sink.remove()
    var after = plr_log_statistics()
    after.size = UInt32(MemoryLayout<plr_log_statistics>.size)
    #expect(unsafe plr_log_get_statistics(nil, &after) == PLR_OK)
    #expect(received.withLock { $0 } <= logged.load(ordering: .relaxed))
    if Self.isAlone {
      // Every record is accounted for once, and what was written has arrived.
      let submitted = after.submitted - before.submitted
      #expect(submitted == UInt64(logged.load(ordering: .relaxed)))
      let written = after.written - before.written
      #expect(
        submitted == written + after.dropped - before.dropped + after.limited - before.limited)
      #expect(UInt64(received.withLock { $0 }) == written)
    }
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
}

/// Makes the runtime's requests for memory and threads fail after the next `count`; never where that is
/// negative.
func failAllocations(after count: Int) {
  Memory.budget.store(count, ordering: .sequentiallyConsistent)
}

/// How many requests would still be granted.
func grantedAllocations() -> Int { Memory.budget.load(ordering: .sequentiallyConsistent) }
