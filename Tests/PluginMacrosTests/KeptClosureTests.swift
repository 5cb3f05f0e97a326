import CAllKinds
import CPluginABI
import PluginMacros
import PluginRuntime
import Synchronization
import Testing

final class Tally: Sendable {
  private let number = Atomic<Int>(0)
  var count: Int { number.load(ordering: .relaxed) }
  func add() { number.add(1, ordering: .relaxed) }
}

/// Counted when it goes.
final class Witness: Sendable {
  private let gone: Tally
  init(_ gone: Tally) { self.gone = gone }
  deinit { gone.add() }
}

extension OwnPlugin {
  @Suite("A closure that is kept")
  struct KeptClosureTests {
    /// A plugin of this process that can be taken down as a host would: the closures that it gives are guarded.
    private static func withPlugin(
      _ name: String, _ body: (UnsafePointer<plr_host>, _ takeDown: () -> Void) throws -> Void
    ) throws {
      var account: UnsafePointer<plr_host>?
      try #require(unsafe plr_account_open(name, &account, nil) == PLR_OK)
      let host = unsafe account!
      let plugin = unsafe PluginModule.entry(host, nil)!.pointee
      var failure = PluginError.room()
      try #require(unsafe plugin.`init`(host, &failure) == PLR_OK)
      try unsafe body(host) {
        unsafe plr_registry_withdraw(host, 0, nil)
        unsafe plugin.`deinit`(host)
        unsafe plr_account_close(host, nil, nil)
      }
    }

    private static func closures(of plugin: String) -> InstanceCount? {
      unsafe InstanceCounts.all().first { $0.interface == "closures" && $0.plugin == plugin }
    }

    @Test("is given back when its keeper lets go, in Swift and in C", arguments: [true, false])
    func givenBack(_ isSwift: Bool) throws {
      let account = try Account("giver \(isSwift)")
      let export = unsafe AllKindsExport(AllKindsInSwift(), account: account.host)
      let inC = AllKindsTests.InC(account)
      let peer = unsafe AllKindsTests.proxy(
        isSwift ? export.table : UnsafeRawPointer(inC.table), account)
      let gone = Tally()
      try peer.keep { [witness = Witness(gone)] text, _ throws(PluginError) in
        withExtendedLifetime(witness) { text }
      }
      #expect(gone.count == 0)
      #expect(try peer.callKept("ü", nil) == "ü")
      #expect(Self.closures(of: "giver \(isSwift)")?.live == 1)
      try peer.keep { text, _ throws(PluginError) in text + text }
      #expect(gone.count == 1, "the one before was not given back")
      #expect(try peer.callKept("a", nil) == "aa")
      #expect(peer.drop())
      #expect(Self.closures(of: "giver \(isSwift)")?.live == 0)
      withExtendedLifetime((export, inC)) {}
    }

    @Test(
      "is not called after its giver was taken down: the answer is 'retired'",
      arguments: [true, false])
    func retired(_ isSwift: Bool) throws {
      let keeper = try Account("keeper")
      let export = unsafe AllKindsExport(AllKindsInSwift(), account: keeper.host)
      let inC = AllKindsTests.InC(keeper)
      let calls = Tally()
      let gone = Tally()
      try unsafe Self.withPlugin("giver-that-goes-\(isSwift)") { giver, takeDown in
        let table = unsafe isSwift ? export.table : UnsafeRawPointer(inC.table)
        let asGiver = unsafe AllKindsProxy(
          table: table.assumingMemoryBound(to: test_all_kinds.self), account: giver)
        try asGiver.keep { [witness = Witness(gone)] text, _ throws(PluginError) in
          calls.add()
          return withExtendedLifetime(witness) { text }
        }
        let asKeeper = unsafe AllKindsTests.proxy(table, keeper)
        #expect(try asKeeper.callKept("x", nil) == "x" && calls.count == 1)
        takeDown()
        #expect(gone.count == 1, "what the giver holds goes with it")
        let error = #expect(throws: PluginError.self) { try asKeeper.callKept("x", nil) }
        #expect(error?.code == PLR_ERROR_RETIRED && error?.subject == "closure")
        #expect(calls.count == 1)
        // Nor is it released.
        #expect(asKeeper.drop())
        #expect(gone.count == 1)
      }
      withExtendedLifetime((export, inC)) {}
    }

    @Test("keeps its giver from being taken down while it runs")
    func pins() throws {
      let keeper = try Account("keeper-of-a-long-call")
      let export = unsafe AllKindsExport(AllKindsInSwift(), account: keeper.host)
      try unsafe Self.withPlugin("giver-in-a-call") { giver, takeDown in
        let asGiver = unsafe AllKindsProxy(
          table: export.table.assumingMemoryBound(to: test_all_kinds.self), account: giver)
        nonisolated(unsafe) let host = unsafe giver
        try asGiver.keep { text, _ throws(PluginError) in
          var failure = PluginError.room()
          let status = unsafe plr_registry_withdraw(host, 0, &failure)
          return status == PLR_ERROR_BUSY
            ? PluginError(code: status, failure).message : "not held"
        }
        let asKeeper = unsafe AllKindsTests.proxy(export.table, keeper)
        let holder = try asKeeper.callKept("", nil)
        #expect(
          holder.contains("keeper-of-a-long-call holds closures.giver-in-a-call/1"), "\(holder)")
        takeDown()
      }
      withExtendedLifetime(export) {}
    }
  }
}
