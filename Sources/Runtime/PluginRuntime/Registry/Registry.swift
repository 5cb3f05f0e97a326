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

  private let state = Lock(State())
  /// How many are waiting for references to be given back, and what they sleep on.
  private let waiting = Atomic<UInt32>(0)
  private let releases: UnsafeMutablePointer<Atomic<UInt32>>

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
      unsafe index < list.pointee.count
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

  private func wakeWaiting() {
    unsafe releases.pointee.add(1, ordering: .sequentiallyConsistent)
    unsafe runtime_futex_wake(UnsafeRawPointer(releases).assumingMemoryBound(to: UInt32.self))
  }

  func count(_ interface: UnsafeMutablePointer<Interface>) -> Int {
    guard let record = unsafe ThreadRecord.current else { return 0 }
    unsafe Section.enter(record)
    defer { unsafe Section.leave(record) }
    return unsafe interface.pointee.list.load(ordering: .acquiring)?.pointee.count ?? 0
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
  /// - Complexity: O(implementations of the interface).
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
      let old = unsafe interface.pointee.list.load(ordering: .relaxed)
      let count = unsafe old?.pointee.count ?? 0
      var place = count
      for index in (0..<count).reversed() {
        let each = unsafe old!.elements[index]
        if unsafe each.pointee.table == table && each.pointee.account == account {
          return PLR_ERROR_ALREADY_EXISTS
        }
        if unsafe each.pointee.priority < priority { place = index }
      }
      guard let new = unsafe ImplementationList.allocate(count: count + 1) else {
        return PLR_ERROR_OUT_OF_MEMORY
      }
      // Also for what will be told of it, so that it can be.
      let arrival = unsafe RegistryEvents.make(
        PLR_REGISTRY_ARRIVED, interface, priority: priority, account)
      let departure = unsafe RegistryEvents.make(
        PLR_REGISTRY_LEFT, interface, priority: priority, account)
      let memory = unsafe Memory.allocate(Implementation.self)
      guard let arrival = unsafe arrival, let departure = unsafe departure,
        let implementation = unsafe memory
      else {
        unsafe free(new)
        unsafe free(arrival)
        unsafe free(departure)
        unsafe free(memory)
        return PLR_ERROR_OUT_OF_MEMORY
      }
      unsafe implementation.initialize(
        to: Implementation(
          interface: interface, priority: priority, table: table, account: account,
          departure: departure))
      for index in 0..<place { unsafe new.elements[index] = unsafe old!.elements[index] }
      unsafe new.elements[place] = unsafe implementation
      for index in place..<count { unsafe new.elements[index + 1] = unsafe old!.elements[index] }
      unsafe publish(new, in: interface, &state)
      unsafe events.add(arrival)
      if state.replacedCount > 256 { collect(&state) }
      return PLR_OK
    }
    events.announce()
    return status
  }

  func remove(
    _ interface: UnsafeMutablePointer<Interface>, table: UnsafeRawPointer, of account: Account
  ) -> plr_status {
    var events = RegistryEvents()
    let status = state.withLock { state in
      let status = unsafe removeAll(in: interface, &state, &events) {
        unsafe $0.pointee.table == table && $0.pointee.account == account
      }
      if state.replacedCount > 256 { collect(&state) }
      return status
    }
    events.announce()
    return status
  }

  /// Takes out of `interface` what `isGoing`.
  ///
  /// - Returns: `PLR_OK`, `PLR_ERROR_NOT_FOUND` or `PLR_ERROR_OUT_OF_MEMORY`.
  private func removeAll(
    in interface: UnsafeMutablePointer<Interface>, _ state: inout State,
    _ events: inout RegistryEvents, where isGoing: (UnsafeMutablePointer<Implementation>) -> Bool
  ) -> plr_status {
    guard let old = unsafe interface.pointee.list.load(ordering: .relaxed) else {
      return PLR_ERROR_NOT_FOUND
    }
    let count = unsafe old.pointee.count
    var going = 0
    for index in 0..<count where unsafe isGoing(old.elements[index]) { going += 1 }
    guard going > 0 else { return PLR_ERROR_NOT_FOUND }
    var new: UnsafeMutablePointer<ImplementationList>?
    if going < count {
      unsafe new = unsafe ImplementationList.allocate(count: count - going)
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
    guard let old = unsafe old else { return }
    unsafe old.pointee.nextReplaced.store(unsafe state.replaced, ordering: .relaxed)
    unsafe state.replaced = unsafe old
    state.replacedCount += 1
  }

  /// Waits for all sections, then frees what nobody can see any more.
  private func collect(_ state: inout State) {
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

  // MARK: Taking plugins down

  @safe struct Hold: CustomStringConvertible {
    let holder: Account
    let interface: UnsafeMutablePointer<Interface>
    var description: String {
      unsafe "\(holder.name) holds \(String(cString: interface.pointee.id))/\(interface.pointee.revision)"
    }
  }

  /// A reference that keeps `account` from being taken down, after ``Section/waitForAll()``.
  private func hold(on account: Account) -> Hold? {
    var first: Hold?
    forEachHold(on: account) { hold in
      first = hold
      return false
    }
    return first
  }

  /// The references to what `account` has registered, until `body` returns false. Its own are its own
  /// business: it has to be done with them when its `deinit` returns.
  private func forEachHold(on account: Account, _ body: (Hold) -> Bool) {
    unsafe ReferenceSlots.forEachHeld { slot, token in
      guard let implementation = unsafe slot.pointee.implementation.load(ordering: .acquiring),
        let holder = unsafe slot.pointee.holder.load(ordering: .acquiring),
        // Unless it was given back, and filled again, meanwhile.
        unsafe slot.pointee.token.load(ordering: .acquiring) == token,
        unsafe implementation.pointee.account == account, unsafe holder != account.state
      else { return true }
      return unsafe body(
        Hold(holder: Account(state: holder), interface: implementation.pointee.interface))
    }
  }

  /// Every reference that others hold to what `account` has registered or had.
  ///
  /// - Complexity: O(references held).
  func holders(of account: Account, _ body: (Hold) -> Void) {
    state.withLock { _ in
      Section.waitForAll()
      forEachHold(on: account) { hold in
        body(hold)
        return true
      }
    }
  }

  /// Takes all entries of `account` out, then waits until nobody else holds one of them.
  ///
  /// - Returns: nil, or a reference that is still held after the time-out.
  /// - Complexity: O(entries + references held).
  func withdraw(_ account: Account, timeoutNanoseconds: UInt64) -> (held: Hold?, isWhole: Bool) {
    let begin = runtime_monotonic_nanoseconds()
    var isWaiting = false
    defer { if isWaiting { waiting.subtract(1, ordering: .sequentiallyConsistent) } }
    while true {
      let seen = unsafe releases.pointee.load(ordering: .sequentiallyConsistent)
      // Again after each wait: what came meanwhile has to go as well.
      var events = RegistryEvents()
      let (hold, isWhole) = state.withLock { state -> (Hold?, Bool) in
        let isWhole = removeEntries(of: account, &state, &events)
        collect(&state)
        return (self.hold(on: account), isWhole)
      }
      let didAnnounce = events.announce()
      guard let hold, isWhole else { return (hold, isWhole) }
      let passed = runtime_monotonic_nanoseconds() - begin
      // Those who were told may just have given theirs back.
      if didAnnounce { continue }
      if passed >= timeoutNanoseconds { return (hold, true) }
      // Once more after those who give back know that somebody waits.
      if !isWaiting {
        isWaiting = true
        waiting.add(1, ordering: .sequentiallyConsistent)
        continue
      }
      unsafe runtime_futex_wait(
        UnsafeRawPointer(releases).assumingMemoryBound(to: UInt32.self), seen,
        min(timeoutNanoseconds - passed, 1_000_000_000))
    }
  }

  /// False where there was no memory to take all out.
  private func removeEntries(
    of account: Account, _ state: inout State, _ events: inout RegistryEvents
  ) -> Bool {
    guard let table = unsafe InterfaceTable.current.load(ordering: .acquiring) else { return true }
    var isWhole = true
    unsafe table.pointee.forEach { interface in
      let status = unsafe removeAll(in: interface, &state, &events) {
        unsafe $0.pointee.account == account
      }
      if status == PLR_ERROR_OUT_OF_MEMORY { isWhole = false }
    }
    return isWhole
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
    var events = RegistryEvents()
    let closing: Closing = state.withLock { state in
      guard account.isOpen else { return .alreadyClosed }
      if evenIfHeld {
        _ = removeEntries(of: account, &state, &events)
        Section.waitForAll()
        unsafe releaseAll {
          unsafe $0.pointee.implementation.load(ordering: .acquiring)?.pointee.account == account
        }
      } else {
        var reason: String?
        unsafe InterfaceTable.current.load(ordering: .acquiring)?.pointee.forEach { interface in
          guard let list = unsafe interface.pointee.list.load(ordering: .relaxed) else { return }
          for index in unsafe 0..<list.pointee.count
          where unsafe list.elements[index].pointee.account == account {
            reason =
              unsafe "\(String(cString: interface.pointee.id))/\(interface.pointee.revision) is still registered"
          }
        }
        // Whoever may still see an entry of it is waited for.
        collect(&state)
        if let hold = hold(on: account) { return .held("\(hold)") }
        if let reason { return .held(reason) }
      }
      unsafe account.state.pointee.isOpen.store(false, ordering: .sequentiallyConsistent)
      account.setAllocationMode(AllocationMode.closed, true)
      // Whoever is in the middle of acquiring or allocating for it has done so or sees that it is too late.
      Section.waitForAll(workingFor: account)
      let references = unsafe releaseAll {
        unsafe $0.pointee.holder.load(ordering: .acquiring) == account.state
      }
      return .closed(references: references)
    }
    if case .closed = closing { wakeWaiting() }
    events.announce()
    return closing
  }

  @discardableResult
  private func releaseAll(
    where isGoing: (UnsafeMutablePointer<ReferenceSlot>) -> Bool
  ) -> Int {
    var count = 0
    unsafe ReferenceSlots.forEachHeld { slot, token in
      if unsafe isGoing(slot),
        unsafe slot.pointee.token.compareExchange(
          expected: token, desired: 0, ordering: .sequentiallyConsistent
        ).exchanged
      {
        ReferenceSlots.shared.withLock { unsafe $0.giveBack(slot) }
        count += 1
      }
      return true
    }
    return count
  }

  /// Calls `entry` with the account of every entry and `reference` with the holder of every reference.
  ///
  /// - Complexity: O(entries + references held), for all accounts together.
  func forEachUse(entry: (Account) -> Void, reference: (Account) -> Void) {
    state.withLock { _ in
      unsafe InterfaceTable.current.load(ordering: .acquiring)?.pointee.forEach { interface in
        guard let list = unsafe interface.pointee.list.load(ordering: .relaxed) else { return }
        for index in unsafe 0..<list.pointee.count {
          unsafe entry(list.elements[index].pointee.account)
        }
      }
    }
    unsafe ReferenceSlots.forEachHeld { slot, _ in
      if let holder = unsafe slot.pointee.holder.load(ordering: .acquiring) {
        unsafe reference(Account(state: holder))
      }
      return true
    }
  }
}
