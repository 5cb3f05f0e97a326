public import CPluginABI
@_exported public import PluginKit
internal import PluginRuntime

/// The plugin that the file at hand is: all implementations in it, made and registered when a host
/// initialises it, taken back and let go when the host is done with it.
///
/// `#plugin` writes the entry that calls ``entry(_:_:registering:)``. All of it runs on the host's one thread.
public enum PluginModule {
  /// The plugin's table, for its `plugin_entry`.
  ///
  /// - Parameter registering: takes implementations in, beside those that macros have left in the file's
  ///   section: for plugins that are written without macros.
  public static func entry(
    _ host: UnsafePointer<plr_host>?, _ error: UnsafeMutablePointer<plr_error>?,
    registering: ((Registrar) -> Void)? = nil
  ) -> UnsafePointer<plr_plugin>? {
    unsafe self.registering = registering
    return unsafe pointer(to: &table)
  }

  /// Takes everything back that the plugin has registered for `host` and still has: nobody finds it from now on.
  /// What nobody holds is unmade at once, the rest in the plugin's `deinit`. [host-thread]
  ///
  /// - Returns: how many implementations were taken back.
  @discardableResult
  public static func deregisterAll(for host: UnsafePointer<plr_host>) -> Int {
    guard let life = unsafe lives.first(where: { unsafe $0.host == host }) else { return 0 }
    return life.deregisterAll()
  }

  /// Between an `init` and the `deinit` that belongs to it.
  @safe private final class Life {
    let host: UnsafePointer<plr_host>
    let context: PluginContext
    var registered: [CountedExport] = []
    /// What others may still hold.
    private var withdrawn: [CountedExport] = []

    init(_ host: UnsafePointer<plr_host>, _ context: consuming PluginContext) {
      unsafe self.host = host
      self.context = context
      unsafe ClosureGiver.open(self.context.table)
    }

    func register() throws(PluginError) {
      let registrar = unsafe Registrar(account: context.table)
      var next = unsafe plugin_implementations_begin()
      while unsafe next != plugin_implementations_end() {
        unsafe next!.pointee?(Unmanaged.passUnretained(registrar).toOpaque())
        unsafe next = unsafe next! + 1
      }
      unsafe PluginModule.registering?(registrar)
      if let failure = registrar.failure { throw failure }
      for entry in registrar.entries {
        let export = entry.export.export
        unsafe try context.register(
          export.id, revision: export.revision, priority: entry.priority,
          table: export.table.assumingMemoryBound(to: UInt32.self))
        registered.append(entry.export)
      }
    }

    func deregisterAll() -> Int {
      for counted in registered.reversed() { unregister(counted.export) }
      let count = registered.count
      withdrawn += registered
      registered = []
      // Waits for nobody; says whether somebody holds one.
      if unsafe plr_registry_withdraw(context.table, 0, nil) == PLR_OK { withdrawn = [] }
      return count
    }

    private func unregister(_ export: any InterfaceExport) {
      unsafe context.unregister(
        export.id, revision: export.revision,
        table: export.table.assumingMemoryBound(to: UInt32.self))
    }

    deinit {
      for counted in registered.reversed() { unregister(counted.export) }
      registered = []
      withdrawn = []
      unsafe ClosureGiver.close(context.table)
    }
  }

  nonisolated(unsafe) private static var registering: ((Registrar) -> Void)?
  nonisolated(unsafe) private static var lives: [Life] = []
  /// What is made once for all hosts, one of each type.
  nonisolated(unsafe) private static var shared: [Any] = []

  static func onceMade<Made>(_ make: () throws -> Made) throws -> Made {
    for made in unsafe shared where type(of: made) == Made.self { return made as! Made }
    let made = try make()
    unsafe shared.append(made)
    return made
  }

  nonisolated(unsafe) private static var table = unsafe plr_plugin(
    init: { host, failure in
      do throws(PluginError) {
        let context = unsafe try PluginContext(attachingTo: host)
        let life = unsafe Life(host!, context)
        do throws(PluginError) {
          try life.register()
        } catch {
          if unsafe lives.isEmpty { unsafe shared = [] }
          throw error
        }
        unsafe lives.append(life)
        return PLR_OK
      } catch {
        return unsafe error.write(to: failure)
      }
    },
    deinit: { host in
      unsafe lives.removeAll { unsafe $0.host == host! }
      if unsafe lives.isEmpty { unsafe shared = [] }
    },
    queryInterface: { host, id, revision in
      guard let life = unsafe lives.first(where: { unsafe $0.host == host! }) else { return nil }
      return unsafe life.registered.first {
        unsafe matches(id, $0.export.id) && revision == $0.export.revision
      }?.export.table
    })
}
