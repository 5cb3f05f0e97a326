import CPluginABI
import Platform
import PluginServices
import TestSupport
import Testing

@Suite("The services in Swift")
struct SwiftServicesTests {
  @Test("are nil for a host that is none or was closed")
  func absent() {
    unsafe #expect(Services(nil) == nil)
    let account = TestAccount()
    #expect(account.services != nil)
    #expect(account.close().answer == .ok)
    #expect(account.services == nil)
  }

  @Test("log with fields, and make no message that nobody wants")
  func logger() throws {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    let services = try #require(account.services)
    let logger = try #require(Logger(services, category: "swift"))
    #expect(account.setLevel(PLR_LOG_INFO) == PLR_OK)
    let made = Guarded(0)
    func message() -> String {
      made.withLock { $0 += 1 }
      return "number \(made.withLock { $0 })"
    }
    logger.debug("not \(message())")
    #expect(made.withLock { $0 } == 0)
    logger.info("this is \(message())")
    logger.error("fields", ["a": .integer(-1), "b": .text("two"), "c": .real(0.5)])
    #expect(recorder.records.map(\.text) == ["this is number 1", "fields"])
    #expect(recorder.records.map(\.category) == ["swift", "swift"])
    #expect(recorder.records.map(\.level) == [PLR_LOG_INFO, PLR_LOG_ERROR])
  }

  @Test("own buffers that are freed, resized and given away")
  func buffers() throws {
    let account = TestAccount()
    let services = try #require(account.services)
    do {
      guard var buffer = OwnedBuffer(services, byteCount: 100, alignment: 64, isZeroed: true) else {
        Issue.record("no buffer")
        return
      }
      let first = buffer[99]
      #expect(first == 0)
      buffer[99] = 7
      let isResized = buffer.resize(to: 5_000)
      #expect(isResized)
      let kept = buffer[99]
      #expect(kept == 7)
      #expect(account.statistics.live_bytes == 5_000)
    }
    #expect(account.statistics.live_blocks == 0)
    let given = unsafe OwnedBuffer(services, byteCount: 8)!.give()
    #expect(account.statistics.live_blocks == 1)
    let other = TestAccount()
    let others = try #require(other.services)
    _ = unsafe OwnedBuffer(others, adopting: given)
    #expect(account.statistics.live_blocks == 0)
    let isRefused = OwnedBuffer(services, byteCount: -1) == nil
    #expect(isRefused)
  }

  @Test("tell of arrivals and departures as long as there is a listener")
  func listening() throws {
    let owner = TestAccount()
    let user = TestAccount()
    let services = try #require(user.services)
    let interface = try #require(
      Interface(services, "test.swift.listened", revision: 1, as: Int.self))
    let heard = Guarded<[String]>([])
    do {
      let listener = interface.listen { change in
        heard.withLock {
          $0.append("\(change.isArrival ? "came" : "left") \(change.priority) \(change.plugin)")
        }
      }
      let isListening = listener != nil
      #expect(isListening)
      #expect(owner.add("test.swift.listened", priority: 3, table: 0x10) == .ok)
      #expect(owner.add("test.swift.other", table: 0x10) == .ok)
      #expect(owner.remove("test.swift.listened", table: 0x10) == PLR_OK)
    }
    #expect(owner.add("test.swift.listened", table: 0x10) == .ok)
    #expect(heard.withLock { $0 } == ["came 3 \(owner.name)", "left 3 \(owner.name)"])
  }

  @Test("keep what a listener uses that goes within its own call")
  func listenerThatGoes() throws {
    /// Of one thread.
    final class Holder: @unchecked Sendable {
      var listener: InterfaceListener?
      var calls = 0
    }
    let owner = TestAccount()
    let user = TestAccount()
    let services = try #require(user.services)
    let interface = try #require(
      Interface(services, "test.swift.going", revision: 1, as: Int.self))
    let holder = Holder()
    let made = interface.listen { _ in
      holder.calls += 1
      holder.listener = nil
    }
    holder.listener = made
    #expect(owner.add("test.swift.going", table: 0x10) == .ok)
    #expect(owner.add("test.swift.going", table: 0x20) == .ok)
    #expect(holder.calls == 2)
  }

  @Test("find tables by type, pin them and notice changes")
  func interfaces() throws {
    let owner = TestAccount()
    let user = TestAccount()
    let tables = UnsafeMutablePointer<Int>.allocate(capacity: 2)
    defer { unsafe tables.deallocate() }
    unsafe tables[0] = 10
    unsafe tables[1] = 20
    let (first, second) = unsafe (UInt(bitPattern: tables), UInt(bitPattern: tables + 1))
    let services = try #require(user.services)
    let interface = try #require(Interface(services, "test.swift.typed", revision: 1, as: Int.self))
    var cached = interface.cached()
    let isAbsent = unsafe cached.table() == nil
    #expect(isAbsent)
    #expect(owner.add("test.swift.typed", table: first) == .ok)
    let before = unsafe cached.table()?.pointee
    #expect(before == 10)
    #expect(owner.add("test.swift.typed", priority: 1, table: second) == .ok)
    let after = unsafe cached.table()?.pointee
    #expect(after == 20)
    do {
      let reference = interface.acquire(1)
      let value = unsafe reference?.table.pointee
      #expect(value == 10)
      #expect(owner.withdraw(timeoutNanoseconds: 0).status == PLR_ERROR_BUSY)
    }
    let gone = unsafe cached.table() == nil
    #expect(gone)
    #expect(owner.withdraw(timeoutNanoseconds: 0) == .ok)
  }

  @Test("offer tables, take them back, and pin all there are at one moment")
  func offering() throws {
    let account = TestAccount()
    let services = try #require(account.services)
    let interface = try #require(
      Interface(services, "test.swift.offered", revision: 1, as: Int.self))
    let tables = UnsafeMutablePointer<Int>.allocate(capacity: 3)
    defer { unsafe tables.deallocate() }
    for index in 0..<3 {
      unsafe tables[index] = index
      #expect(unsafe interface.add(UnsafePointer(tables + index), priority: Int32(index)) == PLR_OK)
    }
    #expect(unsafe interface.add(UnsafePointer(tables)) == PLR_ERROR_ALREADY_EXISTS)
    #expect(interface.count == 3)
    let seen = unsafe interface.withAll { all in unsafe all.map { unsafe $0.pointee } }
    #expect(seen == [2, 1, 0])
    #expect(unsafe interface.remove(UnsafePointer(tables + 1)) == PLR_OK)
    #expect(unsafe interface.remove(UnsafePointer(tables + 1)) == PLR_ERROR_NOT_FOUND)
    #expect(unsafe interface.withAll { unsafe $0.count } == 2)
    #expect(account.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(unsafe interface.withAll { unsafe $0.count } == 0)
  }

  @Test("are the same sources in Embedded Swift")
  func embedded() throws {
    let directory = try TemporaryDirectory()
    let sources = Path.join(TestBuild.root, "Sources/PluginServices")
    let run = try CommandRun(
      [
        "swiftc", "-parse-as-library", "-wmo", "-enable-experimental-feature", "Embedded",
        "-strict-memory-safety", "-warnings-as-errors", "-I", Compiler.headers, "-module-name",
        "PluginServices", "-c", "-o", directory.file("services.o"),
      ] + (try Files.list(sources)).map { Path.join(sources, $0) })
    #expect(run.status.isSuccess, "\(run.errors)")
  }
}

extension TestAccount {
  fileprivate var services: Services? { unsafe Services(host) }
}
