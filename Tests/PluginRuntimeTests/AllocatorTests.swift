import CPluginABI
import Synchronization
import TestSupport
import Testing

@Suite("The allocator")
struct AllocatorTests {
  @Test(
    "gives blocks at a multiple of the alignment asked for", arguments: (0...12).map { 1 << $0 })
  func alignment(_ alignment: Int) throws {
    let account = TestAccount()
    var blocks: [Block] = []
    for size in [0, 1, 15, 16, 17, 100, 4096, 70_000] {
      let block = try #require(account.allocate(size, alignment: alignment))
      #expect(block.isAligned(to: max(16, alignment)))
      block.fill(size, seed: size)
      blocks.append(block)
    }
    #expect(
      zip(blocks, [0, 1, 15, 16, 17, 100, 4096, 70_000]).allSatisfy { $0.holds($1, seed: $1) })
    for block in blocks { account.free(block) }
    #expect(account.statistics.live_blocks == 0)
  }

  @Test("gives a block of no bytes that must be freed")
  func zeroSize() throws {
    let account = TestAccount()
    let first = try #require(account.allocate(0))
    let second = try #require(account.allocate(0))
    #expect(!(first == second))
    #expect(account.statistics.live_blocks == 2)
    #expect(account.statistics.live_bytes == 0)
    account.free(first)
    account.free(second)
    account.free(nil)
    #expect(account.statistics.live_blocks == 0)
  }

  @Test(
    "refuses sizes and alignments that cannot be",
    arguments: [
      (Int.max, 0), (Int.max - 63, 16), (Int.max - 4096, 4096), (-1, 0), (Int.min, 0), (8, 3),
      (8, 24), (8, -1), (8, -16), (8, Int.min), (8, Int.max),
    ])
  func impossible(_ size: Int, _ alignment: Int) {
    let account = TestAccount()
    #expect(account.allocate(size, alignment: alignment) == nil)
    #expect(account.statistics.live_blocks == 0)
    #expect(account.statistics.total_allocations == 0)
  }

  @Test("keeps content, owner and alignment when it reallocates", arguments: [16, 32, 64, 4096])
  func reallocation(_ alignment: Int) throws {
    let owner = TestAccount()
    let other = TestAccount()
    var block = try #require(owner.allocate(100, alignment: alignment))
    block.fill(100, seed: 7)
    for size in [101, 5_000, 300_000, 100, 3_000_000, 100] {
      // Another plugin than the owner may do it, and gains nothing.
      block = try #require(other.reallocate(block, size))
      #expect(block.isAligned(to: alignment))
      #expect(block.holds(100, seed: 7))
      #expect(owner.statistics.live_bytes == UInt64(size))
      #expect(owner.statistics.live_blocks == 1)
    }
    let small = try #require(other.reallocate(block, 10))
    #expect(small.holds(10, seed: 7))
    #expect(other.statistics.total_allocations == 0)
    owner.free(small)
  }

  @Test("counts a block that grows once, not beside itself", arguments: [16, 4096])
  func reallocationPeak(_ alignment: Int) throws {
    let account = TestAccount()
    let block = try #require(account.allocate(1 << 20, alignment: alignment))
    let grown = try #require(account.reallocate(block, (1 << 20) + 1))
    #expect(account.statistics.peak_bytes == (1 << 20) + 1)
    account.free(grown)
  }

  @Test("leaves a block alone that it cannot reallocate", arguments: [Int.max, -1, Int.max - 64])
  func refusedReallocation(_ size: Int) throws {
    let account = TestAccount()
    let block = try #require(account.allocate(64))
    block.fill(64, seed: 1)
    #expect(account.reallocate(block, size) == nil)
    #expect(block.holds(64, seed: 1))
    #expect(account.statistics.live_bytes == 64)
    account.free(block)
  }

  @Test("allocates where there is nothing to reallocate")
  func reallocationOfNothing() throws {
    let account = TestAccount()
    let block = try #require(account.reallocate(nil, 48))
    #expect(block.isAligned(to: 16))
    #expect(account.statistics.live_bytes == 48)
    account.free(block)
  }

  @Test("credits the owner, whoever frees")
  func foreignFree() throws {
    let owner = TestAccount()
    let other = TestAccount()
    let block = try #require(owner.allocate(40))
    other.free(block)
    #expect(owner.statistics.live_blocks == 0)
    #expect(owner.statistics.live_bytes == 0)
    #expect(other.statistics.live_blocks == 0)
    #expect(other.statistics.total_allocations == 0)
  }

  // A pointer whose header lies in memory of ours: what is read is defined.
  @Test("survives a pointer that is no block, and says so", arguments: [128, 129, 136])
  func foreignPointer(_ offset: Int) throws {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    let block = try #require(account.allocate(256))
    block.fill(256, seed: 0)
    account.free(block.advanced(by: offset))
    #expect(account.reallocate(block.advanced(by: offset), 10) == nil)
    let records = recorder.records
    #expect(records.count == 1)
    #expect(records.first?.level == PLR_LOG_ERROR)
    #expect(records.first?.category == "allocator")
    #expect(block.holds(256, seed: 0))
    #expect(account.statistics.live_blocks == 1)
    account.free(block)
  }

  @Test("is silent about a wrong pointer where the plugin's log is off")
  func foreignPointerWithLogOff() throws {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    #expect(account.setLevel(PLR_LOG_OFF) == PLR_OK)
    let block = try #require(account.allocate(256))
    block.fill(256, seed: 0)
    account.free(block.advanced(by: 128))
    #expect(recorder.records.isEmpty)
    account.free(block)
  }

  @Test("counts what 8 threads do, for each plugin and in total")
  func statistics() throws {
    let accounts = (0..<4).map { _ in TestAccount() }
    let left = Guarded<[(block: Block, size: Int)]>([])
    onThreads(8) { thread in
      var random = Random(seed: UInt64(thread))
      var blocks: [(block: Block, size: Int, seed: Int)] = []
      for round in 0..<3_000 {
        let account = accounts[random.below(4)]
        switch random.below(4) {
        case 0, 1:
          let size = random.below(600)
          let block = account.allocate(size, alignment: 1 << random.below(9))!
          block.fill(size, seed: round)
          blocks.append((block, size, round))
        case 2 where !blocks.isEmpty:
          let index = random.below(blocks.count)
          let (block, size, seed) = blocks[index]
          let newSize = random.below(900)
          let moved = account.reallocate(block, newSize)!
          precondition(moved.holds(min(size, newSize), seed: seed), "contents lost")
          moved.fill(newSize, seed: round)
          blocks[index] = (moved, newSize, round)
        case 3 where !blocks.isEmpty:
          let (block, size, seed) = blocks.remove(at: random.below(blocks.count))
          precondition(block.holds(size, seed: seed), "contents overwritten")
          account.free(block)
        default: break
        }
      }
      for (block, size, seed) in blocks.dropLast(3) {
        precondition(block.holds(size, seed: seed), "contents overwritten")
        accounts[0].free(block)
      }
      left.withLock { for block in blocks.suffix(3) { $0.append((block.block, block.size)) } }
    }
    let rest = left.withLock { $0 }
    let sums = accounts.map(\.statistics)
    #expect(sums.reduce(0) { $0 + $1.live_blocks } == UInt64(rest.count))
    #expect(sums.reduce(0) { $0 + $1.live_bytes } == UInt64(rest.reduce(0) { $0 + $1.size }))
    #expect(sums.allSatisfy { $0.peak_bytes >= $0.live_bytes })
    for (block, _) in rest { accounts[3].free(block) }
    #expect(accounts.allSatisfy { $0.statistics.live_blocks == 0 })
    #expect(accounts.allSatisfy { $0.statistics.live_bytes == 0 })
  }

  @Test("counts the blocks of every plugin in the total")
  func total() throws {
    let account = TestAccount()
    let block = try #require(account.allocate(1 << 20))
    var total = plr_allocation_statistics()
    total.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
    #expect(unsafe plr_allocator_statistics(nil, &total) == PLR_OK)
    // Others allocate at the same time; this block is among theirs for certain.
    #expect(total.live_bytes >= 1 << 20)
    #expect(total.peak_bytes >= total.live_bytes)
    account.free(block)
  }

  @Test("wants to know how large a structure it fills", arguments: [0, 39])
  func statisticsSize(_ size: UInt32) {
    let account = TestAccount()
    var statistics = plr_allocation_statistics()
    statistics.size = size
    #expect(
      unsafe plr_allocator_statistics(account.host, &statistics) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(unsafe plr_allocator_statistics(account.host, nil) == PLR_ERROR_INVALID_ARGUMENT)
  }

  @Test("tells the caller of a later version how much it filled")
  func laterStatistics() throws {
    let account = TestAccount()
    let block = try #require(account.allocate(5))
    defer { account.free(block) }
    var later = (plr_allocation_statistics(), UInt64(99))
    later.0.size = UInt32(MemoryLayout<plr_allocation_statistics>.size + 8)
    #expect(unsafe plr_allocator_statistics(account.host, &later.0) == PLR_OK)
    #expect(later.0.size == 40)
    #expect(later.0.live_bytes == 5)
    #expect(later.1 == 99)
  }

  @Test("reports and frees what a plugin leaves behind")
  func leaks() throws {
    let account = TestAccount()
    for size in [10, 20, 30] { #expect(account.allocate(size, alignment: 64) != nil) }
    let freed = try #require(account.allocate(1000))
    account.free(freed)
    let closed = account.close()
    #expect(closed.answer == .ok)
    #expect(closed.leaks == .init(blocks: 3, bytes: 60))
  }

  @Test("refuses a plugin that was retired")
  func retired() {
    let account = TestAccount()
    #expect(account.close().answer == .ok)
    #expect(account.allocate(8) == nil)
    #expect(account.reallocate(nil, 8) == nil)
    #expect(account.close().answer.status == PLR_ERROR_RETIRED)
    var statistics = plr_allocation_statistics()
    statistics.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
    #expect(unsafe plr_allocator_statistics(account.host, &statistics) == PLR_ERROR_RETIRED)
  }

  @Test("lets a retired plugin free a block of another")
  func retiredFrees() throws {
    let owner = TestAccount()
    let retired = TestAccount()
    let block = try #require(owner.allocate(8))
    #expect(retired.close().answer == .ok)
    retired.free(block)
    #expect(owner.statistics.live_blocks == 0)
  }

  @Test("gives no block to a plugin while it is being retired")
  func retiringRace() {
    for _ in 0..<200 {
      let account = TestAccount()
      let isReady = Atomic(false)
      let counts = Guarded((allocated: 0, bytes: 0))
      let thread = TestThread {
        var allocated = 0
        while account.allocate(32) != nil {
          allocated += 1
          isReady.store(true, ordering: .releasing)
        }
        counts.withLock { $0.allocated = allocated }
      }
      while !isReady.load(ordering: .acquiring) { yieldProcessor() }
      let leaks = account.close().leaks
      thread.join()
      #expect(leaks.blocks == UInt64(counts.withLock { $0.allocated }))
    }
  }

  @Test("refuses the table of another runtime, whatever else the table holds")
  func foreignRuntime() throws {
    let account = TestAccount()
    var table = unsafe account.host.pointee
    var anchor: UInt8 = 0
    let fromElsewhere = unsafe withUnsafePointer(to: &anchor) { unsafe UnsafeRawPointer($0) }
    unsafe table.runtime = fromElsewhere
    for hasContext in [true, false] {
      if !hasContext { unsafe table.context = nil }
      #expect(unsafe plr_allocate(&table, 8, 0) == nil)
      var statistics = plr_allocation_statistics()
      statistics.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
      #expect(unsafe plr_allocator_statistics(&table, &statistics) == PLR_ERROR_FOREIGN_RUNTIME)
      #expect(unsafe plr_log_set_level(&table, PLR_LOG_INFO) == PLR_ERROR_FOREIGN_RUNTIME)
      #expect(unsafe plr_account_close(&table, nil, nil) == PLR_ERROR_FOREIGN_RUNTIME)
    }
  }

  @Test("is the same through its table")
  func table() throws {
    let account = TestAccount()
    let pointer = unsafe account.host.pointee.query_interface(
      account.host, PLR_ALLOCATOR_ID, UInt32(PLR_ALLOCATOR_REVISION))
    let table = unsafe try #require(pointer?.load(as: plr_allocator.self))
    #expect(table.size == UInt32(MemoryLayout<plr_allocator>.size))
    #expect(table.revision == UInt32(PLR_ALLOCATOR_REVISION))
    let block = unsafe try #require(table.allocate(account.host, 8, 0))
    let moved = unsafe try #require(table.reallocate(account.host, block, 800))
    #expect(account.statistics.live_bytes == 800)
    unsafe table.deallocate(account.host, moved)
    #expect(account.statistics.live_blocks == 0)
  }
}

/// SplitMix64 (Steele, Lea & Flood 2014): the same numbers in every run.
struct Random {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ mixed >> 31) % UInt64(bound))
  }
}
