import CPluginABI
import Glibc
import Synchronization

@c @implementation
public func plr_log_is_enabled(_ host: UnsafePointer<plr_host>!, _ level: plr_log_level) -> Int32 {
  guard case .account(let account) = unsafe Account.resolve(host), level <= PLR_LOG_CRITICAL else {
    return 0
  }
  return unsafe level >= account.gate.pointee.threshold.load(ordering: .relaxed) ? 1 : 0
}

@c @implementation
public func plr_log_write(
  _ host: UnsafePointer<plr_host>!, _ level: plr_log_level, _ category: UnsafePointer<CChar>!,
  _ message: UnsafePointer<CChar>!, _ length: Int
) {
  guard case .account(let account) = unsafe Account.resolve(host), level <= PLR_LOG_CRITICAL,
    length >= 0
  else { return }
  let categoryLength = unsafe category == nil ? 0 : Int(min(strlen(category), 0xffff))
  var threshold = unsafe account.gate.pointee.threshold.load(ordering: .relaxed)
  if categoryLength > 0,
    unsafe account.gate.pointee.next.load(ordering: .relaxed) != nil
      || LogFilters.hasCategoryRules.load(ordering: .relaxed)
  {
    threshold = LogFilters.shared.withLock {
      unsafe $0.threshold(of: account, category, categoryLength)
    }
  }
  guard level >= threshold else { return }
  unsafe Log.submitOutlined(
    account, level,
    LogBody(
      category: UnsafeRawBufferPointer(start: category, count: categoryLength),
      message: UnsafeRawBufferPointer(start: message, count: message == nil ? 0 : length),
      fields: UnsafeBufferPointer(start: nil, count: 0)))
}

@c @implementation
public func plr_log_gate_of(
  _ host: UnsafePointer<plr_host>!, _ category: UnsafePointer<CChar>!
) -> UnsafePointer<plr_log_gate>! {
  guard case .account(let account) = unsafe Account.resolve(host) else { return nil }
  var gate: UnsafeMutablePointer<LogGate>? = unsafe account.gate
  if let category = unsafe category, unsafe category.pointee != 0 {
    let length = unsafe min(strlen(category), 0xffff)
    unsafe gate = unsafe LogFilters.shared.withLock {
      unsafe $0.gate(of: account, category, length)
    }
  }
  return unsafe UnsafeRawPointer(gate)?.assumingMemoryBound(to: plr_log_gate.self)
}

@c @implementation
public func plr_log_submit(
  _ gate: UnsafePointer<plr_log_gate>!, _ level: plr_log_level, _ message: UnsafePointer<CChar>!,
  _ length: Int, _ fields: UnsafePointer<plr_log_field>!, _ count: Int
) {
  guard let gate = unsafe gate, level <= PLR_LOG_CRITICAL, length >= 0, count >= 0 else { return }
  let known = unsafe UnsafeMutablePointer(
    mutating: UnsafeRawPointer(gate).assumingMemoryBound(to: LogGate.self))
  guard unsafe level >= known.pointee.threshold.load(ordering: .relaxed) else { return }
  unsafe Log.submit(
    known.pointee.account, known, level,
    LogBody(
      category: UnsafeRawBufferPointer(start: nil, count: 0),
      message: UnsafeRawBufferPointer(start: message, count: message == nil ? 0 : length),
      fields: UnsafeBufferPointer(
        start: fields, count: fields == nil ? 0 : min(count, LogBody.maximalFields))))
}

@c @implementation
public func plr_log_set_level(
  _ host: UnsafePointer<plr_host>!, _ level: plr_log_level
) -> plr_status {
  guard let host = unsafe host else {
    guard level <= PLR_LOG_OFF else { return PLR_ERROR_INVALID_ARGUMENT }
    Accounts.shared.withLock { accounts in
      LogFilters.shared.withLock { $0.setThreshold(level, accounts) }
    }
    return PLR_OK
  }
  guard level <= PLR_LOG_OFF || level == PLR_LOG_INHERIT else { return PLR_ERROR_INVALID_ARGUMENT }
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    LogFilters.shared.withLock { $0.set(level, of: account) }
    return PLR_OK
  }
}

