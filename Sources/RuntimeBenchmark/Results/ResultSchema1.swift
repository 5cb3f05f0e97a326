internal import FoundationEssentials
internal import Measurement
internal import PluginSets
internal import Regression

/// `bench-runtime/1`: the JSON form of a result. Frozen: fields may be added, never changed.
struct ResultSchema1: Codable, Equatable {
  struct Machine: Codable, Equatable {
    var architecture: String
    var processor: String
    var processors: Int
    var memoryBytes: UInt64
    var kernel: String
    var system: String
    var loadAverage: Double?
  }
  struct Toolchain: Codable, Equatable {
    var swift: String
    var target: String
    var cc: String
  }
  struct Configuration: Codable, Equatable {
    var plugins: [Int]
    var variants: [String]
    var profile: String
    /// The recipe by which the plugins are linked that share a runtime; nil in results from before it
    /// could be chosen.
    var preset: String?
    var samples: Int
    var warmUps: Int
    var seed: UInt64
    var cache: String
    /// nil in results from before there could be several.
    var processes: Int?
    /// `eager`, `indexed` or `lazy`.
    var activation: String
    var directories: [String]
  }
  struct MetricValue: Codable, Equatable {
    var unit: String
    var median: Double
    var low: Double
    var high: Double
    /// By round; null where a round has none.
    var samples: [Double?]
    /// The standard deviation of the logarithm of the ratio of two successive rounds: what a comparison
    /// of the variant with itself scatters by.
    var spread: Double?
  }
  struct Revision: Codable, Equatable {
    var commit: String?
    var branch: String?
    var isModified: Bool
  }
  struct Disturbance: Codable, Equatable {
    var otherLoad: Double?
    var steal: Double?
    var swappedPages: UInt64?
    var governor: String?
    /// Hertz, of the fastest processor at the beginning and at the end.
    var frequencyBefore: Double?
    var frequencyAfter: Double?
    var throttled: UInt64?
  }
  struct Result: Codable, Equatable {
    var variant: String
    var plugins: Int
    var artifacts: String
    var metrics: [String: MetricValue]
    /// Only where heaps were tracked.
    var heap: Heap?
  }
  struct Heap: Codable, Equatable {
    struct Owner: Codable, Equatable {
      var kind: String
      var name: String
      var liveBytes: UInt64
      var liveBlocks: UInt64
      var allocations: UInt64
    }
    var owners: [Owner]
    var liveBytes: UInt64
    var liveBlocks: UInt64
    var blockOverhead: UInt64
    var unfollowed: UInt64
    var inUseBytes: UInt64
  }
  struct Comparison: Codable, Equatable {
    var metric: String
    var plugins: Int
    var candidate: String
    var baseline: String
    var ratio: Double
    var low: Double
    var high: Double
    var verdict: String
  }
  struct Scaling: Codable, Equatable {
    var metric: String
    var variant: String
    var fixed: Double
    var fixedLow: Double
    var fixedHigh: Double
    var perPlugin: Double
    /// Of `perPlugin`.
    var low: Double
    var high: Double
  }
  struct BreakEven: Codable, Equatable {
    var metric: String
    var candidate: String
    var baseline: String
    /// nil: at none of the measured numbers of plugins.
    var plugins: Int?
    var low: Int?
    /// nil: it may be never.
    var high: Int?
    /// The candidate wins at every measured number: `plugins` is only an upper bound.
    var isBound: Bool
    /// The largest number of plugins that was measured.
    var measuredUpTo: Int
  }

  var schema = "bench-runtime/1"
  var machine: Machine
  var toolchain: Toolchain
  var configuration: Configuration
  var results: [Result]
  var comparisons: [Comparison]
  var scaling: [Scaling]
  var breakEven: [BreakEven]
  /// The signal that ended the run before all its rounds were done.
  var interruptedBySignal: Int32?
  var startedAtMilliseconds: Int64?
  var revision: Revision?
  var disturbance: Disturbance?
  /// What disturbed the measurement, a sentence each.
  var warnings: [String]?
}

