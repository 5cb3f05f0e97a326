import Platform
import PluginHost
import PluginHostConcurrency
import TestSupport
import Testing

private let millisecond: UInt64 = 1_000_000

@Suite("A watcher's events can be awaited", .timeLimit(.minutes(1)))
struct WatchEventsTests {
  private let root: TemporaryDirectory
  /// Of the pool's threads there may be none for longer than the time limit.
  private let threads = ThreadPerStep()

  init() throws { root = try TemporaryDirectory() }

  private func events(limit: Int = 4096) throws -> WatchEvents {
    try WatchEvents(
      DirectoryWatcher(PluginSearch([root.path]), debounceNanoseconds: 20 * millisecond),
      limit: limit)
  }

  @Test("each file's once, as they come", arguments: [4096, 3])
  func sequence(limit: Int) async throws {
    try await withTaskExecutorPreference(threads) { try await seesAll(limit: limit) }
  }

  private func seesAll(limit: Int) async throws {
    let events = try events(limit: limit)
    let paths = (0..<100).map { root.file("\($0).so") }
    for path in paths { try FileEdits.write([1], to: path) }
    var seen: [WatchEvent] = []
    for try await event in events {
      seen.append(event)
      if seen.count == paths.count { break }
    }
    #expect(Set(seen.compactMap(\.path)) == Set(paths))
    #expect(seen.allSatisfy { paths.map(WatchEvent.appeared).contains($0) })
    // Those that come later are seen by whoever asks next.
    let last = root.file("last.so")
    try FileEdits.write([1], to: last)
    var iterator = events.makeAsyncIterator()
    #expect(try await iterator.next() == .appeared(last))
  }

  @Test("who is cancelled waits no longer, and the watching goes on")
  func cancelled() async throws {
    try await withTaskExecutorPreference(threads) { try await waitsNoLonger() }
  }

  private func waitsNoLonger() async throws {
    let events = try events()
    let task = Task(executorPreference: threads) {
      var iterator = events.makeAsyncIterator()
      return try await iterator.next()
    }
    task.cancel()
    #expect(try await task.value == nil)
    let path = root.file("a.so")
    try FileEdits.write([1], to: path)
    var iterator = events.makeAsyncIterator()
    #expect(try await iterator.next() == .appeared(path))
  }

  @Test("who waits is told of the end")
  func stopped() async throws {
    try await withTaskExecutorPreference(threads) { try await isToldOfTheEnd() }
  }

  private func isToldOfTheEnd() async throws {
    let events = try events()
    let task = Task(executorPreference: threads) {
      var count = 0
      for try await _ in events { count += 1 }
      return count
    }
    events.stop()
    events.stop()
    #expect(try await task.value == 0)
    var iterator = events.makeAsyncIterator()
    #expect(try await iterator.next() == nil)
  }
}
