public import CPluginABI
internal import CPluginPins
internal import ELFReading
internal import Platform

/// Loads plugins, hands out what they offer and takes them down again.
///
/// One thread drives a host; it is not `Sendable`. A plugin that is refused, fails or cannot be read
/// never affects the others.
@safe public final class PluginHost {
  /// How long ``unload(_:)`` waits for others to release the plugin's interfaces.
  public var drainTimeoutNanoseconds: UInt64 = 5_000_000_000

  /// Who is asked about the bytes of each file; nil where the files are taken as they are.
  ///
  /// What was judged is then what is loaded, whatever happens to the path: see ``FileHold``.
  public var trust: (any FileTrust)?

  /// How each file is held on to where ``trust`` does not say.
  public var hold = FileHold.openFile

  /// Files and directories that others than this user and root could change are loaded from as well.
  public var allowsWritable = false

  /// Who is asked about each admitted file before it is mapped; nil where nobody is.
  public var loadGuard: (any LoadGuard)?

  /// Whose signal handlers the process has after a plugin was mapped.
  public var signalPolicy = SignalPolicy.keepOwners

  /// Whether what costs time is measured: how long threads are inside of plugins, at two readings of the clock for
  /// each pin, and how many threads were started while a plugin became ready, at two looks into `/proc` for
  /// each. Without it a pin is some nanoseconds.
  public var measuresUse = false {
    didSet {
      for plugin in loaded.all where plugin.life.state == .active {
        plugin.pins.measure(measuresUse)
      }
    }
  }

  /// The host's own account: what it allocates, logs and registers itself.
  public let account: UnsafePointer<plr_host>

  var loaded = LoadedPlugins()
  /// The plugins of ``loaded`` as they came.
  var order: [PluginID] = []
  /// The names of those that are not in the books yet and whose code runs: each but the first is loaded by the one
  /// before it.
  var beginning: [String] = []
  var slots = PluginSlots()
  var observers = PluginObservers()
  var verdicts = VerdictCache()
  var gate = FileGate()
  /// The files that are being loaded one after the other.
  var batch: PluginBatch?
  /// The plugins of ``loaded`` that require what others offer, as they came.
  var requiring: [PluginID] = []
  /// The plugins that wait for what they require, the first one first.
  var loading: [PluginManifest] = []
  /// What is known and not loaded, the first of a list; see `Index/WaitingDirectory.swift`.
  var waiting: WaitingDirectory?
  /// The plugins that were refused when something that they offer was looked for.
  public internal(set) var refusedOnDemand: [PluginRefused] = []

  /// Makes a host whose own log lines and memory are accounted for under `name`.
  ///
  /// - Throws: `PluginHostError.runtime` where there is no memory.
  public init(name: String = "host") throws(PluginHostError) {
    unsafe account = try Self.openAccount(name: name)
    pin_prepare()
  }

  deinit {
    // What plugins look for on their way out loads nothing any more.
    unsafe plr_registry_on_demand(account, nil, nil)
    for id in order.reversed() where loaded[id] != nil {
      do {
        try retire(id, dependents: .cascade)
      } catch {
        // Nobody is left to try again: the plugin stays as it is, and mapped.
        log(PLR_LOG_ERROR, error.description)
      }
    }
    unsafe plr_registry_withdraw(account, 0, nil)
    unsafe plr_account_close(account, nil, nil)
  }

  /// The plugins that are loaded, in the order they came.
  public var plugins: [PluginInformation] { order.compactMap { loaded[$0]?.information } }

  var hasPlugins: Bool { !order.isEmpty }

  /// What is known of a loaded plugin; nil for a stale handle.
  public func information(_ id: PluginID) -> PluginInformation? { loaded[id]?.information }

  /// Writes a line of the host itself to the log.
  public func log(_ level: plr_log_level, _ message: String) {
    var message = message
    message.withUTF8 { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
        unsafe plr_log_write(account, level, "host", bytes.baseAddress, bytes.count)
      }
    }
  }

  static func openAccount(
    name: String
  ) throws(PluginHostError) -> UnsafePointer<plr_host> {
    var account: UnsafePointer<plr_host>?
    var error = plr_error()
    error.size = UInt32(MemoryLayout<plr_error>.size)
    guard unsafe plr_account_open(name, &account, &error) == PLR_OK, let account = unsafe account
    else { throw .runtime(subject: name, reason: error.text) }
    return unsafe account
  }
}
