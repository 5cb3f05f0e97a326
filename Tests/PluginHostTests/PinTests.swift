import CFixture
import CPluginABI
import Glibc
import Platform
import PluginHost
import Synchronization
import TestSupport
import Testing

extension PinnedPlugin {
  fileprivate func answer(_ input: UInt64) -> UInt64? {
    unsafe interface(FIXTURE_UNIT_ID, revision: UInt32(FIXTURE_UNIT_REVISION))?
      .assumingMemoryBound(to: fixture_unit.self).pointee.answer(input)
  }
}

/// Something that one thread waits for and another one gives.
private final class Signal: Sendable {
  private let isSet = Atomic<Bool>(false)
  func set() { isSet.store(true, ordering: .releasing) }
  func wait() { while !isSet.load(ordering: .acquiring) { sched_yield() } }
}

/// The kernel's number of the calling thread.
private func ownThread() -> UInt64 {
  UInt64(Path.name(of: (try? Files.resolve("/proc/thread-self")) ?? "")) ?? 0
}

@Suite("A pinned plugin")
struct PinTests {
  private static let never = UInt64.max

  @Test("is called from any thread, as often as it is asked for")
  func called() throws {
    let host = try PluginHost()
    let id = try host.load(try HostedFixture(.wellBehavedC).path)
    let handle = try host.handle(of: id)
    #expect(try handle == host.handle(of: id))
    let wrong = Atomic<Int>(0)
    onThreads(4) { thread in
      for round in 0..<1_000 {
        let input = UInt64(thread * 1_000 + round)
        let answer = try? handle.withPinned { $0.answer(input) }
        if answer != 3 * input + 1 { wrong.add(1, ordering: .relaxed) }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(try host.accounting(of: id).calls == 4_000)
    try host.unload(id)
  }

  @Test("is waited for; who holds on is told, and it can be retired when they have left")
  func waitedFor() throws {
    let host = try PluginHost(name: "waiting host")
    let hosted = try HostedFixture(.wellBehavedC)
    let id = try host.load(hosted.path)
    let handle = try host.handle(of: id)
    let (isInside, mayLeave) = (Signal(), Signal())
    let inside = Atomic<UInt64>(0)
    let thread = TestThread {
      try? handle.withPinned { outer throws(PluginHostError) in
        try handle.withPinned { _ in
          inside.store(ownThread(), ordering: .relaxed)
          isInside.set()
          mayLeave.wait()
          if outer.answer(2) != 7 { inside.store(0, ordering: .relaxed) }
        }
      }
    }
    isInside.wait()
    try host.beginRetire(id, deadlineNanoseconds: Self.never)
    #expect(try host.state(of: id) == .retiring)
    let hold = PluginHolder.Hold.pin(thread: inside.load(ordering: .relaxed))
    guard case .waiting(let holders) = try host.advanceRetire(id) else {
      Issue.record("it is not waiting")
      return
    }
    #expect(holders.map(\.hold) == [hold] && holders.map(\.count) == [2])
    #expect(throws: PluginHostError.retired) { try handle.withPinned { _ in } }
    let error = try #require(throws: PluginHostError.self) {
      try host.retire(id, deadlineNanoseconds: 1_000_000)
    }
    #expect(error == .busy(plugin: hosted.name, holders: holders))
    guard case .overdue(holders) = try host.advanceRetire(id) else {
      Issue.record("it is not overdue")
      return
    }
    #expect(try hosted.mappings > 0 && host.state(of: id) == .retiring)
    mayLeave.set()
    #expect(try host.retire(id, deadlineNanoseconds: Self.never).isUnmapped)
    thread.join()
    #expect(inside.load(ordering: .relaxed) != 0, "the last call came to a plugin that was there")
    #expect(try hosted.mappings == 0)
  }

  @Test("that the retiring thread itself is inside of is busy at once")
  func ownPin() throws {
    let host = try PluginHost()
    let id = try host.load(try HostedFixture(.wellBehavedC).path)
    #expect(throws: PluginHostError.notRetiring(id)) { try host.advanceRetire(id) }
    try host.handle(of: id).withPinned { _ throws(PluginHostError) in
      do throws(PluginHostError) {
        try host.retire(id, deadlineNanoseconds: Self.never)
        Issue.record("it was retired under its caller")
      } catch {
        guard case .busy(_, let holders) = error else { throw error }
        #expect(holders.map(\.hold) == [.pin(thread: ownThread())])
      }
    }
    #expect(try host.retire(id).isUnmapped)
  }

  @Test("is an error when it is gone, also where another one has taken its place")
  func stale() throws {
    let host = try PluginHost()
    let path = try HostedFixture(.wellBehavedC).path
    var old: [PluginHandle] = []
    for _ in 0..<20 {
      let id = try host.load(path)
      let handle = try host.handle(of: id)
      #expect(try handle.withPinned { $0.answer(1) } == 4)
      for handle in old {
        #expect(throws: PluginHostError.retired) { try handle.withPinned { _ in } }
      }
      try host.unload(id)
      old.append(handle)
    }
    #expect(Set(old).count == 20)
  }

  @Test("may be inside of itself 62 times and no more")
  func depth() throws {
    let host = try PluginHost()
    let id = try host.load(try HostedFixture(.wellBehavedC).path)
    let handle = try host.handle(of: id)
    func dive(_ depth: Int) throws(PluginHostError) -> Int {
      try handle.withPinned { _ throws(PluginHostError) in
        do throws(PluginHostError) {
          return try dive(depth + 1)
        } catch {
          guard error == .pinsExhausted else { throw error }
          return depth
        }
      }
    }
    #expect(try dive(1) == 62)
    #expect(try host.unload(id).isUnmapped)
  }

  @Test("that is retired while threads come and go is never called after it")
  func underLoad() throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(.wellBehavedC)
    let quiet = try host.handle(of: try host.load(try HostedFixture(.wellBehavedC).path))
    let box = Guarded<PluginHandle?>(nil)
    let isOver = Atomic<Bool>(false)
    let calls = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)
    let others = Atomic<Int>(0)
    let threads = (0..<3).map { _ in
      TestThread {
        while !isOver.load(ordering: .relaxed) {
          if let answer = try? quiet.withPinned({ $0.answer(3) }), answer == 10 {
            others.add(1, ordering: .relaxed)
          }
          guard let handle = box.withLock({ $0 }) else { continue }
          do throws(PluginHostError) {
            let answer = try handle.withPinned { $0.answer(5) }
            if answer != 16 { wrong.add(1, ordering: .relaxed) }
            calls.add(1, ordering: .relaxed)
          } catch {
            if error != .retired { wrong.add(1, ordering: .relaxed) }
          }
        }
      }
    }
    for _ in 0..<100 {
      let id = try host.load(hosted.path)
      let handle = try host.handle(of: id)
      let before = calls.load(ordering: .relaxed)
      box.withLock { $0 = handle }
      while calls.load(ordering: .relaxed) < before + 3 { sched_yield() }
      // In the middle of it: a page that is unmapped under a caller would end the process.
      #expect(try host.retire(id, deadlineNanoseconds: Self.never).isUnmapped)
    }
    isOver.store(true, ordering: .relaxed)
    for thread in threads { thread.join() }
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(calls.load(ordering: .relaxed) >= 300 && others.load(ordering: .relaxed) > 0)
  }
}
