/// What is measured: a name that scripts rely on, a unit, and whether it has noise.
///
/// Smaller is better for every metric. How a value is shown is the report's business.
public struct Metric: Hashable, Sendable {
  public enum Unit: String, Sendable {
    case bytes
    case nanoseconds = "ns"
    case count
  }

  /// How a value scatters when nothing has changed.
  public enum Kind: String, Sendable {
    /// It follows from the files and repeats to the last digit.
    case exact
    /// It is counted, and repeats but for a few digits at the end.
    case repeating
    case noisy
  }

  /// As in `bench-runtime`'s JSON.
  public let name: String
  public let unit: Unit
  public let kind: Kind
  /// The value follows from the files and repeats to the last digit.
  public var isExact: Bool { kind == .exact }

  init(_ name: String, _ unit: Unit, isExact: Bool = false) {
    self.init(name, unit, isExact ? .exact : .noisy)
  }

  init(_ name: String, _ unit: Unit, _ kind: Kind) {
    self.name = name
    self.unit = unit
    self.kind = kind
  }
}

extension Metric.Kind {
  /// The smallest effect worth a verdict, as a share of the baseline.
  ///
  /// Instructions of two loads of one set differ by less than 0.01 %; ten times that is still far
  /// below any change of code that matters.
  public var effectFloor: Double {
    switch self {
    case .exact: 0
    case .repeating: 0.001
    case .noisy: Verdict.defaultEffectFloor
    }
  }
}

extension Metric {
  /// All that must be shipped: host, runtime, Swift libraries that are not part of the system,
  /// plugins.
  public static let diskTotal = Metric("disk.total", .bytes, isExact: true)
  /// The same without symbols and debug information, whether or not the files came so.
  public static let diskStripped = Metric("disk.stripped", .bytes, isExact: true)
  /// The shared libraries among it.
  public static let diskRuntime = Metric("disk.runtime", .bytes, isExact: true)
  /// What one more plugin adds.
  public static let diskPerPlugin = Metric("disk.perPlugin", .bytes, isExact: true)
  /// From just before the process is started until every plugin has answered one call.
  public static let startupReady = Metric("startup.ready", .nanoseconds)
  /// From the first open to the last answer, inside the process.
  public static let startupLoad = Metric("startup.load", .nanoseconds)
  /// Loading one plugin until its `init` has returned; the mean over the set.
  public static let loadPerPlugin = Metric("load.perPlugin", .nanoseconds)
  /// The same for the slowest plugin of the set.
  public static let loadSlowest = Metric("load.slowest", .nanoseconds)
  /// The first call of a plugin; the mean over the set.
  public static let callFirst = Metric("call.first", .nanoseconds)
  /// Deciding from the files whether they may be loaded; the sum over the set.
  public static let admissionTime = Metric("admission.time", .nanoseconds)
  /// The host's own work for one plugin, everything but `dlopen` and the plugin's code; the mean.
  public static let hostPerPlugin = Metric("host.perPlugin", .nanoseconds)
  /// ``startupLoad`` without the host's own work for the plugins: what the loader, the plugins' code and
  /// the pages that both touch for the first time cost. Where there is no host, the same as that.
  public static let startupPlugins = Metric("startup.plugins", .nanoseconds)
  /// What a lazy start has put off: from the first look-up of what all plugins offer until every one has
  /// answered one call. No part of the other figures.
  public static let startupDeferred = Metric("startup.deferred", .nanoseconds)
  /// Files that the loader has mapped between the first open and the host being ready.
  public static let objectsOpened = Metric("objects.opened", .count, isExact: true)
  public static let memoryRSS = Metric("memory.rss", .bytes)
  public static let memoryPSS = Metric("memory.pss", .bytes)
  public static let memoryUSS = Metric("memory.uss", .bytes)
  public static let memoryAnonymous = Metric("memory.anonymous", .bytes)
  public static let memoryPageTables = Metric("memory.pageTables", .bytes)
  public static let faultsMinor = Metric("faults.minor", .count)
  public static let faultsMajor = Metric("faults.major", .count)
  /// Entries that the loader applies, over all files of the set.
  public static let relocationsTotal = Metric("relocations.total", .count, isExact: true)
  /// Pages that these write to, and so make private to each process.
  public static let relocationsDirtyPages = Metric(
    "relocations.dirtyPages", .count, isExact: true)
  /// Bytes of all sections that are loaded. Unlike a file's size, which alignment rounds up, it shows
  /// a change of a single byte.
  public static let sizeSections = Metric("size.sections", .bytes, isExact: true)
  /// Dynamic symbols that the files define for others.
  public static let exportsTotal = Metric("exports.total", .count, isExact: true)
  /// Entries of the symbol tables of the files.
  public static let symbolsTotal = Metric("symbols.total", .count, isExact: true)
  /// Instructions that the measured process executes, as callgrind counts them; only where it was
  /// asked for.
  public static let instructionsLoad = Metric("instructions.load", .count, .repeating)
  /// How many separate registries the plugins of the process ended up with.
  public static let registriesSeen = Metric("registries.seen", .count, isExact: true)

  /// In the order in which they are shown.
  public static let all: [Metric] = [
    .startupLoad, .startupPlugins, .startupReady, .startupDeferred, .objectsOpened, .loadPerPlugin,
    .loadSlowest, .callFirst, .admissionTime, .hostPerPlugin, .memoryPSS, .memoryRSS, .memoryUSS,
    .memoryAnonymous, .memoryPageTables,
    .faultsMinor, .faultsMajor, .diskTotal, .diskStripped, .diskRuntime, .diskPerPlugin,
    .relocationsTotal,
    .relocationsDirtyPages, .sizeSections, .exportsTotal, .symbolsTotal, .instructionsLoad,
    .registriesSeen,
  ]

  /// The metric of that name; nil where there is none.
  public static func named(_ name: String) -> Metric? { all.first { $0.name == name } }

  /// What `compare` judges unless it is told otherwise: what a user of plugins notices. The other
  /// times are parts of these, and most of them scatter too much for 2 %.
  public static let judged: [Metric] =
    [.startupReady, .startupLoad, .memoryPSS, .memoryAnonymous, .faultsMinor, .instructionsLoad]
    + all.filter(\.isExact)
}
