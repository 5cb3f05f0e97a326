public import Measurement
internal import Platform
internal import PluginSets
public import Regression

/// What is to be compared, and how thoroughly.
public struct ComparisonConfiguration: Sendable {
  public var baseline: String
  public var candidate: String
  /// What is built from a checkout or build directory, and how it is measured. Its `samples` are the
  /// most rounds of a session.
  public var benchmark: BenchmarkConfiguration
  /// Names of the metrics that are judged.
  public var metrics: Set<String>
  public var effectFloor: Double
  public var error: Double
  public var countsInstructions: Bool
  /// The files are measured where they lie, and not in fresh copies.
  public var isInPlace: Bool

  public init(
    baseline: String, candidate: String, benchmark: BenchmarkConfiguration,
    metrics: Set<String> = Set(Metric.judged.map(\.name)),
    effectFloor: Double = Verdict.defaultEffectFloor, error: Double = LookPlan.defaultError,
    countsInstructions: Bool = false, isInPlace: Bool = false
  ) {
    self.baseline = baseline
    self.candidate = candidate
    self.benchmark = benchmark
    self.metrics = metrics
    self.effectFloor = effectFloor
    self.error = error
    self.countsInstructions = countsInstructions
    self.isInPlace = isInPlace
  }
}

/// Measures two builds in turn, in one session, until there is a verdict or the rounds are used up; and
/// what looks worse once more, in a session of its own.
public struct PairedComparison {
  private let configuration: ComparisonConfiguration
  private let executable: String
  private let environment: [String: String]
  private let progress: (Benchmark.Progress) -> Void

  /// - Parameters:
  ///   - executable: the path of a program in SwiftPM's build directory.
  ///   - environment: where compilers are looked for: PATH, SWIFTC, CC.
  public init(
    _ configuration: ComparisonConfiguration, executable: String, environment: [String: String],
    progress: @escaping (Benchmark.Progress) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.executable = executable
    self.environment = environment
    self.progress = progress
  }

  /// Does all of it.
  ///
  /// - Throws: `BenchmarkError`; an interruption leaves no verdict.
  public func run() throws(BenchmarkError) -> Assessment {
    let machine = Machine.current()
    let watch = Disturbance.Watch()
    let (pairs, unpaired) = try makePairs()
    let plan = LookPlan(upTo: configuration.benchmark.samples, error: configuration.error)
    let parent = measuringParent
    var judgements: [Judgement] = []
    for pair in pairs { judgements += try exactJudgements(pair) }
    if isAnythingNoisy {
      var noisy = try session(pairs, plan, parent, number: 1) { _ in configuration.metrics }
      let worse = noisy.filter { $0.verdict == .worse && $0.series.kind == .noisy }
      if !worse.isEmpty {
        let suspects = pairs.filter { pair in worse.contains { $0.series == series(pair, $0) } }
        let second = try session(suspects, plan, parent, number: 2) { pair in
          Set(worse.filter { $0.series == series(pair, $0) }.map(\.series.metric))
        }
        for index in noisy.indices where noisy[index].verdict == .worse {
          noisy[index].confirm(with: second.first { $0.series == noisy[index].series })
        }
      }
      judgements += noisy
    }
    return Assessment(
      kind: .comparison, baseline: configuration.baseline, candidate: configuration.candidate,
      machineClass: machine.facts.machineClass, judgements: judgements,
      warnings: unpaired + watch.finish().warnings,
      notes: !isAnythingNoisy
        ? []
        : [
          "Both sides are measured in turn, in fresh copies side by side; up to \(plan.looks.last!) "
            + "rounds, looked at after \(plan.looks.map(String.init).joined(separator: ", ")). "
            + "Intervals hold in \(Self.percent(1 - plan.error)) of sessions over all looks; what is "
            + "worse counts if a second session says so too, and only from "
            + "\(Self.percent(configuration.effectFloor)) on."
        ])
  }

