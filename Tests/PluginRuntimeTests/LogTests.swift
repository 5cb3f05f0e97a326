import CPluginABI
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

@Suite("The log")
struct LogTests {
  @Test("lets pass what reaches the plugin's own level", arguments: PLR_LOG_TRACE...PLR_LOG_OFF)
  func levels(_ threshold: plr_log_level) {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    #expect(account.setLevel(threshold) == PLR_OK)
    for level in PLR_LOG_TRACE...PLR_LOG_CRITICAL {
      #expect(account.isEnabled(level) == (level >= threshold))
      account.log(level, "level \(level)")
    }
    #expect(recorder.records.map(\.level) == Array(threshold..<PLR_LOG_OFF))
  }

  @Test("leaves the level of other plugins alone")
  func ownLevel() {
    let quiet = TestAccount()
    let loud = TestAccount()
    #expect(quiet.setLevel(PLR_LOG_ERROR) == PLR_OK)
    #expect(!quiet.isEnabled(PLR_LOG_WARNING))
    #expect(loud.isEnabled(PLR_LOG_TRACE))
  }

  @Test(
    "refuses levels that there are not", arguments: [PLR_LOG_OFF + 1, 100, 254, 256, UInt32.max])
  func unknownLevel(_ level: plr_log_level) {
    let account = TestAccount()
    #expect(account.setLevel(level) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(plr_log_set_level(nil, level) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(plr_log_set_level(nil, PLR_LOG_INHERIT) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(!account.isEnabled(level))
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    account.log(level, "of no level")
    account.log(PLR_LOG_OFF, "of no level")
    #expect(recorder.records.isEmpty)
  }

  @Test("hands a callback the record as it was given")
  func record() throws {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    let before = wallNanoseconds()
    account.log(PLR_LOG_NOTICE, "two\nlines and \u{1b}[31m", category: "startup")
    account.log(PLR_LOG_DEBUG, "")
    let after = wallNanoseconds()
    let thread = TestThread { account.log(PLR_LOG_INFO, "elsewhere") }
    thread.join()
    let records = recorder.records
    try #require(records.count == 3)
    #expect(records[0].level == PLR_LOG_NOTICE)
    #expect(records[0].category == "startup")
    #expect(records[0].text == "two\nlines and \u{1b}[31m")
    #expect((before...after).contains(records[0].wallNanoseconds))
    #expect(records[1].category == "")
    #expect(records[1].message == [])
    #expect(records[1].thread == records[0].thread)
    #expect(records[2].thread != records[0].thread)
  }

