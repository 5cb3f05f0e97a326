internal import CPluginABI

/// What one plugin has done and has.
public struct PluginAccounting: Equatable, Sendable {
  /// How often threads went in by ``PluginHandle/withPinned(_:)``; the calls that they made inside are
  /// not counted one by one.
  public var calls: UInt64
  /// What it has of the runtime's allocator now.
  public var liveBlocks: UInt64
  public var liveBytes: UInt64
}

extension PluginHost {
  /// What the plugin has done and has.
  ///
  /// - Throws: `PluginHostError.staleHandle`, or `runtime` where its account is closed.
  /// - Complexity: O(threads).
  public func accounting(of plugin: PluginID) throws(PluginHostError) -> PluginAccounting {
    guard let loaded = loaded[plugin] else { throw .staleHandle(plugin) }
    let (blocks, bytes) = try allocations(of: plugin)
    return PluginAccounting(
      calls: loaded.pins.entries, liveBlocks: blocks, liveBytes: bytes)
  }
}
