import CPluginABI

/// Who implements which interface, and who is using it.
///
/// One lock guards all of it. An entry leaves the look-up at once when it is removed; what was
/// acquired before stays pinned, and withdrawing its plugin waits for it.
final class Registry: @unchecked Sendable {
  static let shared = Registry()

  struct Key: Hashable, CustomStringConvertible {
    let id: String
    let revision: UInt32

    /// nil where `id` is no id. In ASCII, equal strings are equal bytes.
    init?(_ id: UnsafePointer<CChar>, revision: UInt32) {
      let text = unsafe String(cString: id)
      guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
      self.id = text
      self.revision = revision
    }

    var description: String { "\(id)/\(revision)" }
  }

  @safe final class Entry {
    let key: Key
    let priority: Int32
    let table: UnsafeRawPointer
    let account: Account

    init(key: Key, priority: Int32, table: UnsafeRawPointer, account: Account) {
      self.key = key
      self.priority = priority
      unsafe self.table = table
      self.account = account
    }
  }

  struct State {
    var entries: [Key: [Entry]] = [:]
    /// What is held and by whom, by token. An entry can be held after it left `entries`.
    var references: [UInt64: Reference] = [:]
    var nextToken: UInt64 = 1

    /// A reference that keeps `account` from being taken down. Its own are its own business: it has
    /// to be done with them when its `deinit` returns.
    func hold(on account: Account) -> Reference? {
      references.values.first { $0.entry.account === account && $0.holder !== account }
    }

    mutating func removeEntries(of account: Account) {
      for (key, list) in entries where list.contains(where: { $0.account === account }) {
        let rest = list.filter { $0.account !== account }
        entries[key] = rest.isEmpty ? nil : rest
      }
    }
  }

  struct Reference: CustomStringConvertible {
    let entry: Entry
    let holder: Account
    var description: String { "\(holder.name) holds \(entry.key)" }
  }

  private let state = Monitor(State())

  /// - Returns: `PLR_OK`, `PLR_ERROR_ALREADY_EXISTS` or `PLR_ERROR_RETIRED`.
  /// - Complexity: O(implementations of the key).
  func add(_ entry: Entry) -> plr_status {
    state.withLock { state in
      // Accounts are closed under the same lock: no entry can outlive its account.
      guard entry.account.isOpen.load(ordering: .acquiring) else { return PLR_ERROR_RETIRED }
      var list = state.entries[entry.key] ?? []
      guard
        !list.contains(where: { unsafe $0.table == entry.table && $0.account === entry.account })
      else { return PLR_ERROR_ALREADY_EXISTS }
      let index = list.firstIndex { $0.priority < entry.priority } ?? list.endIndex
      list.insert(entry, at: index)
      state.entries[entry.key] = list
      return PLR_OK
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

  /// nil where there is no such implementation or `holder` was closed.
  func acquire(_ key: Key, index: Int, for holder: Account) -> plr_reference? {
    unsafe state.withLock { state in
      guard let list = state.entries[key], list.indices.contains(index),
        holder.isOpen.load(ordering: .acquiring)
      else { return nil }
      let entry = list[index]
      let token = state.nextToken
      state.nextToken += 1
      state.references[token] = Reference(entry: entry, holder: holder)
      return unsafe plr_reference(table: entry.table, token: token)
    }
  }

  func release(token: UInt64) -> Bool {
    let isKnown = state.withLock { $0.references.removeValue(forKey: token) != nil }
    if isKnown { state.notify() }
    return isKnown
  }

  func count(_ key: Key) -> Int {
    state.withLock { $0.entries[key]?.count ?? 0 }
  }

  /// Takes all entries of `account` out, then waits until nobody else holds one of them.
  ///
  /// - Returns: nil, or a reference that is still held after the time-out.
  /// - Complexity: O(entries + references held).
  func withdraw(_ account: Account, timeoutNanoseconds: UInt64) -> Reference? {
    var hold: Reference?
    _ = state.wait(timeoutNanoseconds: timeoutNanoseconds) { state in
      // Again after each wait: what came meanwhile has to go as well.
      state.removeEntries(of: account)
      hold = state.hold(on: account)
      return hold == nil
    }
    return hold
  }

  enum Closing {
    /// With so many references that the account still held.
    case closed(references: Int)
    case alreadyClosed
    /// Nothing was changed, for this reason.
    case held(String)
  }

  /// Takes `account` out of service and releases the references it holds, unless it has entries or
  /// somebody holds one of them. With `evenIfHeld` its entries go and references to them are void.
  ///
  /// - Complexity: O(entries + references held).
  func close(_ account: Account, evenIfHeld: Bool) -> Closing {
    let closing: Closing = state.withLock { state in
      guard account.isOpen.load(ordering: .acquiring) else { return .alreadyClosed }
      if evenIfHeld {
        state.removeEntries(of: account)
        state.references = state.references.filter { $0.value.entry.account !== account }
      } else if let hold = state.hold(on: account) {
        return .held("\(hold)")
      } else if let key = state.entries.first(where: { entry in
        entry.value.contains { $0.account === account }
      })?.key {
        return .held("\(key) is still registered")
      }
      let before = state.references.count
      state.references = state.references.filter { $0.value.holder !== account }
      account.isOpen.store(false, ordering: .releasing)
      return .closed(references: before - state.references.count)
    }
    if case .closed = closing { state.notify() }
    return closing
  }
}

@c @implementation
public func plr_registry_add(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32,
  _ priority: Int32, _ table: UnsafeRawPointer!, _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  guard let id = unsafe id, unsafe id.pointee != 0, let table = unsafe table else {
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, "registry", "an interface needs an id and a table")
  }
  guard let key = unsafe Registry.Key(id, revision: revision) else {
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, id, "an id is printable ASCII without blanks")
  }
  let noAccount = "this table has no open account here"
  switch unsafe Account.resolve(host) {
  case .failure(let status): return unsafe plugin_fail(error, status, id, noAccount)
  case .account(let account):
    let entry = unsafe Registry.Entry(key: key, priority: priority, table: table, account: account)
    let status = Registry.shared.add(entry)
    guard status != PLR_OK else { return PLR_OK }
    return unsafe plugin_fail(
      error, status, id,
      status == PLR_ERROR_RETIRED
        ? noAccount : "\(account.name) has registered this table already")
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
    guard let key = unsafe Registry.Key(id, revision: revision),
      unsafe Registry.shared.remove(key, table: table, of: account)
    else { return PLR_ERROR_NOT_FOUND }
    return PLR_OK
  }
}