  @Test("appends to a file what was there before")
  func fileSink() throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    for round in 1...2 {
      let sink = try FileSink(directory.file("log"))
      account.log(PLR_LOG_WARNING, "round \(round)", category: "disk")
      try sink.remove()
    }
    account.log(PLR_LOG_WARNING, "after removal")
    let lines = try logLines(directory.file("log"), of: account)
    #expect(lines.map(\.rest) == ["disk: round 1", "disk: round 2"])
    #expect(lines.map(\.level) == ["warning", "warning"])
  }

  @Test(
    "refuses a file it cannot append to, with the system's words",
    arguments: [
      ("/nonexistent/plugin.log", "No such file or directory"), ("/tmp", "Is a directory"),
      ("", "No such file or directory"),
    ])
  func unwritable(_ path: String, _ words: String) {
    var sink = plr_log_sink(77)
    let answer = unsafe Answer { error in unsafe plr_log_add_file_sink(path, &sink, error) }
    #expect(answer.status == PLR_ERROR_SYSTEM)
    #expect(answer.subject == path)
    #expect(answer.message == words)
    #expect(sink == 77)
  }

  @Test("refuses sinks without a target or a place for their id")
  func incompleteSink() {
    var sink = plr_log_sink(77)
    #expect(unsafe plr_log_add_file_sink(nil, &sink, nil) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(unsafe plr_log_add_file_sink("/tmp/x", nil, nil) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(unsafe plr_log_add_callback_sink(nil, nil, &sink, nil) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(sink == 77)
  }

  @Test("never gives the id of a sink again")
  func sinkIDs() {
    let account = TestAccount()
    let first = Recorder(of: account)
    first.remove()
    let second = Recorder(of: account)
    #expect(second.id != first.id)
    #expect(plr_log_remove_sink(first.id) == PLR_ERROR_NOT_FOUND)
    #expect(plr_log_remove_sink(0) == PLR_ERROR_NOT_FOUND)
    second.remove()
  }

  static let hostileTexts: [[UInt8]] =
    [
      "line\n2026-11-21T08:30:00.123456Z critical [host] forged", "carriage\rreturn",
      "\u{1b}[2J\u{1b}]0;title\u{7}", "nul\0nul", "next line\u{85}c1", "separators\u{2028}\u{2029}",
      "right\u{202e}to\u{2066}left\u{200f}", "del\u{7f}", "back\\nslash", "tab\tvertical\u{b}\u{c}",
    ].map { Array($0.utf8) } + [
      [0x61, 0xff, 0x0a], [0xc0, 0x8a], [0xe2, 0x80], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x8a],
      [0x80, 0x0a, 0x80], [0xc2], [0x85],
    ]

  @Test("writes one line for a record, whatever is in it", arguments: hostileTexts)
  func forging(_ text: [UInt8]) throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let sink = try FileSink(directory.file("log"))
    account.log(PLR_LOG_INFO, text)
    account.log(PLR_LOG_INFO, "plain", category: String(decoding: text, as: UTF8.self))
    account.log(PLR_LOG_INFO, Array("plain".utf8), category: text.filter { $0 != 0 })
    try sink.remove()
    let bytes = try Files.read(directory.file("log"))
    let written = String(decoding: bytes, as: UTF8.self)
    #expect(Array(written.utf8) == bytes, "not UTF-8")
    for scalar in written.unicodeScalars where scalar != "\n" {
      #expect(!steersATerminal(scalar), "U+\(String(scalar.value, radix: 16))")
    }
    #expect(try logLines(directory.file("log"), of: account).count == 3)
  }

  private func steersATerminal(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: (0x202a...0x202e).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
  }

  @Test("escapes so that what was written can be told apart")
  func escapes() throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let sink = try FileSink(directory.file("log"))
    account.log(PLR_LOG_INFO, "a\nb\\n\tc\u{1b}\u{85}\u{2028}é✓")
    account.log(PLR_LOG_INFO, [0x78, 0xff, 0x79])
    try sink.remove()
    let lines = try logLines(directory.file("log"), of: account)
    #expect(lines.map(\.rest) == [#"a\nb\\n\tc\x1b\x85\u2028é✓"#, "x\u{fffd}y"])
  }

  @Test("keeps the lines of 8 threads whole and, for each thread, in order")
  func threads() throws {
    let directory = try TemporaryDirectory()
    let account = TestAccount()
    let sink = try FileSink(directory.file("log"))
    let recorder = Recorder(of: account)
    let count = 300
    onThreads(8) { thread in
      let filling = String(repeating: "abcdefgh"[thread], count: 200)
      for number in 0..<count {
        account.log(PLR_LOG_INFO, "\(filling) \(thread) \(number)", category: "thread")
      }
    }
    try sink.remove()
    recorder.remove()
    var next = [Int](repeating: 0, count: 8)
    let lines = try logLines(directory.file("log"), of: account)
    #expect(lines.count == 8 * count)
    for line in lines {
      let words = line.rest.split(separator: " ")
      try #require(words.count == 4 && words[0] == "thread:")
      let thread = try #require(Int(words[2]))
      #expect(words[1] == String(repeating: "abcdefgh"[thread], count: 200))
      #expect(Int(words[3]) == next[thread])
      next[thread] += 1
    }
    #expect(recorder.records.count == 8 * count)
  }

  @Test("removes a sink only when no call of it is under way")
  func removalWaits() {
    let account = TestAccount()
    let mayEnd = Atomic(false)
    let isInside = Atomic(false)
    let hasEnded = Atomic(false)
    let probes = Atomic(0)
    let recorder = Recorder(of: account) { record, _ in
      guard record.text == "long" else {
        probes.add(1, ordering: .relaxed)
        return
      }
      isInside.store(true, ordering: .releasing)
      while !mayEnd.load(ordering: .acquiring) { yieldProcessor() }
      hasEnded.store(true, ordering: .releasing)
    }
    let isRemoved = Atomic(false)
    let writer = TestThread { account.log(PLR_LOG_INFO, "long") }
    while !isInside.load(ordering: .acquiring) { yieldProcessor() }
    let remover = TestThread {
      recorder.remove()
      let ended = hasEnded.load(ordering: .acquiring)
      #expect(ended)
      isRemoved.store(true, ordering: .releasing)
    }
    // The removal has begun when the sink gets no new records any more.
    var seen = -1
    while probes.load(ordering: .relaxed) != seen {
      seen = probes.load(ordering: .relaxed)
      account.log(PLR_LOG_INFO, "probe")
      yieldProcessor()
    }
    let wasEarly = isRemoved.load(ordering: .acquiring)
    #expect(!wasEarly)
    mayEnd.store(true, ordering: .releasing)
    writer.join()
    remover.join()
    let isGone = isRemoved.load(ordering: .acquiring)
    #expect(isGone)
  }

  @Test("does not call a callback from within itself, and does not let it remove itself")
  func reentrance() {
    let account = TestAccount()
    let statuses = Guarded<[plr_status]>([])
    let other = Recorder(of: account)
    let recorder = Recorder(of: account) { _, recorder in
      account.log(PLR_LOG_INFO, "from the callback")
      let status = plr_log_remove_sink(recorder.id)
      statuses.withLock { $0.append(status) }
    }
    account.log(PLR_LOG_INFO, "first")
    #expect(recorder.records.map(\.text) == ["first"])
    #expect(Set(other.records.map(\.text)) == ["first", "from the callback"])
    #expect(statuses.withLock { $0 } == [PLR_ERROR_BUSY])
    recorder.remove()
    other.remove()
  }

  @Test("lets sinks come and go while others write")
  func sinksComeAndGo() {
    let account = TestAccount()
    let isDone = Atomic(false)
    let writers = (0..<3).map { number in
      TestThread {
        var line = 0
        while !isDone.load(ordering: .acquiring) {
          account.log(PLR_LOG_INFO, "\(number) \(line)")
          line += 1
        }
      }
    }
    for _ in 0..<300 {
      let recorder = Recorder(of: account)
      recorder.remove()
      let count = recorder.records.count
      account.log(PLR_LOG_INFO, "after")
      #expect(recorder.records.count == count)
    }
    isDone.store(true, ordering: .releasing)
    for writer in writers { writer.join() }
  }

  @Test("writes nothing for a plugin that was retired")
  func retired() {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    #expect(account.close().answer == .ok)
    account.log(PLR_LOG_CRITICAL, "too late")
    #expect(recorder.records.isEmpty)
    #expect(!account.isEnabled(PLR_LOG_CRITICAL))
    #expect(account.setLevel(PLR_LOG_INFO) == PLR_ERROR_RETIRED)
  }

  @Test("takes a message that is not there as empty")
  func noMessage() {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    unsafe plr_log_write(account.host, PLR_LOG_INFO, nil, nil, 12)
    #expect(recorder.records.map(\.message) == [[]])
  }

  @Test("is the same through its table")
  func table() throws {
    let account = TestAccount()
    let recorder = Recorder(of: account)
    defer { recorder.remove() }
    let pointer = unsafe account.host.pointee.query_interface(
      account.host, PLR_LOG_ID, UInt32(PLR_LOG_REVISION))
    let table = unsafe try #require(pointer?.load(as: plr_log.self))
    #expect(table.size == UInt32(MemoryLayout<plr_log>.size))
    #expect(unsafe table.is_enabled(account.host, PLR_LOG_TRACE) == 1)
    unsafe table.write(account.host, PLR_LOG_INFO, "c", "text", 3)
    #expect(recorder.records.map(\.text) == ["tex"])
  }
}

