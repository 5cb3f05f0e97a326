import CPluginABI
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

@Suite("Deferred sinks of the log", .serialized)
struct DeferredLogTests {
  /// Records that do not fit wait; a ring may be one that another test made small.
  init() { plr_log_set_buffering(PLR_LOG_WHEN_FULL_BLOCK, 256 << 10) }

  @Test("write all that was logged before they are removed, in each thread's order")
  func order() throws {
    plr_log_set_buffering(PLR_LOG_WHEN_FULL_BLOCK, 16 << 10)
    defer { plr_log_set_buffering(PLR_LOG_WHEN_FULL_BLOCK, 256 << 10) }
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let sink = try DeferredSink(path: directory.file("log"))
    let count = 2_000
    onThreads(8) { thread in
      let gate = Gate(of: account, "thread")
      for number in 0..<count { gate.log(PLR_LOG_INFO, "\(thread) \(number)") }
    }
    try sink.remove()
    var next = [Int](repeating: 0, count: 8)
    for line in try lines(of: directory.file("log"), account) {
      let words = line.split(separator: " ")
      let thread = try #require(Int(words[words.count - 2]))
      #expect(Int(words[words.count - 1]) == next[thread])
      next[thread] += 1
    }
    #expect(next == [Int](repeating: count, count: 8))
    let statistics = account.logStatistics
    #expect(statistics.submitted == UInt64(8 * count))
    #expect(statistics.written == UInt64(8 * count))
  }

