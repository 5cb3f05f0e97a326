import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// Who implements which interface, and who is using it.
///
/// Looking up takes no lock and waits for nobody: inside a ``Section`` it reads the list of
/// implementations and writes the one it wants into a slot of its own. Who takes implementations away
/// publishes a list without them, waits for the sections that may still see the old one, and only then looks
/// who holds what: every reference is then either in a slot or will never be made. The test
/// `RegistryProtocolTests` goes through all interleavings of these steps.
@safe final class Registry: @unchecked Sendable {
  static let shared = Registry()

  /// What those who change the registry share.
  @safe struct State: ~Copyable {
    /// Lists that were replaced, and implementations that have left: somebody may be reading them.
    var replaced: UnsafeMutablePointer<ImplementationList>?
    var replacedCount = 0
    var left: UnsafeMutablePointer<Implementation>?
  }

  let state = Lock(State())
  /// How many are waiting for references to be given back, and what they sleep on.
  let waiting = Atomic<UInt32>(0)
  let releases: UnsafeMutablePointer<Atomic<UInt32>>

  private init() {
    unsafe releases = .allocate(capacity: 1)
    unsafe releases.initialize(to: Atomic(0))
  }

  // MARK: Looking up

  /// Pins implementation `index` of `interface` and fills `reference`.
  ///
  /// - Returns: `PLR_OK`, or with nothing pinned `PLR_ERROR_NOT_FOUND` where there are not so many,
  ///   `PLR_ERROR_RETIRED` where `holder` was closed, or `PLR_ERROR_OUT_OF_MEMORY`.
  @inline(__always)
  func acquire(
    _ interface: UnsafeMutablePointer<Interface>, index: Int, for holder: Account,
    _ reference: UnsafeMutablePointer<plr_reference>
  ) -> plr_status {
    guard let record = unsafe ThreadRecord.current,
      let slot = unsafe ReferenceSlots.take(for: record)
    else { return PLR_ERROR_OUT_OF_MEMORY }
    unsafe Section.enter(record)
    let isOpen = holder.isOpen
    if isOpen, let list = unsafe interface.pointee.list.load(ordering: .acquiring),
      unsafe index < list.pointee.count.load(ordering: .acquiring)
    {
      let implementation = unsafe list.elements[index]
      let token = unsafe slot.pointee.nextToken()
      unsafe slot.pointee.implementation.store(implementation, ordering: .relaxed)
      unsafe slot.pointee.holder.store(holder.state, ordering: .relaxed)
      unsafe slot.pointee.token.store(token, ordering: .releasing)
      let table = unsafe implementation.pointee.table
      unsafe Section.leave(record)
      unsafe reference.pointee = unsafe plr_reference(table: table, token: token)
      return PLR_OK
    }
    unsafe Section.leave(record)
    unsafe ReferenceSlots.giveBack(slot, to: record)
    return isOpen ? PLR_ERROR_NOT_FOUND : PLR_ERROR_RETIRED
  }

  @inline(__always)
  func release(token: UInt64) -> Bool {
    guard token != 0, let slot = unsafe ReferenceSlots.slot(of: token),
      unsafe slot.pointee.token.compareExchange(
        expected: token, desired: 0, ordering: .sequentiallyConsistent
      ).exchanged
    else { return false }
    if waiting.load(ordering: .sequentiallyConsistent) > 0 { wakeWaiting() }
    if let record = unsafe ThreadRecord.current {
      unsafe ReferenceSlots.giveBack(slot, to: record)
    } else {
      ReferenceSlots.shared.withLock { unsafe $0.giveBack(slot) }
    }
    return true
  }

  func wakeWaiting() {
    unsafe releases.pointee.add(1, ordering: .sequentiallyConsistent)
    unsafe runtime_futex_wake(UnsafeRawPointer(releases).assumingMemoryBound(to: UInt32.self))
  }

  func count(_ interface: UnsafeMutablePointer<Interface>) -> Int {
    guard let record = unsafe ThreadRecord.current else { return 0 }
    unsafe Section.enter(record)
    defer { unsafe Section.leave(record) }
    return unsafe interface.pointee.list.load(ordering: .acquiring)?.pointee.count.load(
      ordering: .acquiring) ?? 0
  }

  // MARK: Changing

  /// Calls `body` while nothing comes or goes.
  func withChangesHeld(_ body: () -> plr_status) -> plr_status {
    state.withLock { _ in body() }
  }

  func intern(
    _ id: UnsafePointer<CChar>, revision: UInt32
  ) -> UnsafeMutablePointer<Interface>? {
    unsafe state.withLock { _ in unsafe InterfaceTable.intern(id, revision: revision) }
  }

