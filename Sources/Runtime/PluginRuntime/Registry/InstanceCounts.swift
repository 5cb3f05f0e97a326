import CPluginABI
import Glibc
import Synchronization

/// How many instances of an interface one account has made and unmade.
@safe struct InstanceCount {
  /// nil for all accounts together that are closed and had unmade everything.
  var account: Account?
  var made: UInt64 = 0
  var unmade: UInt64 = 0
  var next: UnsafeMutablePointer<InstanceCount>?
}

/// The counts of all interfaces, each in a chain of its interface's.
///
/// An account that is closed and has unmade everything leaves its count to the nameless one of the interface: so
/// there are as many counts as are open or unbalanced, and not as many as plugins were ever loaded.
@safe struct InstanceCounts: ~Copyable {
  static let shared = Lock(InstanceCounts())

  /// The count of `account`, made where there is none; nil where there is no memory.
  private func count(
    of account: Account?, _ interface: UnsafeMutablePointer<Interface>, make: Bool
  ) -> UnsafeMutablePointer<InstanceCount>? {
    var next = unsafe interface.pointee.counts.load(ordering: .relaxed)
    while let count = unsafe next {
      if unsafe count.pointee.account == account { return unsafe count }
      unsafe next = unsafe count.pointee.next
    }
    guard make, let room = unsafe Memory.allocate(MemoryLayout<InstanceCount>.size) else {
      return nil
    }
    let count = unsafe room.bindMemory(to: InstanceCount.self, capacity: 1)
    unsafe count.initialize(
      to: InstanceCount(
        account: account, next: interface.pointee.counts.load(ordering: .relaxed)))
    unsafe interface.pointee.counts.store(count, ordering: .relaxed)
    return unsafe count
  }

  func change(
    _ account: Account, _ interface: UnsafeMutablePointer<Interface>, isMade: Bool
  ) -> plr_status {
    guard let count = unsafe count(of: account, interface, make: isMade) else {
      return isMade ? PLR_ERROR_OUT_OF_MEMORY : PLR_ERROR_NOT_FOUND
    }
    if isMade { unsafe count.pointee.made += 1 } else { unsafe count.pointee.unmade += 1 }
    return PLR_OK
  }

  /// All that there are, until none is left.
  func forEach(
    _ body: (UnsafeMutablePointer<Interface>, UnsafeMutablePointer<InstanceCount>) -> Void
  ) {
    guard let table = unsafe InterfaceTable.current.load(ordering: .acquiring) else { return }
    unsafe table.pointee.forEach { interface in
      var next = unsafe interface.pointee.counts.load(ordering: .relaxed)
      while let count = unsafe next {
        unsafe next = unsafe count.pointee.next
        unsafe body(interface, count)
      }
    }
  }

  /// What a closed account has unmade to the last is not its own any more.
  func settle(_ account: Account) {
    unsafe forEach { interface, count in
      guard unsafe count.pointee.account == account,
        unsafe count.pointee.made == count.pointee.unmade
      else { return }
      guard let past = unsafe self.count(of: nil, interface, make: false) else {
        unsafe count.pointee.account = nil
        return
      }
      unsafe past.pointee.made += count.pointee.made
      unsafe past.pointee.unmade += count.pointee.unmade
      unsafe remove(count, from: interface)
    }
  }

  private func remove(
    _ count: UnsafeMutablePointer<InstanceCount>, from interface: UnsafeMutablePointer<Interface>
  ) {
    if unsafe interface.pointee.counts.load(ordering: .relaxed) == count {
      unsafe interface.pointee.counts.store(count.pointee.next, ordering: .relaxed)
    } else {
      var previous = unsafe interface.pointee.counts.load(ordering: .relaxed)
      while let each = unsafe previous, unsafe each.pointee.next != count {
        unsafe previous = unsafe each.pointee.next
      }
      unsafe previous?.pointee.next = unsafe count.pointee.next
    }
    unsafe Glibc.free(count)
  }
}

private func change(
  _ host: UnsafePointer<plr_host>?, _ id: UnsafePointer<CChar>?, _ revision: UInt32, isMade: Bool
) -> plr_status {
  guard let id = unsafe id, let account = unsafe Account.known(host) else {
    return PLR_ERROR_INVALID_ARGUMENT
  }
  if isMade, !account.isOpen { return PLR_ERROR_RETIRED }
  guard
    let interface = unsafe InterfaceTable.find(id, strlen(id), revision: revision)
      ?? (isMade ? Registry.shared.intern(id, revision: revision) : nil)
  else { return isMade ? PLR_ERROR_OUT_OF_MEMORY : PLR_ERROR_NOT_FOUND }
  let unchecked = unsafe Unchecked(interface)
  return InstanceCounts.shared.withLock {
    unsafe $0.change(account, unchecked.value, isMade: isMade)
  }
}

@c @implementation
public func plr_instance_made(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32
) -> plr_status {
  unsafe change(host, id, revision, isMade: true)
}

@c @implementation
public func plr_instance_unmade(
  _ host: UnsafePointer<plr_host>!, _ id: UnsafePointer<CChar>!, _ revision: UInt32
) -> plr_status {
  unsafe change(host, id, revision, isMade: false)
}

@c @implementation
public func plr_instances_each(
  _ host: UnsafePointer<plr_host>!, _ counter: plr_instance_counter!,
  _ context: UnsafeMutableRawPointer!
) -> plr_status {
  guard let counter = unsafe counter else { return PLR_ERROR_INVALID_ARGUMENT }
  let wanted = unsafe Account.known(host)
  guard unsafe host == nil || wanted != nil else { return PLR_ERROR_INVALID_ARGUMENT }
  InstanceCounts.shared.withLock { counts in
    unsafe counts.forEach { interface, count in
      if let wanted, unsafe count.pointee.account != wanted { return }
      var told = unsafe plr_instance_count(
        size: UInt32(MemoryLayout<plr_instance_count>.size), revision: interface.pointee.revision,
        plugin: count.pointee.account?.cName, id: interface.pointee.id, made: count.pointee.made,
        unmade: count.pointee.unmade)
      unsafe counter(context, &told)
    }
  }
  return PLR_OK
}
