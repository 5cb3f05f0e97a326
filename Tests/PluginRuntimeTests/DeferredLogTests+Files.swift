import CPluginABI
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

extension DeferredLogTests {
  @Test("put a file aside before it is too large, and lose no record")
  func rotation() throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let path = directory.file("log")
    let sink = try DeferredSink(path: path) {
      unsafe $0.rotate_bytes = 4_000
      // Others log meanwhile, but hardly what is as bad.
      unsafe $0.kept_files = 1_000
      unsafe $0.threshold = PLR_LOG_CRITICAL
    }
    let gate = Gate(of: account, nil)
    for number in 0..<500 { gate.log(PLR_LOG_CRITICAL, "number \(number)") }
    try sink.remove()
    var numbers: [Int] = []
    let files = try Files.list(directory.path)
    #expect(files.count > 5)
    for suffix in (1..<files.count).reversed().map({ ".\($0)" }) + [""] {
      let bytes = try Files.read(path + suffix)
      #expect(bytes.count <= 4_000)
      numbers += try lines(of: path + suffix, account).map { line in
        try #require(Int(line.split(separator: " ").last!))
      }
    }
    #expect(numbers == Array(0..<500))
  }

  @Test("keep as many old files as was said")
  func keptFiles() throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let sink = try DeferredSink(path: directory.file("log")) {
      unsafe $0.rotate_bytes = 1_000
      unsafe $0.kept_files = 2
    }
    let gate = Gate(of: account, nil)
    for number in 0..<200 { gate.log(PLR_LOG_INFO, "number \(number)") }
    try sink.remove()
    #expect(Set(try Files.list(directory.path)) == ["log", "log.1", "log.2"])
  }

  @Test("count exactly what did not fit into a ring")
  func drops() throws {
    plr_log_set_buffering(PLR_LOG_WHEN_FULL_DROP, 4 << 10)
    defer { plr_log_set_buffering(PLR_LOG_WHEN_FULL_BLOCK, 256 << 10) }
    let account = TestAccount()
    let mayEnd = Guarded(false)
    let context = unsafe Unmanaged.passUnretained(mayEnd).toOpaque()
    let sink = try DeferredSink { options in
      unsafe options.target = PLR_LOG_TARGET_CALLBACK
      unsafe options.context = context
      unsafe options.callback = { context, _ in
        let mayEnd = unsafe Unmanaged<Guarded<Bool>>.fromOpaque(context!).takeUnretainedValue()
        while !mayEnd.withLock({ $0 }) { yieldProcessor() }
      }
    }
    // A hundred threads at once have rings that nobody had before.
    onThreads(100) { _ in
      let gate = Gate(of: account, nil)
      for _ in 0..<100 { gate.log(PLR_LOG_INFO, String(repeating: "x", count: 200)) }
    }
    mayEnd.withLock { $0 = true }
    #expect(plr_log_flush(.max) == PLR_OK)
    let statistics = account.logStatistics
    #expect(statistics.submitted == 10_000)
    #expect(statistics.dropped > 0)
    #expect(statistics.written + statistics.dropped == 10_000)
    try sink.remove()
  }

  @Test("put a file aside that is too old, as old as it was when it was opened")
  func rotationByAge() throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let path = directory.file("log")
    try Files.replace(path, with: [UInt8]("old\n".utf8))
    // Until it is a fifth of a second old by the clock that files have.
    var now = timespec()
    var begin = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &begin)
    repeat {
      unsafe clock_gettime(CLOCK_REALTIME, &now)
    } while (now.tv_sec - begin.tv_sec) * 1_000_000_000 + now.tv_nsec - begin.tv_nsec < 200_000_000
    let sink = try DeferredSink(path: path) { unsafe $0.rotate_nanoseconds = 150_000_000 }
    Gate(of: account, nil).log(PLR_LOG_INFO, "new")
    try sink.remove()
    #expect(try Files.readText(path + ".1") == "old\n")
    #expect(try lines(of: path, account).count == 1)
    // An hour is not over.
    let other = try DeferredSink(path: path) { unsafe $0.rotate_nanoseconds = 3_600_000_000_000 }
    Gate(of: account, nil).log(PLR_LOG_INFO, "again")
    try other.remove()
    #expect(try lines(of: path, account).count == 2)
  }
}
