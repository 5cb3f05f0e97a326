import CPluginABI
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

/// A deferred sink of a test.
@safe struct DeferredSink {
  private var id = plr_log_sink()

  @safe init(_ configure: (inout plr_log_sink_options) -> Void) throws {
    _ = Quiet.standardErrorRemoved
    var options = unsafe plr_log_sink_options()
    unsafe options.size = UInt32(MemoryLayout<plr_log_sink_options>.size)
    unsafe configure(&options)
    let answer = unsafe Answer { error in unsafe plr_log_open_sink(&options, &id, error) }
    try #require(answer == .ok, "\(answer.message)")
  }

  @safe init(path: String, _ configure: (inout plr_log_sink_options) -> Void = { _ in }) throws {
    self = try unsafe path.withCString { path in
      try DeferredSink { options in
        unsafe options.target = PLR_LOG_TARGET_FILE
        unsafe options.path = unsafe path
        unsafe configure(&options)
      }
    }
  }

  func remove() throws { try #require(plr_log_remove_sink(id) == PLR_OK) }
}

/// A gate of a test's account.
@safe struct Gate: @unchecked Sendable {
  let gate: UnsafePointer<plr_log_gate>

  init(of account: TestAccount, _ category: String?) {
    unsafe gate = plr_log_gate_of(account.host, category)!
  }

  func passes(_ level: plr_log_level) -> Bool { unsafe plugin_log_passes(gate, level) != 0 }

  func log(_ level: plr_log_level, _ message: String) { log(level, Array(message.utf8)) }

  func log(_ level: plr_log_level, _ message: [UInt8]) {
    let message = message.map { CChar(bitPattern: $0) }
    unsafe plr_log_submit(gate, level, message, message.count, nil, 0)
  }

  func log(_ level: plr_log_level, _ key: String, text: [UInt8]) {
    let text = text.map { CChar(bitPattern: $0) }
    unsafe key.withCString { key in
      unsafe text.withUnsafeBufferPointer { text in
        var field = unsafe plr_log_field()
        unsafe field.key = unsafe key
        unsafe field.length = UInt32(text.count)
        unsafe field.value.text = text.baseAddress
        unsafe plr_log_submit(gate, level, "m", 1, &field, 1)
      }
    }
  }
}

extension TestAccount {
  var logStatistics: plr_log_statistics {
    var statistics = plr_log_statistics()
    statistics.size = UInt32(MemoryLayout<plr_log_statistics>.size)
    let status = unsafe plr_log_get_statistics(host, &statistics)
    precondition(status == PLR_OK)
    return statistics
  }
}

/// The lines of `account` in a file; sinks see the records of all plugins.
func lines(of path: String, _ account: TestAccount) throws -> [Substring] {
  try Files.readText(path).split(separator: "\n").filter { $0.contains("[\(account.name)]") }
}