@c @implementation
public func plr_log_set_category_level(
  _ host: UnsafePointer<plr_host>!, _ category: UnsafePointer<CChar>!, _ level: plr_log_level
) -> plr_status {
  guard let category = unsafe category, unsafe category.pointee != 0,
    level <= PLR_LOG_OFF || level == PLR_LOG_INHERIT
  else {
    return PLR_ERROR_INVALID_ARGUMENT
  }
  guard let host = unsafe host else {
    Accounts.shared.withLock { accounts in
      LogFilters.shared.withLock { unsafe $0.set(level, category: category, accounts) }
    }
    return PLR_OK
  }
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    return LogFilters.shared.withLock { filters in
      guard let gate = unsafe filters.gate(of: account, category, strlen(category)) else {
        return PLR_ERROR_OUT_OF_MEMORY
      }
      unsafe gate.pointee.rule.store(level, ordering: .relaxed)
      filters.applyToAll(of: account)
      return PLR_OK
    }
  }
}

@c @implementation
public func plr_log_set_rate(
  _ host: UnsafePointer<plr_host>!, _ recordsPerSecond: UInt32, _ burst: UInt32
) -> plr_status {
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    return LogFilters.shared.withLock { _ in
      if unsafe account.state.pointee.rate.load(ordering: .relaxed) == nil {
        guard let rate = unsafe Memory.allocate(LogRate.self) else {
          return PLR_ERROR_OUT_OF_MEMORY
        }
        unsafe rate.initialize(to: LogRate())
        unsafe account.state.pointee.rate.store(rate, ordering: .releasing)
      }
      let rate = unsafe account.state.pointee.rate.load(ordering: .relaxed)!
      let interval = recordsPerSecond == 0 ? 0 : 1_000_000_000 / UInt64(recordsPerSecond)
      unsafe rate.pointee.burst.store(
        interval * UInt64(max(burst, 1) - 1), ordering: .relaxed)
      unsafe rate.pointee.interval.store(interval, ordering: .relaxed)
      return PLR_OK
    }
  }
}

@c @implementation
public func plr_log_set_buffering(_ whenFull: UInt32, _ ringBytes: UInt64) -> plr_status {
  guard whenFull <= PLR_LOG_WHEN_FULL_BLOCK,
    ringBytes == 0
      || (ringBytes & (ringBytes - 1) == 0 && (4 << 10...64 << 20).contains(ringBytes))
  else { return PLR_ERROR_INVALID_ARGUMENT }
  Log.blocksWhenFull.store(whenFull == PLR_LOG_WHEN_FULL_BLOCK, ordering: .relaxed)
  if ringBytes != 0 { Log.ringCapacity.store(ringBytes, ordering: .relaxed) }
  return PLR_OK
}

@c @implementation
public func plr_log_flush(_ timeoutNanoseconds: UInt64) -> plr_status {
  LogWriter.shared.flush(timeoutNanoseconds: timeoutNanoseconds) ? PLR_OK : PLR_ERROR_BUSY
}

@c @implementation
public func plr_log_get_statistics(
  _ host: UnsafePointer<plr_host>!, _ statistics: UnsafeMutablePointer<plr_log_statistics>!
) -> plr_status {
  let size = UInt32(MemoryLayout<plr_log_statistics>.size)
  guard let statistics = unsafe statistics, unsafe statistics.pointee.size >= size else {
    return PLR_ERROR_INVALID_ARGUMENT
  }
  var sum = plr_log_statistics()
  sum.size = size
  if let host = unsafe host {
    switch unsafe Account.resolve(host) {
    case .failure(let status): return status
    case .account(let account): account.addLogStatistics(to: &sum)
    }
  } else {
    Accounts.shared.withLock { $0.forEach { $0.addLogStatistics(to: &sum) } }
  }
  unsafe statistics.pointee = sum
  return PLR_OK
}

extension Account {
  func addLogStatistics(to sum: inout plr_log_statistics) {
    // What became of a record is read before that there was one.
    unsafe sum.written += state.pointee.written.load(ordering: .acquiring)
    unsafe sum.dropped += state.pointee.dropped.load(ordering: .acquiring)
    if let rate = unsafe state.pointee.rate.load(ordering: .acquiring) {
      sum.limited += unsafe rate.pointee.refusals.load(ordering: .acquiring)
    }
    unsafe sum.immediate += state.pointee.immediate.load(ordering: .acquiring)
    unsafe sum.submitted += state.pointee.submittedElsewhere.load(ordering: .acquiring)
    unsafe ThreadRecord.forEach { record in
      guard let shard = unsafe ShardTable.existing(of: index, in: record) else { return }
      unsafe sum.submitted += shard.pointee.submitted.load(ordering: .acquiring)
    }
  }
}
