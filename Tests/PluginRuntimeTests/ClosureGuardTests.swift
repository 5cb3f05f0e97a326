import CPluginABI
import Synchronization
import TestSupport
import Testing

@Suite("What guards closures")
struct ClosureGuardTests {
  @Test("is found while all else that is registered waits, and can be pinned")
  func foundAtOnce() {
    let giver = TestAccount()
    let keeper = TestAccount()
    let id = PLR_CLOSURES_PREFIX + giver.name
    #expect(unsafe plr_registry_stage(giver.host) == PLR_OK)
    #expect(giver.add("test.guarded.\(giver.name)", table: 0x10) == .ok)
    #expect(giver.add(id, table: 0x20) == .ok)
    #expect(keeper.count("test.guarded.\(giver.name)") == 0)
    var (status, reference) = keeper.acquire(id)
    #expect(status == PLR_OK && reference.table == 0x20)
    #expect(keeper.release(&reference) == PLR_OK)
    #expect(unsafe plr_registry_publish(giver.host) == PLR_OK)
    #expect(keeper.count("test.guarded.\(giver.name)") == 1)
    #expect(keeper.count(id) == 1)
  }

  @Test("is taken out at once, and then waited for until nobody is inside of a closure")
  func waitedFor() {
    let giver = TestAccount()
    let keeper = TestAccount()
    let id = PLR_CLOSURES_PREFIX + giver.name
    #expect(giver.add(id, table: 0x20) == .ok)
    var inside = keeper.acquire(id).reference
    let status = Guarded<plr_status?>(nil)
    let thread = TestThread {
      let removed = giver.remove(id, table: 0x20)
      status.withLock { $0 = removed }
    }
    while keeper.count(id) > 0 { yieldProcessor() }
    #expect(keeper.acquire(id).status == PLR_ERROR_NOT_FOUND)
    #expect(status.withLock { $0 } == nil)
    #expect(keeper.release(&inside) == PLR_OK)
    thread.join()
    #expect(status.withLock { $0 } == PLR_OK)
    #expect(giver.remove(id, table: 0x20) == PLR_ERROR_NOT_FOUND)
  }
}
