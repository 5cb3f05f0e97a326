import CPluginABI
import CRuntimeSupport
import Synchronization

/// The hosts that are told of look-ups before these are answered.
enum Demands {
  @safe private struct Demand: @unchecked Sendable {
    let account: Account
    /// The only thread whose look-ups are told: the host's.
    let thread: UInt64
    let function: plr_demand
    let context: UnsafeMutableRawPointer?
  }

  private static let all = Mutex<[Demand]>([])
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
    for demand in all.withLock({ $0 }) where demand.thread == thread {
      unsafe demand.function(demand.context, id, revision)
    }
  }

  /// Puts a function in the place of the one that `account` has.
  static func set(
    _ function: plr_demand?, context: UnsafeMutableRawPointer?, for account: Account
  ) {
    let demand = unsafe function.map { function in
      unsafe Demand(
        account: account, thread: runtime_thread_id(), function: function, context: context)
    }
    guard demand != nil || areAny.load(ordering: .relaxed) else { return }
    all.withLock { all in
      all.removeAll { $0.account == account }
      if let demand { all.append(demand) }
      areAny.store(!all.isEmpty, ordering: .relaxed)
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
