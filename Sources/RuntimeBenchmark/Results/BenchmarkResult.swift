public import Measurement
public import PluginSets
public import Regression

/// What was measured of one subject.
public struct SubjectResult: Sendable {
  public var name: String
  public var pluginCount: Int
  public var artifacts: String
  /// By round; a metric that follows from the files alone has one value.
  public var metrics: [Metric: [Double?]]
  /// All that must be shipped; empty of what somebody else has built.
  public var files: [File] = []
  /// nil where it was not asked for.
  public var heap: HeapTable?

  public struct File: Equatable, Sendable {
    /// From the folder of the set on.
    public var name: String
    public var bytes: Int
  }

  /// Median and interval; nil where the metric was not measured.
  public func estimate(_ metric: Metric) -> Estimate? {
    guard let values = metrics[metric]?.compactMap({ $0 }) else { return nil }
    return Estimate(medianOf: values)
  }
}

/// A candidate against a baseline in one metric at one number of plugins.
public struct Comparison: Sendable {
  public var metric: Metric
  public var pluginCount: Int
  public var candidate: String
  public var baseline: String
  /// Candidate / baseline, paired by round.
  public var ratio: PairedRatio
  public var verdict: Verdict
}

/// How a metric of one variant grows with the number of plugins.
public struct ScalingResult: Sendable {
  public var metric: Metric
  public var variant: String
  public var scaling: Scaling
}

/// From how many plugins on a candidate is no worse than a baseline.
public struct BreakEvenResult: Sendable {
  public var metric: Metric
  public var candidate: String
  public var baseline: String
  public var breakEven: BreakEven
}

/// Everything that one run of the benchmark came to.
public struct BenchmarkResult: Sendable {
  public var machine: Machine
  public var toolchain: Toolchain
  public var configuration: BenchmarkConfiguration
  public var subjects: [SubjectResult]
  public var comparisons: [Comparison]
  public var scaling: [ScalingResult]
  public var breakEven: [BreakEvenResult]
  /// The signal that ended the rounds early.
  public var interruption: Int32?
  /// Milliseconds since 1970 when measuring began.
  public var startedAt: Int64 = 0
  public var revision = Revision()
  /// What else went on on the machine meanwhile.
  public var disturbance = Disturbance()

  /// The metrics whose break-even is asked for.
  public static let breakEvenMetrics: [Metric] = [
    .diskTotal, .memoryPSS, .startupReady, .startupLoad,
  ]

  init(
    machine: Machine, toolchain: Toolchain, configuration: BenchmarkConfiguration,
    subjects: [SubjectResult], interruption: Int32?
  ) {
    self.machine = machine
    self.toolchain = toolchain
    self.configuration = configuration
    self.subjects = subjects
    self.interruption = interruption
    var random = RandomSource(seed: configuration.seed)
    let names = subjects.map(\.name)
    let candidates = Self.candidates(among: names)
    comparisons = candidates.flatMap { Self.compare(subjects, candidate: $0) }
    // A directory of the user's is compared too, with everything of as many plugins and with other
    // directories, however many files each has.
    if !candidates.contains(Self.directory), names.contains(Self.directory) {
      comparisons += Self.compare(subjects, candidate: Self.directory)
    }
    scaling = Self.scale(subjects, random: &random)
    breakEven = Self.findBreakEven(subjects, candidates: candidates, random: &random)
  }

  /// The name of the first directory that somebody else has built.
  static let directory = "directory"

  /// The ways to share one runtime, from the toolchain's own to the smallest.
  private static let shared: [String] = [Variant.shared, .sharedMerged, .sharedTrimmed]
    .map(\.rawValue)

  /// Who is compared with others: the shared runtime as the toolchain gives it and as it can be at
  /// best, and plugins that need no Swift runtime at all; else a directory of the user's, else the first.
  static func candidates(among names: [String]) -> [String] {
    let present = shared.filter(names.contains)
    let embedded = [Variant.embedded.rawValue].filter(names.contains)
    let candidates = ([present.first, present.last].compactMap { $0 } + embedded).uniqued()
    if !candidates.isEmpty { return candidates }
    return [names.contains(directory) ? directory : names.first ?? ""]
  }

  /// Whether `candidate` is compared with `other`: what shares a runtime differently is left to the
  /// smallest of them.
  static func compares(_ candidate: String, with other: String, among names: [String])
    -> Bool
  {
    // A host without plugins says something of its own set only, and so does a start from an index.
    for suffix in [Subject.bareHostSuffix, Subject.indexedSuffix] where other.hasSuffix(suffix) {
      return other == candidate + suffix
    }
    return other != candidate
      && !(shared.contains(other) && candidate != shared.last(where: names.contains))
  }

  private static func compare(_ subjects: [SubjectResult], candidate: String) -> [Comparison] {
    var comparisons: [Comparison] = []
    let names = subjects.map(\.name)
    for own in subjects where own.name == candidate {
      for other in subjects
      where compares(candidate, with: other.name, among: names)
        && (other.pluginCount == own.pluginCount
          || candidate == directory && other.name.hasPrefix(directory))
      {
        for metric in Metric.all {
          guard let ownValues = own.metrics[metric], let otherValues = other.metrics[metric],
            let ratio = PairedRatio(candidate: ownValues, baseline: otherValues)
          else { continue }
          comparisons.append(
            Comparison(
              metric: metric, pluginCount: own.pluginCount, candidate: candidate,
              baseline: other.name, ratio: ratio,
              verdict: ratio.verdict(isExact: metric.isExact)))
        }
      }
    }
    return comparisons
  }

  /// The values of one metric by number of plugins; exact ones have one value each.
  private static func table(
    _ subjects: [SubjectResult], _ name: String, _ metric: Metric
  ) -> [Int: [Double?]] {
    var table: [Int: [Double?]] = [:]
    for subject in subjects where subject.name == name {
      table[subject.pluginCount] = subject.metrics[metric]
    }
    return table
  }

  private static func scale(
    _ subjects: [SubjectResult], random: inout RandomSource
  ) -> [ScalingResult] {
    var results: [ScalingResult] = []
    for metric in [.startupLoad] + breakEvenMetrics.filter({ $0 != .startupLoad })
      + [.memoryAnonymous]
    {
      for name in subjects.map(\.name).uniqued() {
        guard let scaling = Scaling(table(subjects, name, metric), using: &random) else { continue }
        results.append(ScalingResult(metric: metric, variant: name, scaling: scaling))
      }
    }
    return results
  }

  private static func findBreakEven(
    _ subjects: [SubjectResult], candidates: [String], random: inout RandomSource
  ) -> [BreakEvenResult] {
    var results: [BreakEvenResult] = []
    let names = subjects.map(\.name).uniqued()
    for metric in breakEvenMetrics {
      for candidate in candidates {
        let own = table(subjects, candidate, metric)
        guard own.count > 1 else { continue }
        for name in names where compares(candidate, with: name, among: names) {
          guard
            let breakEven = BreakEven(
              candidate: own, baseline: table(subjects, name, metric), using: &random)
          else { continue }
          results.append(
            BreakEvenResult(
              metric: metric, candidate: candidate, baseline: name, breakEven: breakEven))
        }
      }
    }
    return results
  }
}

extension Sequence where Element: Hashable {
  /// The elements without repetition, in the order of their first appearance.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
