import CFixture
import CPluginABI
import Platform
import PluginHost
import Synchronization
import TestSupport
import Testing

@Suite("A reload")
struct ReloadingTests {
  private static func version(_ code: Int, _ flags: String...) -> Fixture {
    Fixture("has-state", flags: ["-DCODE_VERSION=\(code)"] + flags)
  }

  /// Puts another version in the place of a plugin's file.
  private static func replace(_ hosted: HostedFixture, with fixture: Fixture) throws {
    let new = try fixture.copy(
      to: Path.parent(of: hosted.path), as: "new", manifestName: hosted.name)
    try Files.rename(new, to: hosted.path)
  }

  private struct Answer: Equatable {
    var version: UInt64
    var count: UInt64
  }

  private static func add(_ input: UInt64, _ handle: PluginHandle) throws -> Answer {
    let word = try handle.withPinned { plugin in
      unsafe plugin.interface(FIXTURE_UNIT_ID, revision: UInt32(FIXTURE_UNIT_REVISION))?
        .assumingMemoryBound(to: fixture_unit.self).pointee.answer(input) ?? 0
    }
    return Answer(version: word >> 32, count: word & 0xffff_ffff)
  }

  /// A host with the first version, which has counted to 5.
  private static func begin(
    _ flags: String...
  ) throws -> (host: PluginHost, hosted: HostedFixture, id: PluginID, handle: PluginHandle) {
    let host = try PluginHost()
    let hosted = try HostedFixture(Fixture("has-state", flags: ["-DCODE_VERSION=1"] + flags))
    let id = try host.load(hosted.path)
    let handle = try host.handle(of: id)
    #expect(try add(5, handle) == Answer(version: 1, count: 5))
    return (host, hosted, id, handle)
  }

  @Test("goes on with the state of the old version, through the same handle")
  func replaces() throws {
    let (host, hosted, id, handle) = try Self.begin()
    try Self.replace(hosted, with: Self.version(2))
    guard case .replaced(let new) = try host.reload(id) else {
      Issue.record("it was not replaced")
      return
    }
    #expect(try Self.add(1, handle) == Answer(version: 2, count: 6))
    #expect(throws: PluginHostError.staleHandle(id)) { try host.state(of: id) }
    #expect(host.plugins.map(\.id) == [new])
    #expect(host.registrations(of: hosted) == 1)
    #expect(try host.handle(of: new) == handle)
    #expect(try host.unload(new).isUnmapped)
    #expect(throws: PluginHostError.retired) { try handle.withPinned { _ in } }
    #expect(try hosted.mappings == 0)
  }

  @Test("of a file that has not changed begins a life of its own, resident or not")
  func sameFile() throws {
    for flags in [[], ["-DUNLOAD_CLASS=PLR_UNLOAD_RESIDENT"]] {
      let host = try PluginHost()
      let hosted = try HostedFixture(Fixture("has-state", flags: flags))
      var id = try host.load(hosted.path)
      let handle = try host.handle(of: id)
      for round in 1...5 {
        #expect(try Self.add(1, handle).count == UInt64(round))
        guard case .replaced(let new) = try host.reload(id) else {
          Issue.record("it was not replaced")
          return
        }
        id = new
      }
      try host.unload(id)
    }
  }

  @Test("turns a state of an older format into its own")
  func migrates() throws {
    let (host, hosted, id, handle) = try Self.begin()
    try Self.replace(hosted, with: Self.version(2, "-DSTATE_VERSION=2"))
    guard case .replaced = try host.reload(id) else {
      Issue.record("it was not replaced")
      return
    }
    #expect(try Self.add(0, handle) == Answer(version: 2, count: 4))
  }

  @Test(
    "that fails leaves the old version as if nothing had happened",
    arguments: [
      ("-DACCEPTING=PLR_ERROR_DECLINED", Refusal.Code.stateDeclined, true),
      ("-DOLDEST_ACCEPTED=2 -DSTATE_VERSION=3", .stateDeclined, true),
      ("-DACCEPTING=PLR_ERROR_PLUGIN", .stateFailed, false),
      ("-DINIT_FAILS", .initFailed, false),
      ("abi-too-new", .abiTooNew, false),
      ("missing-symbol", .symbolMissing, false),
      ("well-behaved-c", .stateDeclined, true),
    ])
  func rollsBack(_ what: String, _ code: Refusal.Code, _ isDeclined: Bool) throws {
    let (host, hosted, id, handle) = try Self.begin()
    var events: [PluginEvent] = []
    _ = host.observe { events.append($0) }
    let next =
      what.hasPrefix("-D")
      ? Fixture(
        "has-state", flags: ["-DCODE_VERSION=2"] + what.split(separator: " ").map(String.init))
      : Fixture(what)
    try Self.replace(hosted, with: next)
    switch try host.reload(id) {
    case .declined(let reason): #expect(isDeclined && reason.code == code)
    case .failed(let reasons): #expect(!isDeclined && reasons.map(\.code) == [code])
    default: Issue.record("it did not fail")
    }
    #expect(try Self.add(1, handle) == Answer(version: 1, count: 6))
    #expect(try host.state(of: id) == .active)
    #expect(host.plugins.map(\.id) == [id] && host.registrations(of: hosted) == 1)
    #expect(events.allSatisfy { $0.id != id })
    #expect(events.last.map { $0.to == .failed || $0.to == .refused } == true)
    // And may be tried again.
    try Self.replace(hosted, with: Self.version(3))
    guard case .replaced = try host.reload(id) else {
      Issue.record("the second try failed")
      return
    }
    #expect(try Self.add(1, handle) == Answer(version: 3, count: 7))
  }

