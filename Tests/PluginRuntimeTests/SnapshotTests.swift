import CPluginABI
import TestSupport
import Testing

@Suite("The snapshot of the services")
struct SnapshotTests {
  private func snapshot() -> String {
    var length = 0
    while true {
      var bytes = [CChar](repeating: 0, count: length + 4096)
      let status = unsafe plr_runtime_snapshot(&bytes, bytes.count, &length)
      if status == PLR_ERROR_OUT_OF_MEMORY { continue }
      precondition(status == PLR_OK)
      return String(decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  @Test("says of each account what it has allocated, logged, registered and holds")
  func contents() throws {
    let account = TestAccount("quote\"d")
    let block = try #require(account.allocate(123))
    account.log(PLR_LOG_INFO, "one")
    #expect(account.add("test.snapshot", table: 0x10) == .ok)
    var reference = account.acquire("test.snapshot").reference
    let text = snapshot()
    #expect(text.hasPrefix(#"{"schema":"plr-statistics/1","allocator":{"mappedBytes":"#))
    #expect(text.hasSuffix("}}"))
    let name = account.name.replacing("\"", with: "\\\"")
    let start = try #require(text.range(of: "{\"name\":\"\(name)\","))
    let rest = text[start...]
    #expect(
      rest.hasPrefix(
        "{\"name\":\"\(name)\",\"memory\":{\"liveBlocks\":1,\"liveBytes\":123,\"peakBytes\":123,\"totalAllocations\":1},\"log\":{\"submitted\":1,"
      ))
    #expect(rest.contains("\"registry\":{\"entries\":1,\"references\":1}}"))
    #expect(account.release(&reference) == PLR_OK)
    account.free(block)
    #expect(account.withdraw(timeoutNanoseconds: 0) == .ok)
    #expect(account.close().answer == .ok)
    #expect(!snapshot().contains(name))
  }

  @Test("tells how long it is where it does not fit")
  func length() {
    var length = 0
    #expect(unsafe plr_runtime_snapshot(nil, 0, &length) == PLR_ERROR_OUT_OF_MEMORY)
    #expect(length > 50)
    #expect(plr_runtime_snapshot(nil, 0, nil) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(unsafe plr_runtime_snapshot(nil, 8, &length) == PLR_ERROR_INVALID_ARGUMENT)
  }
}

extension String {
  /// Where `text` begins.
  fileprivate func range(of text: String) -> String.Index? {
    var index = startIndex
    while index != endIndex {
      if self[index...].hasPrefix(text) { return index }
      formIndex(after: &index)
    }
    return nil
  }
}
