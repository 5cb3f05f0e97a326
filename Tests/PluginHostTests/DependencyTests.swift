import CFixture
import CPluginABI
import ELFInspection
import Platform
import PluginHost
import TestSupport
import Testing

/// Plugins that offer and require interfaces that no other test knows.
private struct Dependent {
  let directory: TemporaryDirectory
  private let prefix = HostedFixture.uniqueName("needs")

  init() throws { directory = try TemporaryDirectory() }

  func interface(_ name: String) -> String { prefix + "." + name }

  /// Writes a plugin `name` that offers one interface and may require another.
  func write(_ name: String, offers: String, requires: String? = nil, as file: String? = nil) throws
    -> String
  {
    var flags = ["-DNAME=\"\(name)\"", "-DOFFERS=\"\(interface(offers))\""]
    if let requires { flags.append("-DREQUIRES=\"\(interface(requires))\"") }
    let fixture = Fixture(
      requires == nil ? "offers-an-interface" : "requires-an-interface", flags: flags)
    return try fixture.copy(to: directory.path, as: file ?? name + ".so")
  }

  func names(_ host: PluginHost) -> [String] { host.plugins.map(\.name) }

  func count(_ interface: String, _ host: PluginHost) -> UInt32 {
    unsafe plr_registry_count(host.account, self.interface(interface), 1)
  }
}

@Suite("A plugin that cannot be without an interface")
struct DependencyTests {
  @Test("says so in its file, and is loaded after one that offers it, whatever their names")
  func order() throws {
    let set = try Dependent()
    _ = try set.write("a", offers: "top", requires: "middle")
    _ = try set.write("b", offers: "middle", requires: "bottom")
    _ = try set.write("c", offers: "bottom")
    let host = try PluginHost()
    let (loaded, refused) = try host.loadDirectory(set.directory.path)
    #expect(refused.isEmpty, "\(refused)")
    #expect(set.names(host) == ["c", "b", "a"])
    #expect(loaded == host.plugins.map(\.id))
    #expect(
      host.plugins[2].requires == [RequiredInterface(id: set.interface("middle"), revision: 1)])
    // The same by a search.
    let other = try PluginHost()
    for id in loaded.reversed() { try host.unload(id) }
    #expect(other.load(try PluginFindings(try PluginSearch([set.directory.path]))).refused.isEmpty)
    #expect(set.names(other) == ["c", "b", "a"])
  }

  @Test("is loaded from an index in that order, when the first is asked for")
  func fromAnIndex() throws {
    let set = try Dependent()
    _ = try set.write("a", offers: "top", requires: "bottom")
    _ = try set.write("b", offers: "bottom")
    let host = try PluginHost()
    try host.discover(set.directory.path)
    let first = try #require(host.waitingPlugins.first { $0.name == "a" })
    try host.activate(first.id)
    #expect(set.names(host) == ["b", "a"])
  }

  @Test("is refused where nobody offers it, and never called")
  func missing() throws {
    let set = try Dependent()
    let path = try set.write("a", offers: "top", requires: "bottom")
    let host = try PluginHost()
    for _ in 0..<2 {
      let refused = try #require(throws: PluginRefused.self) { try host.load(path) }
      #expect(refused.reasons.map(\.code) == [.requirementMissing])
      #expect(refused.reasons[0].field == "requirement \(set.interface("bottom"))/1")
    }
    #expect(!Files.exists(path + ".ran"))
    // One that was refused does not do.
    let bad = try Fixture("abi-too-new").copy(to: set.directory.path, as: "b.so")
    #expect(try host.loadDirectory(set.directory.path).loaded.isEmpty)
    try Files.remove(bad)
    let bottom = try set.write("b", offers: "bottom")
    let id = try host.load(bottom)
    try host.load(path)
    #expect(host.dependents(of: id).count == 1)
  }

  @Test("and whose own is what the other cannot be without, is refused with it, by name")
  func cyclic() throws {
    let set = try Dependent()
    let paths = try [
      set.write("a", offers: "one", requires: "two"),
      set.write("b", offers: "two", requires: "one"),
    ]
    for isIndexed in [false, true] {
      let host = try PluginHost()
      var refused: [PluginRefused] = []
      if isIndexed {
        try host.discover(set.directory.path)
        while true {
          do {
            guard try host.activateNext() != nil else { break }
          } catch {
            guard case .refused(let plugin) = error else { throw error }
            refused.append(plugin)
          }
        }
        refused += host.refusedOnDemand
      } else {
        refused = try host.loadDirectory(set.directory.path).refused
      }
      #expect(Set(refused.map(\.path)) == Set(paths))
      #expect(refused.allSatisfy { $0.reasons.map(\.code) == [.requirementCyclic] }, "\(refused)")
      let text = refused.map(\.description).joined()
      #expect(text.contains("'a' requires 'b' requires 'a'"), "\(text)")
      #expect(host.plugins.isEmpty)
    }
    #expect(!paths.contains { Files.exists($0 + ".ran") })
  }

  @Test("keeps the only one that offers it: it is named as a holder, and nothing changes")
  func refusesToRetire() throws {
    let set = try Dependent()
    _ = try set.write("a", offers: "bottom")
    _ = try set.write("b", offers: "top", requires: "bottom")
    let host = try PluginHost()
    let ids = try host.loadDirectory(set.directory.path).loaded
    #expect(host.dependents(of: ids[0]) == [ids[1]] && host.dependents(of: ids[1]) == [])
    let holder = "b requires \(set.interface("bottom"))/1"
    for retire in [
      { try host.beginRetire(ids[0]) }, { try host.retire(ids[0]) }, { try host.unload(ids[0]) },
    ] as [() throws -> Any] {
      let error = #expect(throws: PluginHostError.self) { _ = try retire() }
      guard case .busy("a", let holders)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(holders.map(\.description) == [holder])
    }
    #expect(try host.state(of: ids[0]) == .active)
    #expect(set.count("bottom", host) == 1)
    // With another that offers it, it may go.
    let other = try host.load(try set.write("c", offers: "bottom"))
    try host.unload(ids[0])
    #expect(host.dependents(of: other) == [ids[1]])
    try host.unload(ids[1])
    try host.unload(other)
  }

  @Test("goes first where the other is retired with all that require it")
  func cascades() throws {
    let set = try Dependent()
    _ = try set.write("a", offers: "bottom")
    _ = try set.write("b", offers: "middle", requires: "bottom")
    _ = try set.write("c", offers: "top", requires: "middle")
    let host = try PluginHost()
    let ids = try host.loadDirectory(set.directory.path).loaded
    var retired: [PluginID] = []
    _ = host.observe { if $0.to == .retired { retired.append($0.id) } }
    #expect(try host.retire(ids[0], dependents: .cascade).isUnmapped)
    #expect(retired == ids.reversed())
    #expect(host.plugins.isEmpty)
  }

  @Test("goes first also where nobody waits, and holds the other until it is gone")
  func cascadesStepByStep() throws {
    let set = try Dependent()
    _ = try set.write("a", offers: "bottom")
    _ = try set.write("b", offers: "top", requires: "bottom")
    let host = try PluginHost()
    let ids = try host.loadDirectory(set.directory.path).loaded
    let handle = try host.handle(of: ids[1])
    try handle.withPinned { _ throws(PluginHostError) in
      try host.beginRetire(ids[0], dependents: .cascade)
      #expect(try host.state(of: ids[1]) == .retiring)
      guard case .waiting(let holders) = try host.advanceRetire(ids[0]) else {
        Issue.record("it is gone while somebody needs it")
        return
      }
      #expect(holders.first?.description == "b requires \(set.interface("bottom"))/1")
    }
    guard case .done = try host.advanceRetire(ids[0]) else {
      Issue.record("it is not gone")
      return
    }
    #expect(host.plugins.isEmpty)
  }

  @Test("is not left without by a new version of the other")
  func reload() throws {
    let set = try Dependent()
    let path = try set.write("a", offers: "bottom")
    _ = try set.write("b", offers: "top", requires: "bottom")
    let host = try PluginHost()
    let ids = try host.loadDirectory(set.directory.path).loaded
    let without = try set.write("a", offers: "else", as: "a.without")
    guard case .failed(let reasons) = try host.reload(ids[0], from: without) else {
      Issue.record("it was taken")
      return
    }
    #expect(reasons.map(\.code) == [.requirementMissing])
    #expect(reasons[0].expected.contains("'b'"))
    guard case .replaced(let new) = try host.reload(ids[0], from: path) else {
      Issue.record("it was not taken")
      return
    }
    #expect(host.dependents(of: new) == [ids[1]])
    #expect(throws: PluginHostError.self) { try host.unload(new) }
  }

  @Test("and its host go in the right order when the host goes")
  func hostGoes() throws {
    let set = try Dependent()
    let paths = try [
      set.write("a", offers: "top", requires: "bottom"), set.write("b", offers: "bottom"),
    ]
    do {
      let host = try PluginHost()
      let (loaded, _) = try host.loadDirectory(set.directory.path)
      #expect(loaded.count == 2)
    }
    // All is given back: another host may have the files.
    let host = try PluginHost()
    #expect(try host.loadDirectory(set.directory.path).loaded.count == paths.count)
  }
}

