import CFixture
import CPluginABI
import Glibc
import Platform
import PluginHost
import Synchronization
import TestSupport
import Testing

/// What this process has of the system.
private struct Holdings {
  var residentBytes = 0
  var anonymousBytes = 0
  var descriptors = 0

  static func now() throws -> Holdings {
    var holdings = Holdings()
    for line in try Files.readText("/proc/self/smaps_rollup").split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      if words[0] == "Rss:" { holdings.residentBytes = (Int(words[1]) ?? 0) << 10 }
      if words[0] == "Anonymous:" { holdings.anonymousBytes = (Int(words[1]) ?? 0) << 10 }
    }
    holdings.descriptors = try Files.list("/proc/self/fd").count
    return holdings
  }
}

/// Short as part of all tests; `Tests/endurance` runs it for long and alone, when the process's memory is
/// its own doing.
@Suite("Months of coming and going", .serialized)
struct EnduranceTests {
  /// Rounds in all, where they were asked for.
  private static let factor = unsafe getenv("PLUGIN_HOST_ENDURANCE").flatMap {
    unsafe Int(String(cString: $0))
  }

  @Test(
    "load, call and unload leave no descriptor and no memory behind",
    arguments: [Fixture.wellBehavedC, .wellBehavedEmbedded])
  func cycles(_ fixture: Fixture) throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(fixture)
    func run(_ rounds: Int) throws {
      for _ in 0..<rounds {
        let id = try host.load(hosted.path)
        let answer = try host.unit(of: id)?.answer(13)
        try #require(answer == 40)
        try #require(try host.unload(id).isUnmapped)
      }
    }
    try run(100)
    guard let factor = Self.factor else { return }
    try run(900)
    let before = try Holdings.now()
    try run(10_000 * factor)
    let after = try Holdings.now()
    let growth = after.residentBytes - before.residentBytes
    print(
      "\(fixture): \(10_000 * factor) cycles, resident \(before.residentBytes) then \(after.residentBytes)"
        + " bytes (\(growth / (10_000 * factor)) a cycle), descriptors \(before.descriptors) then"
        + " \(after.descriptors)")
    #expect(after.descriptors == before.descriptors)
    #expect(abs(growth) <= before.residentBytes / 100)
    #expect(try hosted.mappings == 0)
  }

  /// How often the calling thread has gone to sleep by itself; nil where the kernel does not tell.
  ///
  /// One system call. The text in `/proc` says the same, but two threads that parse it for the first time
  /// wait for each other in Swift's runtime, and that was counted: in 18 of 60 runs.
  private static func sleeps() -> Int? {
    // Swift's module of the C library does not have the name RUSAGE_THREAD.
    let thread = __rusage_who_t(1)
    var usage = rusage()
    let code = unsafe getrusage(thread, &usage)
    return code == 0 ? usage.ru_nvcsw : nil
  }

  @Test("whoever calls a plugin does not wait while another one retires under calls")
  func retiresHoldNobodyUp() throws {
    let host = try PluginHost()
    let handle = try host.handle(of: host.load(try HostedFixture(.wellBehavedC).path))
    let hosted = try HostedFixture(.wellBehavedC)
    let rounds = Self.factor.map { 2_000 * $0 } ?? 50
    let isOver = Atomic<Bool>(false)
    let calls = Atomic<Int>(0)
    let sleeps = Atomic<Int>(0)
    let counting = Atomic<Int>(0)
    let others = Atomic<Int>(0)
    let retiring = Mutex<PluginHandle?>(nil)
    let callers = (0..<2).map { _ in
      TestThread {
        func call() -> Bool {
          let isThere = try? handle.withPinned { plugin in
            unsafe plugin.interface(FIXTURE_UNIT_ID, revision: UInt32(FIXTURE_UNIT_REVISION)) != nil
          }
          return isThere == true
        }
        // All that is needed once, for the thread and by Swift's runtime, is there before the counting.
        _ = call()
        _ = Self.sleeps()
        let before = Self.sleeps()
        var own = 0
        while !isOver.load(ordering: .relaxed) {
          if call() { own += 1 }
        }
        let after = Self.sleeps()
        usleep(1_000)
        // What does not see this one would see none.
        if let before, let after, let end = Self.sleeps(), end > after {
          counting.add(1, ordering: .relaxed)
          sleeps.add(after - before, ordering: .relaxed)
        }
        calls.add(own, ordering: .relaxed)
      }
    }
    let otherCaller = TestThread {
      while !isOver.load(ordering: .relaxed) {
        guard let handle = retiring.withLock({ $0 }) else { continue }
        if (try? handle.withPinned { _ in () }) != nil { others.add(1, ordering: .relaxed) }
      }
    }
    var nanoseconds: [UInt64] = []
    for _ in 0..<rounds {
      let id = try host.load(hosted.path)
      let seen = others.load(ordering: .relaxed)
      let handle = try host.handle(of: id)
      retiring.withLock { $0 = handle }
      while others.load(ordering: .relaxed) == seen { yieldProcessor() }
      let begin = monotonicNanoseconds()
      try host.retire(id)
      nanoseconds.append(monotonicNanoseconds() - begin)
      retiring.withLock { $0 = nil }
    }
    isOver.store(true, ordering: .relaxed)
    for thread in callers + [otherCaller] { thread.join() }
    // Sanitizers have locks of their own, the address sanitizer in each allocation.
    if try SwiftToolchain.sanitizerOptions().isEmpty {
      #expect(sleeps.load(ordering: .relaxed) == 0)
    }
    #expect(counting.load(ordering: .relaxed) == callers.count)
    #expect(calls.load(ordering: .relaxed) > rounds)
    if Self.factor != nil {
      nanoseconds.sort()
      print(
        "\(rounds) retires under calls: \(nanoseconds[rounds / 2]) ns each (median; the longest"
          + " \(nanoseconds[rounds - 1])); meanwhile \(calls.load(ordering: .relaxed)) calls of another"
          + " plugin from 2 threads, which slept \(sleeps.load(ordering: .relaxed)) times")
    }
  }

  @Test(
    "reloads of full Swift under calls from 4 threads lose none, and casts still fail as they should"
  )
  func reloads() throws {
    let host = try PluginHost()
    let hosted = try HostedFixture(.wellBehavedSwift)
    var id = try host.load(hosted.path)
    let handle = try host.handle(of: id)
    let rounds = Self.factor.map { 1_000 * $0 } ?? 10
    let isOver = Atomic<Bool>(false)
    let calls = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)
    let threads = (0..<4).map { _ in
      TestThread {
        while !isOver.load(ordering: .relaxed) {
          let answer = try? handle.withPinned { plugin in
            unsafe plugin.interface(FIXTURE_UNIT_ID, revision: UInt32(FIXTURE_UNIT_REVISION))?
              .assumingMemoryBound(to: fixture_unit.self).pointee.answer(13)
          }
          if answer != 40 { wrong.add(1, ordering: .relaxed) }
          calls.add(1, ordering: .relaxed)
        }
      }
    }
    let before = try Holdings.now()
    for round in 0..<rounds {
      let called = calls.load(ordering: .relaxed)
      guard case .replaced(let new) = try host.reload(id) else {
        Issue.record("round \(round) did not replace it")
        break
      }
      #expect(throws: PluginHostError.staleHandle(id)) { try host.state(of: id) }
      id = new
      // Each is of a type that is new to Swift's runtime, which then looks through all that was ever mapped.
      #expect(missesACastOfAFreshType())
      while calls.load(ordering: .relaxed) == called { yieldProcessor() }
    }
    isOver.store(true, ordering: .relaxed)
    for thread in threads { thread.join() }
    #expect(wrong.load(ordering: .relaxed) == 0)
    if Self.factor != nil {
      let after = try Holdings.now()
      print(
        "\(rounds) reloads of a resident plugin under \(calls.load(ordering: .relaxed)) calls: resident"
          + " memory grew by \((after.residentBytes - before.residentBytes) / rounds) bytes, anonymous by"
          + " \((after.anonymousBytes - before.anonymousBytes) / rounds) bytes a reload; descriptors"
          + " \(before.descriptors) then \(after.descriptors)")
      #expect(after.descriptors == before.descriptors)
    }
    try host.unload(id)
  }
}