  private static func percent(_ share: Double) -> String {
    let thousandths = Int((share * 1000).rounded())
    return thousandths.isMultiple(of: 10)
      ? "\(thousandths / 10) %" : "\(thousandths / 10).\(thousandths % 10) %"
  }

  // MARK: What is compared

  private func makePairs() throws(BenchmarkError) -> ([SubjectPair], unpaired: [String]) {
    func side(_ path: String) throws(BenchmarkError) -> Side {
      try Side(
        path, configuration.benchmark, executable: executable, environment: environment,
        progress: progress)
    }
    let (old, new) = (try side(configuration.baseline), try side(configuration.candidate))
    var pairs: [SubjectPair] = []
    var unpaired: [String] = []
    // Two sets are counterparts whatever their folders are called.
    if old.subjects.count == 1, new.subjects.count == 1,
      old.subjects[0].hasAnswer == new.subjects[0].hasAnswer
    {
      return ([try SubjectPair(old.subjects[0], new.subjects[0], profile: new.profile)], [])
    }
    for candidate in new.subjects {
      if let baseline = old.subjects.first(where: { Side.key($0) == Side.key(candidate) }) {
        pairs.append(try SubjectPair(baseline, candidate, profile: new.profile))
      } else {
        unpaired.append("'\(old.name)' has nothing like \(candidate.label) of '\(new.name)'")
      }
    }
    guard !pairs.isEmpty else {
      throw .nothingInCommon(baseline: old.name, candidate: new.name)
    }
    return (pairs, unpaired)
  }

  /// Where the copies are made: where built plugins are kept, which is on a disk.
  private var measuringParent: String {
    MeasuringPlace.parent(configuration.benchmark, executable: executable)
  }

  private func series(_ pair: SubjectPair, _ judgement: Judgement) -> Series {
    series(pair, judgement.series.metric)
  }

  private func series(_ pair: SubjectPair, _ name: String) -> Series {
    let metric = Metric.named(name)
    let subject = pair.candidate
    let count = subject.pluginCount
    return Series(
      tool: "bench-runtime", subject: subject.name,
      setting: ([
        "\(count) plugin\(count == 1 ? "" : "s")", pair.profile,
        configuration.benchmark.isCold ? "cold" : "warm",
      ] as [String?]).compactMap(\.self).joined(separator: ", "),
      metric: name, unit: metric?.unit ?? .count, kind: metric?.kind ?? .noisy)
  }

  private var isAnythingNoisy: Bool {
    Metric.all.contains { $0.kind == .noisy && configuration.metrics.contains($0.name) }
  }

  // MARK: What follows from the files

  private func exactJudgements(_ pair: SubjectPair) throws(BenchmarkError) -> [Judgement] {
    var judgements: [Judgement] = []
    for metric in Metric.all where configuration.metrics.contains(metric.name) {
      guard let old = pair.baseline.exact[metric], let new = pair.candidate.exact[metric] else {
        continue
      }
      var judgement = Judgement(exact: series(pair, metric.name), baseline: old, candidate: new)
      if pair.isIdentical { judgement.basis = .identicalFiles }
      judgements.append(judgement)
    }
    guard configuration.countsInstructions,
      configuration.metrics.contains(Metric.instructionsLoad.name)
    else { return judgements }
    let series = series(pair, Metric.instructionsLoad.name)
    if pair.isIdentical {
      judgements.append(
        Judgement(
          series: series, baseline: nil, candidate: nil, verdict: .unchanged,
          basis: .identicalFiles))
    } else {
      progress(.building(done: 0, total: 1, step: "counting instructions"))
      let old = try InstructionCount.measure(pair.baseline)
      let new = try InstructionCount.measure(pair.candidate)
      judgements.append(Judgement(repeating: series, baseline: [old], candidate: [new]))
    }
    return judgements
  }

  // MARK: What is measured in rounds

