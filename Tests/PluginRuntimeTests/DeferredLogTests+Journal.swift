import CPluginABI
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

extension DeferredLogTests {
  @Test("send the journal what a datagram cannot hold as a sealed file")
  func largeJournalEntry() throws {
    let directory = try TemporaryDirectory()
    let receiver = try DatagramSocket(directory.file("socket"))
    let account = TestAccount()
    let sink = try unsafe directory.file("socket").withCString { path in
      try DeferredSink { options in
        unsafe options.target = PLR_LOG_TARGET_JOURNAL
        unsafe options.path = unsafe path
      }
    }
    let text = [UInt8](repeating: 0x6c, count: 1 << 20)
    Gate(of: account, nil).log(PLR_LOG_INFO, text)
    let bytes = receiver.receive(with: account.name)
    #expect(plr_log_flush(.max) == PLR_OK)
    try sink.remove()
    #expect(bytes.starts(with: Array("MESSAGE\n".utf8) + [0, 0, 16, 0, 0, 0, 0, 0] + text))
    #expect(account.logStatistics.written == 1)
  }

  @Test("let a journal that does not read hold up neither who logs nor other sinks")
  func journalThatDoesNotRead() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("socket")
    let receiver = try DatagramSocket(path)
    let account = TestAccount()
    let whole = try DeferredSink(path: directory.file("log"))
    let sink = try unsafe path.withCString { path in
      try DeferredSink { options in
        unsafe options.target = PLR_LOG_TARGET_JOURNAL
        unsafe options.path = unsafe path
      }
    }
    let gate = Gate(of: account, nil)
    // More than a socket keeps for one who does not read.
    for number in 0..<2_000 { gate.log(PLR_LOG_INFO, "number \(number)") }
    #expect(plr_log_flush(.max) == PLR_OK)
    #expect(try lines(of: directory.file("log"), account).count == 2_000)
    let statistics = account.logStatistics
    #expect(statistics.dropped > 0 && statistics.dropped + statistics.written == 2_000)
    // It reads again: nothing has to be done for it. What others log may fill it once more meanwhile.
    receiver.drain()
    var isThere = false
    for _ in 0..<20 where !isThere {
      gate.log(PLR_LOG_INFO, "again there")
      isThere = !receiver.receive(with: "again there", seconds: 3).isEmpty
    }
    #expect(isThere)
    try sink.remove()
    try whole.remove()
  }

  @Test("speak the journal's own protocol, in which no value can end itself")
  func journal() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("socket")
    let receiver = try DatagramSocket(path)
    let account = TestAccount()
    let sink = try unsafe path.withCString { path in
      try DeferredSink { options in
        unsafe options.target = PLR_LOG_TARGET_JOURNAL
        unsafe options.path = unsafe path
      }
    }
    Gate(of: account, "c").log(PLR_LOG_WARNING, "two\nPRIORITY=0")
    let bytes = receiver.receive(with: account.name)
    #expect(plr_log_flush(.max) == PLR_OK)
    try sink.remove()
    let name = Array(account.name.utf8)
    var expected = Array("MESSAGE\n".utf8) + [14, 0, 0, 0, 0, 0, 0, 0]
    expected += Array("two\nPRIORITY=0\nPRIORITY=4\nPLUGIN\n".utf8)
    expected += [UInt8(name.count), 0, 0, 0, 0, 0, 0, 0] + name
    expected += Array("\nCATEGORY\n".utf8) + [1, 0, 0, 0, 0, 0, 0, 0] + Array("c\nTID=".utf8)
    #expect(bytes.starts(with: expected))
  }

  @Test("are refused with the system's words, and what is no sink with what it needs")
  func refusals() {
    var options = unsafe plr_log_sink_options()
    var sink = plr_log_sink(77)
    func open() -> Answer {
      unsafe Answer { error in unsafe plr_log_open_sink(&options, &sink, error) }
    }
    #expect(open().status == PLR_ERROR_INVALID_ARGUMENT)
    unsafe options.size = UInt32(MemoryLayout<plr_log_sink_options>.size)
    for target in [PLR_LOG_TARGET_FILE, PLR_LOG_TARGET_CALLBACK, 4] {
      unsafe options.target = target
      #expect(open().status == PLR_ERROR_INVALID_ARGUMENT)
    }
    unsafe "/nonexistent/log".withCString { path in
      unsafe options.path = unsafe path
      for target in [PLR_LOG_TARGET_FILE, PLR_LOG_TARGET_JOURNAL] {
        unsafe options.target = target
        let answer = open()
        #expect(answer.status == PLR_ERROR_SYSTEM)
        #expect(answer.subject == "/nonexistent/log")
        #expect(answer.message == "No such file or directory")
      }
    }
    #expect(sink == 77)
    #expect(plr_log_set_buffering(2, 0) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(plr_log_set_buffering(0, 5_000) == PLR_ERROR_INVALID_ARGUMENT)
  }
}
