internal import CPluginABI

/// How often an implementation is made.
public enum InstanceLifetime: Sendable {
  /// Once for each host that initialises the plugin.
  case perHost
  /// Once for each caller that looks for it, and one more for callers in C that use the registered table as it is.
  case perCallSite
  /// Once for the process, when the first host initialises the plugin; gone with the last.
  case once
}

/// An export, counted as made for as long as this lives.
@safe final class CountedExport {
  let export: any InterfaceExport
  private let account: UnsafePointer<plr_host>

  init(_ export: any InterfaceExport, account: UnsafePointer<plr_host>) {
    self.export = export
    unsafe self.account = account
    unsafe InstanceCounts.made(account: account, export.id, export.revision)
  }

  deinit {
    if unsafe export.traits.pointee.make != nil { InstanceFactory.end(export) }
    unsafe InstanceCounts.unmade(account: account, export.id, export.revision)
  }
}

/// Makes instances for single callers: what the traits of a registered table lead to.
@safe final class InstanceFactory: @unchecked Sendable {
  private let make: () throws -> any InterfaceExport
  private let account: UnsafePointer<plr_host>
  private let lock = ThreadLock()
  /// What is not unmade goes with the factory.
  private var live: [CountedExport] = []

  init(account: UnsafePointer<plr_host>, _ make: @escaping () throws -> any InterfaceExport) {
    unsafe self.account = account
    self.make = make
  }

  private static let lock = ThreadLock()
  /// By registered table: few, and looked for once by each caller.
  nonisolated(unsafe) private static var factories:
    [(table: UnsafeRawPointer, factory: InstanceFactory)] = unsafe []

  /// Has callers of `export` make instances of their own.
  func serve(_ export: any InterfaceExport) {
    let table = unsafe export.table
    Self.lock.locked { unsafe Self.factories.append((table, self)) }
    unsafe export.traits.pointee.make = { table, instance, failure in
      guard let factory = unsafe InstanceFactory.of(table) else { return PLR_ERROR_RETIRED }
      do {
        let made = unsafe try CountedExport(factory.make(), account: factory.account)
        factory.lock.locked { factory.live.append(made) }
        unsafe instance?.pointee = unsafe made.export.table
        return PLR_OK
      } catch {
        return unsafe PluginError(error).write(to: failure)
      }
    }
    unsafe export.traits.pointee.unmake = { table, instance in
      guard let factory = unsafe InstanceFactory.of(table), let instance = unsafe instance else {
        return
      }
      // Out of the lock: its end is the author's code.
      let unmade = factory.lock.locked { () -> CountedExport? in
        guard
          let index = factory.live.firstIndex(where: { unsafe $0.export.table == instance })
        else { return nil }
        return factory.live.remove(at: index)
      }
      withExtendedLifetime(unmade) {}
    }
  }

  private static func of(_ table: UnsafeRawPointer?) -> InstanceFactory? {
    guard let table = unsafe table else { return nil }
    return lock.locked { unsafe factories.first { unsafe $0.table == table }?.factory }
  }

  /// Ends serving `export`, and everything that was not unmade.
  static func end(_ export: any InterfaceExport) {
    let table = unsafe export.table
    let ended = lock.locked { () -> InstanceFactory? in
      guard let index = unsafe factories.firstIndex(where: { unsafe $0.table == table }) else {
        return nil
      }
      return unsafe factories.remove(at: index).factory
    }
    withExtendedLifetime(ended) {}
  }
}
