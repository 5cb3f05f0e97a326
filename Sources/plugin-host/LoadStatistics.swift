internal import FoundationEssentials
internal import PluginHost
internal import Reporting

/// What the plugins have done and have while all are loaded: `load --stats`.
struct LoadStatistics {
  private let plugins: [(plugin: PluginInformation, accounting: PluginAccounting)]
  private let services: PluginsSchema1.Services?

  init(_ host: PluginHost) {
    plugins = host.accounting()
    services = PluginHost.serviceStatistics().flatMap { text in
      try? JSONDecoder().decode(PluginsSchema1.Services.self, from: Data(text.utf8))
    }
  }

  var section: Report.Section {
    var table = Report.Table(
      columns: [
        .text("name"), .number("calls"), .number("inside", title: "time inside"),
        .number("start", title: "entry and init"), .number("live"), .number("blocks"),
        .number("log", title: "log lines"), .number("threads"), .number("mapped"),
        .number("anonymous"), .number("instances", title: "live instances"),
      ])
    for (plugin, own) in plugins {
      table.append([
        .text(plugin.name), .count(Int(own.calls)),
        .nanoseconds(own.nanosecondsInside.map(Double.init)),
        .nanoseconds(Double(own.startNanoseconds)), .bytes(Int(own.liveBytes)),
        .count(Int(own.liveBlocks)), .count(Int(own.logRecords)), .count(own.threadsStarted),
        .bytes(own.mappedBytes), .bytes(own.anonymousBytes),
        .count(Int(own.instances.reduce(0) { $0 + $1.live })),
      ])
    }
    return Report.Section("While all were loaded", key: "statistics", table: table)
  }

  /// Puts the figures into a document that tells of the same plugins.
  func add(to document: inout PluginsSchema1) {
    document.services = services
    for (plugin, own) in plugins {
      guard let place = document.plugins.firstIndex(where: { $0.path == plugin.path }) else {
        continue
      }
      document.plugins[place].statistics = .init(own)
    }
  }
}

extension PluginsSchema1 {
  /// What one plugin has done and has; see `PluginAccounting`.
  struct Statistics: Codable {
    var calls: UInt64
    var insideNanoseconds: UInt64?
    var startNanoseconds: UInt64
    var liveBlocks: UInt64
    var liveBytes: UInt64
    var peakBytes: UInt64
    var allocations: UInt64
    var logRecords: UInt64
    var threadsStarted: Int?
    var mappedBytes: Int?
    var anonymousBytes: Int?
    var instances: [Instances]

    struct Instances: Codable {
      var interface: String
      var revision: UInt32
      var made: UInt64
      var unmade: UInt64
    }

    init(_ own: PluginAccounting) {
      calls = own.calls
      insideNanoseconds = own.nanosecondsInside
      startNanoseconds = own.startNanoseconds
      liveBlocks = own.liveBlocks
      liveBytes = own.liveBytes
      peakBytes = own.peakBytes
      allocations = own.allocations
      logRecords = own.logRecords
      threadsStarted = own.threadsStarted
      mappedBytes = own.mappedBytes
      anonymousBytes = own.anonymousBytes
      instances = own.instances.map {
        Instances(
          interface: $0.interface, revision: $0.revision, made: $0.made, unmade: $0.unmade)
      }
    }
  }

  /// `plr-statistics/1`, as the runtime writes it.
  struct Services: Codable {
    struct Memory: Codable {
      var liveBlocks: UInt64
      var liveBytes: UInt64
      var peakBytes: UInt64
      var totalAllocations: UInt64
    }
    struct Log: Codable {
      var submitted: UInt64
      var written: UInt64
      var dropped: UInt64
      var limited: UInt64
      var immediate: UInt64
    }
    struct Registry: Codable {
      var entries: UInt64
      var references: UInt64
    }
    struct Account: Codable {
      /// nil for the sums.
      var name: String?
      var memory: Memory
      var log: Log
      var registry: Registry
    }
    struct Allocator: Codable {
      var mappedBytes: UInt64
      var checked: Bool
    }
    var schema: String
    var allocator: Allocator
    var accounts: [Account]
    var total: Account
  }
}