  @Test("put the records of several threads into the order of time")
  func timeOrder() throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let sink = try DeferredSink(path: directory.file("log"))
    onThreads(4) { _ in
      let gate = Gate(of: account, nil)
      for _ in 0..<200 { gate.log(PLR_LOG_INFO, "x") }
    }
    try sink.remove()
    let times = try lines(of: directory.file("log"), account).map { $0.prefix(27) }
    #expect(times.count == 800)
    // What a pass of the writer finds is in order; a record may come just after a pass.
    let inversions = zip(times, times.dropFirst()).filter { $0 > $1 }.count
    #expect(inversions < 80)
  }

  @Test("write one line for a record, whatever is in it", arguments: LogTests.hostileTexts)
  func forging(_ text: [UInt8]) throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    for format in [PLR_LOG_FORMAT_TEXT, PLR_LOG_FORMAT_JSON] {
      let path = directory.file("log-\(format)")
      let sink = try DeferredSink(path: path) { unsafe $0.format = format }
      let gate = Gate(of: account, String(decoding: text, as: UTF8.self).filter { $0 != "\0" })
      gate.log(PLR_LOG_INFO, text)
      gate.log(PLR_LOG_INFO, "field", text: text)
      try sink.remove()
      let bytes = try Files.read(path)
      let written = String(decoding: bytes, as: UTF8.self)
      // Sinks see the records of all plugins.
      let own = written.utf8.split(separator: 0x0a).filter { Substring($0).contains(account.name) }
      #expect(own.count == 2)
      #expect(Array(written.utf8) == bytes, "not UTF-8")
      for scalar in written.unicodeScalars where scalar != "\n" {
        #expect(scalar.properties.generalCategory != .control)
      }
    }
  }

  @Test("write JSON that says what was logged")
  func json() throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let sink = try DeferredSink(path: directory.file("log")) {
      unsafe $0.format = PLR_LOG_FORMAT_JSON
    }
    Gate(of: account, "a\"b").log(PLR_LOG_ERROR, Array("say \"hi\"\n\\ \u{1} é".utf8))
    try sink.remove()
    let line = try Files.readText(directory.file("log"))
    #expect(line.hasPrefix("{\"time\":\"20"))
    #expect(line.contains(",\"level\":\"error\",\"plugin\":\"\(account.name)\",\"thread\":"))
    #expect(
      line.hasSuffix(
        #","category":"a\"b","message":"say \"hi\"\n\\ \u0001 é"}"# + "\n"))
  }

  @Test("show fields of every kind, to files and callbacks")
  func fields() throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let sink = try DeferredSink(path: directory.file("log"))
    let seen = Guarded<[String]>([])
    let context = unsafe Unmanaged.passUnretained(seen).toOpaque()
    let callback = try DeferredSink { options in
      unsafe options.target = PLR_LOG_TARGET_CALLBACK
      unsafe options.context = context
      unsafe options.callback = { context, record in
        let seen = unsafe Unmanaged<Guarded<[String]>>.fromOpaque(context!).takeUnretainedValue()
        for index in unsafe 0..<record!.pointee.field_count {
          let field = unsafe record!.pointee.fields[index]
          let key = unsafe String(cString: field.key)
          seen.withLock { unsafe $0.append("\(key) \(field.kind) \(field.length)") }
        }
      }
    }
    let gate = Gate(of: account, nil)
    unsafe "k".withCString { key in
      unsafe "v w".withCString { text in
        var fields = unsafe [plr_log_field](repeating: plr_log_field(), count: 5)
        for index in 0..<5 {
          unsafe fields[index].key = unsafe key
          unsafe fields[index].kind = UInt32(index)
        }
        unsafe fields[0].length = 3
        unsafe fields[0].value.text = unsafe text
        unsafe fields[1].value.signed_number = -5
        unsafe fields[2].value.unsigned_number = .max
        unsafe fields[3].value.real = 0.1
        unsafe fields[4].value.unsigned_number = 1
        unsafe plr_log_submit(gate.gate, PLR_LOG_INFO, "m", 1, fields, 5)
      }
    }
    try callback.remove()
    try sink.remove()
    #expect(
      try lines(of: directory.file("log"), account)[0].hasSuffix(
        #"m k="v w" k=-5 k=18446744073709551615 k=0.1 k=true"#))
    #expect(seen.withLock { $0 } == ["k 0 3", "k 1 8", "k 2 8", "k 3 8", "k 4 8"])
  }

  @Test("pass on a record that is larger than a ring")
  func largeRecord() async {
    // What such records take is bounded for the whole process: in one of its own nobody else has any.
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      let account = TestAccount()
      let sink = try DeferredSink(path: directory.file("log"))
      let text = String(repeating: "long ", count: 1 << 18)
      Gate(of: account, nil).log(PLR_LOG_INFO, text)
      try sink.remove()
      let written = try lines(of: directory.file("log"), account)
      try #require(written.count == 1)
      #expect(written[0].hasSuffix(text))
    }
  }

  @Test("do not show a callback what it logs itself")
  func reentrance() throws {
    let account = TestAccount()
    let calls = Guarded(0)
    struct Context {
      let account: TestAccount
      let calls: Guarded<Int>
    }
    var shared = Context(account: account, calls: calls)
    try unsafe withUnsafeMutablePointer(to: &shared) { context in
      let sink = try DeferredSink { options in
        unsafe options.target = PLR_LOG_TARGET_CALLBACK
        unsafe options.context = UnsafeMutableRawPointer(context)
        unsafe options.callback = { context, _ in
          let shared = unsafe context!.assumingMemoryBound(to: Context.self).pointee
          shared.calls.withLock { $0 += 1 }
          shared.account.log(PLR_LOG_INFO, "from the callback")
        }
      }
      account.log(PLR_LOG_INFO, "one")
      #expect(plr_log_flush(.max) == PLR_OK)
      #expect(plr_log_flush(.max) == PLR_OK)
      try sink.remove()
    }
    #expect(calls.withLock { $0 } == 1)
  }

  @Test("let pass a plugin's rate and count the rest")
  func rate() throws {
    let account = TestAccount()
    let directory = try TemporaryDirectory()
    let sink = try DeferredSink(path: directory.file("log"))
    #expect(unsafe plr_log_set_rate(account.host, 1, 10) == PLR_OK)
    for _ in 0..<100 { account.log(PLR_LOG_INFO, "x") }
    #expect(plr_log_flush(.max) == PLR_OK)
    var statistics = account.logStatistics
    // The machine may be so slow that a second passes.
    #expect((10...15).contains(statistics.written))
    #expect(statistics.written + statistics.limited == 100)
    #expect(unsafe plr_log_set_rate(account.host, 0, 0) == PLR_OK)
    for _ in 0..<100 { account.log(PLR_LOG_INFO, "x") }
    try sink.remove()
    statistics = account.logStatistics
    #expect(statistics.submitted == 200)
  }

  @Test("have thresholds of their own")
  func thresholds() throws {
    let account = TestAccount()
    let directory = try TemporaryDirectory()
    let sink = try DeferredSink(path: directory.file("log")) { unsafe $0.threshold = PLR_LOG_ERROR }
    for level in PLR_LOG_TRACE...PLR_LOG_CRITICAL { account.log(level, "x") }
    try sink.remove()
    #expect(try lines(of: directory.file("log"), account).count == 2)
  }

  @Test(
    "write what is on its way when the process ends",
    arguments: [
      "return", "exit", "abort", "fault", "overflow", "threads", "callback", "fork", "kill",
    ])
  func ending(_ way: String) throws {
    let directory = try TemporaryDirectory()
    let sanitizer = try SwiftToolchain.sanitizerOptions()
    guard sanitizer.isEmpty else { return }  // It has handlers of its own.
    let libraries = "\(TestBuild.directory):\(try SwiftToolchain.runtimeLibraryPath())"
    let compiled = try CommandRun([
      "cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I", Compiler.headers,
      Path.join(TestBuild.root, "Tests/Fixtures/logs-and-ends/host.c"), "-L", TestBuild.directory,
      "-lPluginRuntime", "-lpthread", "-Wl,-rpath-link,\(try SwiftToolchain.runtimeLibraryPath())",
      "-o",
      directory.file("host"),
    ])
    try #require(compiled.status.isSuccess, "\(compiled.errors)")
    let run = try CommandRun(
      [directory.file("host"), directory.file("log"), way],
      environment: ["LD_LIBRARY_PATH=\(libraries)", "SWIFT_BACKTRACE=enable=no"])
    #expect(run.status.isSuccess == ["return", "exit", "fork"].contains(way))
    let count = try Files.readText(directory.file("log")).utf8.filter { $0 == 0x0a }.count
    switch way {
    // Nobody hears of SIGKILL.
    case "kill": #expect(count <= 1000)
    // The record in hand when the writer died may be there or not, and so may those behind it.
    case "callback": #expect((1000...1011).contains(count))
    default: #expect(count == 1000)
    }
  }

  @Test("count as dropped what the kernel refuses, whichever sink it is", arguments: [false, true])
  func refusedByKernel(_ isJournal: Bool) throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let whole = try DeferredSink(path: directory.file("log"))
    if isJournal {
      // Nobody listens there any more.
      let receiver = try DatagramSocket(directory.file("socket"))
      let isOpen = receiver.isOpen
      try #require(isOpen)
    }
    let sink = try unsafe (isJournal ? directory.file("socket") : "/dev/full").withCString { path in
      try DeferredSink { options in
        unsafe options.target = isJournal ? PLR_LOG_TARGET_JOURNAL : PLR_LOG_TARGET_FILE
        unsafe options.path = unsafe path
      }
    }
    let gate = Gate(of: account, nil)
    for number in 0..<100 { gate.log(PLR_LOG_INFO, "number \(number)") }
    #expect(plr_log_flush(.max) == PLR_OK)
    #expect(account.logStatistics.dropped == 100)
    #expect(account.logStatistics.written == 0)
    try sink.remove()
    gate.log(PLR_LOG_INFO, "one more")
    #expect(plr_log_flush(.max) == PLR_OK)
    #expect(account.logStatistics.written == 1)
    try whole.remove()
    // The other sink had them all.
    #expect(try lines(of: directory.file("log"), account).count == 101)
  }

  @Test("bound what waits of records that are too large for a ring, and count the rest")
  func boundedLargeRecords() throws {
    plr_log_set_buffering(PLR_LOG_WHEN_FULL_DROP, 0)
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
    let text = [UInt8](repeating: 0x78, count: 100_000)
    let gate = Gate(of: account, nil)
    // Together more than sixteen rings of 256 KiB.
    for _ in 0..<100 { gate.log(PLR_LOG_INFO, text) }
    mayEnd.withLock { $0 = true }
    #expect(plr_log_flush(.max) == PLR_OK)
    let statistics = account.logStatistics
    #expect(statistics.dropped >= 100 - (16 << 18) / 100_000)
    #expect(statistics.written + statistics.dropped == 100)
    try sink.remove()
  }

  @Test("obey filters that change while others log")
  func changingFilters() throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let sink = try DeferredSink(path: directory.file("log"))
    let logged = Atomic(0)
    onThreads(4) { thread in
      let gate = Gate(of: account, "changing")
      for round in 0..<500 {
        if thread == 0 {
          let level = round % 2 == 0 ? PLR_LOG_OFF : PLR_LOG_TRACE
          _ = unsafe plr_log_set_category_level(account.host, "changing", level)
        } else {
          gate.log(PLR_LOG_INFO, "x")
          logged.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(
      unsafe plr_log_set_category_level(account.host, "changing", PLR_LOG_OFF) == PLR_OK)
    let before = account.logStatistics.submitted
    #expect(before <= UInt64(logged.load(ordering: .relaxed)))
    // From when the change has returned nothing passes.
    onThreads(2) { _ in Gate(of: account, "changing").log(PLR_LOG_CRITICAL, "x") }
    #expect(account.logStatistics.submitted == before)
    try sink.remove()
    #expect(try lines(of: directory.file("log"), account).count == Int(before))
  }
}
