internal import CPluginABI
public import ELFReading

/// Where the time of loading one plugin went, in nanoseconds of `CLOCK_MONOTONIC`.
public struct LoadTimes: Equatable, Sendable {
  /// From the call to the plugin being ready.
  public var total: UInt64 = 0
  /// Reading the file and deciding on it; part of the host's own work.
  public var admission: UInt64 = 0
  /// Inside `dlopen(3)`.
  public var open: UInt64 = 0
  /// Inside the plugin's entry and `init`.
  public var plugin: UInt64 = 0

  /// Everything but `dlopen` and the plugin's own code.
  public var host: UInt64 { total - open - plugin }
}

/// What a host tells of a plugin that it has loaded.
public struct PluginInformation: Sendable {
  /// Names this life of the plugin.
  public let id: PluginID
  /// The file, or `builtin:NAME` for a plugin that is linked into the host.
  public let path: String
  /// As its manifest says.
  public let name: String
  /// As its manifest says; empty for one that is linked into the host.
  public let version: String
  /// Whether it may be unmapped, and why not.
  public let unload: UnloadVerdict
  /// Where the time went while it was loaded.
  public let times: LoadTimes
  /// The interfaces that its file says it offers; nil where it does not say.
  public let offers: [InterfaceOffer]?
  /// The interfaces that its file says it cannot be without.
  public let requires: [RequiredInterface]
}

/// A plugin that is mapped and has not been called.
@safe struct OpenedPlugin {
  let name: String
  let version: String
  var offers: [InterfaceOffer]?
  var requires: [RequiredInterface] = []
  /// Those of ``requires`` that plugins offer.
  var met: [RequiredInterface] = []
  let unload: UnloadVerdict
  /// nil for a builtin.
  let library: SharedLibrary?
  let entry: plr_entry
  /// When its load began.
  let begin: UInt64
  let times: LoadTimes
  /// How many threads the process had before it was mapped; nil where that was not asked.
  var threadsBefore: Int?
}

/// A plugin between a successful `init` and its `deinit`.
@safe struct LoadedPlugin {
  var life: PluginLife
  let information: PluginInformation
  /// What it cannot be without, and plugins offer.
  let requires: [RequiredInterface]
  /// nil for a builtin.
  let library: SharedLibrary?
  let table: UnsafePointer<plr_plugin>
  let account: UnsafePointer<plr_host>
  var pins: PluginPins
  /// How many threads more there were when it was ready than before; nil where that was not asked.
  let threadsStarted: Int?
  /// Records of the log that its account had let pass before, in other lives.
  let recordsBefore: UInt64
  /// By `CLOCK_MONOTONIC`; 0 before it retires.
  var retireDeadline: UInt64 = 0
}
