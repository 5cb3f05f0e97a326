import CPluginABI

/// Who implements which interface, and who is using it.
///
/// One lock guards all of it. An entry leaves the look-up at once when it is removed; what was
/// acquired before stays pinned, and withdrawing its plugin waits for it.
final class Registry: @unchecked Sendable {
  static let shared = Registry()

  struct Key: Hashable {
    var id: String
    var revision: UInt32
  }

  @safe final class Entry {
    let key: Key
    let priority: Int32
    let table: UnsafeRawPointer
    let account: Account
    var pins = 0

    init(key: Key, priority: Int32, table: UnsafeRawPointer, account: Account) {
      self.key = key
      self.priority = priority
      unsafe self.table = table
      self.account = account
    }
  }

  struct State {
    var entries: [Key: [Entry]] = [:]
    /// What is held, by token. An entry can be held after it left `entries`.
    var references: [UInt64: Entry] = [:]
    var nextToken: UInt64 = 1
  }

  private let state = Monitor(State())

  /// - Complexity: O(implementations of the key).
  func add(_ entry: Entry) -> Bool {
    state.withLock { state in
      var list = state.entries[entry.key] ?? []
      guard
        !list.contains(where: { unsafe $0.table == entry.table && $0.account === entry.account })
      else { return false }
      let index = list.firstIndex { $0.priority < entry.priority } ?? list.endIndex
      list.insert(entry, at: index)
      state.entries[entry.key] = list
      return true
    }
  }

  func remove(_ key: Key, table: UnsafeRawPointer, of account: Account) -> Bool {
    state.withLock { state in
      guard var list = state.entries[key],
        let index = list.firstIndex(where: { unsafe $0.table == table && $0.account === account })
      else { return false }
      list.remove(at: index)
      state.entries[key] = list.isEmpty ? nil : list
      return true
    }
  }

  func acquire(_ key: Key, index: Int) -> plr_reference? {
    unsafe state.withLock { state in
      guard let list = state.entries[key], list.indices.contains(index) else { return nil }
      let entry = list[index]
      entry.pins += 1
      let token = state.nextToken
      state.nextToken += 1
      state.references[token] = entry
      return unsafe plr_reference(table: entry.table, token: token)
    }
  }

  func release(token: UInt64) -> Bool {
    let isKnown = state.withLock { state in
      guard let entry = state.references.removeValue(forKey: token) else { return false }
      entry.pins -= 1
      return true
    }
    if isKnown { state.notify() }
    return isKnown
  }

  func count(_ key: Key) -> Int {
    state.withLock { $0.entries[key]?.count ?? 0 }
  }

  /// Takes all entries of `account` out, then waits until none of its entries is held.
  ///
  /// - Returns: nil, or the key of an entry that is still held after the time-out.
  /// - Complexity: O(entries + references held).
  func withdraw(_ account: Account, timeoutNanoseconds: UInt64) -> Key? {
    state.withLock { state in
      for (key, list) in state.entries where list.contains(where: { $0.account === account }) {
        let rest = list.filter { $0.account !== account }
        state.entries[key] = rest.isEmpty ? nil : rest
      }
    }
    var holder: Key?
    _ = state.wait(timeoutNanoseconds: timeoutNanoseconds) { state in
      holder = state.references.values.first { $0.account === account }?.key
      return holder == nil
    }
    return holder
  }

  /// The id of an entry of `account` that is registered or held, nil where there is none.
  func firstHold(on account: Account) -> String? {
    state.withLock { state in
      for (key, list) in state.entries where list.contains(where: { $0.account === account }) {
        return key.id
      }
      return state.references.values.first { $0.account === account }?.key.id
    }
  }
}

@c @implementation
public func plr_registry_add(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32,
  _ priority: Int32, _ table: UnsafeRawPointer!, _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  guard let id = unsafe id, unsafe id.pointee != 0, let table = unsafe table else {
    return unsafe plr_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, "registry", "an interface needs an id and a table")
  }
  switch unsafe Account.resolve(host) {
  case .failure(let status):
    return unsafe plr_fail(error, status, id, "this table has no open account here")
  case .account(let account):
    let entry = unsafe Registry.Entry(
      key: Registry.Key(id: String(cString: id), revision: revision), priority: priority,
      table: table, account: account)
    guard Registry.shared.add(entry) else {
      return unsafe plr_fail(
        error, PLR_ERROR_ALREADY_EXISTS, id, "\(account.name) has registered this table already")
    }
    return PLR_OK
  }
}

@c @implementation
public func plr_registry_remove(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32,
  _ table: UnsafeRawPointer!
) -> plr_status {
  guard let id = unsafe id, let table = unsafe table else { return PLR_ERROR_INVALID_ARGUMENT }
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    let key = unsafe Registry.Key(id: String(cString: id), revision: revision)
    return unsafe Registry.shared.remove(key, table: table, of: account)
      ? PLR_OK : PLR_ERROR_NOT_FOUND
  }
}

@c @implementation
public func plr_registry_acquire(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32,
  _ index: UInt32, _ reference: UnsafeMutablePointer<plr_reference>!
) -> plr_status {
  guard let id = unsafe id, let reference = unsafe reference else {
    return PLR_ERROR_INVALID_ARGUMENT
  }
  if case .failure(let status) = unsafe Account.resolve(host) { return status }
  let key = unsafe Registry.Key(id: String(cString: id), revision: revision)
  guard let pinned = unsafe Registry.shared.acquire(key, index: Int(index)) else {
    return PLR_ERROR_NOT_FOUND
  }
  unsafe reference.pointee = pinned
  return PLR_OK
}

@c @implementation
public func plr_registry_release(
  _ host: UnsafePointer<plr_host>!, _ reference: UnsafeMutablePointer<plr_reference>!
) -> plr_status {
  guard let reference = unsafe reference else { return PLR_ERROR_INVALID_ARGUMENT }
  let token = unsafe reference.pointee.token
  unsafe reference.pointee = plr_reference(table: nil, token: 0)
  return Registry.shared.release(token: token) ? PLR_OK : PLR_ERROR_NOT_FOUND
}

@c @implementation
public func plr_registry_count(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32
) -> UInt32 {
  guard let id = unsafe id, case .account = unsafe Account.resolve(host) else { return 0 }
  return unsafe UInt32(
    Registry.shared.count(Registry.Key(id: String(cString: id), revision: revision)))
}

@c @implementation
public func plr_registry_withdraw(
  _ host: UnsafePointer<plr_host>!, _ timeoutNanoseconds: UInt64,
  _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  switch unsafe Account.resolve(host) {
  case .failure(let status):
    return unsafe plr_fail(error, status, "registry", "this table has no open account here")
  case .account(let account):
    guard
      let held = Registry.shared.withdraw(account, timeoutNanoseconds: timeoutNanoseconds)
    else { return PLR_OK }
    return unsafe plr_fail(
      error, PLR_ERROR_BUSY, account.name,
      "a reference to \(held.id)/\(held.revision) is still held; release it and withdraw again")
  }
}
