public import CPluginABI

/// Using what a plugin offers.
extension PluginHost {
  /// A handle through which any thread may call the plugin.
  ///
  /// - Throws: `PluginHostError.staleHandle`.
  public func handle(of plugin: PluginID) throws(PluginHostError) -> PluginHandle {
    guard let loaded = loaded[plugin] else { throw .staleHandle(plugin) }
    return loaded.pins.handle
  }

  /// The plugin's own table `id`/`revision`, valid until the plugin is unloaded; nil where it has
  /// none.
  public func interface(
    of plugin: PluginID, _ id: String, revision: UInt32
  ) throws(PluginHostError) -> UnsafeRawPointer? {
    let tables = unsafe loaded.with(plugin) { unsafe ($0.table, $0.account) }
    guard let (table, account) = unsafe tables else { throw .staleHandle(plugin) }
    return unsafe PluginCalls.interface(table, account: account, id, revision: revision)
  }

  /// The account that the plugin was started with, valid until it is unloaded: for tables whose functions ask
  /// for it.
  public func account(of plugin: PluginID) throws(PluginHostError) -> UnsafePointer<plr_host> {
    guard let loaded = loaded[plugin] else { throw .staleHandle(plugin) }
    return unsafe loaded.account
  }

  /// What the plugin has allocated from the runtime, in bytes and blocks.
  public func allocations(
    of plugin: PluginID
  ) throws(PluginHostError) -> (blocks: UInt64, bytes: UInt64) {
    guard let loaded = loaded[plugin] else { throw .staleHandle(plugin) }
    var statistics = plr_allocation_statistics()
    statistics.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
    guard unsafe plr_allocator_statistics(loaded.account, &statistics) == PLR_OK else {
      throw .runtime(subject: loaded.information.name, reason: "its account is closed")
    }
    return (statistics.live_blocks, statistics.live_bytes)
  }

  /// Sets from which level on the plugin's log lines are written.
  public func setLogLevel(
    of plugin: PluginID, _ level: plr_log_level
  ) throws(PluginHostError) {
    guard let loaded = loaded[plugin] else { throw .staleHandle(plugin) }
    guard unsafe plr_log_set_level(loaded.account, level) == PLR_OK else {
      throw .runtime(subject: loaded.information.name, reason: "there is no log level \(level)")
    }
  }
}