  /// - Returns: `PLR_OK`, `PLR_ERROR_ALREADY_EXISTS`, `PLR_ERROR_RETIRED` or `PLR_ERROR_OUT_OF_MEMORY`.
  /// - Complexity: O(entries of the account or implementations of the interface, whichever are fewer),
  ///   and amortised O(implementations of a lower priority).
  func add(
    _ id: UnsafePointer<CChar>, revision: UInt32, priority: Int32, table: UnsafeRawPointer,
    of account: Account
  ) -> plr_status {
    var events = RegistryEvents()
    let status: plr_status = state.withLock { state in
      // Accounts are closed under the same lock: no entry can outlive its account.
      guard account.isOpen else { return PLR_ERROR_RETIRED }
      guard let interface = unsafe InterfaceTable.intern(id, revision: revision) else {
        return PLR_ERROR_OUT_OF_MEMORY
      }
      let list = unsafe interface.pointee.list.load(ordering: .relaxed)
      let count = unsafe list?.pointee.count.load(ordering: .relaxed) ?? 0
      if unsafe has(account, table, in: interface, list, count) {
        return PLR_ERROR_ALREADY_EXISTS
      }
      let isStaged = unsafe account.isStaging && !Self.isClosureGuard(id)
      // All memory first, also for what will be told of it, so that it can be.
      let arrival = unsafe RegistryEvents.make(
        PLR_REGISTRY_ARRIVED, interface, priority: priority, account)
      let departure = unsafe RegistryEvents.make(
        PLR_REGISTRY_LEFT, interface, priority: priority, account)
      let memory = unsafe Memory.allocate(Implementation.self)
      guard let arrival = unsafe arrival, let departure = unsafe departure,
        let implementation = unsafe memory
      else {
        unsafe free(arrival)
        unsafe free(departure)
        unsafe free(memory)
        return PLR_ERROR_OUT_OF_MEMORY
      }
      unsafe implementation.initialize(
        to: Implementation(
          interface: interface, priority: priority, isStaged: isStaged, table: table,
          account: account, departure: departure))
      guard unsafe isStaged || insert(implementation, list, count, &state) else {
        unsafe free(arrival)
        unsafe free(departure)
        unsafe free(implementation)
        return PLR_ERROR_OUT_OF_MEMORY
      }
      unsafe account.link(implementation)
      // One that is staged arrives later.
      if isStaged { unsafe free(arrival) } else { unsafe events.add(arrival) }
      if state.replacedCount > 256 { collect(&state) }
      return PLR_OK
    }
    events.announce()
    return status
  }

  /// Whether callers of closures pin their giver by this entry. Nobody has one before it is given them, by what
  /// they must then be able to call, also while the giver's `init` runs.
  private static func isClosureGuard(_ id: UnsafePointer<CChar>) -> Bool {
    // PLR_CLOSURES_PREFIX, of which no string is made.
    unsafe runtime_begins_with(id, staticPointer("closures."))
  }

  /// Whether `account` has registered `table` for `interface`, whose implementations are in `list`.
  private func has(
    _ account: Account, _ table: UnsafeRawPointer, in interface: UnsafeMutablePointer<Interface>,
    _ list: UnsafeMutablePointer<ImplementationList>?, _ count: Int
  ) -> Bool {
    if count < account.entryCount && !account.isStaging {
      for index in 0..<count {
        let each = unsafe list!.elements[index]
        if unsafe each.pointee.table == table && each.pointee.account == account { return true }
      }
      return false
    }
    var own = unsafe account.firstEntry
    while let each = unsafe own {
      if unsafe each.pointee.table == table && each.pointee.interface == interface { return true }
      unsafe own = unsafe each.pointee.nextOwn.load(ordering: .relaxed)
    }
    return false
  }

  /// Puts `implementation` behind those of the same or a higher priority; false where there is no memory.
  func insert(
    _ implementation: UnsafeMutablePointer<Implementation>,
    _ list: UnsafeMutablePointer<ImplementationList>?, _ count: Int, _ state: inout State
  ) -> Bool {
    let interface = unsafe implementation.pointee.interface
    var place = count
    while place > 0,
      unsafe list!.elements[place - 1].pointee.priority < implementation.pointee.priority
    {
      place -= 1
    }
    if let list = unsafe list, place == count, unsafe count < list.pointee.capacity {
      // Nobody reads behind the count.
      unsafe list.elements[count] = unsafe implementation
      unsafe list.pointee.count.store(count + 1, ordering: .releasing)
      unsafe interface.pointee.changes.add(1, ordering: .releasing)
      return true
    }
    // Most interfaces are implemented once; those that are often, get room for as many again.
    guard
      let new = unsafe ImplementationList.allocate(count: count + 1, capacity: max(1, 2 * count))
    else { return false }
    for index in 0..<place { unsafe new.elements[index] = unsafe list!.elements[index] }
    unsafe new.elements[place] = unsafe implementation
    for index in place..<count { unsafe new.elements[index + 1] = unsafe list!.elements[index] }
    unsafe publish(new, in: interface, &state)
    return true
  }