extension BenchmarkResult {
  /// The result as a `bench-runtime/1` document, with a newline at its end.
  ///
  /// - Throws: `EncodingError` for a figure that JSON cannot hold.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(schema1), as: UTF8.self) + "\n"
  }

  var schema1: ResultSchema1 {
    let largest = subjects.map(\.pluginCount).max() ?? 0
    return ResultSchema1(
      machine: .init(
        architecture: machine.architecture, processor: machine.processor,
        processors: machine.processors, memoryBytes: machine.memoryBytes, kernel: machine.kernel,
        system: machine.system, loadAverage: machine.loadAverage),
      toolchain: .init(swift: toolchain.version, target: toolchain.triple, cc: toolchain.cc),
      configuration: .init(
        plugins: configuration.pluginCounts, variants: configuration.variants.map(\.rawValue),
        profile: configuration.profile.rawValue, preset: configuration.link.description,
        samples: configuration.samples,
        warmUps: configuration.warmUps, seed: configuration.seed,
        cache: configuration.isCold ? "cold" : "warm", processes: configuration.processes,
        activation: configuration.activation.rawValue, directories: configuration.directories),
      results: subjects.map { subject in
        .init(
          variant: subject.name, plugins: subject.pluginCount, artifacts: subject.artifacts,
          metrics: Dictionary(
            uniqueKeysWithValues: subject.metrics.compactMap { metric, samples in
              subject.estimate(metric).map { estimate in
                (
                  metric.name,
                  .init(
                    unit: metric.unit.rawValue, median: estimate.median,
                    low: estimate.interval.low, high: estimate.interval.high, samples: samples,
                    spread: Spread(successive: samples)?.perRound)
                )
              }
            }), heap: subject.heap.map(ResultSchema1.Heap.init))
      },
      comparisons: comparisons.map { comparison in
        .init(
          metric: comparison.metric.name, plugins: comparison.pluginCount,
          candidate: comparison.candidate, baseline: comparison.baseline,
          ratio: comparison.ratio.estimate.median, low: comparison.ratio.estimate.interval.low,
          high: comparison.ratio.estimate.interval.high, verdict: comparison.verdict.rawValue)
      },
      scaling: scaling.map { result in
        .init(
          metric: result.metric.name, variant: result.variant, fixed: result.scaling.fixed.value,
          fixedLow: result.scaling.fixed.interval.low,
          fixedHigh: result.scaling.fixed.interval.high,
          perPlugin: result.scaling.perPlugin.value,
          low: result.scaling.perPlugin.interval.low, high: result.scaling.perPlugin.interval.high)
      },
      breakEven: breakEven.map { result in
        var plugins: Int?
        var low: Int?
        var high: Int?
        switch result.breakEven.outcome {
        case .from(let from, let lower, let upper): (plugins, low, high) = (from, lower, upper)
        case .never(_, let lower): low = lower
        }
        return .init(
          metric: result.metric.name, candidate: result.candidate, baseline: result.baseline,
          plugins: plugins, low: low, high: high, isBound: result.breakEven.isBound,
          measuredUpTo: largest)
      }, interruptedBySignal: interruption,
      startedAtMilliseconds: startedAt,
      revision: .init(
        commit: revision.commit, branch: revision.branch, isModified: revision.isModified),
      disturbance: .init(
        otherLoad: disturbance.otherLoad, steal: disturbance.steal,
        swappedPages: disturbance.swappedPages, governor: disturbance.governor,
        frequencyBefore: disturbance.frequencies?.before,
        frequencyAfter: disturbance.frequencies?.after, throttled: disturbance.throttled),
      warnings: disturbance.warnings)
  }
}

extension ResultSchema1.Heap {
  init(_ table: HeapTable) {
    self.init(
      owners: table.rows.map {
        .init(
          kind: $0.kind.rawValue, name: $0.name, liveBytes: $0.liveBytes,
          liveBlocks: $0.liveBlocks, allocations: $0.allocations)
      }, liveBytes: table.liveBytes, liveBlocks: table.liveBlocks,
      blockOverhead: table.blockOverhead, unfollowed: table.unfollowed,
      inUseBytes: table.inUseBytes)
  }
}
