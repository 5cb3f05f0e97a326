internal import CPluginABI

/// What has happened to an interface.
public struct InterfaceChange: Sendable {
  /// An implementation has come; else one has left.
  public var isArrival: Bool
  /// Its place among the implementations: the first has the highest.
  public var priority: Int32
  /// Whose it is.
  public var plugin: String
}

extension Interface {
  /// Calls `body` for each implementation that comes or leaves, until the listener goes.
  ///
  /// It runs on the thread that adds, removes or withdraws, after that is done and outside all locks; several
  /// may call it at once. The corresponding C function is `plr_registry_listen`.
  ///
  /// - Returns: nil where there is no memory or the plugin was retired.
  public func listen(
    _ body: @escaping @Sendable (InterfaceChange) -> Void
  ) -> InterfaceListener? {
    let handler = unsafe Unmanaged.passRetained(ListenerBody(body))
    var listener: plr_registry_listener = 0
    let status = unsafe withID {
      unsafe services.registry.pointee.listen(
        services.host, $0, revision,
        { context, event in
          guard let context = unsafe context, let event = unsafe event?.pointee else { return }
          let handler = unsafe Unmanaged<ListenerBody>.fromOpaque(context).takeUnretainedValue()
          unsafe handler.body(
            InterfaceChange(
              isArrival: event.kind == PLR_REGISTRY_ARRIVED, priority: event.priority,
              plugin: String(cString: event.plugin)))
        }, unsafe handler.toOpaque(), &listener)
    }
    guard status == PLR_OK else {
      unsafe handler.release()
      return nil
    }
    return unsafe InterfaceListener(services: services, listener: listener, body: handler)
  }
}

/// Somebody who is told of arrivals and departures; when it goes, no call of its closure is under way.
///
/// It must not go within its own closure: then the closure is called, and kept, as long as the plugin is there.
@safe public struct InterfaceListener: ~Copyable {
  private let services: Services
  private let listener: plr_registry_listener
  private let body: Unmanaged<ListenerBody>

  init(services: Services, listener: plr_registry_listener, body: Unmanaged<ListenerBody>) {
    self.services = services
    self.listener = listener
    unsafe self.body = unsafe body
  }

  deinit {
    // Busy: it is this very call that lets it go.
    guard unsafe services.registry.pointee.unlisten(listener) != PLR_ERROR_BUSY else { return }
    unsafe body.release()
  }
}

final class ListenerBody: Sendable {
  let body: @Sendable (InterfaceChange) -> Void
  init(_ body: @escaping @Sendable (InterfaceChange) -> Void) { self.body = body }
}