  /// Takes one entry out. The guard of closures is waited for: when it is gone nobody is inside of one.
  ///
  /// - Returns: `PLR_OK`, `PLR_ERROR_NOT_FOUND`, `PLR_ERROR_OUT_OF_MEMORY`, or `PLR_ERROR_BUSY` where somebody
  ///   is inside of a closure still.
  func remove(
    _ interface: UnsafeMutablePointer<Interface>, table: UnsafeRawPointer, of account: Account
  ) -> plr_status {
    var events = RegistryEvents()
    let status = state.withLock { state in
      if unsafe removeStaged(
        of: account,
        where: { entry in
          unsafe entry.pointee.table == table && entry.pointee.interface == interface
        })
      {
        return PLR_OK
      }
      let status = unsafe removeAll(in: interface, &state, &events) {
        unsafe $0.pointee.table == table && $0.pointee.account == account
      }
      if state.replacedCount > 256 { collect(&state) }
      return status
    }
    events.announce()
    guard status == PLR_OK, unsafe Self.isClosureGuard(interface.pointee.id) else { return status }
    return waitForHolders(of: account) ? PLR_OK : PLR_ERROR_BUSY
  }

  /// Takes out of `interface` what `isGoing`.
  ///
  /// - Returns: `PLR_OK`, `PLR_ERROR_NOT_FOUND` or `PLR_ERROR_OUT_OF_MEMORY`.
  func removeAll(
    in interface: UnsafeMutablePointer<Interface>, _ state: inout State,
    _ events: inout RegistryEvents, where isGoing: (UnsafeMutablePointer<Implementation>) -> Bool
  ) -> plr_status {
    guard let old = unsafe interface.pointee.list.load(ordering: .relaxed) else {
      return PLR_ERROR_NOT_FOUND
    }
    let count = unsafe old.pointee.count.load(ordering: .relaxed)
    var going = 0
    for index in 0..<count where unsafe isGoing(old.elements[index]) { going += 1 }
    guard going > 0 else { return PLR_ERROR_NOT_FOUND }
    var new: UnsafeMutablePointer<ImplementationList>?
    if going < count {
      // With room for those that go: a plugin that is loaded again registers the same.
      unsafe new = unsafe ImplementationList.allocate(count: count - going, capacity: count)
      guard unsafe new != nil else { return PLR_ERROR_OUT_OF_MEMORY }
    }
    var place = 0
    for index in 0..<count {
      let each = unsafe old.elements[index]
      if unsafe isGoing(each) {
        if let departure = unsafe each.pointee.departure {
          unsafe each.pointee.departure = nil
          unsafe events.add(departure)
        }
        unsafe each.pointee.account.unlink(each)
        unsafe each.pointee.nextLeft.store(unsafe state.left, ordering: .relaxed)
        unsafe state.left = unsafe each
      } else {
        unsafe new!.elements[place] = unsafe each
        place += 1
      }
    }
    unsafe publish(new, in: interface, &state)
    return PLR_OK
  }

  private func publish(
    _ new: UnsafeMutablePointer<ImplementationList>?, in interface: UnsafeMutablePointer<Interface>,
    _ state: inout State
  ) {
    let old = unsafe interface.pointee.list.exchange(new, ordering: .acquiringAndReleasing)
    unsafe interface.pointee.changes.add(1, ordering: .releasing)
    // Whoever keeps the first at hand is not troubled by those that come and go behind it.
    if unsafe old?.elements[0] != new?.elements[0] {
      unsafe interface.pointee.leads.add(1, ordering: .releasing)
    }
    guard let old = unsafe old else { return }
    unsafe old.pointee.nextReplaced.store(unsafe state.replaced, ordering: .relaxed)
    unsafe state.replaced = unsafe old
    state.replacedCount += 1
  }

  /// Waits for all sections, then frees what nobody can see any more.
  func collect(_ state: inout State) {
    if unsafe state.replaced == nil && state.left == nil { return }
    Section.waitForAll()
    while let list = unsafe state.replaced {
      unsafe state.replaced = unsafe list.pointee.nextReplaced.load(ordering: .relaxed)
      unsafe free(list)
    }
    state.replacedCount = 0
    var rest = unsafe state.left
    unsafe state.left = nil
    while let each = unsafe rest {
      unsafe rest = unsafe each.pointee.nextLeft.load(ordering: .relaxed)
      var isHeld = false
      unsafe ReferenceSlots.forEachHeld { slot, _ in
        isHeld = unsafe slot.pointee.implementation.load(ordering: .acquiring) == each
        return !isHeld
      }
      if isHeld {
        unsafe each.pointee.nextLeft.store(unsafe state.left, ordering: .relaxed)
        unsafe state.left = unsafe each
      } else {
        unsafe free(each)
      }
    }
  }
}
