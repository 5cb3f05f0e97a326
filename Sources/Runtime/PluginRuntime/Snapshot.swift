import CPluginABI
import Glibc
import Synchronization

/// The state of the three services at one time, as JSON of the schema `plr-statistics/1`.
enum Snapshot {
  /// What an account has in the registry.
  private struct Usage {
    var entries = 0
    var references = 0
  }

  /// False where there is no memory.
  ///
  /// - Complexity: O(accounts * threads + references held).
  static func write(to buffer: inout LogBuffer) -> Bool {
    let mapped = SpanSource.shared.withLock { $0.mappedBytes }
    // Accounts that are opened meanwhile are in the next one.
    let count = Int(Accounts.shared.withLock { $0.nextIndex })
    let usageSize = MemoryLayout<Usage>.stride
    guard let room = unsafe Memory.allocateZeroed(max(count, 1) * usageSize) else { return false }
    defer { unsafe free(room) }
    let usages = unsafe room.bindMemory(to: Usage.self, capacity: count)
    Registry.shared.forEachHolder {
      if $0.index < count { unsafe usages[Int($0.index)].references += 1 }
    }
    guard buffer.makeRoom(1024) else { return false }
    buffer.append("{\"schema\":\"plr-statistics/1\",\"allocator\":{\"mappedBytes\":")
    buffer.append(UInt64(mapped))
    buffer.append(",\"checked\":")
    buffer.append(Allocator.isChecked.load(ordering: .relaxed) != 0 ? "true" : "false")
    buffer.append("},\"accounts\":[")
    var memory = plr_allocation_statistics()
    var records = plr_log_statistics()
    var all = Usage()
    var isFirst = true
    for index in 0..<count {
      let account = Accounts.account(UInt32(index))
      guard account.isOpen else { continue }
      let name = unsafe UnsafeRawBufferPointer(
        start: account.cName, count: Int(account.state.pointee.nameLength))
      guard buffer.makeRoom(1024 + 6 * name.count) else { return false }
      if !isFirst { buffer.append(UInt8(ascii: ",")) }
      isFirst = false
      buffer.append("{\"name\":\"")
      unsafe buffer.append(escaping: name, as: .json)
      buffer.append("\",")
      let own = Allocator.statistics(of: account)
      var log = plr_log_statistics()
      account.addLogStatistics(to: &log)
      var usage = unsafe usages[index]
      usage.entries = account.entryCount
      append(own, log, usage, to: &buffer)
      buffer.append(UInt8(ascii: "}"))
      memory.live_blocks += own.live_blocks
      memory.live_bytes += own.live_bytes
      memory.peak_bytes += own.peak_bytes
      memory.total_allocations += own.total_allocations
      records.submitted += log.submitted
      records.written += log.written
      records.dropped += log.dropped
      records.limited += log.limited
      records.immediate += log.immediate
      all.entries += usage.entries
      all.references += usage.references
    }
    guard buffer.makeRoom(1024) else { return false }
    buffer.append("],\"total\":{")
    append(memory, records, all, to: &buffer)
    buffer.append("}}")
    return true
  }

  private static func append(
    _ memory: plr_allocation_statistics, _ log: plr_log_statistics,
    _ usage: Usage, to buffer: inout LogBuffer
  ) {
    append("\"memory\":{\"liveBlocks\":", memory.live_blocks, to: &buffer)
    append(",\"liveBytes\":", memory.live_bytes, to: &buffer)
    append(",\"peakBytes\":", memory.peak_bytes, to: &buffer)
    append(",\"totalAllocations\":", memory.total_allocations, to: &buffer)
    append("},\"log\":{\"submitted\":", log.submitted, to: &buffer)
    append(",\"written\":", log.written, to: &buffer)
    append(",\"dropped\":", log.dropped, to: &buffer)
    append(",\"limited\":", log.limited, to: &buffer)
    append(",\"immediate\":", log.immediate, to: &buffer)
    append("},\"registry\":{\"entries\":", UInt64(usage.entries), to: &buffer)
    append(",\"references\":", UInt64(usage.references), to: &buffer)
    buffer.append(UInt8(ascii: "}"))
  }

  private static func append(_ name: StaticString, _ number: UInt64, to buffer: inout LogBuffer) {
    buffer.append(name)
    buffer.append(number)
  }
}

@c @implementation
public func plr_runtime_snapshot(
  _ buffer: UnsafeMutablePointer<CChar>!, _ capacity: Int, _ length: UnsafeMutablePointer<Int>!
) -> plr_status {
  guard let length = unsafe length, capacity >= 0, unsafe buffer != nil || capacity == 0 else {
    return PLR_ERROR_INVALID_ARGUMENT
  }
  guard var text = LogBuffer(capacity: 4096), Snapshot.write(to: &text) else {
    return PLR_ERROR_OUT_OF_MEMORY
  }
  unsafe length.pointee = text.count
  guard text.count < capacity else { return PLR_ERROR_OUT_OF_MEMORY }
  unsafe memcpy(buffer, text.start, text.count)
  unsafe buffer[text.count] = 0
  return PLR_OK
}
