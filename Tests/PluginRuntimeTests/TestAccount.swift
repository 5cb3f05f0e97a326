internal import CPluginABI
internal import Synchronization

/// What a function of the C interface answered.
struct Answer: Equatable {
  var status: plr_status
  var subject = ""
  var message = ""

  static let ok = Answer(status: PLR_OK)

  /// Calls `body` with an error to fill; subject and message are empty where it succeeds.
  init(_ body: (UnsafeMutablePointer<plr_error>) -> plr_status) {
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    status = unsafe body(&error)
    guard status != PLR_OK else { return }
    precondition(error.code == status, "status \(status), but error.code \(error.code)")
    subject = unsafe withUnsafeBytes(of: error.subject) { unsafe text($0) }
    message = unsafe withUnsafeBytes(of: error.message) { unsafe text($0) }
  }

  init(status: plr_status) { self.status = status }
}

private func text(_ bytes: UnsafeRawBufferPointer) -> String {
  unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}

/// A block of the runtime's allocator.
@safe struct Block: @unchecked Sendable {
  let address: UnsafeMutableRawPointer

  func isAligned(to alignment: Int) -> Bool {
    unsafe UInt(bitPattern: address) % UInt(alignment) == 0
  }
  static func == (left: Block, right: Block) -> Bool { unsafe left.address == right.address }

  /// The same memory, `count` bytes further on.
  func advanced(by count: Int) -> Block { unsafe Block(address: address + count) }

  func fill(_ count: Int, seed: Int) {
    for index in 0..<count {
      unsafe address.storeBytes(
        of: UInt8(truncatingIfNeeded: seed &+ index), toByteOffset: index, as: UInt8.self)
    }
  }

  func holds(_ count: Int, seed: Int) -> Bool {
    (0..<count).allSatisfy { index in
      unsafe address.load(fromByteOffset: index, as: UInt8.self)
        == UInt8(truncatingIfNeeded: seed &+ index)
    }
  }
}

/// A reference of the registry, safe to hold in a test.
@safe struct Reference: @unchecked Sendable {
  var raw = unsafe plr_reference(table: nil, token: 0)
  var token: UInt64 { unsafe raw.token }
  var table: UInt { UInt(bitPattern: unsafe raw.table) }
}

/// An account of the runtime that no other test knows, with all levels of its log on.
@safe final class TestAccount: @unchecked Sendable {
  let name: String
  let host: UnsafePointer<plr_host>

  private static let count = Atomic<Int>(0)

  init(_ prefix: String = #function) {
    let number = Self.count.add(1, ordering: .relaxed).newValue
    let name = "\(prefix.prefix { $0 != "(" })-\(number)"
    self.name = name
    var host: UnsafePointer<plr_host>?
    let answer = unsafe Answer { error in unsafe plr_account_open(name, &host, error) }
    precondition(answer == .ok, answer.message)
    unsafe self.host = host!
    _ = setLevel(PLR_LOG_TRACE)
  }

  /// Takes over an account that the test has opened.
  @safe init(adopting host: UnsafePointer<plr_host>) {
    name = unsafe String(cString: host.pointee.name)
    unsafe self.host = unsafe host
    _ = setLevel(PLR_LOG_TRACE)
  }

  /// The test may have closed it.
  deinit {
    unsafe plr_registry_withdraw(host, 0, nil)
    unsafe plr_account_close(host, nil, nil)
  }

  struct Leaks: Equatable {
    var blocks: UInt64 = 0
    var bytes: UInt64 = 0
    var references: UInt32 = 0
  }

  func close() -> (answer: Answer, leaks: Leaks) {
    var report = plr_leak_report()
    report.size = UInt32(MemoryLayout<plr_leak_report>.size)
    let answer = unsafe Answer { error in unsafe plr_account_close(host, &report, error) }
    return (
      answer, Leaks(blocks: report.blocks, bytes: report.bytes, references: report.references)
    )
  }

  // MARK: Allocator

  func allocate(_ size: Int, alignment: Int = 0) -> Block? {
    guard let address = unsafe plr_allocate(host, size, alignment) else { return nil }
    return unsafe Block(address: address)
  }

  func reallocate(_ block: Block?, _ size: Int) -> Block? {
    guard let address = unsafe plr_reallocate(host, block?.address, size) else { return nil }
    return unsafe Block(address: address)
  }

  func free(_ block: Block?) { unsafe plr_deallocate(host, block?.address) }

  var statistics: plr_allocation_statistics {
    var statistics = plr_allocation_statistics()
    statistics.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
    let status = unsafe plr_allocator_statistics(host, &statistics)
    precondition(status == PLR_OK, "statistics of \(name): \(status)")
    return statistics
  }

  // MARK: Log

  func setLevel(_ level: plr_log_level) -> plr_status { unsafe plr_log_set_level(host, level) }

  func isEnabled(_ level: plr_log_level) -> Bool { unsafe plr_log_is_enabled(host, level) != 0 }

  func log(_ level: plr_log_level, _ message: String, category: String? = nil) {
    log(level, Array(message.utf8), category: category.map { Array($0.utf8) })
  }

  func log(_ level: plr_log_level, _ message: [UInt8], category: [UInt8]? = nil) {
    let message = message.map { CChar(bitPattern: $0) }
    let ended = category.map { $0.map { CChar(bitPattern: $0) } + [0] }
    unsafe plr_log_write(host, level, ended, message, message.count)
  }

  // MARK: Registry

  /// Registers the address `table`, which nobody reads.
  func add(_ id: String, revision: UInt32 = 1, priority: Int32 = 0, table: UInt) -> Answer {
    unsafe Answer { error in
      unsafe plr_registry_add(
        host, id, revision, priority, UnsafeRawPointer(bitPattern: table), error)
    }
  }

  func remove(_ id: String, revision: UInt32 = 1, table: UInt) -> plr_status {
    unsafe plr_registry_remove(host, id, revision, UnsafeRawPointer(bitPattern: table))
  }

  func acquire(
    _ id: String, revision: UInt32 = 1, index: UInt32 = 0
  ) -> (status: plr_status, reference: Reference) {
    var reference = Reference()
    let status = unsafe plr_registry_acquire(host, id, revision, index, &reference.raw)
    return (status, reference)
  }

  func release(_ reference: inout Reference) -> plr_status {
    unsafe plr_registry_release(host, &reference.raw)
  }

  func count(_ id: String, revision: UInt32 = 1) -> UInt32 {
    unsafe plr_registry_count(host, id, revision)
  }

  func withdraw(timeoutNanoseconds: UInt64) -> Answer {
    unsafe Answer { error in unsafe plr_registry_withdraw(host, timeoutNanoseconds, error) }
  }

  /// All tables of `id`/`revision` in their order.
  func tables(_ id: String, revision: UInt32 = 1) -> [UInt] {
    var tables: [UInt] = []
    while true {
      var found = acquire(id, revision: revision, index: UInt32(tables.count))
      guard found.status == PLR_OK else { return tables }
      tables.append(found.reference.table)
      _ = release(&found.reference)
    }
  }
}
