import CPluginABI
@testable import PluginRuntime
import Synchronization
import TestSupport
import Testing

@Suite("The registry")
struct RegistryTests {
  @Test("finds implementations by priority, then in the order they came")
  func order() {
    let first = TestAccount()
    let second = TestAccount()
    let id = "test.order"
    #expect(first.add(id, priority: 0, table: 0x10) == .ok)
    #expect(second.add(id, priority: 5, table: 0x20) == .ok)
    #expect(first.add(id, priority: 0, table: 0x30) == .ok)
    #expect(second.add(id, priority: -1, table: 0x40) == .ok)
    #expect(first.add(id, priority: 5, table: 0x50) == .ok)
    #expect(second.add(id, priority: .max, table: 0x60) == .ok)
    #expect(first.add(id, priority: .min, table: 0x70) == .ok)
    #expect(first.tables(id) == [0x60, 0x20, 0x50, 0x10, 0x30, 0x40, 0x70])
    #expect(second.count(id) == 7)
    #expect(second.count(id, revision: 2) == 0)
  }

  @Test("refuses the same table under the same id, and nothing else")
  func twice() {
    let account = TestAccount()
    let other = TestAccount()
    let id = "test.twice"
    #expect(account.add(id, table: 0x10) == .ok)
    let again = account.add(id, priority: 9, table: 0x10)
    #expect(again.status == PLR_ERROR_ALREADY_EXISTS)
    #expect(again.subject == id)
    #expect(again.message.contains(account.name))
    #expect(account.add(id, revision: 2, table: 0x10) == .ok)
    #expect(account.add("test.twice.other", table: 0x10) == .ok)
    #expect(other.add(id, table: 0x10) == .ok)
    #expect(account.count(id) == 2)
  }

