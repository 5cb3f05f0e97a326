import CPluginABI
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("The allocator's zeros, limits, checks and reports")
struct AllocatorModesTests {
  @Test("gives zeros where they are asked for", arguments: [0, 1, 100, 5_000, 40_000, 3_000_000])
  func zeros(_ size: Int) throws {
    let account = TestAccount()
    for alignment in [0, 64, 4096] {
      // What was written to before is what may come again.
      let used = try #require(account.allocate(size, alignment: alignment))
      for index in 0..<size {
        unsafe used.address.storeBytes(of: 0xee, toByteOffset: index, as: UInt8.self)
      }
      account.free(used)
      let block = unsafe try #require(plr_allocate_zeroed(account.host, size, alignment))
      let bytes = unsafe UnsafeRawBufferPointer(start: block, count: size)
      #expect(unsafe bytes.allSatisfy { $0 == 0 })
      unsafe plr_deallocate(account.host, block)
    }
    #expect(unsafe plr_allocate_zeroed(account.host, -1, 0) == nil)
    #expect(unsafe plr_allocate_zeroed(account.host, 8, 3) == nil)
  }

  @Test("tells how much of a block can be used", arguments: [0, 1, 16, 17, 1000, 32_752, 32_753])
  func usableSize(_ size: Int) throws {
    let account = TestAccount()
    for alignment in [16, 256] {
      let block = try #require(account.allocate(size, alignment: alignment))
      let usable = unsafe plr_usable_size(account.host, block.address)
      #expect(usable >= size)
      block.fill(usable, seed: 3)
      let neighbour = try #require(account.allocate(size, alignment: alignment))
      neighbour.fill(size, seed: 4)
      #expect(block.holds(usable, seed: 3))
      account.free(neighbour)
      account.free(block)
    }
    #expect(unsafe plr_usable_size(account.host, nil) == 0)
  }

  @Test("refuses what passes a hard limit and nothing else")
  func hardLimit() throws {
    let account = TestAccount()
    let set = { (soft: UInt64, hard: UInt64) in
      unsafe plr_allocator_set_limits(account.host, soft, hard, nil, nil)
    }
    #expect(set(2, 1) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(set(.max, 1000) == PLR_OK)
    let first = try #require(account.allocate(600))
    #expect(account.allocate(401) == nil)
    let second = try #require(account.allocate(400))
    #expect(account.allocate(1) == nil)
    #expect(account.reallocate(second, 401) == nil)
    let smaller = try #require(account.reallocate(second, 100))
    #expect(account.statistics.live_bytes == 700)
    let third = try #require(account.allocate(300))
    account.free(first)
    #expect(account.statistics.live_bytes == 400)
    #expect(account.statistics.peak_bytes == 1000)
    #expect(set(.max, .max) == PLR_OK)
    let large = try #require(account.allocate(1 << 20))
    for block in [smaller, third, large] { account.free(block) }
    #expect(account.statistics.live_bytes == 0)
  }

  @Test("never lets 4 threads have more than the hard limit together")
  func hardLimitThreads() {
    let account = TestAccount()
    #expect(unsafe plr_allocator_set_limits(account.host, .max, 100_000, nil, nil) == PLR_OK)
    let live = Atomic(0)
    let isOver = Atomic(false)
    onThreads(4) { thread in
      var random = Random(seed: UInt64(thread))
      for _ in 0..<2_000 {
        let size = random.below(20_000)
        guard let block = account.allocate(size) else { continue }
        if live.add(size, ordering: .sequentiallyConsistent).newValue > 100_000 {
          isOver.store(true, ordering: .relaxed)
        }
        live.subtract(size, ordering: .sequentiallyConsistent)
        account.free(block)
      }
    }
    let wasOver = isOver.load(ordering: .relaxed)
    #expect(!wasOver)
    #expect(account.statistics.live_bytes == 0)
    #expect(account.statistics.live_blocks == 0)
    #expect(account.statistics.peak_bytes <= 100_000)
  }

