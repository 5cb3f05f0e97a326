internal import Platform

/// Keeps the plugins of a host as the files of watched directories are.
///
/// Driven by the thread that drives the host: it hands over each ``WatchEvent`` as it comes, from a
/// ``DirectoryWatcher`` or a ``BackgroundWatcher``. What the host has loaded by itself from a watched path is
/// followed, too.
public final class PluginSupervisor {
  /// What is done by itself.
  public struct Options: Sendable {
    /// A file that appears is loaded.
    public var autoLoad = true
    /// The plugin of a file that disappears is retired. Without it, it goes on without its file.
    public var autoUnload = false
    /// How the plugin of a file that changes is replaced.
    public var reload = ReloadOptions()

    /// Loads what appears, keeps what disappears.
    public init() {}
  }

  /// What was done.
  public enum Action: Sendable, Equatable {
    /// A file has appeared, and its plugin is active.
    case loaded(PluginID, path: String)
    /// A file has appeared that the host does not take.
    case refused(PluginRefused)
    /// The file of a plugin has changed; the plugin by the handle that it had.
    case reloaded(PluginID, ReloadOutcome)
    /// It is gone, or goes when nobody holds on to it any more: see ``PluginHost/advanceRetires()``.
    case retiring(PluginID, path: String)
    /// Its file is gone, but these plugins cannot be without it: it is active still, without its file.
    case kept(PluginID, path: String, by: [PluginHolder])
  }

  /// Whose plugins are kept.
  public let host: PluginHost
  /// Where the files are.
  public let search: PluginSearch
  /// What is done by itself from now on.
  public var options: Options

  /// - Parameter search: that of the watcher; it judges who could write to a file.
  public init(_ host: PluginHost, _ search: PluginSearch, _ options: Options = Options()) {
    self.host = host
    self.search = search
    self.options = options
  }

  /// Does what an event asks for.
  ///
  /// - Returns: nil where there was nothing to do.
  public func handle(_ event: WatchEvent) -> Action? {
    host.advanceRetires()
    switch event {
    case .appeared(let path), .changed(let path):
      if let id = plugin(at: path) { return reload(id, path) }
      return options.autoLoad ? load(path) : nil
    case .disappeared(let path):
      guard options.autoUnload, let id = plugin(at: path) else { return nil }
      return retire(id, path)
    case .rescanned, .unwatched: return nil
    }
  }

  private func plugin(at path: String) -> PluginID? {
    host.order.first { id in
      guard let plugin = host.loaded[id] else { return false }
      return plugin.life.state == .active && plugin.information.path == path
    }
  }

  private func load(_ path: String) -> Action {
    do throws(PluginRefused) {
      if let reason = search.refusal(of: path) {
        throw PluginRefused(path: path, reasons: [reason])
      }
      return .loaded(try host.load(path), path: path)
    } catch {
      return .refused(error)
    }
  }

  private func retire(_ id: PluginID, _ path: String) -> Action? {
    do throws(PluginHostError) {
      try host.beginRetire(id)
      _ = try host.advanceRetire(id)
    } catch {
      // It is known and active: only those who require it can keep it from beginning to retire.
      if case .busy(_, let holders) = error { return .kept(id, path: path, by: holders) }
    }
    return .retiring(id, path: path)
  }

  private func reload(_ id: PluginID, _ path: String) -> Action? {
    if let reason = search.refusal(of: path) { return .reloaded(id, .failed([reason])) }
    guard let outcome = try? host.reload(id, from: path, options.reload) else { return nil }
    return .reloaded(id, outcome)
  }
}