  // What the runtime takes of memory is counted for the whole process.
  @Test("takes no more work for a plugin where a thousand others offer the same")
  func manyOfOneInterface() async {
    await #expect(processExitsWith: .success) {
      func requests(ofAdding count: Int, to id: String) -> Int {
        let accounts = (0..<count).map { _ in TestAccount("many") }
        let plenty = 1_000_000
        Memory.budget.store(plenty, ordering: .sequentiallyConsistent)
        for (index, account) in accounts.enumerated() {
          precondition(account.add(id, table: UInt(index + 1)) == .ok)
        }
        let requests = plenty - Memory.budget.load(ordering: .sequentiallyConsistent)
        Memory.budget.store(-1, ordering: .sequentiallyConsistent)
        precondition(accounts[0].count(id) == UInt32(count))
        precondition(accounts[0].tables(id) == (1...UInt(count)).map { $0 })
        return requests
      }
      // Three for each entry: itself, and what is told when it comes and when it goes. A list is only made
      // again, and copied, where it has become twice as long.
      precondition(requests(ofAdding: 1000, to: "test.thousand") <= 3 * 1000 + 20)
      precondition(requests(ofAdding: 2000, to: "test.two.thousand") <= 3 * 2000 + 20)
    }
  }

  @Test("keeps the order and finds what is there twice, however many entries an account has")
  func manyOfOneAccount() {
    let account = TestAccount()
    let other = TestAccount()
    let id = "test.many"
    // Priorities from high to low and back: behind others, between them and before them.
    for index in 0..<60 {
      let priority = Int32(index % 3 == 0 ? index : -index)
      #expect(account.add(id, priority: priority, table: UInt(100 + index)) == .ok)
      #expect(account.add("test.many.\(index)", table: 1) == .ok)
    }
    let expected = (0..<60).sorted {
      let left = $0 % 3 == 0 ? $0 : -$0
      let right = $1 % 3 == 0 ? $1 : -$1
      return left != right ? left > right : $0 < $1
    }.map { UInt(100 + $0) }
    #expect(account.tables(id) == expected)
    #expect(other.add(id, table: 100) == .ok)
    #expect(account.add(id, table: 130).status == PLR_ERROR_ALREADY_EXISTS)
    #expect(account.add("test.many.7", table: 1).status == PLR_ERROR_ALREADY_EXISTS)
    #expect(other.add("test.many.7", table: 1) == .ok)
    #expect(account.remove(id, table: 130) == PLR_OK)
    #expect(account.add(id, table: 130) == .ok)
    #expect(account.count(id) == 61)
    #expect(account.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(other.tables(id) == [100])
    #expect(other.count("test.many.7") == 1)
    #expect(other.count("test.many.8") == 0)
    #expect(account.close().answer == .ok)
  }

  @Test("wants an id and a table")
  func incomplete() {
    let account = TestAccount()
    #expect(account.add("", table: 0x10).status == PLR_ERROR_INVALID_ARGUMENT)
    #expect(account.add("test.incomplete", table: 0).status == PLR_ERROR_INVALID_ARGUMENT)
    #expect(
      unsafe plr_registry_add(account.host, nil, 1, 0, account.host, nil)
        == PLR_ERROR_INVALID_ARGUMENT)
    #expect(
      unsafe plr_registry_acquire(account.host, nil, 1, 0, nil) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(unsafe plr_registry_release(account.host, nil) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(unsafe plr_registry_count(account.host, nil, 1) == 0)
    #expect(account.count("test.incomplete") == 0)
  }

  @Test(
    "takes only printable ASCII as an id",
    arguments: ["two words", "tab\t", "caf\u{e9}", "cafe\u{301}", "line\n", "del\u{7f}"])
  func identifiers(_ id: String) {
    let account = TestAccount()
    let answer = account.add(id, table: 0x10)
    #expect(answer.status == PLR_ERROR_INVALID_ARGUMENT)
    #expect(answer.subject == id)
    #expect(account.count(id) == 0)
    #expect(account.acquire(id).status == PLR_ERROR_NOT_FOUND)
  }

  @Test("compares ids byte by byte")
  func byteWise() {
    let account = TestAccount()
    #expect(account.add("test.K", table: 0x10) == .ok)
    // KELVIN SIGN is canonically the letter K.
    #expect(account.acquire("test.\u{212a}").status == PLR_ERROR_NOT_FOUND)
    #expect(account.count("test.\u{212a}") == 0)
    #expect(account.count("test.k") == 0)
  }

  @Test("says that it does not know an id, a revision or an index")
  func unknown() {
    let account = TestAccount()
    #expect(account.add("test.unknown", table: 0x10) == .ok)
    #expect(account.acquire("test.unknown.other").status == PLR_ERROR_NOT_FOUND)
    #expect(account.acquire("test.unknown", revision: 2).status == PLR_ERROR_NOT_FOUND)
    #expect(account.acquire("test.unknown", index: 1).status == PLR_ERROR_NOT_FOUND)
    #expect(account.acquire("test.unknown", index: .max).status == PLR_ERROR_NOT_FOUND)
    #expect(account.remove("test.unknown", table: 0x20) == PLR_ERROR_NOT_FOUND)
    #expect(account.remove("test.unknown", revision: 2, table: 0x10) == PLR_ERROR_NOT_FOUND)
    let other = TestAccount()
    #expect(other.remove("test.unknown", table: 0x10) == PLR_ERROR_NOT_FOUND)
    #expect(account.remove("test.unknown", table: 0x10) == PLR_OK)
    #expect(account.remove("test.unknown", table: 0x10) == PLR_ERROR_NOT_FOUND)
  }

  @Test("leaves a reference empty that it could not fill")
  func failedAcquire() {
    let account = TestAccount()
    var reference = Reference()
    unsafe reference.raw = plr_reference(table: UnsafeRawPointer(bitPattern: 0x99), token: 1 << 40)
    #expect(
      unsafe plr_registry_acquire(account.host, "test.failed", 1, 0, &reference.raw)
        == PLR_ERROR_NOT_FOUND)
    #expect(reference.token == 0)
    #expect(reference.table == 0)
  }

  @Test("knows a reference once")
  func staleToken() {
    let account = TestAccount()
    #expect(account.add("test.stale", table: 0x10) == .ok)
    var reference = account.acquire("test.stale").reference
    var copy = reference
    #expect(reference.token != 0)
    #expect(account.release(&reference) == PLR_OK)
    #expect(reference.token == 0)
    #expect(reference.table == 0)
    #expect(account.release(&reference) == PLR_ERROR_NOT_FOUND)
    #expect(account.release(&copy) == PLR_ERROR_NOT_FOUND)
    #expect(copy.token == 0)
    let next = account.acquire("test.stale").reference
    var held = next
    #expect(account.release(&held) == PLR_OK)
  }

  @Test("keeps a reference valid when its entry is removed")
  func removalKeepsReferences() {
    let owner = TestAccount()
    let user = TestAccount()
    #expect(owner.add("test.removal", table: 0x10) == .ok)
    var reference = user.acquire("test.removal").reference
    #expect(owner.remove("test.removal", table: 0x10) == PLR_OK)
    #expect(reference.table == 0x10)
    #expect(owner.withdraw(timeoutNanoseconds: 0).status == PLR_ERROR_BUSY)
    #expect(user.release(&reference) == PLR_OK)
    #expect(owner.withdraw(timeoutNanoseconds: 0) == .ok)
  }

  @Test("withdraws at once, and names who still holds what")
  func busy() {
    let owner = TestAccount()
    let user = TestAccount("holder")
    #expect(owner.add("test.busy", table: 0x10) == .ok)
    #expect(owner.add("test.busy", table: 0x20) == .ok)
    var reference = user.acquire("test.busy").reference
    let answer = owner.withdraw(timeoutNanoseconds: 1_000_000)
    #expect(answer.status == PLR_ERROR_BUSY)
    #expect(answer.subject == owner.name)
    #expect(answer.message.contains(user.name))
    #expect(answer.message.contains("test.busy/1"))
    #expect(user.count("test.busy") == 0)
    #expect(user.acquire("test.busy").status == PLR_ERROR_NOT_FOUND)
    let closed = owner.close().answer
    #expect(closed.status == PLR_ERROR_BUSY)
    #expect(closed.message.contains("test.busy"))
    #expect(user.release(&reference) == PLR_OK)
    #expect(owner.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(owner.close().answer == .ok)
  }

  @Test("waits for who holds a reference")
  func withdrawWaits() {
    let owner = TestAccount()
    let user = TestAccount()
    #expect(owner.add("test.wait", table: 0x10) == .ok)
    let isReleased = Atomic(false)
    let reference = user.acquire("test.wait").reference
    let thread = TestThread {
      // The withdrawal has begun when the entry is gone.
      while user.count("test.wait") != 0 { yieldProcessor() }
      isReleased.store(true, ordering: .releasing)
      var reference = reference
      #expect(user.release(&reference) == PLR_OK)
    }
    #expect(owner.withdraw(timeoutNanoseconds: .max) == .ok)
    let wasReleased = isReleased.load(ordering: .acquiring)
    #expect(wasReleased)
    thread.join()
  }

  @Test("refuses to close an account that still has entries")
  func closeWithEntries() {
    let account = TestAccount()
    #expect(account.add("test.close", table: 0x10) == .ok)
    let answer = account.close().answer
    #expect(answer.status == PLR_ERROR_BUSY)
    #expect(answer.message.contains("test.close"))
    #expect(account.allocate(8) != nil)
    #expect(account.remove("test.close", table: 0x10) == PLR_OK)
    let closed = account.close()
    #expect(closed.answer == .ok)
    #expect(closed.leaks.blocks == 1)
  }

  @Test("lets the entries of a plugin vanish with it")
  func vanish() {
    let leaving = TestAccount()
    let staying = TestAccount()
    for id in ["test.vanish.a", "test.vanish.b"] {
      #expect(leaving.add(id, priority: 1, table: 0x10) == .ok)
      #expect(staying.add(id, table: 0x20) == .ok)
    }
    #expect(leaving.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(leaving.close().answer == .ok)
    #expect(staying.tables("test.vanish.a") == [0x20])
    #expect(staying.tables("test.vanish.b") == [0x20])
  }

  @Test("gives back what a plugin held when it is retired, and reports it")
  func holderRetires() {
    let owner = TestAccount()
    let holder = TestAccount()
    #expect(owner.add("test.holder", table: 0x10) == .ok)
    var kept = holder.acquire("test.holder").reference
    _ = holder.acquire("test.holder")
    #expect(owner.withdraw(timeoutNanoseconds: 0).status == PLR_ERROR_BUSY)
    let closed = holder.close()
    #expect(closed.answer == .ok)
    #expect(closed.leaks == .init(references: 2))
    #expect(owner.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(owner.release(&kept) == PLR_ERROR_NOT_FOUND)
  }

  @Test("does nothing for a plugin that was retired")
  func retired() {
    let account = TestAccount()
    let other = TestAccount()
    #expect(other.add("test.retired", table: 0x10) == .ok)
    #expect(account.close().answer == .ok)
    #expect(account.add("test.retired", table: 0x20).status == PLR_ERROR_RETIRED)
    #expect(account.acquire("test.retired").status == PLR_ERROR_RETIRED)
    #expect(account.remove("test.retired", table: 0x10) == PLR_ERROR_RETIRED)
    #expect(account.withdraw(timeoutNanoseconds: 0).status == PLR_ERROR_RETIRED)
    #expect(account.count("test.retired") == 0)
    #expect(other.count("test.retired") == 1)
  }

  @Test("does not take another runtime's reference for its own")
  func foreignRelease() {
    let account = TestAccount()
    #expect(account.add("test.foreign", table: 0x10) == .ok)
    var reference = account.acquire("test.foreign").reference
    var table = unsafe account.host.pointee
    unsafe table.runtime = unsafe UnsafeRawPointer(account.host)
    #expect(unsafe plr_registry_release(&table, &reference.raw) == PLR_ERROR_FOREIGN_RUNTIME)
    #expect(reference.token != 0)
    #expect(account.release(&reference) == PLR_OK)
  }

  @Test("leaves no entry of a plugin that registers while it is being retired")
  func closingRace() {
    for round in 0..<300 {
      let account = TestAccount()
      let observer = TestAccount()
      let id = "test.race.\(round)"
      let isReady = Atomic(false)
      let thread = TestThread {
        while true {
          let status = account.add(id, table: 0x10).status
          isReady.store(true, ordering: .releasing)
          if status == PLR_ERROR_RETIRED { return }
          _ = account.remove(id, table: 0x10)
        }
      }
      while !isReady.load(ordering: .acquiring) { yieldProcessor() }
      while account.close().answer.status == PLR_ERROR_BUSY { yieldProcessor() }
      thread.join()
      #expect(observer.count(id) == 0)
    }
  }

  /// What a plugin's table points to in the test below: freed with the plugin.
  @safe private struct Cell: @unchecked Sendable {
    let address = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    var table: UInt { UInt(bitPattern: unsafe address) }
    static let alive: UInt64 = 0xa11e
  }

  @Test("never gives out what was withdrawn, to 4 threads that look while plugins come and go")
  func lookupsDuringReload() {
    let id = "test.reload"
    let isDone = Atomic(false)
    let found = Atomic(0)
    let dead = Atomic(0)
    let readers = (0..<4).map { _ in
      TestThread {
        let user = TestAccount("reader")
        while !isDone.load(ordering: .acquiring) {
          var acquired = user.acquire(id)
          guard acquired.status == PLR_OK else { continue }
          // Read twice: the plugin must live from acquire to release.
          for _ in 0..<2 {
            let cell = unsafe UnsafePointer<UInt64>(bitPattern: acquired.reference.table)!
            if unsafe cell.pointee != Cell.alive { dead.add(1, ordering: .relaxed) }
          }
          found.add(1, ordering: .relaxed)
          if user.release(&acquired.reference) != PLR_OK { dead.add(1, ordering: .relaxed) }
        }
      }
    }
    for round in 0..<1_000 {
      let plugin = TestAccount("coming and going")
      let cell = Cell()
      unsafe cell.address.initialize(to: Cell.alive)
      let before = found.load(ordering: .relaxed)
      #expect(plugin.add(id, table: cell.table) == .ok)
      // Some live until they are found, the others for as short as can be.
      while round % 4 == 0 && found.load(ordering: .relaxed) == before { yieldProcessor() }
      #expect(plugin.withdraw(timeoutNanoseconds: .max) == .ok)
      unsafe cell.address.pointee = 0xdead
      unsafe cell.address.deallocate()
      #expect(plugin.close().answer == .ok)
    }
    isDone.store(true, ordering: .releasing)
    for reader in readers { reader.join() }
    let (deadCount, foundCount) = (dead.load(ordering: .relaxed), found.load(ordering: .relaxed))
    #expect(deadCount == 0)
    #expect(foundCount >= 250)
  }

  @Test("is the same through its table")
  func table() throws {
    let account = TestAccount()
    let pointer = unsafe account.host.pointee.query_interface(
      account.host, PLR_REGISTRY_ID, UInt32(PLR_REGISTRY_REVISION))
    let table = unsafe try #require(pointer?.load(as: plr_registry.self))
    #expect(table.size == UInt32(MemoryLayout<plr_registry>.size))
    let own = unsafe UnsafeRawPointer(account.host)
    #expect(unsafe table.add(account.host, "test.table", 3, 0, own, nil) == PLR_OK)
    #expect(unsafe table.count(account.host, "test.table", 3) == 1)
    var reference = Reference()
    #expect(unsafe table.acquire(account.host, "test.table", 3, 0, &reference.raw) == PLR_OK)
    #expect(unsafe table.release(account.host, &reference.raw) == PLR_OK)
    #expect(unsafe table.remove(account.host, "test.table", 3, own) == PLR_OK)
  }
}
