import CPluginABI
import CRuntimeSupport
import Glibc
import Synchronization

/// What happened under the registry's lock, to be told outside of it.
struct RegistryEvents: ~Copyable {
  @safe private struct Event {
    let kind: UInt32
    let interface: UnsafeMutablePointer<Interface>
    let priority: Int32
    let account: Account
  }

  private var events: [Event] = []

  /// Keeps nothing where nobody listens.
  mutating func add(_ kind: UInt32, _ implementation: UnsafeMutablePointer<Implementation>) {
    guard RegistryListeners.count.load(ordering: .relaxed) > 0 else { return }
    unsafe events.append(
      Event(
        kind: kind, interface: implementation.pointee.interface,
        priority: implementation.pointee.priority, account: implementation.pointee.account))
  }

  /// Calls the listeners; true where there was something to tell.
  @discardableResult
  consuming func announce() -> Bool {
    if events.isEmpty { return false }
    for event in events {
      let interface = unsafe event.interface
      var view = unsafe plr_registry_event(
        size: UInt32(MemoryLayout<plr_registry_event>.size), kind: event.kind,
        id: interface.pointee.id, revision: interface.pointee.revision, priority: event.priority,
        plugin: event.account.cName,
        interface_: UnsafeRawPointer(interface).assumingMemoryBound(to: plr_interface.self))
      unsafe RegistryListeners.shared.tell(&view, of: interface)
    }
    return true
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
    /// Once for each call under way, its thread.
    let users = Monitor<[UInt64]>([])

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
    let current = listeners.withLock { listeners in
      let current = listeners.all.filter {
        unsafe $0.interface == nil || $0.interface == wanted.value
      }
      for each in current { each.users.withLock { $0.append(thread) } }
      return current
    }
    for each in current {
      unsafe each.callback(each.context, &event)
      each.users.withLock { users in
        if let index = users.firstIndex(of: thread) { users.remove(at: index) }
      }
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
      Self.count.subtract(removed.count, ordering: .relaxed)
      return removed
    }
    for each in removed {
      _ = each.users.wait(timeoutNanoseconds: .max) { $0.allSatisfy { $0 == thread } }
    }
  }
}

/// A value that is known to be safe to hand into a lock.
struct Unchecked<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