// One after the other: both plugins register the same interface.
@Suite("What a plugin registers is found when it is active, and then all of it", .serialized)
struct StagingTests {
  @Test("nothing is found of one whose init fails after registering, and nothing is told")
  func fails() throws {
    let host = try PluginHost()
    let fixture = try HostedFixture(Fixture("fails-after-registering"))
    let refused = try #require(throws: PluginRefused.self) { try host.load(fixture.path) }
    #expect(refused.reasons.first?.found == "licence: expired")
    #expect(host.registrations(of: fixture) == 0)
    #expect(try fixture.mappings == 0)
    let count = unsafe plr_registry_count(host.account, "fixture.staged", 1)
    #expect(count == 0)
  }

  @Test("all is found and told, in its order, once it is active")
  func succeeds() throws {
    let host = try PluginHost()
    let fixture = try HostedFixture(Fixture("fails-after-registering", flags: ["-DSUCCEEDS"]))
    let heard = Heard()
    var listener: plr_registry_listener = 0
    let status = unsafe plr_registry_listen(
      host.account, nil, 0,
      { context, event in
        unsafe Unmanaged<Heard>.fromOpaque(context!).takeUnretainedValue().take(event!.pointee)
      }, Unmanaged.passUnretained(heard).toOpaque(), &listener)
    try #require(status == PLR_OK)
    defer { plr_registry_unlisten(listener) }
    let id = try host.load(fixture.path)
    #expect(host.registrations(of: fixture) == 1)
    let events = heard.events.filter { $0.plugin == fixture.name }
    #expect(events.map(\.id) == [fixture.name, "fixture.staged"])
    #expect(events.allSatisfy { $0.kind == PLR_REGISTRY_ARRIVED })
    try host.unload(id)
    #expect(host.registrations(of: fixture) == 0)
  }

  private final class Heard {
    private(set) var events: [(kind: UInt32, id: String, plugin: String)] = []

    func take(_ event: plr_registry_event) {
      unsafe events.append((event.kind, String(cString: event.id), String(cString: event.plugin)))
    }
  }
}
