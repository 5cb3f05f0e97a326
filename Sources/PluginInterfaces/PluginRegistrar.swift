public import CPluginABI

extension PluginModule {
  /// What each implementing type is handed to, when a host initialises the plugin.
  @safe public final class Registrar {
    /// Makes the C table of an implementation; its results are charged to the account.
    public typealias Export<Made> = (Made, UnsafePointer<plr_host>) throws -> any InterfaceExport

    struct Entry {
      let export: CountedExport
      let priority: Int32
    }

    /// The plugin's: what implementations give away is charged to it.
    public let account: UnsafePointer<plr_host>
    private(set) var failure: PluginError?
    private(set) var entries: [Entry] = []

    init(account: UnsafePointer<plr_host>) { unsafe self.account = account }

    /// The registrar that a function of the section was given.
    public static func given(_ pointer: UnsafeMutableRawPointer?) -> Registrar {
      unsafe Unmanaged<Registrar>.fromOpaque(pointer!).takeUnretainedValue()
    }

    /// Takes an implementation in; one that cannot be made makes the plugin's `init` fail.
    ///
    /// - Parameters:
    ///   - lifetime: how often `make` is called.
    ///   - priority: implementations with a higher one are found first.
    ///   - make: makes an instance, on the host's thread; of lifetime `perCallSite` on any.
    ///   - exports: the interfaces that it implements. They share an instance, but for `perCallSite`.
    public func add<Made>(
      _ lifetime: InstanceLifetime = .perHost, priority: Int32 = 0,
      make: @escaping () throws -> Made, exports: [Export<Made>]
    ) {
      guard failure == nil else { return }
      do {
        let made = try lifetime == .once ? PluginModule.onceMade(make) : make()
        for index in unsafe exports.indices {
          let export = unsafe exports[index]
          let table = unsafe try export(made, account)
          if lifetime == .perCallSite {
            let account = unsafe account
            unsafe InstanceFactory(account: account) { unsafe try export(make(), account) }
              .serve(table)
          }
          unsafe entries.append(
            Entry(export: CountedExport(table, account: account), priority: priority))
        }
      } catch {
        failure = PluginError(error)
      }
    }
  }
}
