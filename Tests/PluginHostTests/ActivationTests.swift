import CFixture
import CPluginABI
import ELFInspection
import Platform
import TestSupport
import Testing

@testable import PluginHost

@Suite("A host that starts from an index")
struct ActivationTests {
  private static let offering = Fixture("offers-its-unit")

  private static func lookUp(_ host: PluginHost, _ id: String) -> UInt32 {
    unsafe plr_registry_count(host.account, id, 1)
  }

  @Test("opens no plugin, and knows them all")
  func opensNothing() throws {
    let set = try IndexedFixtures([Self.offering, Fixture("abi-too-new"), .wellBehavedC])
    for _ in 0..<2 {
      let host = try PluginHost()
      let index = try host.discover(set.path)
      #expect(index.count == 3 && index.refused.map(\.path) == [set.fixtures[1].path])
      #expect(host.waitingPlugins.map(\.path).sorted() == [0, 2].map { set.fixtures[$0].path })
      #expect(host.plugins.isEmpty)
      for fixture in set.fixtures {
        #expect(try !fixture.hasRun && fixture.mappings == 0)
      }
    }
  }

  @Test("loads a plugin when the interface that it offers is looked for, and no other")
  func onDemand() throws {
    let set = try IndexedFixtures([Self.offering, Self.offering])
    let host = try PluginHost()
    try host.discover(set.path)
    #expect(Self.lookUp(host, "nobody.offers.this") == 0)
    #expect(host.plugins.isEmpty)
    let id = try #require(host.waitingPlugins.first { $0.path == set.fixtures[1].path }?.id)

    // Whoever looks: here an account that is not the host's.
    var other: UnsafePointer<plr_host>?
    #expect(unsafe plr_account_open("somebody", &other, nil) == PLR_OK)
    var reference = unsafe plr_reference()
    let status = unsafe plr_registry_acquire(other, set.fixtures[1].name, 1, 0, &reference)
    #expect(status == PLR_OK)
    #expect(host.plugins.map(\.path) == [set.fixtures[1].path])
    #expect(host.plugins.map(\.id) == [id], "it keeps the handle that it had")
    #expect(!set.fixtures[0].hasRun && set.fixtures[1].hasRun)
    #expect(unsafe plr_registry_release(other, &reference) == PLR_OK)
    #expect(unsafe plr_account_close(other, nil, nil) == PLR_OK)

    #expect(unsafe plr_registry_count(host.account, set.fixtures[0].name, 2) == 0)
    #expect(!set.fixtures[0].hasRun, "another revision is another interface")
    #expect(Self.lookUp(host, set.fixtures[0].name) == 1)
    #expect(host.waitingPlugins.isEmpty && host.refusedOnDemand.isEmpty)
  }

  @Test("loads a plugin that does not say what it offers when anything is looked for")
  func undeclared() throws {
    let set = try IndexedFixtures([.wellBehavedC, Self.offering])
    let host = try PluginHost()
    try host.discover(set.path)
    #expect(Self.lookUp(host, set.fixtures[0].name) == 1)
    #expect(!set.fixtures[1].hasRun)
  }

  @Test("loads nothing for look-ups of other threads, nor when it is gone")
  func otherThreads() throws {
    let set = try IndexedFixtures([Self.offering])
    let name = set.fixtures[0].name
    let outside = try PluginHost()
    do {
      let host = try PluginHost()
      try host.discover(set.path)
      let counts = Guarded<[UInt32]>([])
      let address = unsafe UInt(bitPattern: outside.account)
      onThreads(1) { _ in
        let account = unsafe UnsafePointer<plr_host>(bitPattern: address)
        let count = unsafe plr_registry_count(account, name, 1)
        counts.withLock { $0.append(count) }
      }
      #expect(counts.withLock { $0 } == [0])
    }
    #expect(Self.lookUp(outside, name) == 0)
    #expect(!set.fixtures[0].hasRun)
  }

  @Test("loads a plugin that is asked for by its handle, once")
  func byHandle() throws {
    let set = try IndexedFixtures([Self.offering, Self.offering])
    let host = try PluginHost()
    try host.discover(set.path)
    let id = try #require(host.waitingPlugins.first?.id)
    try host.activate(id)
    try host.activate(id)
    #expect(host.plugins.map(\.id) == [id])
    #expect(try host.unit(of: id)?.answer(1) == 4)
    try host.unload(id)
    #expect(throws: PluginHostError.staleHandle(id)) { try host.activate(id) }
  }

