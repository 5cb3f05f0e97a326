import CPluginABI
import Glibc

/// Whether `id` can be one: printable ASCII without blanks, and not empty.
private func isID(_ id: UnsafePointer<CChar>) -> Bool {
  var index = 0
  while unsafe id[index] != 0 {
    guard unsafe (0x21...0x7e).contains(id[index]) else { return false }
    index += 1
  }
  return index > 0
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
  guard unsafe isID(id) else {
    return unsafe plugin_fail(
      error, PLR_ERROR_INVALID_ARGUMENT, id, "an id is printable ASCII without blanks")
  }
  let noAccount: StaticString = "this table has no open account here"
  switch unsafe Account.resolve(host) {
  case .failure(let status):
    return unsafe noAccount.withCString { unsafe plugin_fail(error, status, id, $0) }
  case .account(let account):
    let status = unsafe Registry.shared.add(
      id, revision: revision, priority: priority, table: table, of: account)
    switch status {
    case PLR_OK: return PLR_OK
    case PLR_ERROR_RETIRED:
      return unsafe noAccount.withCString { unsafe plugin_fail(error, status, id, $0) }
    case PLR_ERROR_OUT_OF_MEMORY:
      return unsafe plugin_fail(error, status, id, "no memory for an implementation")
    default:
      return unsafe plugin_fail(
        error, status, id, "\(account.name) has registered this table already")
    }
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
    guard let interface = unsafe InterfaceTable.find(id, strlen(id), revision: revision) else {
      return PLR_ERROR_NOT_FOUND
    }
    return unsafe Registry.shared.remove(interface, table: table, of: account)
  }
}

@c @implementation
public func plr_registry_find(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32
) -> UnsafePointer<plr_interface>! {
  guard let id = unsafe id, case .account = unsafe Account.resolve(host) else { return nil }
  var interface = unsafe InterfaceTable.find(id, strlen(id), revision: revision)
  if unsafe interface == nil && isID(id) {
    unsafe interface = unsafe Registry.shared.intern(id, revision: revision)
  }
  return unsafe UnsafeRawPointer(interface)?.assumingMemoryBound(to: plr_interface.self)
}

@c @implementation
public func plr_registry_acquire(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32,
  _ index: UInt32, _ reference: UnsafeMutablePointer<plr_reference>!
) -> plr_status {
  guard let reference = unsafe reference else { return PLR_ERROR_INVALID_ARGUMENT }
  unsafe reference.pointee = unsafe plr_reference(table: nil, token: 0)
  guard let id = unsafe id else { return PLR_ERROR_INVALID_ARGUMENT }
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    unsafe Demands.announce(id, revision)
    guard let interface = unsafe InterfaceTable.find(id, strlen(id), revision: revision),
      let pinned = unsafe Registry.shared.acquire(interface, index: Int(index), for: account)
    else { return PLR_ERROR_NOT_FOUND }
    unsafe reference.pointee = unsafe pinned
    return PLR_OK
  }
}

@c @implementation
public func plr_registry_acquire_found(
  _ host: UnsafePointer<plr_host>!, _ interface: UnsafePointer<plr_interface>!, _ index: UInt32,
  _ reference: UnsafeMutablePointer<plr_reference>!
) -> plr_status {
  guard let reference = unsafe reference else { return PLR_ERROR_INVALID_ARGUMENT }
  unsafe reference.pointee = unsafe plr_reference(table: nil, token: 0)
  guard let interface = unsafe interface else { return PLR_ERROR_INVALID_ARGUMENT }
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    unsafe Demands.announce(known(interface))
    guard
      let pinned = unsafe Registry.shared.acquire(known(interface), index: Int(index), for: account)
    else { return PLR_ERROR_NOT_FOUND }
    unsafe reference.pointee = unsafe pinned
    return PLR_OK
  }
}

private func known(_ interface: UnsafePointer<plr_interface>) -> UnsafeMutablePointer<Interface> {
  unsafe UnsafeMutablePointer(
    mutating: UnsafeRawPointer(interface).assumingMemoryBound(to: Interface.self))
}