  @Test("counts in full what threads have allocated before a limit is set")
  func lateLimit() throws {
    let account = TestAccount()
    let blocks = Guarded<[Block]>([])
    // Each thread keeps less to itself than it would publish.
    onThreads(4) { _ in
      for _ in 0..<10 {
        let block = account.allocate(1_000)!
        blocks.withLock { $0.append(block) }
      }
    }
    #expect(unsafe plr_allocator_set_limits(account.host, .max, 40_500, nil, nil) == PLR_OK)
    #expect(account.allocate(501) == nil)
    let last = try #require(account.allocate(500))
    #expect(account.statistics.live_bytes == 40_500)
    #expect(account.statistics.live_blocks == 41)
    for block in blocks.withLock({ $0 }) { account.free(block) }
    #expect(account.statistics.live_bytes == 500)
    // Without limits again, shards take over where the account was.
    #expect(unsafe plr_allocator_set_limits(account.host, .max, .max, nil, nil) == PLR_OK)
    let more = try (0..<100).map { _ in try #require(account.allocate(1_000)) }
    #expect(account.statistics.live_bytes == 100_500)
    #expect(account.statistics.live_blocks == 101)
    #expect(account.statistics.total_allocations == 141)
    account.free(last)
    for block in more { account.free(block) }
    #expect(account.statistics.live_bytes == 0)
    #expect(account.statistics.live_blocks == 0)
  }

  @Test("may have limits set and ended while others allocate, and still adds up")
  func changingLimits() {
    let account = TestAccount()
    onThreads(4) { thread in
      for round in 0..<2_000 {
        if thread == 0 {
          let hard: UInt64 = round % 2 == 0 ? 1 << 30 : .max
          _ = unsafe plr_allocator_set_limits(account.host, .max, hard, nil, nil)
        }
        let block = account.allocate(round % 3_000)!
        account.free(block)
      }
    }
    #expect(account.statistics.live_bytes == 0)
    #expect(account.statistics.live_blocks == 0)
    #expect(account.statistics.total_allocations == 8_000)
  }

  @Test("calls back when a soft limit is passed, once until it is kept again")
  func softLimit() throws {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    let calls = Guarded(0)
    let context = unsafe Unmanaged.passUnretained(calls).toOpaque()
    #expect(
      unsafe plr_allocator_set_limits(
        account.host, 100, .max,
        { context, _, live in
          let calls = unsafe Unmanaged<Guarded<Int>>.fromOpaque(context!).takeUnretainedValue()
          calls.withLock { $0 += live > 100 ? 1 : 100 }
        }, context) == PLR_OK)
    let first = try #require(account.allocate(60))
    let second = try #require(account.allocate(60))
    let third = try #require(account.allocate(60))
    #expect(calls.withLock { $0 } == 1)
    account.free(second)
    account.free(third)
    let fourth = try #require(account.allocate(60))
    #expect(calls.withLock { $0 } == 2)
    #expect(recorder.records.map(\.level) == [PLR_LOG_WARNING, PLR_LOG_WARNING])
    account.free(first)
    account.free(fourth)
  }

  @Test("survives a block that is freed twice, outside of checked mode too")
  func doubleFree() throws {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    let block = try #require(account.allocate(500))
    account.free(block)
    account.free(block)
    #expect(recorder.records.count == 1)
    #expect(recorder.records.first?.category == "allocator")
    #expect(account.statistics.live_blocks == 0)
  }

