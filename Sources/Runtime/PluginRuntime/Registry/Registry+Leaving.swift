import CPluginABI
import CRuntimeSupport
import Synchronization

/// Taking plugins down.
extension Registry {
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

  /// Waits until nobody else holds what `account` has registered or had: for the guard of closures, which is the
  /// last of it, and calls of which are short.
  ///
  /// - Returns: false where somebody still does after ten seconds, or ten thousand references that others
  ///   have given back meanwhile.
  func waitForHolders(of account: Account) -> Bool {
    for _ in 0..<10_000 {
      let seen = unsafe releases.pointee.load(ordering: .sequentiallyConsistent)
      let isHeld = state.withLock { state in
        collect(&state)
        return hold(on: account) != nil
      }
      guard isHeld else { return true }
      // Those who give back wake nobody who has not said so: it looks again.
      unsafe runtime_futex_wait(
        UnsafeRawPointer(releases).assumingMemoryBound(to: UInt32.self), seen, 1_000_000)
    }
    return false
  }

  /// False where there was no memory to take all out.
  ///
  /// - Complexity: O(implementations of the interfaces that the account implements).
  private func removeEntries(
    of account: Account, _ state: inout State, _ events: inout RegistryEvents
  ) -> Bool {
    unsafe removeStaged(of: account) { _ in true }
    var next = unsafe account.firstEntry
    while let each = unsafe next {
      let status = unsafe removeAll(in: each.pointee.interface, &state, &events) {
        unsafe $0.pointee.account == account
      }
      unsafe next =
        status == PLR_OK ? account.firstEntry : each.pointee.nextOwn.load(ordering: .relaxed)
    }
    return unsafe account.firstEntry == nil
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
        let reason = unsafe account.firstEntry.map {
          let interface = unsafe $0.pointee.interface
          return
            unsafe "\(String(cString: interface.pointee.id))/\(interface.pointee.revision) is still registered"
        }
        // Whoever may still see an entry of it is waited for.
        collect(&state)
        if let hold = hold(on: account) { return .held("\(hold)") }
        if let reason { return .held(reason) }
      }
      unsafe account.state.pointee.isOpen.store(false, ordering: .sequentiallyConsistent)
      // Its next life begins anew.
      unsafe account.state.pointee.isStaging.store(false, ordering: .relaxed)
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

  /// Calls `body` with the holder of every reference.
  ///
  /// - Complexity: O(references held), for all accounts together.
  func forEachHolder(_ body: (Account) -> Void) {
    unsafe ReferenceSlots.forEachHeld { slot, _ in
      if let holder = unsafe slot.pointee.holder.load(ordering: .acquiring) {
        unsafe body(Account(state: holder))
      }
      return true
    }
  }
}

/// What an account has registered; under the registry's lock, but for the number.
extension Account {
  var entryCount: Int { unsafe Int(state.pointee.entryCount.load(ordering: .relaxed)) }

  var firstEntry: UnsafeMutablePointer<Implementation>? {
    unsafe state.pointee.firstEntry.load(ordering: .relaxed)
  }

  func link(_ entry: UnsafeMutablePointer<Implementation>) {
    let next = unsafe firstEntry
    unsafe entry.pointee.nextOwn.store(next, ordering: .relaxed)
    unsafe next?.pointee.previousOwn.store(entry, ordering: .relaxed)
    unsafe state.pointee.firstEntry.store(entry, ordering: .relaxed)
    unsafe state.pointee.entryCount.add(1, ordering: .relaxed)
  }

  func unlink(_ entry: UnsafeMutablePointer<Implementation>) {
    let previous = unsafe entry.pointee.previousOwn.load(ordering: .relaxed)
    let next = unsafe entry.pointee.nextOwn.load(ordering: .relaxed)
    unsafe next?.pointee.previousOwn.store(previous, ordering: .relaxed)
    if let previous = unsafe previous {
      unsafe previous.pointee.nextOwn.store(next, ordering: .relaxed)
    } else {
      unsafe state.pointee.firstEntry.store(next, ordering: .relaxed)
    }
    unsafe state.pointee.entryCount.subtract(1, ordering: .relaxed)
  }
}
