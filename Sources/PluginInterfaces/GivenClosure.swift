public import CPluginABI
internal import PluginRuntime

/// A closure that this side has given away and somebody else keeps: what stands behind its `context` in C.
///
/// It lives until it is released, or until its giver is taken down.
@safe public final class GivenClosure<Function>: GivenObject {
  /// Unsafe only in that what crosses is made and read around it.
  @unsafe public let call: Function

  private init(_ function: Function, _ givers: ClosureGiver) {
    unsafe call = function
    super.init(givers)
  }

  /// Gives `function` away.
  ///
  /// - Parameter account: whoever gives it; results that it gives away are charged to that.
  /// - Throws: `PLR_ERROR_OUT_OF_MEMORY`, `PLR_ERROR_RETIRED`.
  public static func give(
    _ function: Function, _ account: UnsafePointer<plr_host>
  ) throws(PluginError) -> GivenReference {
    let giver = unsafe try ClosureGiver.of(account)
    let closure = GivenClosure(function, giver)
    giver.keep(closure)
    return unsafe GivenReference(
      guard: giver.guardInterface, table: giver.guardTable,
      context: Unmanaged.passUnretained(closure).toOpaque())
  }

  /// What stands behind a context, which must not have been released.
  public static func at(_ context: UnsafeMutableRawPointer?) -> GivenClosure {
    unsafe Unmanaged<GivenClosure>.fromOpaque(context!).takeUnretainedValue()
  }

  /// Whoever was given it is done with it.
  public static func release(_ context: UnsafeMutableRawPointer?) {
    let closure = unsafe at(context)
    closure.giver.drop(closure)
  }
}

/// What a C struct of a closure that is kept holds, but for the functions.
@unsafe public struct GivenReference {
  /// What whoever calls the closure pins meanwhile; nil where its giver outlives all others.
  public let `guard`: UnsafePointer<plr_interface>?
  /// The entry of the guard that is the giver's; nil likewise.
  public let table: UnsafeRawPointer?
  /// The first argument of the closure's functions.
  public let context: UnsafeMutableRawPointer
}

/// A closure, whatever it takes.
@safe public class GivenObject {
  fileprivate let giver: ClosureGiver
  /// In the chain of its giver, which keeps it; under the giver's lock.
  fileprivate var next: GivenObject?
  fileprivate unowned(unsafe) var previous: GivenObject?
  fileprivate var isKept = false
  /// Whoever gave it.
  public var account: UnsafePointer<plr_host> { unsafe giver.account }

  fileprivate init(_ giver: ClosureGiver) { self.giver = giver }
}

/// All closures that one account has given away and not got back.
///
/// That of a plugin has an entry of its own in the registry, `closures.NAME`: whoever calls a closure holds it
/// meanwhile, so that the plugin is not taken down, and finds it gone afterwards. A host outlives all others and
/// has none.
@safe final class ClosureGiver: @unchecked Sendable {
  let account: UnsafePointer<plr_host>
  let guardInterface: UnsafePointer<plr_interface>?
  let guardTable: UnsafeMutablePointer<plr_table_head>?
  private let lock = ThreadLock()
  private var first: GivenObject?

  private static let lock = ThreadLock()
  /// One for each account: few, and looked for only when a closure is given away.
  nonisolated(unsafe) private static var givers: [ClosureGiver] = []
  /// The accounts of this file's plugin, which may be taken down.
  nonisolated(unsafe) private static var guarded: [UnsafePointer<plr_host>] = unsafe []

  static func of(_ account: UnsafePointer<plr_host>) throws(PluginError) -> ClosureGiver {
    try lock.locked { () throws(PluginError) in
      for giver in unsafe givers where unsafe giver.account == account { return giver }
      let giver = unsafe try ClosureGiver(account, isGuarded: guarded.contains(account))
      unsafe givers.append(giver)
      return giver
    }
  }

  /// From now on what `account` gives away is guarded.
  static func open(_ account: UnsafePointer<plr_host>) {
    lock.locked { unsafe guarded.append(account) }
  }

  /// Takes the guard away and lets go of what was not given back. Nobody is inside of a closure.
  static func close(_ account: UnsafePointer<plr_host>) {
    let giver = lock.locked { () -> ClosureGiver? in
      unsafe guarded.removeAll { unsafe $0 == account }
      guard let index = unsafe givers.firstIndex(where: { unsafe $0.account == account }) else {
        return nil
      }
      return unsafe givers.remove(at: index)
    }
    giver?.close()
  }

  private static func id(of account: UnsafePointer<plr_host>) -> String {
    unsafe PLR_CLOSURES_PREFIX + String(cString: account.pointee.name)
  }

  private init(_ account: UnsafePointer<plr_host>, isGuarded: Bool) throws(PluginError) {
    unsafe self.account = account
    guard isGuarded else {
      unsafe guardInterface = nil
      unsafe guardTable = nil
      return
    }
    let table = UnsafeMutablePointer<plr_table_head>.allocate(capacity: 1)
    unsafe table.initialize(to: plr_table_head())
    unsafe table.pointee.size = UInt32(MemoryLayout<plr_table_head>.size)
    unsafe table.pointee.revision = 1
    unsafe guardTable = table
    let id = unsafe Self.id(of: account)
    unsafe guardInterface = unsafe plr_registry_find(account, id, 1)
    var failure = PluginError.room()
    let status = unsafe plr_registry_add(account, id, 1, 0, table, &failure)
    guard status == PLR_OK else {
      unsafe table.deallocate()
      throw PluginError(code: status, failure)
    }
  }

  func keep(_ closure: GivenObject) {
    lock.locked {
      closure.isKept = true
      closure.next = first
      unsafe first?.previous = closure
      first = closure
    }
    unsafe InstanceCounts.made(account: account, Self.counted, 1)
  }

  func drop(_ closure: GivenObject) {
    // Its end is the author's code: it comes out of the lock.
    let dropped = lock.locked { unlink(closure) }
    if dropped != nil { unsafe InstanceCounts.unmade(account: account, Self.counted, 1) }
  }

  /// nil where it was dropped before.
  private func unlink(_ closure: GivenObject) -> GivenObject? {
    guard closure.isKept else { return nil }
    closure.isKept = false
    let next = closure.next
    unsafe next?.previous = unsafe closure.previous
    if let previous = unsafe closure.previous { previous.next = next } else { first = next }
    closure.next = nil
    unsafe closure.previous = nil
    return closure
  }

  private func close() {
    if let table = unsafe guardTable,
      unsafe plr_registry_remove(account, Self.id(of: account), 1, table) == PLR_ERROR_BUSY
    {
      // Whoever is inside of one for so long may need everything it has.
      _ = unsafe Unmanaged.passRetained(self)
      return
    }
    while let last = lock.locked({ first.flatMap(unlink) }) {
      withExtendedLifetime(last) {}
      unsafe InstanceCounts.unmade(account: account, Self.counted, 1)
    }
  }

  deinit { unsafe guardTable?.deallocate() }

  /// As what closures are counted.
  private static var counted: StaticString { "closures" }
}
