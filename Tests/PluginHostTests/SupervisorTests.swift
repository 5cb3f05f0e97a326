import CFixture
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

@testable import PluginHost

private let millisecond: UInt64 = 1_000_000

@Suite("A supervisor keeps the plugins as their files are")
struct SupervisorTests {
  private let root: TemporaryDirectory
  private let search: PluginSearch
  private let host: PluginHost

  init() throws {
    root = try TemporaryDirectory()
    search = try PluginSearch([root.path])
    host = try PluginHost()
  }

  private func watcher() throws -> DirectoryWatcher {
    try DirectoryWatcher(search, debounceNanoseconds: 20 * millisecond)
  }

  /// What is done because of the next event.
  private func next(
    _ supervisor: PluginSupervisor, _ watcher: DirectoryWatcher
  ) throws -> PluginSupervisor.Action? {
    let events = try watcher.next(until: monotonicNanoseconds() + 20_000 * millisecond)
    try #require(events.count == 1)
    return supervisor.handle(events[0])
  }

  private func put(_ fixture: Fixture, _ file: String, name: String) throws -> String {
    let new = try fixture.copy(to: root.path, as: file + ".tmp", manifestName: name)
    try Files.rename(new, to: root.file(file))
    return root.file(file)
  }

  @Test("a file that appears is loaded, one that changes reloaded, one that goes retired")
  func follows() throws {
    let watcher = try watcher()
    var options = PluginSupervisor.Options()
    options.autoUnload = true
    let supervisor = PluginSupervisor(host, search, options)
    let name = HostedFixture.uniqueName("supervised")
    let path = try put(.wellBehavedC, "a.so", name: name)
    guard case .loaded(let id, path: path) = try next(supervisor, watcher) else {
      Issue.record("it was not loaded")
      return
    }
    let handle = try host.handle(of: id)
    _ = try put(Fixture("has-state"), "a.so", name: name)
    guard case .reloaded(id, .replaced(let new)) = try next(supervisor, watcher) else {
      Issue.record("it was not reloaded")
      return
    }
    #expect(host.plugins.map(\.id) == [new])
    let hasState = try handle.withPinned { unsafe $0.interface("plr.state", revision: 1) != nil }
    #expect(hasState)
    _ = try put(Fixture("abi-too-new"), "a.so", name: name)
    guard case .reloaded(new, .failed(let reasons)) = try next(supervisor, watcher) else {
      Issue.record("a version that is refused replaced it")
      return
    }
    #expect(reasons.map(\.code) == [.abiTooNew] && host.plugins.map(\.id) == [new])
    try Files.remove(path)
    #expect(try next(supervisor, watcher) == .retiring(new, path: path))
    #expect(host.plugins.isEmpty)
  }

  @Test("nothing is loaded and nothing retired where that is not wanted")
  func leavesAlone() throws {
    let watcher = try watcher()
    var options = PluginSupervisor.Options()
    options.autoLoad = false
    let supervisor = PluginSupervisor(host, search, options)
    let path = try put(.wellBehavedC, "a.so", name: HostedFixture.uniqueName("alone"))
    #expect(try next(supervisor, watcher) == nil)
    #expect(host.plugins.isEmpty)
    let id = try host.load(path)
    try Files.remove(path)
    #expect(try next(supervisor, watcher) == nil)
    #expect(try host.state(of: id) == .active)
  }

  @Test("a plugin whose file goes is said to go on where others require it, and goes after them")
  func tellsOfDependents() throws {
    var options = PluginSupervisor.Options()
    options.autoUnload = true
    let supervisor = PluginSupervisor(host, search, options)
    let interface = HostedFixture.uniqueName("supervised") + ".offer"
    let paths = try [
      Fixture("offers-an-interface", flags: ["-DNAME=\"below\"", "-DOFFERS=\"\(interface)\""]),
      Fixture(
        "requires-an-interface",
        flags: [
          "-DNAME=\"above\"", "-DOFFERS=\"\(interface).above\"", "-DREQUIRES=\"\(interface)\"",
        ]),
    ].map { try $0.copy(to: root.path) }
    var ids: [PluginID] = []
    for path in paths {
      guard case .loaded(let id, path: path) = supervisor.handle(.appeared(path)) else {
        Issue.record("it was not loaded")
        return
      }
      ids.append(id)
    }
    try Files.remove(paths[0])
    let kept = supervisor.handle(.disappeared(paths[0]))
    guard case .kept(ids[0], path: paths[0], let holders) = kept else {
      Issue.record("it was not kept")
      return
    }
    #expect(holders.map(\.description) == ["above requires \(interface)/1"])
    #expect(try host.state(of: ids[0]) == .active)
    try Files.remove(paths[1])
    #expect(supervisor.handle(.disappeared(paths[1])) == .retiring(ids[1], path: paths[1]))
    // Nobody requires it any more.
    #expect(supervisor.handle(.disappeared(paths[0])) == .retiring(ids[0], path: paths[0]))
    #expect(host.plugins.isEmpty)
  }

