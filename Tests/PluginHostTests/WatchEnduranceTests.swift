import Glibc
import Platform
import PluginHost
import TestSupport
import Testing

private let millisecond: UInt64 = 1_000_000

/// Short as part of all tests; `Tests/endurance` runs it for long, and tells the figures.
@Suite("Watching for a long time", .serialized)
struct WatchEnduranceTests {
  private static let factor = unsafe getenv("PLUGIN_HOST_ENDURANCE").flatMap {
    unsafe Int(String(cString: $0))
  }
  private let root: TemporaryDirectory
  private let host: PluginHost
  private let watcher: DirectoryWatcher
  private let supervisor: PluginSupervisor
  private static let debounce = 20 * millisecond

  init() throws {
    root = try TemporaryDirectory()
    host = try PluginHost()
    let search = try PluginSearch([root.path])
    watcher = try DirectoryWatcher(search, debounceNanoseconds: Self.debounce)
    supervisor = PluginSupervisor(host, search)
  }

  /// Puts a plugin in place, whole.
  private func put(_ number: Int) throws {
    let name = HostedFixture.uniqueName("endures")
    let new = try Fixture.wellBehavedC.copy(
      to: root.path, as: "\(number).tmp", manifestName: name)
    try Files.rename(new, to: root.file("\(number).so"))
  }

  /// Waits until so many plugins were loaded, each once.
  private func load(_ count: Int) throws {
    var loaded: Set<String> = []
    while loaded.count < count {
      let events = try watcher.next(until: monotonicNanoseconds() + 20_000 * millisecond)
      try #require(!events.isEmpty)
      for event in events {
        guard case .loaded(_, let path) = supervisor.handle(event) else {
          Issue.record("\(event) was not loaded")
          return
        }
        #expect(loaded.insert(path).inserted, "told of twice")
      }
    }
    #expect(try watcher.next(until: monotonicNanoseconds() + 2 * Self.debounce).isEmpty)
  }

  @Test("a file that is complete is active within the debounce and 100 ms")
  func isQuick() throws {
    var times: [UInt64] = []
    for number in 0..<(Self.factor.map { 200 * $0 } ?? 5) {
      try put(number)
      let begin = monotonicNanoseconds()
      let events = try watcher.next(until: begin + 20_000 * millisecond)
      try #require(events.count == 1)
      guard case .loaded = supervisor.handle(events[0]) else {
        Issue.record("it was not loaded")
        return
      }
      times.append(monotonicNanoseconds() - begin)
    }
    times.sort()
    let (median, longest) = (times[times.count / 2], times[times.count - 1])
    if Self.factor != nil {
      print(
        "\(times.count) files one after the other, debounce \(Self.debounce / millisecond) ms: active after"
          + " \(median / 1000) us (median; the longest \(longest / 1000) us)")
    }
    #expect(median <= Self.debounce + 100 * millisecond)
  }

  @Test("many files at once are each active once")
  func many() throws {
    let count = Self.factor == nil ? 50 : 1_000
    for number in 0..<count { try put(number) }
    let begin = monotonicNanoseconds()
    try load(count)
    if Self.factor != nil {
      // The last wait proves that nothing came twice.
      let passed = monotonicNanoseconds() - begin - 2 * Self.debounce
      print(
        "\(count) files at once: each told of once, all active after \(passed / millisecond) ms")
    }
    #expect(host.plugins.count == count)
  }

  @Test("who waits wakes up for nothing else")
  func waits() throws {
    try put(0)
    try load(1)
    let before = try Self.use()
    let time = Self.factor == nil ? 200 * millisecond : 10_000 * millisecond
    #expect(try watcher.next(until: monotonicNanoseconds() + time).isEmpty)
    let after = try Self.use()
    let (wakes, used) = (after.sleeps - before.sleeps, after.nanoseconds - before.nanoseconds)
    if Self.factor != nil {
      print(
        "\(time / millisecond) ms with nothing to see: \(wakes) wake-ups, \(used / 1000) us of processor time"
      )
    }
    // At its deadline, and what reading the figures itself takes.
    #expect(wakes <= 3)
  }

  /// How often the calling thread has slept, and its processor time.
  private static func use() throws -> (sleeps: Int, nanoseconds: UInt64) {
    let line = try Files.readText("/proc/thread-self/status").split(separator: "\n").first {
      $0.hasPrefix("voluntary_ctxt_switches:")
    }
    let sleeps = try #require(line.flatMap { Int($0.split(whereSeparator: \.isWhitespace)[1]) })
    let time = try Files.readText("/proc/thread-self/schedstat").split(separator: " ")[0]
    return (sleeps, try #require(UInt64(time)))
  }
}
