import CPluginABI
import Synchronization
import TestSupport
import Testing

@Suite("Pinning all implementations at one moment")
struct AcquireAllTests {
  @Test("ends, and sees one moment, while another thread adds and removes without a pause")
  func churn() {
    let user = TestAccount()
    let plugin = TestAccount()
    let interface = unsafe plr_registry_find(user.host, "test.all.churn", 1)!
    let isOver = Atomic(false)
    let found = unsafe Unsafe(interface)
    onThreads(2) { thread in
      if thread == 0 {
        while !isOver.load(ordering: .acquiring) {
          _ = plugin.add("test.all.churn", table: 0x10)
          _ = plugin.remove("test.all.churn", table: 0x10)
        }
        return
      }
      var references = unsafe [plr_reference](repeating: plr_reference(), count: 4)
      for _ in 0..<2_000 {
        var count = 9
        let status = unsafe plr_registry_acquire_all(
          user.host, found.value, &references, 4, &count)
        if status != PLR_OK || count > 1 { Issue.record("\(status), \(count)") }
        for index in 0..<count {
          let released = unsafe plr_registry_release(user.host, &references[index])
          if released != PLR_OK { Issue.record("not released: \(released)") }
        }
      }
      isOver.store(true, ordering: .releasing)
    }
    #expect(plugin.withdraw(timeoutNanoseconds: 0) == .ok)
  }

  @Test("finds nobody twice and misses nobody while another comes and goes in front")
  func churnInFront() {
    let user = TestAccount()
    let stays = TestAccount()
    let plugin = TestAccount()
    #expect(stays.add("test.all.front", table: 0x20) == .ok)
    let interface = unsafe plr_registry_find(user.host, "test.all.front", 1)!
    let isOver = Atomic(false)
    let found = unsafe Unsafe(interface)
    onThreads(2) { thread in
      if thread == 0 {
        while !isOver.load(ordering: .acquiring) {
          _ = plugin.add("test.all.front", priority: 1, table: 0x10)
          _ = plugin.remove("test.all.front", table: 0x10)
        }
        return
      }
      var references = unsafe [plr_reference](repeating: plr_reference(), count: 4)
      for _ in 0..<20_000 {
        var count = 0
        let status = unsafe plr_registry_acquire_all(
          user.host, found.value, &references, 4, &count)
        let tables = unsafe references.prefix(count).map { unsafe UInt(bitPattern: $0.table) }
        if status != PLR_OK || (tables != [0x20] && tables != [0x10, 0x20]) {
          Issue.record("\(status), \(tables)")
        }
        for index in 0..<count { _ = unsafe plr_registry_release(user.host, &references[index]) }
      }
      isOver.store(true, ordering: .releasing)
    }
    #expect(plugin.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(stays.withdraw(timeoutNanoseconds: 0) == .ok)
  }

  /// The address of what lives as long as the process.
  @safe private struct Unsafe: @unchecked Sendable {
    let value: UnsafePointer<plr_interface>
    init(_ value: UnsafePointer<plr_interface>) { unsafe self.value = unsafe value }
  }
}
