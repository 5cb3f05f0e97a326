public import CPluginABI
internal import PluginRuntime

/// The plugin that the file at hand is: all implementations in it, made and registered when a host
/// initialises it, taken back and let go when the host is done with it.
///
/// `#plugin` writes the entry that calls ``entry(_:_:)``. All of it runs on the host's one thread.
public enum PluginModule {
  /// The plugin's table, for its `plugin_entry`.
  public static func entry(
    _ host: UnsafePointer<plr_host>?, _ error: UnsafeMutablePointer<plr_error>?
  ) -> UnsafePointer<plr_plugin>? {
    unsafe pointer(to: &table)
  }

  /// What each implementing type hands its exports to.
  @safe public final class Registrar {
    let account: UnsafePointer<plr_host>
    fileprivate var failure: PluginError?
    fileprivate var entries: [(export: any InterfaceExport, priority: Int32)] = []

    init(account: UnsafePointer<plr_host>) { unsafe self.account = account }

    /// Takes an implementation in; one that cannot be made makes the plugin's `init` fail.
    public func add(
      priority: Int32 = 0,
      _ make: (UnsafePointer<plr_host>) throws -> any InterfaceExport
    ) {
      guard failure == nil else { return }
      do {
        entries.append((unsafe try make(account), priority))
      } catch {
        failure = PluginError(error)
      }
    }

    /// The registrar that a function of the section was given.
    public static func given(_ pointer: UnsafeMutableRawPointer?) -> Registrar {
      unsafe Unmanaged<Registrar>.fromOpaque(pointer!).takeUnretainedValue()
    }
  }

  /// Between an `init` and the `deinit` that belongs to it.
  @safe private final class Life {
    let host: UnsafePointer<plr_host>
    let context: PluginContext
    var exports: [any InterfaceExport] = []

    init(_ host: UnsafePointer<plr_host>, _ context: consuming PluginContext) {
      unsafe self.host = host
      self.context = context
    }

    func register() throws(PluginError) {
      let registrar = unsafe Registrar(account: context.table)
      var next = unsafe plugin_implementations_begin()
      while unsafe next != plugin_implementations_end() {
        unsafe next!.pointee?(Unmanaged.passUnretained(registrar).toOpaque())
        unsafe next = unsafe next! + 1
      }
      if let failure = registrar.failure { throw failure }
      for (export, priority) in registrar.entries {
        unsafe try context.register(
          export.id, revision: export.revision, priority: priority,
          table: export.table.assumingMemoryBound(to: UInt32.self))
        exports.append(export)
      }
    }

    deinit {
      for export in exports.reversed() {
        unsafe context.unregister(
          export.id, revision: export.revision,
          table: export.table.assumingMemoryBound(to: UInt32.self))
      }
    }
  }

  nonisolated(unsafe) private static var lives: [Life] = []

  nonisolated(unsafe) private static var table = unsafe plr_plugin(
    init: { host, failure in
      do throws(PluginError) {
        let context = unsafe try PluginContext(attachingTo: host)
        let life = unsafe Life(host!, context)
        try life.register()
        unsafe lives.append(life)
        return PLR_OK
      } catch {
        return unsafe error.write(to: failure)
      }
    },
    deinit: { host in
      unsafe lives.removeAll { unsafe $0.host == host! }
    },
    queryInterface: { host, id, revision in
      guard let life = unsafe lives.first(where: { unsafe $0.host == host! }) else { return nil }
      return unsafe life.exports.first {
        unsafe matches(id, $0.id) && revision == $0.revision
      }?.table
    })
}
