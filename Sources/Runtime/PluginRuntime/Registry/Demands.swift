import CPluginABI
import CRuntimeSupport
import Synchronization

/// The hosts that are told of look-ups before these are answered.
enum Demands {
  /// One of a list that never changes. No array: the first one of a type costs a start more than all look-ups.
  @safe private final class Demand: @unchecked Sendable {
    let account: Account
    /// The only thread whose look-ups are told: the host's.
    let thread: UInt64
    let function: plr_demand
    let context: UnsafeMutableRawPointer?
    let next: Demand?

    init(
      _ account: Account, _ thread: UInt64, _ function: plr_demand,
      _ context: UnsafeMutableRawPointer?, next: Demand?
    ) {
      self.account = account
      self.thread = thread
      unsafe self.function = function
      unsafe self.context = context
      self.next = next
    }

    /// The list without the demands of an account.
    static func without(_ account: Account, _ list: Demand?) -> Demand? {
      guard let list else { return nil }
      let rest = without(account, list.next)
      guard list.account != account else { return rest }
      return unsafe Demand(list.account, list.thread, list.function, list.context, next: rest)
    }
  }

  private static let all = Mutex<Demand?>(nil)
  /// Most processes have none; then a look-up costs one read more.
  private static let areAny = Atomic<Bool>(false)

  /// Tells every host of this thread that `id`/`revision` is looked for.
  @inline(__always)
  static func announce(_ id: UnsafePointer<CChar>, _ revision: UInt32) {
    if areAny.load(ordering: .relaxed) { unsafe tell(id, revision) }
  }

  @inline(__always)
  static func announce(_ interface: UnsafeMutablePointer<Interface>) {
    if areAny.load(ordering: .relaxed) {
      unsafe tell(interface.pointee.id, interface.pointee.revision)
    }
  }

  @inline(never)
  private static func tell(_ id: UnsafePointer<CChar>, _ revision: UInt32) {
    let thread = runtime_thread_id()
    // Called without the lock: what is told looks things up itself.
    let first = all.withLock { $0 }
    var next = first
    while let demand = next {
      // Those before may have led to the end of a host whose demand comes later.
      if demand.thread == thread, demand === first || isThere(demand) {
        unsafe demand.function(demand.context, id, revision)
      }
      next = demand.next
    }
  }

  /// Whether nobody has taken a demand back since the list was taken.
  private static func isThere(_ demand: Demand) -> Bool {
    all.withLock { all in
      var next = all
      while let other = next {
        if other.account == demand.account {
          return unsafe other.context == demand.context
        }
        next = other.next
      }
      return false
    }
  }

  /// Puts a function in the place of the one that `account` has.
  static func set(
    _ function: plr_demand?, context: UnsafeMutableRawPointer?, for account: Account
  ) {
    guard unsafe function != nil || areAny.load(ordering: .relaxed) else { return }
    all.withLock { all in
      all = Demand.without(account, all)
      if let function = unsafe function {
        all = unsafe Demand(account, runtime_thread_id(), function, context, next: all)
      }
      areAny.store(all != nil, ordering: .relaxed)
    }
  }
}

@c @implementation
public func plr_registry_on_demand(
  _ host: UnsafePointer<plr_host>!, _ demand: plr_demand!, _ context: UnsafeMutableRawPointer!
) -> plr_status {
  switch unsafe Account.resolve(host) {
  case .failure(let status): return status
  case .account(let account):
    unsafe Demands.set(demand, context: context, for: account)
    return PLR_OK
  }
}
