import CPluginABI
import Synchronization
import TestSupport
import Testing

@Suite("Listeners, found interfaces and cached references of the registry")
struct RegistryListenerTests {
  /// Keeps what it is told.
  final class Listener: Sendable {
    let events = Guarded<[String]>([])
    let onEvent: @Sendable () -> Void
    init(onEvent: @escaping @Sendable () -> Void = {}) { self.onEvent = onEvent }

    func listen(_ account: TestAccount, _ id: String?) -> plr_registry_listener {
      var listener = plr_registry_listener()
      let status = unsafe plr_registry_listen(
        account.host, id, 1,
        { context, event in
          let listener = unsafe Unmanaged<Listener>.fromOpaque(context!).takeUnretainedValue()
          let event = unsafe event!.pointee
          let kind = unsafe event.kind == PLR_REGISTRY_ARRIVED ? "+" : "-"
          let text = unsafe "\(kind)\(String(cString: event.id)) \(event.priority)"
          listener.events.withLock { $0.append(text) }
          listener.onEvent()
        }, Unmanaged.passUnretained(self).toOpaque(), &listener)
      precondition(status == PLR_OK)
      return listener
    }
  }

  @Test("tell of arrivals and departures of one interface, or of all")
  func events() {
    let account = TestAccount()
    let plugin = TestAccount()
    let one = Listener()
    let first = one.listen(account, "test.listen.a")
    #expect(plugin.add("test.listen.a", priority: 3, table: 0x10) == .ok)
    #expect(plugin.add("test.listen.b", table: 0x10) == .ok)
    #expect(plugin.remove("test.listen.a", table: 0x10) == PLR_OK)
    #expect(plugin.add("test.listen.a", priority: 4, table: 0x20) == .ok)
    #expect(plugin.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(
      one.events.withLock { $0 }
        == ["+test.listen.a 3", "-test.listen.a 3", "+test.listen.a 4", "-test.listen.a 4"])
    #expect(plr_registry_unlisten(first) == PLR_OK)
    #expect(plr_registry_unlisten(first) == PLR_ERROR_NOT_FOUND)
    let all = Listener()
    let second = all.listen(account, nil)
    #expect(plugin.add("test.listen.c", table: 0x10) == .ok)
    #expect(all.events.withLock { $0.contains("+test.listen.c 0") })
    #expect(plr_registry_unlisten(second) == PLR_OK)
    #expect(plugin.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(one.events.withLock { $0.count } == 4)
  }

  @Test("may use the registry, give back what is wanted, and are asked before a withdrawal waits")
  func reentrance() {
    let owner = TestAccount()
    let user = TestAccount()
    #expect(owner.add("test.listen.held", table: 0x10) == .ok)
    let held = Guarded(user.acquire("test.listen.held").reference)
    let listener = Listener {
      held.withLock { _ = user.release(&$0) }
      _ = user.count("test.listen.held")
    }
    let id = listener.listen(user, "test.listen.held")
    #expect(owner.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(plr_registry_unlisten(id) == PLR_OK)
  }

  @Test("are taken back with their account")
  func closing() {
    let account = TestAccount()
    let plugin = TestAccount()
    let listener = Listener()
    let id = listener.listen(account, "test.listen.closed")
    #expect(account.close().answer == .ok)
    #expect(plugin.add("test.listen.closed", table: 0x10) == .ok)
    #expect(listener.events.withLock { $0 } == [])
    #expect(plr_registry_unlisten(id) == PLR_ERROR_NOT_FOUND)
  }

  @Test("find gives the same interface each time, and it counts changes")
  func find() throws {
    let account = TestAccount()
    let interface = unsafe try #require(plr_registry_find(account.host, "test.find", 2))
    #expect(unsafe plr_registry_find(account.host, "test.find", 2) == interface)
    #expect(unsafe plr_registry_find(account.host, "test.find", 3) != interface)
    #expect(unsafe plr_registry_find(account.host, "no id", 1) == nil)
    #expect(unsafe plr_registry_find(account.host, "", 1) == nil)
    let before = unsafe interface.pointee.changes
    #expect(account.add("test.find", revision: 2, table: 0x10) == .ok)
    #expect(unsafe interface.pointee.changes == before + 1)
    #expect(account.remove("test.find", revision: 2, table: 0x10) == PLR_OK)
    #expect(unsafe interface.pointee.changes == before + 2)
  }

  @Test(
    "find tells when another implementation has become the first, and of those behind it nothing")
  func leads() throws {
    let account = TestAccount()
    let interface = unsafe try #require(plr_registry_find(account.host, "test.leads", 1))
    var expected = unsafe interface.pointee.leads
    func expectLead(_ isNew: Bool, _ line: Int = #line) {
      if isNew { expected += 1 }
      let leads = unsafe interface.pointee.leads
      #expect(leads == expected, "line \(line)")
    }
    #expect(account.add("test.leads", table: 0x10) == .ok)
    expectLead(true)
    #expect(account.add("test.leads", table: 0x20) == .ok)
    expectLead(false)
    #expect(account.add("test.leads", table: 0x30) == .ok)
    expectLead(false)
    #expect(account.remove("test.leads", table: 0x20) == PLR_OK)
    expectLead(false)
    #expect(account.add("test.leads", priority: 1, table: 0x40) == .ok)
    expectLead(true)
    #expect(account.remove("test.leads", table: 0x40) == PLR_OK)
    expectLead(true)
    #expect(account.withdraw(timeoutNanoseconds: 0) == .ok)
    // Each that is taken out makes the next one the first, until there is none.
    let none = unsafe interface.pointee.leads
    #expect(none > expected)
    #expect(account.add("test.leads", table: 0x50) == .ok)
    let last = unsafe interface.pointee.leads
    #expect(last == none + 1)
  }

  @Test("acquiring all pins what there is at one moment, or nothing")
  func acquireAll() throws {
    let account = TestAccount()
    let interface = unsafe try #require(plr_registry_find(account.host, "test.all", 1))
    for table in [0x10, 0x20, 0x30] as [UInt] {
      #expect(account.add("test.all", table: table) == .ok)
    }
    var count = 0
    var references = unsafe [plr_reference](repeating: plr_reference(), count: 3)
    #expect(
      unsafe plr_registry_acquire_all(account.host, interface, &references, 2, &count)
        == PLR_ERROR_INVALID_ARGUMENT)
    #expect(count == 3)
    let other = TestAccount()
    #expect(
      unsafe plr_registry_acquire_all(other.host, interface, &references, 3, &count) == PLR_OK)
    let tables = unsafe references.map { unsafe UInt(bitPattern: $0.table) }
    #expect(tables == [0x10, 0x20, 0x30])
    #expect(account.withdraw(timeoutNanoseconds: 0).status == PLR_ERROR_BUSY)
    for index in 0..<3 {
      #expect(unsafe plr_registry_release(other.host, &references[index]) == PLR_OK)
    }
    #expect(account.withdraw(timeoutNanoseconds: 0) == .ok)
  }

  @Test("knows thousands of interfaces")
  func many() {
    let account = TestAccount()
    for number in 0..<3_000 {
      #expect(account.add("test.many.\(number)", table: UInt(number + 1)) == .ok)
    }
    for number in 0..<3_000 {
      var acquired = account.acquire("test.many.\(number)")
      #expect(acquired.reference.table == UInt(number + 1))
      #expect(account.release(&acquired.reference) == PLR_OK)
    }
    #expect(account.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(account.count("test.many.7") == 0)
  }
}
