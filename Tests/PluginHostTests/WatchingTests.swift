import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

@testable import PluginHost

private let millisecond: UInt64 = 1_000_000

@Suite("A watcher tells of every file once, when it is complete, and loses none")
struct WatchingTests {
  private let root: TemporaryDirectory

  init() throws { root = try TemporaryDirectory() }

  private func watcher(
    _ directory: String? = nil, debounce: UInt64 = 20 * millisecond,
    longest: UInt64 = 2_000 * millisecond, recursive: Bool = false, existing: Bool = false
  ) throws -> DirectoryWatcher {
    var search = try PluginSearch([directory ?? root.path])
    search.isRecursive = recursive
    return try DirectoryWatcher(
      search, debounceNanoseconds: debounce, longestWaitNanoseconds: longest,
      reportsExisting: existing)
  }

  /// The next `count` events, or those that came until it was hopeless.
  private func next(_ count: Int, of watcher: DirectoryWatcher) throws -> [WatchEvent] {
    let deadline = monotonicNanoseconds() + 20_000 * millisecond
    var events: [WatchEvent] = []
    while events.count < count {
      let more = try watcher.next(until: deadline)
      if more.isEmpty { break }
      events += more
    }
    return events
  }

  /// Proves that nothing else came: a last file is told of, and nothing before it.
  private func expectNothingElse(_ watcher: DirectoryWatcher, in directory: String) throws {
    let last = Path.join(directory, "last.so")
    try FileEdits.write([1], to: last)
    #expect(try next(1, of: watcher) == [.appeared(last)])
  }

  @Test("a file appears, changes and goes, each told of once; other files are not")
  func life() throws {
    let watcher = try watcher()
    let path = root.file("a.so")
    try FileEdits.write([1], to: root.file("notes.txt"))
    try FileEdits.write([1], to: path)
    #expect(try next(1, of: watcher) == [.appeared(path)])
    try FileEdits.write([1, 2], to: path)
    #expect(try next(1, of: watcher) == [.changed(path)])
    try FileEdits.write([3], to: root.file("a.so.tmp"))
    try Files.rename(root.file("a.so.tmp"), to: path)
    #expect(try next(1, of: watcher) == [.changed(path)])
    try Files.remove(path)
    #expect(try next(1, of: watcher) == [.disappeared(path)])
    // Here and gone within the debounce: nothing to tell.
    try FileEdits.write([1], to: path)
    try Files.remove(path)
    try expectNothingElse(watcher, in: root.path)
  }

  @Test("what is there already is told of only where that is wanted")
  func existing() throws {
    try FileEdits.write([1], to: root.file("a.so"))
    #expect(try next(1, of: watcher(existing: true)) == [.appeared(root.file("a.so"))])
    try expectNothingElse(watcher(), in: root.path)
  }

  @Test("a slow copy is told of when it is quiet, and at the latest after the longest wait")
  func debounce() {
    var debounce = Debounce(quiet: 10, longest: 35)
    for time in stride(from: 100, through: 130, by: 5) {
      debounce.note("slow", at: UInt64(time))
      #expect(debounce.takeDue(at: UInt64(time)).isEmpty)
    }
    debounce.note("quick", at: 130)
    #expect(debounce.nextDeadline == 135)
    #expect(debounce.takeDue(at: 134).isEmpty)
    #expect(debounce.takeDue(at: 135) == ["slow"])
    #expect(debounce.nextDeadline == 140)
    #expect(debounce.takeDue(at: 140) == ["quick"])
    #expect(debounce.nextDeadline == nil)
    debounce.note("b", at: 5)
    debounce.note("a", at: 5)
    debounce.note("c", at: 4)
    #expect(debounce.takeDue(at: .max) == ["c", "a", "b"])
  }

  @Test("1,000 files that are dropped at once are each told of once")
  func many() throws {
    let watcher = try watcher(debounce: 100 * millisecond)
    let paths = (0..<1_000).map { root.file("\($0).so") }
    for path in paths { try FileEdits.write([1], to: path) }
    let events = try next(paths.count, of: watcher)
    #expect(events.count == paths.count)
    #expect(Set(events.compactMap(\.path)) == Set(paths))
    try expectNothingElse(watcher, in: root.path)
  }