  @Test("a file that is complete is active within the debounce and 100 ms")
  func isQuick() throws {
    let watcher = try watcher()
    let supervisor = PluginSupervisor(host, search)
    // The machine may be busy with something else: once in ten must be the plugin's own time.
    var best = UInt64.max
    for round in 0..<10 where best > 120 * millisecond {
      let begin = monotonicNanoseconds()
      _ = try put(.wellBehavedC, "\(round).so", name: HostedFixture.uniqueName("quick"))
      guard case .loaded = try next(supervisor, watcher) else {
        Issue.record("it was not loaded")
        return
      }
      best = min(best, monotonicNanoseconds() - begin)
    }
    #expect(best <= 120 * millisecond)
  }

  @Test("events of a watcher in the background come to the thread that asks, each file's once")
  func background() throws {
    let watcher = try BackgroundWatcher(
      try DirectoryWatcher(search, debounceNanoseconds: 20 * millisecond))
    defer { watcher.stop() }
    for number in 0..<100 { try FileEdits.write([1], to: root.file("\(number).so")) }
    var seen: [WatchEvent] = []
    while seen.count < 100 {
      var poller = pollfd(fd: watcher.descriptor, events: Int16(POLLIN), revents: 0)
      try #require(unsafe poll(&poller, 1, 20_000) == 1)
      try watcher.processPending { seen.append($0) }
    }
    let expected = (0..<100).map { WatchEvent.appeared(root.file("\($0).so")) }
    #expect(Set(seen.compactMap(\.path)) == Set(expected.compactMap(\.path)) && seen.count == 100)
    #expect(seen.allSatisfy { expected.contains($0) })
    var poller = pollfd(fd: watcher.descriptor, events: Int16(POLLIN), revents: 0)
    #expect(unsafe poll(&poller, 1, 0) == 0, "nothing is told twice")
  }

  @Test("a watcher whose owner does not come sleeps, and loses nothing")
  func sleepsWhenFull() throws {
    let watcher = try BackgroundWatcher(
      try DirectoryWatcher(search, debounceNanoseconds: 20 * millisecond), limit: 4)
    defer { watcher.stop() }
    let paths = (0..<40).map { root.file("\($0).so") }
    for path in paths { try FileEdits.write([1], to: path) }
    while watcher.waits.load(ordering: .relaxed) == 0 { yieldProcessor() }
    let end = monotonicNanoseconds() + 200 * millisecond
    while monotonicNanoseconds() < end { yieldProcessor() }
    #expect(watcher.waits.load(ordering: .relaxed) == 1, "it woke up with nothing to do")
    var seen: [WatchEvent] = []
    while Set(seen.compactMap(\.path)).count < paths.count {
      var poller = pollfd(fd: watcher.descriptor, events: Int16(POLLIN), revents: 0)
      try #require(unsafe poll(&poller, 1, 20_000) == 1)
      try watcher.processPending { seen.append($0) }
    }
    // On a busy machine one may have been told of before it was written to, and once more after.
    #expect(Set(seen.compactMap(\.path)) == Set(paths))
    #expect(seen.count { paths.map(WatchEvent.appeared).contains($0) } == paths.count)
    // Once for each four, and not more.
    #expect(watcher.waits.load(ordering: .relaxed) <= seen.count / 4 + 1)
  }

  @Test("a watcher that waits for its owner is ended all the same")
  func endsWhenFull() throws {
    let watcher = try BackgroundWatcher(
      try DirectoryWatcher(search, debounceNanoseconds: millisecond), limit: 1)
    for number in 0..<10 { try FileEdits.write([1], to: root.file("\(number).so")) }
    while watcher.waits.load(ordering: .relaxed) == 0 { yieldProcessor() }
    watcher.stop()
    var count = 0
    try watcher.processPending { _ in count += 1 }
    #expect(count >= 1)
  }

  @Test("several events of one file come to what has become of it")
  func merged() {
    let path = "a.so"
    let (came, changed, went) = (
      WatchEvent.appeared(path), WatchEvent.changed(path), WatchEvent.disappeared(path)
    )
    #expect(BackgroundWatcher.merged(came, changed) == came)
    #expect(BackgroundWatcher.merged(came, went) == nil)
    #expect(BackgroundWatcher.merged(changed, went) == went)
    #expect(BackgroundWatcher.merged(changed, changed) == changed)
    #expect(BackgroundWatcher.merged(went, came) == changed)
  }
}
