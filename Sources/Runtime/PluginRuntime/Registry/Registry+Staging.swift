import CPluginABI
import Glibc
import Synchronization

/// Registrations that nobody finds before they are all there.
extension Registry {
  /// From now on what `account` adds waits for ``publish(_:)``; what it has added before stays.
  func stage(_ account: Account) -> plr_status {
    state.withLock { _ in
      guard account.isOpen else { return PLR_ERROR_RETIRED }
      unsafe account.state.pointee.isStaging.store(true, ordering: .relaxed)
      return PLR_OK
    }
  }

  /// Puts all that is waiting in place, in the order in which it was added; what is added from now on is found
  /// at once.
  ///
  /// - Returns: `PLR_OK`, `PLR_ERROR_RETIRED`, or `PLR_ERROR_OUT_OF_MEMORY`, with what was not put in place
  ///   waiting still.
  /// - Complexity: O(entries of the account), besides putting each in place.
  func publish(_ account: Account) -> plr_status {
    var events = RegistryEvents()
    let status: plr_status = state.withLock { state in
      guard account.isOpen else { return PLR_ERROR_RETIRED }
      // The first one added is the last of the chain.
      var entry = unsafe account.firstEntry
      while let next = unsafe entry?.pointee.nextOwn.load(ordering: .relaxed) {
        unsafe entry = unsafe next
      }
      while let each = unsafe entry {
        if unsafe each.pointee.isStaged {
          guard unsafe publish(each, &state, &events) else { return PLR_ERROR_OUT_OF_MEMORY }
        }
        unsafe entry = unsafe each.pointee.previousOwn.load(ordering: .relaxed)
      }
      unsafe account.state.pointee.isStaging.store(false, ordering: .relaxed)
      return PLR_OK
    }
    events.announce()
    return status
  }

  private func publish(
    _ entry: UnsafeMutablePointer<Implementation>, _ state: inout State,
    _ events: inout RegistryEvents
  ) -> Bool {
    let interface = unsafe entry.pointee.interface
    let arrival = unsafe RegistryEvents.make(
      PLR_REGISTRY_ARRIVED, interface, priority: entry.pointee.priority, entry.pointee.account)
    guard let arrival = unsafe arrival else { return false }
    let list = unsafe interface.pointee.list.load(ordering: .relaxed)
    let count = unsafe list?.pointee.count.load(ordering: .relaxed) ?? 0
    unsafe entry.pointee.isStaged = false
    guard unsafe insert(entry, list, count, &state) else {
      unsafe entry.pointee.isStaged = true
      unsafe free(arrival)
      return false
    }
    unsafe events.add(arrival)
    return true
  }

  /// Frees what is waiting of `account` and `isGoing`: nobody has ever seen it.
  ///
  /// - Returns: whether there was any.
  @discardableResult
  func removeStaged(
    of account: Account, where isGoing: (UnsafeMutablePointer<Implementation>) -> Bool
  ) -> Bool {
    guard account.isStaging else { return false }
    var isAny = false
    var next = unsafe account.firstEntry
    while let each = unsafe next {
      unsafe next = unsafe each.pointee.nextOwn.load(ordering: .relaxed)
      guard unsafe each.pointee.isStaged && isGoing(each) else { continue }
      unsafe account.unlink(each)
      unsafe free(each.pointee.departure)
      unsafe free(each)
      isAny = true
    }
    return isAny
  }
}

extension Account {
  var isStaging: Bool { unsafe state.pointee.isStaging.load(ordering: .relaxed) }
}

@c @implementation
public func plr_registry_stage(_ host: UnsafePointer<plr_host>!) -> plr_status {
  switch unsafe Account.resolve(host) {
  case .failure(let status): status
  case .account(let account): Registry.shared.stage(account)
  }
}

@c @implementation
public func plr_registry_publish(_ host: UnsafePointer<plr_host>!) -> plr_status {
  switch unsafe Account.resolve(host) {
  case .failure(let status): status
  case .account(let account): Registry.shared.publish(account)
  }
}