@c @implementation
public func plr_registry_acquire(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32,
  _ index: UInt32, _ reference: UnsafeMutablePointer<plr_reference>!
) -> plr_status {
  guard let reference = unsafe reference else { return PLR_ERROR_INVALID_ARGUMENT }
  unsafe reference.pointee = plr_reference(table: nil, token: 0)
  guard let id = unsafe id else { return PLR_ERROR_INVALID_ARGUMENT }
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    unsafe Demands.announce(id, revision)
    guard let key = unsafe Registry.Key(id, revision: revision),
      let pinned = unsafe Registry.shared.acquire(key, index: Int(index), for: account)
    else { return PLR_ERROR_NOT_FOUND }
    unsafe reference.pointee = pinned
    return PLR_OK
  }
}

@c @implementation
public func plr_registry_release(
  _ host: UnsafePointer<plr_host>!, _ reference: UnsafeMutablePointer<plr_reference>!
) -> plr_status {
  guard let reference = unsafe reference else { return PLR_ERROR_INVALID_ARGUMENT }
  // A token says nothing in another runtime. A retired plugin may give back what it never held.
  if case .failure(let status) = unsafe Account.resolve(host), status != PLR_ERROR_RETIRED {
    return status
  }
  let token = unsafe reference.pointee.token
  unsafe reference.pointee = plr_reference(table: nil, token: 0)
  return Registry.shared.release(token: token) ? PLR_OK : PLR_ERROR_NOT_FOUND
}

@c @implementation
public func plr_registry_count(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32
) -> UInt32 {
  guard let id = unsafe id, case .account = unsafe Account.resolve(host) else { return 0 }
  unsafe Demands.announce(id, revision)
  guard let key = unsafe Registry.Key(id, revision: revision) else { return 0 }
  return UInt32(Registry.shared.count(key))
}

@c @implementation
public func plr_registry_withdraw(
  _ host: UnsafePointer<plr_host>!, _ timeoutNanoseconds: UInt64,
  _ error: UnsafeMutablePointer<plr_error>!
) -> plr_status {
  switch unsafe Account.resolve(host) {
  case .failure(let status):
    return unsafe plugin_fail(error, status, "registry", "this table has no open account here")
  case .account(let account):
    guard
      let held = Registry.shared.withdraw(account, timeoutNanoseconds: timeoutNanoseconds)
    else { return PLR_OK }
    return unsafe plugin_fail(
      error, PLR_ERROR_BUSY, account.name,
      "\(held); release it and withdraw again")
  }
}
