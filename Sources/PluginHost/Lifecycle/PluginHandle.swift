public import CPluginABI
public import CPluginPins

/// A plugin that any thread may call.
///
/// It follows the plugin through reloads: who goes in gets the version that is handed out then, and stays
/// with it until they leave. When the plugin has been retired, it is an error and nothing else.
@safe public struct PluginHandle: Hashable, @unchecked Sendable {
  @usableFromInline let cell: UnsafeMutablePointer<pin_cell>
  @usableFromInline let generation: UInt64

  init(_ cell: UnsafeMutablePointer<pin_cell>) {
    unsafe self.cell = cell
    generation = unsafe cell.pointee.generation
  }

  public static func == (left: PluginHandle, right: PluginHandle) -> Bool {
    left.generation == right.generation
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(generation) }

  /// Calls `body` with the plugin, which meanwhile is neither taken down nor replaced.
  ///
  /// Plain stores and two loads; nobody else's memory is written. While a reload is moving the plugin's
  /// state, those who come wait for its end; threads that are inside already go in again. [any thread]
  /// - Throws: `PluginHostError.retired` where the plugin has been, `pinsExhausted` where the
  ///   thread is inside of plugins `PIN_DEPTH` times already, and what `body` throws.
  @inlinable
  public func withPinned<Result: ~Copyable>(
    _ body: (borrowing PinnedPlugin) throws(PluginHostError) -> Result
  ) throws(PluginHostError) -> Result {
    var instance: UnsafeMutablePointer<pin_instance>?
    let status = unsafe pin_enter(cell, generation, &instance)
    guard status == PIN_OK, let pinned = unsafe instance else { throw Self.failure(status) }
    defer { unsafe pin_leave(pinned) }
    return try body(unsafe PinnedPlugin(pinned))
  }

  @usableFromInline
  static func failure(_ status: Int32) -> PluginHostError {
    switch status {
    case PIN_STALE: .retired
    case PIN_NO_MEMORY: .runtime(subject: "pin", reason: "no memory for this thread's pins")
    default: .pinsExhausted
    }
  }
}

/// A plugin that cannot go away: see ``PluginHandle/withPinned(_:)``.
@safe public struct PinnedPlugin: ~Copyable {
  @usableFromInline let instance: UnsafeMutablePointer<pin_instance>

  @inlinable init(_ instance: UnsafeMutablePointer<pin_instance>) {
    unsafe self.instance = instance
  }

  /// The plugin's own table `id`/`revision`, valid as long as the plugin is pinned; nil where it has none.
  @inlinable
  public func interface(_ id: String, revision: UInt32) -> UnsafeRawPointer? {
    let table = unsafe instance.pointee.table!.assumingMemoryBound(to: plr_plugin.self)
    return unsafe table.pointee.query_interface(account, id, revision)
  }

  /// The account that the plugin was started with.
  @inlinable
  public var account: UnsafePointer<plr_host> {
    unsafe instance.pointee.account!.assumingMemoryBound(to: plr_host.self)
  }

  /// Tells versions apart: never the same for two lives of plugins, also through reloads.
  @inlinable
  public var life: UInt64 { unsafe instance.pointee.generation }
}
