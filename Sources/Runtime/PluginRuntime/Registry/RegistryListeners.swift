import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// An arrival or departure that is to be told.
@safe struct RegistryEvent {
  var next: UnsafeMutablePointer<RegistryEvent>?
  var kind: UInt32
  let interface: UnsafeMutablePointer<Interface>
  let priority: Int32
  let account: Account
}

/// What happened under the registry's lock, to be told outside of it.
///
/// Events have their memory before anything happens, so that nothing happens that cannot be told: that of
/// its departure comes with each implementation.
@safe struct RegistryEvents: ~Copyable {
  private var first: UnsafeMutablePointer<RegistryEvent>?
  private var last: UnsafeMutablePointer<RegistryEvent>?

  init() {}

  /// Memory for an event; nil where there is none.
  static func make(
    _ kind: UInt32, _ interface: UnsafeMutablePointer<Interface>, priority: Int32,
    _ account: Account
  ) -> UnsafeMutablePointer<RegistryEvent>? {
    guard let room = unsafe Memory.allocate(MemoryLayout<RegistryEvent>.stride) else { return nil }
    let event = unsafe room.bindMemory(to: RegistryEvent.self, capacity: 1)
    unsafe event.initialize(
      to: RegistryEvent(
        next: nil, kind: kind, interface: interface, priority: priority, account: account))
    return unsafe event
  }

  mutating func add(_ event: UnsafeMutablePointer<RegistryEvent>) {
    unsafe event.pointee.next = nil
    if let last = unsafe last {
      unsafe last.pointee.next = unsafe event
    } else {
      unsafe first = unsafe event
    }
    unsafe last = unsafe event
  }

  /// Calls the listeners; true where there was something to tell.
  @discardableResult
  consuming func announce() -> Bool {
    guard unsafe first != nil else { return false }
    var event = unsafe first
    let isHeard = RegistryListeners.count.load(ordering: .relaxed) > 0
    while let each = unsafe event {
      if isHeard {
        let interface = unsafe each.pointee.interface
        var view = unsafe plr_registry_event(
          size: UInt32(MemoryLayout<plr_registry_event>.size), kind: each.pointee.kind,
          id: interface.pointee.id, revision: interface.pointee.revision,
          priority: each.pointee.priority, plugin: each.pointee.account.cName,
          interface_: UnsafeRawPointer(interface).assumingMemoryBound(to: plr_interface.self))
        unsafe RegistryListeners.shared.tell(&view, of: interface)
      }
      unsafe event = unsafe each.pointee.next
      unsafe free(each)
    }
    return isHeard
  }
}

/// Who wants to know of arrivals and departures.
@safe final class RegistryListeners: @unchecked Sendable {
  static let shared = RegistryListeners()
  static let count = Atomic<Int>(0)

  @safe private final class Listener: @unchecked Sendable {
    let id: plr_registry_listener
    let account: Account
    /// nil: all.
    let interface: UnsafeMutablePointer<Interface>?
    let callback: plr_registry_callback
    let context: UnsafeMutableRawPointer?
    let isListening = Atomic<Bool>(true)
    /// The threads of calls under way.
    let users = Monitor(ThreadCounts())

    init(
      id: plr_registry_listener, account: Account, interface: UnsafeMutablePointer<Interface>?,
      callback: @escaping plr_registry_callback, context: UnsafeMutableRawPointer?
    ) {
      self.id = id
      self.account = account
      unsafe self.interface = unsafe interface
      unsafe self.callback = unsafe callback
      unsafe self.context = unsafe context
    }
  }

  private let listeners = Mutex<(all: [Listener], nextID: plr_registry_listener)>(([], 1))

  func add(
    for account: Account, _ interface: UnsafeMutablePointer<Interface>?,
    _ callback: @escaping plr_registry_callback, _ context: UnsafeMutableRawPointer?
  ) -> plr_registry_listener? {
    let unchecked = unsafe Unchecked((callback, context, interface))
    return listeners.withLock { listeners in
      let (callback, context, interface) = unsafe unchecked.value
      // Accounts are closed before their listeners are taken away.
      guard account.isOpen else { return nil }
      let id = listeners.nextID
      listeners.nextID += 1
      unsafe listeners.all.append(
        Listener(
          id: id, account: account, interface: interface, callback: callback, context: context))
      Self.count.add(1, ordering: .relaxed)
      return id
    }
  }

  func tell(
    _ event: inout plr_registry_event, of interface: UnsafeMutablePointer<Interface>
  ) {
    let thread = runtime_thread_id()
    let wanted = unsafe Unchecked(interface)
    // One after the other, in the order they came, those that were there at the beginning: so no list is
    // needed, and one that is taken away meanwhile is not called any more.
    let end = listeners.withLock { $0.nextID }
    var next: plr_registry_listener = 1
    while let each = listeners.withLock({ listeners -> Listener? in
      let found = listeners.all.first {
        unsafe $0.id >= next && $0.id < end
          && ($0.interface == nil || $0.interface == wanted.value)
      }
      return found
    }) {
      next = each.id + 1
      each.users.waitAndChange { $0.enter(thread) }
      // Who takes it away waits for those who have come in before.
      if each.isListening.load(ordering: .sequentiallyConsistent) {
        unsafe each.callback(each.context, &event)
      }
      each.users.withLock { $0.leave(thread) }
      each.users.notify()
    }
  }

  /// Takes a listener away and waits until no call of it is under way.
  func remove(_ id: plr_registry_listener) -> plr_status {
    let thread = runtime_thread_id()
    var removed: Listener?
    let status: plr_status = listeners.withLock { listeners in
      guard let index = listeners.all.firstIndex(where: { $0.id == id }) else {
        return PLR_ERROR_NOT_FOUND
      }
      guard !listeners.all[index].users.withLock({ $0.contains(thread) }) else {
        return PLR_ERROR_BUSY
      }
      removed = listeners.all.remove(at: index)
      removed?.isListening.store(false, ordering: .sequentiallyConsistent)
      Self.count.subtract(1, ordering: .relaxed)
      return PLR_OK
    }
    _ = removed?.users.wait(timeoutNanoseconds: .max) { $0.isEmpty }
    return status
  }

  /// Takes all of `account` away; waits for calls on other threads.
  func removeAll(of account: Account) {
    let thread = runtime_thread_id()
    guard Self.count.load(ordering: .relaxed) > 0 else { return }
    let removed = listeners.withLock { listeners in
      let removed = listeners.all.filter { $0.account == account }
      listeners.all.removeAll { $0.account == account }
      for each in removed { each.isListening.store(false, ordering: .sequentiallyConsistent) }
      Self.count.subtract(removed.count, ordering: .relaxed)
      return removed
    }
    for each in removed {
      _ = each.users.wait(timeoutNanoseconds: .max) { $0.isEmpty(but: thread) }
    }
  }
}

/// A value that is known to be safe to hand into a lock.
struct Unchecked<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