  /// One session: both sides in turn, looked at as the plan says, each pair until it is settled.
  private func session(
    _ pairs: [SubjectPair], _ plan: LookPlan, _ parent: String, number: Int,
    metrics: (SubjectPair) -> Set<String>
  ) throws(BenchmarkError) -> [Judgement] {
    let place = try MeasuringPlace(in: parent)
    var subjects: [(baseline: Subject, candidate: Subject)] = []
    for (index, pair) in pairs.enumerated() {
      if configuration.isInPlace {
        subjects.append((pair.baseline, pair.candidate))
      } else {
        // Which side is written first is drawn too.
        var sides = [("a", pair.baseline), ("b", pair.candidate)]
        if (configuration.benchmark.seed &+ UInt64(number + index)).isMultiple(of: 2) {
          sides.reverse()
        }
        var copies: [String: Subject] = [:]
        for (name, subject) in sides {
          copies[name] = try place.copy(subject, as: "\(index)\(name)")
        }
        subjects.append((copies["a"]!, copies["b"]!))
      }
    }
    let total = plan.looks.last!
    var rounds = Rounds(
      samples: 0, warmUps: configuration.benchmark.warmUps, isCold: configuration.benchmark.isCold,
      random: RandomSource(seed: configuration.benchmark.seed &* 1_000_003 &+ UInt64(number))
    ) { [progress] round, subject in
      progress(.measuring(round: round, samples: total, subject: subject.label))
    }
    var values = pairs.map { _ in (baseline: Rounds.Values(), candidate: Rounds.Values()) }
    var judgements: [[Judgement]] = pairs.map { _ in [] }
    var running = Array(pairs.indices)
    var done = 0
    for look in plan.looks where !running.isEmpty {
      rounds.samples = look - done
      let (new, interruption) = try rounds.run(
        running.flatMap { [subjects[$0].baseline, subjects[$0].candidate] })
      if let interruption { throw .interrupted(signal: interruption) }
      rounds.warmUps = 0
      done = look
      for (place, index) in running.enumerated() {
        values[index].baseline.append(new[2 * place])
        values[index].candidate.append(new[2 * place + 1])
        judgements[index] = judge(
          pairs[index], values[index], metrics(pairs[index]), plan.confidence)
      }
      running.removeAll { index in
        !judgements[index].contains { $0.verdict == .inconclusive && $0.canBeSettled }
      }
    }
    withExtendedLifetime(place) {}
    return judgements.flatMap(\.self)
  }

  private func judge(
    _ pair: SubjectPair, _ values: (baseline: Rounds.Values, candidate: Rounds.Values),
    _ metrics: Set<String>, _ confidence: Double
  ) -> [Judgement] {
    Metric.all.filter { metrics.contains($0.name) && pair.baseline.exact[$0] == nil }.compactMap {
      metric in
      guard let old = values.baseline.byMetric[metric],
        let new = values.candidate.byMetric[metric],
        let before = Statistics.median(old.compactMap(\.self)),
        let after = Statistics.median(new.compactMap(\.self))
      else { return nil }
      let series = series(pair, metric.name)
      if metric.isExact {
        return Judgement(exact: series, baseline: before, candidate: after)
      }
      var judgement = Judgement(
        series: series, baseline: before, candidate: after, verdict: .inconclusive,
        basis: .paired(rounds: old.count, confirmed: nil))
      guard
        let effect = PairedEffect(candidate: new, baseline: old, confidence: confidence)
      else {
        judgement.note = "a ratio to 0 does not exist"
        return judgement
      }
      judgement.spread = Spread(candidate: new, baseline: old)?.perRound
      judgement.ratio = effect.ratio
      judgement.interval = effect.interval
      if effect.isConfident {
        judgement.verdict = Verdict.of(
          ratio: effect.ratio, interval: effect.interval, effectFloor: configuration.effectFloor)
      }
      return judgement
    }
  }
}

extension Judgement {
  /// More rounds may bring a verdict.
  fileprivate var canBeSettled: Bool { interval != nil }
}

extension Machine {
  /// What history keeps of it.
  public var facts: MachineFacts {
    MachineFacts(
      architecture: architecture, processor: processor, processors: processors,
      memoryBytes: memoryBytes, kernel: kernel, system: system)
  }
}
