public import Measurement
internal import Platform
internal import PluginSets
internal import Regression
public import Reporting

/// How much a comparison of a thing with itself scatters on this machine, and what it can see.
public struct NoiseMeasurement: Sendable {
  public struct Row: Sendable {
    public var metric: Metric
    /// The deviation of the logarithm of the ratio within one round.
    public var spread: Double
    /// What the comparison of the thing with itself came to: 1 but for luck.
    public var ratio: Double
    public var interval: Interval
    /// The smallest effect that a session finds with the probability 0.95, as a share.
    public var detectable: Double
  }

  public var subject: String
  public var rounds: Int
  public var rows: [Row]
  public var machine: Machine
  public var disturbance: Disturbance

  /// Measures one set in two fresh copies.
  ///
  /// - Parameters:
  ///   - configuration: its first variant and number of plugins; its `samples` are the rounds.
  ///   - executable: the path of a program in SwiftPM's build directory.
  public static func run(
    _ configuration: BenchmarkConfiguration, executable: String, environment: [String: String],
    progress: @escaping (Benchmark.Progress) -> Void = { _ in }
  ) throws(BenchmarkError) -> NoiseMeasurement {
    let set = try withPluginSets { () throws(PluginSetError) in
      try PluginSetBuilder(
        executable: executable, cacheDirectory: configuration.cacheDirectory,
        environment: environment
      ).build(
        Array(configuration.variants.prefix(1)),
        counts: Array(configuration.pluginCounts.prefix(1)),
        profile: configuration.profile, width: processorCount()
      ) { done, total, step in progress(.building(done: done, total: total, step: step)) }
      .sets[0]
    }
    let subject = try Subject(set, hostWithoutPlugins: nil)
    let place = try MeasuringPlace(
      in: MeasuringPlace.parent(configuration, executable: executable))
    let sides = [try place.copy(subject, as: "0a"), try place.copy(subject, as: "0b")]
    var rounds = Rounds(
      samples: configuration.samples, warmUps: configuration.warmUps, isCold: configuration.isCold,
      random: RandomSource(seed: configuration.seed)
    ) { round, subject in
      progress(
        .measuring(round: round, samples: configuration.samples, subject: subject.label))
    }
    let watch = Disturbance.Watch()
    let (values, interruption) = try rounds.run(sides)
    if let interruption { throw .interrupted(signal: interruption) }
    withExtendedLifetime(place) {}
    let plan = LookPlan(upTo: configuration.samples)
    let rows = Metric.all.compactMap { metric -> Row? in
      guard metric.kind == .noisy, let old = values[0].byMetric[metric],
        let new = values[1].byMetric[metric], let spread = Spread(candidate: new, baseline: old),
        let effect = PairedEffect(candidate: new, baseline: old, confidence: plan.confidence)
      else { return nil }
      return Row(
        metric: metric, spread: spread.perRound, ratio: effect.ratio, interval: effect.interval,
        detectable: spread.detectableEffect(plan, floor: Verdict.defaultEffectFloor))
    }
    return NoiseMeasurement(
      subject: subject.label, rounds: configuration.samples, rows: rows,
      machine: Machine.current(), disturbance: watch.finish())
  }

  /// For people.
  public func report() -> Report {
    var table = Report.Table(columns: [
      .text("metric"), .number("spread", title: "A/A spread"),
      .number("ratio", title: "with itself"), .number("detectable", title: "sees from"),
    ])
    for row in rows {
      let low = Quantity.percent(row.interval.low - 1, signed: true)
      let high = Quantity.percent(row.interval.high - 1, signed: true)
      table.append([
        .text(row.metric.name), .percent(row.spread),
        Report.Cell("\(low) … \(high)", value: .number(row.ratio)), .percent(row.detectable),
      ])
    }
    let warnings = disturbance.warnings
    let startup = rows.first { $0.metric == .startupReady }
    let smallest = startup.map {
      " A change of startup.ready is found from \(Quantity.percent($0.detectable)) on."
    }
    return Report(
      title: "Noise of \(subject), \(rounds) rounds",
      headline: "Of this machine, now: \(warnings.count) thing\(warnings.count == 1 ? "" : "s") "
        + "disturb\(warnings.count == 1 ? "s" : "")." + (smallest ?? ""),
      sections: [Report.Section("A comparison with itself", key: "noise", table: table)],
      notes: warnings.map { "Warning: \($0)." } + [
        disturbance.summary,
        "Spread: deviation of the ratio within one round. Sees from: found with a probability of 95 % "
          + "in one session of up to \(rounds) rounds, with the looks that compare takes.",
        "\(machine.processor), \(machine.processors) processors; \(machine.system), kernel "
          + "\(machine.kernel).",
      ])
  }

  /// `bench-noise/1`: frozen; members may be added, never changed.
  public func json() -> String {
    var text: [UInt8] = []
    var json = JSONWriter<Never> { bytes in text += bytes }
    json.beginObject()
    json.member("schema", "bench-noise/1")
    json.member("subject", subject)
    json.member("machineClass", machine.facts.machineClass)
    json.member("rounds", rounds)
    json.member("metrics")
    json.beginObject()
    for row in rows {
      json.member(row.metric.name)
      json.beginObject(.inline)
      json.member("spread", row.spread)
      json.member("ratio", row.ratio)
      json.member("low", row.interval.low)
      json.member("high", row.interval.high)
      json.member("detectable", row.detectable)
      json.endObject()
    }
    json.endObject()
    json.member("disturbance")
    json.beginObject(.inline)
    json.member("loadAverage", disturbance.loadAverage)
    json.member("otherLoad", disturbance.otherLoad)
    json.member("steal", disturbance.steal)
    json.member("swappedPages", disturbance.swappedPages)
    json.member("governor", disturbance.governor)
    json.member("frequencyBefore", disturbance.frequencies?.before)
    json.member("frequencyAfter", disturbance.frequencies?.after)
    json.member("throttled", disturbance.throttled.map { Int(clamping: $0) })
    json.endObject()
    json.member("warnings")
    json.beginArray()
    for warning in disturbance.warnings { json.value(warning) }
    json.endArray()
    json.endObject()
    json.finish()
    return String(decoding: text, as: UTF8.self)
  }
}
