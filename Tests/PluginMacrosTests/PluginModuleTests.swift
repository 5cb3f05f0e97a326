import CTickets
import CPluginABI
import PluginMacros
import PluginRuntime
import Synchronization
import Testing

// This test program is a plugin too: what follows is in its section.

private let next = Atomic<Int>(0)

@PluginImplementation(Ticket.self, Named.self, priority: 30)
private final class HostTicket: Ticket, Named {
  private let own = next.add(1, ordering: .relaxed).newValue
  private let calls = Atomic<Int>(0)
  func number() -> Int { own }
  func tally() -> Int { calls.add(1, ordering: .relaxed).newValue }
  func name() throws(PluginError) -> String { "host ticket" }
}

@PluginImplementation(Ticket.self, priority: 20, lifetime: .perCallSite)
private final class CallTicket: Ticket {
  private let own = next.add(1, ordering: .relaxed).newValue
  private let calls = Atomic<Int>(0)
  func number() -> Int { own }
  func tally() -> Int { calls.add(1, ordering: .relaxed).newValue }
}

@PluginImplementation(Ticket.self, priority: 10, lifetime: .once)
private final class ProcessTicket: Ticket {
  private let own = next.add(1, ordering: .relaxed).newValue
  private let calls = Atomic<Int>(0)
  func number() -> Int { own }
  func tally() -> Int { calls.add(1, ordering: .relaxed).newValue }
}

/// Without state.
@PluginImplementation(Named.self)
private struct Nameless: Named {
  func name() throws(PluginError) -> String { "" }
}

/// This program as a plugin: it has one host at a time.
@Suite("The plugin that this program is", .serialized) struct OwnPlugin {}

extension OwnPlugin {
  @Suite("The implementations of a module")
  struct PluginModuleTests {
    /// The plugin of this program in a host of this name, until the end.
    @safe private final class Life {
      let account: UnsafePointer<plr_host>
      private let table: plr_plugin

      init(_ name: String) throws {
        var account: UnsafePointer<plr_host>?
        try #require(unsafe plr_account_open(name, &account, nil) == PLR_OK)
        unsafe self.account = account!
        unsafe table = PluginModule.entry(account, nil)!.pointee
        var failure = PluginError.room()
        try #require(unsafe table.`init`(account, &failure) == PLR_OK)
      }

      deinit {
        unsafe plr_registry_withdraw(account, 0, nil)
        unsafe table.`deinit`(account)
        unsafe plr_account_close(account, nil, nil)
      }

      /// The table of this life with this priority: 30, 20 or 10.
      func query(_ id: StaticString) -> UnsafeRawPointer? {
        unsafe id.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) {
          unsafe table.query_interface(account, $0, 1)
        }
      }

      var counts: [String: InstanceCount] {
        Dictionary(
          uniqueKeysWithValues: unsafe InstanceCounts.all(of: account).map { ($0.interface, $0) })
      }
    }

    @Test(
      "several interfaces, several times, objects and values: found in the order of their priorities",
      arguments: [true, false])
    func found(native: Bool) throws {
      let host = try Account("looks for all")
      let life = try Life("all-implementations")
      let names = unsafe try NamedProxy.withImplementations(host.host, native: native) {
        try $0.map { try $0.name() }
      }
      #expect(names == ["host ticket", ""])
      let found = unsafe try TicketProxy.withFound(host.host) { $0.fitting.map(\.way) }
      #expect(found == [.native, .native, .native])
      #expect(unsafe life.query("test.ticket") != nil && life.query("test.none") == nil)
      withExtendedLifetime(life) {}
    }

