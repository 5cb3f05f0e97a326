import CPluginABI
import Glibc
import Synchronization

/// What stands before the records of one category of one account.
///
/// Begins as `plr_log_gate` does, which is what callers read.
@safe struct LogGate: ~Copyable {
  let threshold = Atomic<UInt32>(PLR_LOG_OFF)
  /// What was said of this account and category, or `PLR_LOG_INHERIT`; nothing that callers look at.
  let rule = Atomic<UInt32>(PLR_LOG_INHERIT)
  let account: Account
  /// nil and 0 where there is none. Behind the gate, ended with NUL.
  let category: UnsafePointer<CChar>?
  let categoryLength: Int
  let next = unsafe Atomic<UnsafeMutablePointer<LogGate>?>(nil)

  init(account: Account, category: UnsafePointer<CChar>?, categoryLength: Int) {
    self.account = account
    unsafe self.category = unsafe category
    self.categoryLength = categoryLength
  }

  func isOf(_ text: UnsafePointer<CChar>, _ length: Int) -> Bool {
    unsafe categoryLength == length && (length == 0 || memcmp(category!, text, length) == 0)
  }
}

extension Account {
  /// The gate of records without a category.
  @inline(__always)
  var gate: UnsafeMutablePointer<LogGate> {
    // Right behind the state.
    unsafe (UnsafeMutableRawPointer(state) + MemoryLayout<AccountState>.stride)
      .assumingMemoryBound(to: LogGate.self)
  }

  /// The gate of `category`; nil where there is none yet.
  func existingGate(_ category: UnsafePointer<CChar>, _ length: Int)
    -> UnsafeMutablePointer<LogGate>?
  {
    var gate: UnsafeMutablePointer<LogGate>? = unsafe self.gate
    while let each = unsafe gate {
      if unsafe each.pointee.isOf(category, length) { return unsafe each }
      unsafe gate = unsafe each.pointee.next.load(ordering: .acquiring)
    }
    return nil
  }
}

/// What was said of levels, and the gates that follow from it. Behind a lock; gates themselves are read
/// without one.
@safe struct LogFilters: ~Copyable, @unchecked Sendable {
  static let shared = Lock(LogFilters())

  /// Whether something was said of a category of all accounts: only then do records without a gate
  /// have to be looked at closely.
  static let hasCategoryRules = Atomic<Bool>(false)

  private var threshold: UInt32 = PLR_LOG_INFO
  private var categories: [(name: [UInt8], level: UInt32)] = []

  /// Of records without a gate.
  func threshold(
    of account: Account, _ category: UnsafePointer<CChar>, _ length: Int
  ) -> UInt32 {
    if let gate = unsafe account.existingGate(category, length) {
      return unsafe gate.pointee.threshold.load(ordering: .relaxed)
    }
    return unsafe effective(account, category, length)
  }

  private func effective(_ gate: UnsafeMutablePointer<LogGate>) -> UInt32 {
    let account = unsafe gate.pointee.account
    guard account.isOpen else { return .max }
    if unsafe gate.pointee.rule.load(ordering: .relaxed) != PLR_LOG_INHERIT {
      return unsafe gate.pointee.rule.load(ordering: .relaxed)
    }
    if let category = unsafe gate.pointee.category {
      return unsafe effective(account, category, gate.pointee.categoryLength)
    }
    return threshold
  }

  /// Of a category that nothing is said of for this account.
  private func effective(
    _ account: Account, _ category: UnsafePointer<CChar>, _ length: Int
  ) -> UInt32 {
    let bytes = unsafe UnsafeRawBufferPointer(start: category, count: length)
    for rule in categories where unsafe rule.name.count == length && bytes.elementsEqual(rule.name)
    {
      return rule.level
    }
    let own = unsafe account.gate.pointee.rule.load(ordering: .relaxed)
    return own == PLR_LOG_INHERIT ? threshold : own
  }

  func applyToAll(of account: Account) {
    var gate: UnsafeMutablePointer<LogGate>? = unsafe account.gate
    while let each = unsafe gate {
      unsafe each.pointee.threshold.store(effective(each), ordering: .relaxed)
      unsafe gate = unsafe each.pointee.next.load(ordering: .relaxed)
    }
  }

  /// Lets nothing pass any more.
  func shut(account: Account) { applyToAll(of: account) }

  func set(_ level: UInt32, of account: Account) {
    unsafe account.gate.pointee.rule.store(level, ordering: .relaxed)
    applyToAll(of: account)
  }

  mutating func setThreshold(_ level: UInt32, _ accounts: borrowing Accounts) {
    threshold = level
    accounts.forEachOpen { applyToAll(of: $0) }
  }

  mutating func set(
    _ level: UInt32, category: UnsafePointer<CChar>, _ accounts: borrowing Accounts
  ) {
    let bytes = unsafe UnsafeRawBufferPointer(start: category, count: strlen(category))
    categories.removeAll { unsafe bytes.elementsEqual($0.name) }
    if level != PLR_LOG_INHERIT { unsafe categories.append((Array(bytes), level)) }
    Self.hasCategoryRules.store(!categories.isEmpty, ordering: .relaxed)
    accounts.forEachOpen { applyToAll(of: $0) }
  }

  /// The gate of `category`, made where there is none; nil where there is no memory.
  func gate(
    of account: Account, _ category: UnsafePointer<CChar>, _ length: Int
  ) -> UnsafeMutablePointer<LogGate>? {
    if let gate = unsafe account.existingGate(category, length) { return unsafe gate }
    let size = MemoryLayout<LogGate>.stride
    guard let room = unsafe Memory.allocate(size + length + 1) else { return nil }
    let copy = unsafe (room + size).assumingMemoryBound(to: CChar.self)
    unsafe memcpy(copy, category, length)
    unsafe copy[length] = 0
    let gate = unsafe room.assumingMemoryBound(to: LogGate.self)
    unsafe gate.initialize(to: LogGate(account: account, category: copy, categoryLength: length))
    unsafe gate.pointee.threshold.store(effective(gate), ordering: .relaxed)
    let first = unsafe account.gate
    unsafe gate.pointee.next.store(first.pointee.next.load(ordering: .relaxed), ordering: .relaxed)
    unsafe first.pointee.next.store(gate, ordering: .releasing)
    return unsafe gate
  }
}

/// How many records an account may write, as the time at which its allowance is used up (the generic cell
/// rate algorithm, ITU-T I.371): one word, changed by compare and exchange.
@safe struct LogRate: ~Copyable {
  /// Nanoseconds for each record; 0: no limit.
  let interval = Atomic<UInt64>(0)
  /// Nanoseconds that the allowance may be ahead.
  let burst = Atomic<UInt64>(0)
  /// Records that were not admitted.
  let refusals = Atomic<UInt64>(0)
  private let used = Atomic<UInt64>(0)

  func admits(at now: UInt64) -> Bool {
    let interval = interval.load(ordering: .relaxed)
    guard interval > 0 else { return true }
    let burst = burst.load(ordering: .relaxed)
    var old = used.load(ordering: .relaxed)
    while true {
      let start = max(old, now)
      guard start - now <= burst else { return false }
      let (isDone, seen) = used.compareExchange(
        expected: old, desired: start + interval, ordering: .relaxed)
      if isDone { return true }
      old = seen
    }
  }
}