/// A file sink of a test.
private struct FileSink {
  private var id = plr_log_sink()

  init(_ path: String) throws {
    _ = Quiet.standardErrorRemoved
    let answer = unsafe Answer { error in unsafe plr_log_add_file_sink(path, &id, error) }
    try #require(answer == .ok)
  }

  func remove() throws { try #require(plr_log_remove_sink(id) == PLR_OK) }
}

/// One line of a log file, taken apart; a line that does not look like one is a failure.
private struct LogLine {
  var level: String
  var plugin: String
  var rest: String

  init(_ line: Substring) throws {
    let pattern = Array("dddd-dd-ddTdd:dd:dd.ddddddZ ".utf8)
    let bytes = Array(line.utf8)
    try #require(bytes.count > pattern.count + 10, "'\(line)'")
    for (byte, expected) in zip(bytes, pattern) {
      let isRight =
        expected == UInt8(ascii: "d")
        ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == expected
      try #require(isRight, "'\(line)'")
    }
    let tail = String(decoding: bytes[pattern.count...], as: UTF8.self)
    let parts = tail.split(separator: " ", maxSplits: 1)
    level = String(parts[0])
    let named = parts[1].drop { $0 == " " }
    try #require(named.first == "[", "'\(line)'")
    let inner = named.dropFirst().split(
      separator: "]", maxSplits: 1, omittingEmptySubsequences: false)
    plugin = String(inner[0])
    rest = String(inner[1].dropFirst())
  }
}

/// The lines of `account` in the file; sinks see the records of all plugins.
private func logLines(_ path: String, of account: TestAccount) throws -> [LogLine] {
  let text = try Files.readText(path)
  try #require(text.isEmpty || text.utf8.last == 0x0a)
  return try text.utf8.split(separator: 0x0a, omittingEmptySubsequences: true)
    .map { try LogLine(Substring($0)) }.filter { $0.plugin == account.name }
}

private func wallNanoseconds() -> Int64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}

extension String {
  fileprivate subscript(_ index: Int) -> Character { Array(self)[index] }
}
