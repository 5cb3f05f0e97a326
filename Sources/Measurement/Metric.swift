/// What is measured: a name that scripts rely on, a unit, and whether it has noise.
///
/// Smaller is better for every metric. How a value is shown is the report's business.
public struct Metric: Hashable, Sendable {
  public enum Unit: String, Sendable {
    case bytes
    case nanoseconds = "ns"
    case count
  }

  /// As in `bench-runtime`'s JSON.
  public let name: String
  public let unit: Unit
  /// The value follows from the files and repeats to the last digit.
  public let isExact: Bool

  init(_ name: String, _ unit: Unit, isExact: Bool = false) {
    self.name = name
    self.unit = unit
    self.isExact = isExact
  }
}

extension Metric {
  /// All that must be shipped: host, runtime, Swift libraries that are not part of the system,
  /// plugins.
  public static let diskTotal = Metric("disk.total", .bytes, isExact: true)
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
  /// How many separate registries the plugins of the process ended up with.
  public static let registriesSeen = Metric("registries.seen", .count, isExact: true)

  /// In the order in which they are shown.
  public static let all: [Metric] = [
    .startupLoad, .startupReady, .startupDeferred, .objectsOpened, .loadPerPlugin, .loadSlowest,
    .callFirst, .admissionTime,
    .hostPerPlugin, .memoryPSS, .memoryRSS, .memoryUSS, .memoryAnonymous, .memoryPageTables,
    .faultsMinor, .faultsMajor, .diskTotal, .diskRuntime, .diskPerPlugin, .relocationsTotal,
    .relocationsDirtyPages, .registriesSeen,
  ]
}
