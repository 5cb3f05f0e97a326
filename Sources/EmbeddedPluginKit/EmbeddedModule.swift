@_exported public import CEmbeddedPlugin
@_exported public import CPluginABI
@_exported public import PluginRuntime

// What the macros ask for, in Embedded Swift: the same names, so that the same source is a plugin in
// both. There is no Swift runtime, hence no existential, no metatype and no cast; what implements an interface
// stands behind a class that `@PluginInterface` writes.

/// When instances of an implementation are made.
public enum InstanceLifetime: Sendable {
  /// One for each host. The others need a Swift runtime.
  case perHost
}

/// An implementation as a C table, which stays where it is for as long as this lives.
open class InterfaceExport {
  public let id: StaticString
  public let revision: UInt32
  public let table: UnsafeRawPointer

  public init(id: StaticString, revision: UInt32, table: UnsafeRawPointer) {
    self.id = id
    self.revision = revision
    self.table = table
  }
}

/// The plugin that the file at hand is: all implementations in it, made and registered when a host initialises
/// it, taken back and let go when the host is done with it.
///
/// All of it runs on the host's one thread. One host at a time.
public enum PluginModule {
  /// What each implementing type hands its exports to.
  public final class Registrar {
    public let account: UnsafePointer<plr_host>
    fileprivate var failure: PluginError?
    fileprivate var entries: [(export: InterfaceExport, priority: Int32)] = []

    init(account: UnsafePointer<plr_host>) { self.account = account }

    /// Takes an implementation in; one that cannot be made makes the plugin's `init` fail.
    public func add<Made>(
      _ lifetime: InstanceLifetime, priority: Int32 = 0, make: () throws(PluginError) -> Made,
      exports: [(Made, UnsafePointer<plr_host>) -> InterfaceExport]
    ) {
      guard failure == nil else { return }
      do throws(PluginError) {
        let made = try make()
        for export in exports { entries.append((export(made, account), priority)) }
      } catch {
        failure = error
      }
    }

    /// The registrar that a function of the section was given.
    public static func given(_ pointer: UnsafeMutableRawPointer?) -> Registrar {
      Unmanaged<Registrar>.fromOpaque(pointer!).takeUnretainedValue()
    }
  }

  nonisolated(unsafe) private static var host: UnsafePointer<plr_host>?
  nonisolated(unsafe) private static var registered: [InterfaceExport] = []

  /// The plugin's table, for its `plugin_entry`.
  public static func entry(
    _ host: UnsafePointer<plr_host>?, _ error: UnsafeMutablePointer<plr_error>?
  ) -> UnsafePointer<plr_plugin>? {
    withUnsafePointer(to: &table) { $0 }
  }

  private static func register(_ account: UnsafePointer<plr_host>) throws(PluginError) {
    let registrar = Registrar(account: account)
    var next = plugin_implementations_begin()
    while next != plugin_implementations_end() {
      next!.pointee?(Unmanaged.passUnretained(registrar).toOpaque())
      next = next! + 1
    }
    if let failure = registrar.failure { throw failure }
    for (export, priority) in registrar.entries {
      var failure = PluginError.room()
      let status = plr_registry_add(
        account, export.id.characters, export.revision, priority, export.table, &failure)
      guard status == PLR_OK else { throw PluginError(code: status, failure) }
      registered.append(export)
    }
  }

  private static func unregister() {
    for export in registered.reversed() {
      _ = plr_registry_remove(host, export.id.characters, export.revision, export.table)
    }
    registered = []
  }

  nonisolated(unsafe) private static var table = plr_plugin(
    size: UInt32(MemoryLayout<plr_plugin>.size), abi_major: UInt16(PLR_ABI_MAJOR),
    abi_minor: UInt16(PLR_ABI_MINOR),
    init: { given, failure in
      guard host == nil else {
        return plugin_fail(
          failure, PLR_ERROR_BUSY, "host", "another host has initialised the plugin")
      }
      let status = embedded_plugin_attach(given, failure)
      guard status == PLR_OK else { return status }
      host = given
      do throws(PluginError) {
        try register(given!)
        return PLR_OK
      } catch {
        unregister()
        host = nil
        return error.write(to: failure)
      }
    },
    deinit: { _ in
      unregister()
      host = nil
    },
    query_interface: { _, id, revision in
      for export in registered
      where embedded_plugin_matches(id, export.id.characters) != 0 && revision == export.revision {
        return export.table
      }
      return nil
    })
}

extension StaticString {
  fileprivate var characters: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