  @Test("fails where the old version cannot save, or has too much to save")
  func cannotSave() throws {
    let (host, _, id, handle) = try Self.begin("-DSAVING=PLR_ERROR_PLUGIN")
    guard case .failed(let reasons) = try host.reload(id) else {
      Issue.record("it did not fail")
      return
    }
    #expect(reasons.map(\.code) == [.stateFailed] && reasons[0].found.contains("not to be had"))
    #expect(try Self.add(1, handle).count == 6)

    let (other, _, otherID, otherHandle) = try Self.begin()
    var options = ReloadOptions()
    options.maximalStateBytes = 7
    guard case .failed(let reasons) = try other.reload(otherID, options) else {
      Issue.record("it did not fail")
      return
    }
    #expect(reasons.map(\.code) == [.stateFailed])
    #expect(try Self.add(1, otherHandle).count == 6)
  }

  @Test("may drop a state where it is told to")
  func dropsState() throws {
    let (host, hosted, id, handle) = try Self.begin()
    try Self.replace(hosted, with: .wellBehavedC)
    var options = ReloadOptions()
    options.dropsState = true
    guard case .replaced = try host.reload(id, options) else {
      Issue.record("it was not replaced")
      return
    }
    #expect(try Self.add(13, handle).count == 40)
  }

  @Test("waits for those who are inside, who may go in again; it gives up in time")
  func timesOut() throws {
    let (host, hosted, id, handle) = try Self.begin()
    try Self.replace(hosted, with: Self.version(2))
    let isInside = Atomic<Bool>(false)
    let mayLeave = Atomic<Bool>(false)
    let versions = Guarded<[UInt64]>([])
    let thread = TestThread {
      try? handle.withPinned { _ throws(PluginHostError) in
        isInside.store(true, ordering: .releasing)
        while !mayLeave.load(ordering: .acquiring) {
          // Not kept waiting: it is inside.
          let answer = try? Self.add(0, handle)
          versions.withLock { $0.append(answer?.version ?? 0) }
          yieldProcessor()
        }
      }
    }
    while !isInside.load(ordering: .acquiring) { yieldProcessor() }
    var options = ReloadOptions()
    options.timeoutNanoseconds = 5_000_000
    guard case .timedOut(let holders) = try host.reload(id, options) else {
      Issue.record("it did not time out")
      return
    }
    #expect(holders.count == 1)
    #expect(try Self.add(1, handle) == Answer(version: 1, count: 6))
    mayLeave.store(true, ordering: .releasing)
    thread.join()
    #expect(versions.withLock { !$0.isEmpty && $0.allSatisfy { $0 == 1 } })
    guard case .replaced = try host.reload(id, options) else {
      Issue.record("it was not replaced when nobody was inside")
      return
    }
    #expect(try Self.add(1, handle) == Answer(version: 2, count: 7))
  }

  @Test("leaves the old version to those who hold references to it")
  func referencesStay() throws {
    let (host, hosted, id, handle) = try Self.begin()
    var reference = unsafe plr_reference()
    let status = unsafe plr_registry_acquire(host.account, hosted.name, 1, 0, &reference)
    try #require(status == PLR_OK)
    try Self.replace(hosted, with: Self.version(2))
    guard case .replaced = try host.reload(id) else {
      Issue.record("it was not replaced")
      return
    }
    #expect(try Self.add(1, handle) == Answer(version: 2, count: 6))
    #expect(try host.state(of: id) == .retiring)
    let held = unsafe reference.table.assumingMemoryBound(to: fixture_unit.self)
    let answer = unsafe held.pointee.answer(0)
    // The unit that is registered is the common one: three times, and one more.
    #expect(answer == 1)
    unsafe plr_registry_release(host.account, &reference)
    #expect(host.advanceRetires().count == 1)
    #expect(throws: PluginHostError.staleHandle(id)) { try host.state(of: id) }
    #expect(host.registrations(of: hosted) == 1)
  }

  @Test("under calls from 4 threads loses none of them, and each sees one version after the other")
  func underLoad() throws {
    let host = try PluginHost()
    let versions = try [1, 2].map { try Self.version($0).path() }
    let directory = try TemporaryDirectory()
    let path = directory.file("counter.so")
    func put(_ number: Int) throws {
      try FileEdits.copy(versions[number % 2], to: path + ".new")
      try Files.rename(path + ".new", to: path)
    }
    try put(0)
    var id = try host.load(path)
    let handle = try host.handle(of: id)
    let isOver = Atomic<Bool>(false)
    let calls = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)
    let threads = (0..<4).map { _ in
      TestThread {
        var last: UInt64 = 0
        while !isOver.load(ordering: .relaxed) {
          guard let answer = try? Self.add(1, handle), (1...2).contains(answer.version),
            answer.count > last
          else {
            wrong.add(1, ordering: .relaxed)
            continue
          }
          last = answer.count
          calls.add(1, ordering: .relaxed)
        }
      }
    }
    for round in 1...40 {
      try put(round)
      let before = calls.load(ordering: .relaxed)
      guard case .replaced(let new) = try host.reload(id) else {
        Issue.record("round \(round) did not replace it")
        break
      }
      id = new
      while calls.load(ordering: .relaxed) == before { yieldProcessor() }
    }
    isOver.store(true, ordering: .relaxed)
    for thread in threads { thread.join() }
    let total = UInt64(calls.load(ordering: .relaxed))
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(try Self.add(0, handle) == Answer(version: 1, count: total))
    #expect(try host.unload(id).isUnmapped)
  }
}