  @Test("loads the rest step by step when it has the time")
  func background() throws {
    let set = try IndexedFixtures([
      Self.offering, Fixture("entry-null"), Fixture("abi-too-new"), .wellBehavedC,
    ])
    let host = try PluginHost()
    try host.discover(set.path)
    var loaded: [PluginID] = []
    var refused = 0
    for _ in 0..<10 {
      do {
        guard let id = try host.activateNext() else { break }
        loaded.append(id)
      } catch {
        guard case .refused(let plugin) = error else { throw error }
        #expect(plugin.reasons.map(\.code) == [.entryFailed])
        refused += 1
      }
    }
    #expect(loaded == host.plugins.map(\.id) && loaded.count == 2)
    #expect(refused == 1)
    #expect(host.waitingPlugins.isEmpty)
    #expect(!set.fixtures[2].hasRun)
  }

  @Test("judges a file again that was replaced since: nothing of one that is refused runs")
  func replacedAfterStart() throws {
    let set = try IndexedFixtures([Self.offering, Self.offering])
    let host = try PluginHost()
    try host.discover(set.path)
    try set.replace(set.fixtures[0], with: Fixture("abi-too-new"))
    try set.replace(set.fixtures[1], with: .wellBehavedC)
    #expect(Self.lookUp(host, set.fixtures[0].name) == 0)
    #expect(host.refusedOnDemand.map(\.path) == [set.fixtures[0].path])
    #expect(host.refusedOnDemand.first?.reasons.map(\.code) == [.abiTooNew])
    #expect(!set.fixtures[0].hasRun)
    #expect(Self.lookUp(host, set.fixtures[1].name) == 1)
  }

  @Test("believes no index that admits what the host does not")
  func forgedIndex() throws {
    let set = try IndexedFixtures([Fixture("abi-too-new")])
    var file = IndexedFile(judging: Path.name(of: set.fixtures[0].path), in: set.path)
    #expect(!file.verdict.isAdmitted)
    file.verdict.reasons = []
    file.verdict.manifest?.offers = nil
    let forged = IndexWriter.bytes(of: [file], host: .current)
    try Files.replace(set.indexPath, with: forged)
    let host = try PluginHost()
    let index = try host.discover(set.path)
    #expect(index.flaw == nil && host.waitingPlugins.count == 1)
    let id = try #require(host.waitingPlugins.first?.id)
    #expect(Self.lookUp(host, "anything") == 0)
    #expect(host.refusedOnDemand.first?.reasons.map(\.code) == [.abiTooNew])
    #expect(throws: PluginHostError.staleHandle(id)) { try host.activate(id) }
    #expect(!set.fixtures[0].hasRun)
  }

  @Test("looks a directory through again without losing what is loaded")
  func again() throws {
    let set = try IndexedFixtures([Self.offering, Self.offering])
    let host = try PluginHost()
    try host.discover(set.path)
    let old = try #require(host.waitingPlugins.first { $0.path == set.fixtures[1].path }?.id)
    #expect(Self.lookUp(host, set.fixtures[0].name) == 1)
    let new = try HostedFixture(Self.offering, in: set.path)
    try host.discover(set.path)
    #expect(
      host.waitingPlugins.map(\.path).sorted() == [set.fixtures[1].path, new.path].sorted())
    #expect(throws: PluginHostError.staleHandle(old)) { try host.activate(old) }
    #expect(host.plugins.count == 1)
    #expect(Self.lookUp(host, new.name) == 1)
  }

  @Test("may look a directory through again in the middle of loading from it")
  func againMeanwhile() throws {
    let set = try IndexedFixtures([.wellBehavedC, .wellBehavedC, .wellBehavedC])
    let host = try PluginHost()
    try host.discover(set.path)
    var rounds = 0
    let observation = host.observe { event in
      guard event.to == .active, rounds == 0 else { return }
      if (try? host.discover(set.path)) != nil { rounds += 1 }
    }
    #expect(Self.lookUp(host, "anything") == 0)
    host.stopObserving(observation)
    #expect(rounds == 1)
    #expect(Set(host.plugins.map(\.path)) == Set(set.fixtures.map(\.path)))
    #expect(host.plugins.count == 3 && host.refusedOnDemand.isEmpty)
    #expect(host.waitingPlugins.isEmpty)
  }
}