  @Test("reports what was not freed by size class")
  func report() throws {
    let account = TestAccount()
    for _ in 0..<3 { #expect(account.allocate(100) != nil) }
    #expect(account.allocate(50_000) != nil)
    var groups = unsafe [plr_block_group](repeating: plr_block_group(), count: 4)
    var count = 0
    #expect(unsafe plr_allocator_report(account.host, &groups, 4, &count) == PLR_OK)
    #expect(count == 2)
    #expect(unsafe groups[0].bytes == 50_000)
    #expect(unsafe groups[0].blocks == 1)
    #expect(unsafe groups[1].blocks == 3)
    #expect(unsafe groups[1].bytes == 300)
    #expect(unsafe groups[1].block_size >= 100)
    #expect(account.close().leaks == .init(blocks: 4, bytes: 50_300))
  }

  // Checked mode is of the whole process, so this has one to itself.
  @Test("in checked mode finds overruns, blocks freed twice, and where blocks came from")
  func checked() async {
    await #expect(processExitsWith: .success) {
      plr_allocator_set_checked(1)
      let account = TestAccount()
      let recorder = Recorder(of: account)
      for size in [1, 100, 40_000] {
        for alignment in [0, 256] {
          let block = account.allocate(size, alignment: alignment)!
          block.fill(size, seed: 1)
          precondition(unsafe plr_usable_size(account.host, block.address) == size)
          account.free(block)
        }
      }
      precondition(recorder.records.isEmpty)
      let overrun = account.allocate(24)!
      overrun.fill(25, seed: 0)
      account.free(overrun)
      precondition(recorder.records.count == 1)
      precondition(recorder.records[0].text.contains("past the end of a block of 24 bytes"))
      let twice = account.allocate(24)!
      account.free(twice)
      // Kept from reuse: even now it can be told.
      for _ in 0..<50 { account.free(account.allocate(24)) }
      account.free(twice)
      precondition(recorder.records.count == 2)
      let kept = (0..<3).map { _ in account.allocate(10)! }
      var grown = account.reallocate(kept[0], 5_000)!
      grown = account.reallocate(grown, 10)!
      var group = unsafe plr_block_group()
      var count = 0
      precondition(unsafe plr_allocator_report(account.host, &group, 1, &count) == PLR_OK)
      precondition(unsafe group.caller != nil && group.blocks >= 1)
      plr_allocator_set_checked(0)
      precondition(account.allocate(24) != nil)
      precondition(account.close().leaks.blocks == 4)
    }
  }

  @Test("in checked mode reads nothing of a pointer that is not the runtime's, and says so")
  func foreignPointers() async {
    await #expect(processExitsWith: .success) {
      plr_allocator_set_checked(1)
      let account = TestAccount()
      let recorder = Recorder(of: account)
      let large = account.allocate(100_000)!
      // Nothing may be read before the first byte of a mapping.
      let pages = unsafe mmap(
        nil, 8_192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
      precondition(unsafe munmap(pages, 4_096) == 0)
      let fromMalloc = unsafe malloc(100)!
      let constant: StaticString = "sixteen bytes ..."
      let aligned = unsafe UnsafeMutableRawPointer(
        bitPattern: (UInt(bitPattern: constant.utf8Start) + 15) & ~15)!
      let addresses = unsafe [
        UInt(bitPattern: pages + 4_096), UInt(bitPattern: fromMalloc), UInt(bitPattern: aligned),
        UInt(bitPattern: large.address + 16),
      ]
      for address in addresses {
        let foreign = unsafe UnsafeMutableRawPointer(bitPattern: address)!
        unsafe plr_deallocate(account.host, foreign)
        precondition(unsafe plr_reallocate(account.host, foreign, 10) == nil)
        precondition(unsafe plr_usable_size(account.host, foreign) == 0)
      }
      precondition(recorder.records.count == 4)
      precondition(recorder.records.allSatisfy { $0.text.contains("no live block") })
      unsafe free(fromMalloc)
      account.free(large)
      precondition(account.close().leaks == .init())
    }
  }

  @Test("in checked mode finds what was written past an end when a block is resized or left behind")
  func overruns() async {
    await #expect(processExitsWith: .success) {
      plr_allocator_set_checked(1)
      let account = TestAccount()
      let recorder = Recorder(of: account)
      for (count, size) in [24, 100_000].enumerated() {
        let block = account.allocate(size)!
        block.fill(size + 1, seed: 0)
        let moved = account.reallocate(block, size * 2)!
        precondition(recorder.records.count == count + 1)
        let text = recorder.records[count].text
        precondition(text.contains("past the end of a block of \(size) bytes"))
        account.free(moved)
      }
      let before = recorder.records.count
      for size in [40, 40, 50_000] { account.allocate(size)!.fill(size + 8, seed: 1) }
      precondition(account.close().leaks.blocks == 3)
      let last = recorder.records[before...]
      precondition(last.count == 1)
      precondition(last.first!.text.contains("so it did with 2 more"))
    }
  }
}