@c @implementation
public func plr_registry_acquire_all(
  _ host: UnsafePointer<plr_host>!, _ interface: UnsafePointer<plr_interface>!,
  _ references: UnsafeMutablePointer<plr_reference>!, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>!
) -> plr_status {
  guard let interface = unsafe interface, let count = unsafe count, capacity >= 0,
    unsafe references != nil || capacity == 0
  else {
    return PLR_ERROR_INVALID_ARGUMENT
  }
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    let interface = unsafe known(interface)
    unsafe Demands.announce(interface)
    while true {
      let changes = unsafe interface.pointee.changes.load(ordering: .acquiring)
      var taken = 0
      while let pinned = unsafe Registry.shared.acquire(interface, index: taken, for: account) {
        guard taken < capacity else {
          _ = unsafe Registry.shared.release(token: pinned.token)
          break
        }
        unsafe references[taken] = unsafe pinned
        taken += 1
      }
      let total = unsafe Registry.shared.count(interface)
      // One moment, if nothing has changed since; else again.
      let isOneMoment = unsafe interface.pointee.changes.load(ordering: .acquiring) == changes
      if isOneMoment && taken == total {
        unsafe count.pointee = total
        return PLR_OK
      }
      for index in 0..<taken { _ = unsafe Registry.shared.release(token: references[index].token) }
      guard account.isOpen else { return PLR_ERROR_RETIRED }
      // One that has just come or gone, and is not counted as a change yet, is no lack of memory.
      guard isOneMoment, taken <= total else { continue }
      if total <= capacity {
        guard let pinned = unsafe Registry.shared.acquire(interface, index: taken, for: account)
        else {
          if unsafe interface.pointee.changes.load(ordering: .acquiring) != changes { continue }
          return PLR_ERROR_OUT_OF_MEMORY
        }
        _ = unsafe Registry.shared.release(token: pinned.token)
        continue
      }
      unsafe count.pointee = total
      return PLR_ERROR_INVALID_ARGUMENT
    }
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
  unsafe reference.pointee = unsafe plr_reference(table: nil, token: 0)
  return Registry.shared.release(token: token) ? PLR_OK : PLR_ERROR_NOT_FOUND
}

@c @implementation
public func plr_registry_count(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32
) -> UInt32 {
  guard let id = unsafe id, case .account = unsafe Account.resolve(host) else { return 0 }
  unsafe Demands.announce(id, revision)
  guard let interface = unsafe InterfaceTable.find(id, strlen(id), revision: revision) else {
    return 0
  }
  return unsafe UInt32(Registry.shared.count(interface))
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
    let (held, isWhole) = Registry.shared.withdraw(
      account, timeoutNanoseconds: timeoutNanoseconds)
    guard isWhole else {
      return unsafe plugin_fail(
        error, PLR_ERROR_OUT_OF_MEMORY, account.name,
        "no memory to take its entries out; withdraw again")
    }
    guard let held else { return PLR_OK }
    return unsafe plugin_fail(
      error, PLR_ERROR_BUSY, account.name, "\(held); release it and withdraw again")
  }
}

@c @implementation
public func plr_registry_listen(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32,
  _ callback: plr_registry_callback!, _ context: UnsafeMutableRawPointer!,
  _ listener: UnsafeMutablePointer<plr_registry_listener>!
) -> plr_status {
  guard let callback = unsafe callback, let listener = unsafe listener else {
    return PLR_ERROR_INVALID_ARGUMENT
  }
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    var interface: UnsafeMutablePointer<Interface>?
    if let id = unsafe id {
      guard unsafe isID(id) else { return PLR_ERROR_INVALID_ARGUMENT }
      unsafe interface = unsafe Registry.shared.intern(id, revision: revision)
      guard unsafe interface != nil else { return PLR_ERROR_OUT_OF_MEMORY }
    }
    guard
      let added = unsafe RegistryListeners.shared.add(for: account, interface, callback, context)
    else { return PLR_ERROR_RETIRED }
    unsafe listener.pointee = added
    return PLR_OK
  }
}

@c @implementation
public func plr_registry_unlisten(_ listener: plr_registry_listener) -> plr_status {
  RegistryListeners.shared.remove(listener)
}