    @Test(
      "one for each host, one for each call site, one for all", arguments: [true, false])
    func lifetimes(native: Bool) throws {
      let host = try Account("looks for tickets")
      func numbers() throws -> [Int] {
        unsafe try TicketProxy.withImplementations(host.host, native: native) {
          $0.map { $0.number() }
        }
      }
      let first = try Life("first")
      let once = try numbers()
      let again = try numbers()
      #expect(once[0] == again[0] && once[2] == again[2])
      #expect(once[1] != again[1], "each call site has its own")
      let second = try Life("second")
      let both = try numbers()
      #expect(both.count == 6)
      #expect(Set(both).count == 5, "all but the one for the process are different")
      #expect(both.filter { $0 == once[2] }.count == 2)
      withExtendedLifetime((first, second)) {}
    }

    @Test("what is made is unmade: by the plugin's own code, and counted")
    func counts() throws {
      let host = try Account("counts")
      var account: UnsafePointer<plr_host>?
      do {
        let life = try Life("counted")
        unsafe account = life.account
        #expect(life.counts["test.ticket"]?.made == 3 && life.counts["test.ticket"]?.live == 3)
        #expect(life.counts["test.named"]?.made == 2)
        unsafe try TicketProxy.withImplementations(host.host) { tickets in
          #expect(tickets.count == 3)
          #expect(life.counts["test.ticket"]?.made == 4, "one for this call site")
        }
        #expect(life.counts["test.ticket"]?.live == 3)
      }
      let left = unsafe InstanceCounts.all(of: account)
      #expect(left == [], "it left nothing behind")
      let gone = unsafe InstanceCounts.all().first {
        $0.interface == "test.ticket" && $0.plugin == nil
      }
      #expect(gone.map { $0.made >= 4 && $0.live == 0 } == true)
    }

    @Test(
      "an instance for one caller, by hand as in C, is unmade with its plugin where the caller forgets it"
    )
    func made() throws {
      let life = try Life("maker")
      let host = try Account("forgets")
      var made: UnsafeRawPointer?
      // The one that each call site has its own of.
      var reference = unsafe plr_reference()
      try #require(
        unsafe plr_registry_acquire(host.host, "test.ticket", 1, 1, &reference) == PLR_OK)
      let table = unsafe reference.table!
      let traits = unsafe table.assumingMemoryBound(to: plr_table_head.self).pointee.traits!.pointee
      #expect(unsafe traits.make(table, &made, nil) == PLR_OK)
      let instance = unsafe TicketProxy.implementation(at: made!, account: host.host, native: false)
      #expect(instance.interface.tally() == 1 && instance.interface.tally() == 2)
      #expect(life.counts["test.ticket"]?.live == 4)
      unsafe traits.unmake(table, made)
      unsafe traits.unmake(table, made)
      #expect(life.counts["test.ticket"]?.live == 3, "once is enough")
      #expect(unsafe traits.make(table, &made, nil) == PLR_OK)
      unsafe plr_registry_release(host.host, &reference)
    }

    @Test("all can be taken back at once, from the plugin's own code")
    func deregisterAll() throws {
      let host = try Account("finds none")
      let life = try Life("takes back")
      #expect(unsafe plr_registry_count(host.host, "test.ticket", 1) == 3)
      unsafe try TicketProxy.withImplementations(host.host) { tickets in
        let number = tickets[0].number()
        #expect(unsafe PluginModule.deregisterAll(for: life.account) == 5)
        #expect(unsafe plr_registry_count(host.host, "test.ticket", 1) == 0)
        #expect(tickets[0].number() == number, "who holds one may go on")
        #expect(life.counts["test.ticket"]?.live == 4)
      }
      #expect(unsafe PluginModule.deregisterAll(for: life.account) == 0)
      #expect(unsafe life.query("test.ticket") == nil)
    }

    @Test("nobody holds what was taken back: it is unmade at once")
    func unmadeAtOnce() throws {
      let life = try Life("lets go")
      #expect(unsafe PluginModule.deregisterAll(for: life.account) == 5)
      #expect(life.counts.values.allSatisfy { $0.live == 0 && $0.made > 0 })
    }
  }
}