  @Test("notices that the system dropped are made up for by a rescan")
  func overflow() throws {
    let limit = Int(
      try Files.readText("/proc/sys/fs/inotify/max_queued_events").split(separator: "\n")[0])!
    try #require(limit <= 100_000)
    let before = root.file("before.so")
    try FileEdits.write([1], to: before)
    let watcher = try watcher()
    try Files.remove(before)
    // Two notices each, at least: made, and closed after writing.
    let paths = (0...(limit / 2)).map { root.file("\($0).so") }
    for path in paths { try FileEdits.write([], to: path) }
    let events = try next(paths.count + 2, of: watcher)
    #expect(events.count == paths.count + 2)
    #expect(events.count { $0 == .rescanned } == 1)
    #expect(events.count { $0 == .disappeared(before) } == 1)
    #expect(Set(events.compactMap(\.path)) == Set(paths + [before]))
    try expectNothingElse(watcher, in: root.path)
  }

  @Test("directories below are watched as they come, move and go")
  func recursive() throws {
    let watcher = try watcher(recursive: true)
    let inner = root.file("one/two")
    try Files.makeDirectory(inner)
    try FileEdits.write([1], to: inner + "/a.so")
    #expect(try next(1, of: watcher) == [.appeared(inner + "/a.so")])
    try Files.rename(root.file("one"), to: root.file("other"))
    let moved = root.file("other/two/a.so")
    #expect(
      Set(try next(2, of: watcher).map(String.init(describing:)))
        == Set(
          [WatchEvent.disappeared(inner + "/a.so"), .appeared(moved)].map(String.init(describing:)))
    )
    try FileEdits.write([2], to: moved)
    #expect(try next(1, of: watcher) == [.changed(moved)])
    try Files.remove(root.file("other"))
    #expect(try next(1, of: watcher) == [.disappeared(moved)])
    try expectNothingElse(watcher, in: root.path)
  }

  @Test("a watched directory may be removed, made again, renamed and replaced")
  func replaced() throws {
    let directory = root.file("deep/plugins")
    try Files.makeDirectory(directory)
    let path = directory + "/a.so"
    let watcher = try watcher(directory)
    try FileEdits.write([1], to: path)
    #expect(try next(1, of: watcher) == [.appeared(path)])
    try Files.remove(root.file("deep"))
    #expect(try next(1, of: watcher) == [.disappeared(path)])
    try Files.makeDirectory(directory)
    try FileEdits.write([1, 2], to: path)
    #expect(try next(1, of: watcher) == [.appeared(path)])
    try Files.makeDirectory(root.file("new"))
    try FileEdits.write([1, 2, 3], to: root.file("new/a.so"))
    try Files.rename(directory, to: root.file("old"))
    try Files.rename(root.file("new"), to: directory)
    #expect(try next(1, of: watcher) == [.changed(path)])
    try expectNothingElse(watcher, in: directory)
  }

  @Test("a wait is ended from another thread, and at its deadline")
  func stop() throws {
    let watcher = try watcher()
    let now = monotonicNanoseconds()
    #expect(try watcher.next(until: now + 5 * millisecond).isEmpty)
    #expect(monotonicNanoseconds() >= now + 5 * millisecond)
    let stopper = watcher.stopper
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(stopper).toOpaque()
    unsafe pthread_create(
      &thread, nil,
      { context in
        unsafe Unmanaged<WatchStopper>.fromOpaque(context!).takeRetainedValue().stop()
        return nil
      }, context)
    try watcher.run { _ in true }
    pthread_join(thread, nil)
    #expect(stopper.isStopped)
    #expect(try watcher.next().isEmpty, "who has stopped does not wait again")
  }

  @Test("who waits uses no processor time")
  func noBusyWaiting() throws {
    let watcher = try watcher()
    try FileEdits.write([1], to: root.file("a.so"))
    _ = try next(1, of: watcher)
    let start = try processorNanoseconds()
    _ = try watcher.next(until: monotonicNanoseconds() + 200 * millisecond)
    #expect(try processorNanoseconds() - start < 20 * millisecond)
  }

  /// Of this thread: other tests run meanwhile.
  private func processorNanoseconds() throws -> UInt64 {
    UInt64(try Files.readText("/proc/thread-self/schedstat").split(separator: " ")[0])!
  }
}
