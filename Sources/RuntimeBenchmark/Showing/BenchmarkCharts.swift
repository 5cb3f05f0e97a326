internal import Measurement
internal import Reporting

/// The pictures of a result: the headline comparison, what grows with the number of plugins, and what
/// memory is made of.
extension BenchmarkResult {
  /// Start-up and memory of each variant with the most plugins; with several numbers of plugins also
  /// over these.
  func charts() -> [Report.Chart] {
    guard let most = subjects.map(\.pluginCount).max() else { return [] }
    let shown = subjects.filter { $0.pluginCount == most }
    var charts = [Metric.startupLoad, .memoryPSS].compactMap { bars($0, shown, most) }
    if Set(subjects.map(\.pluginCount)).count > 1 {
      charts += [Metric.startupLoad, .memoryPSS].compactMap(lines)
    }
    return charts + [distribution(shown, most), memoryByKind(shown, most)].compactMap { $0 }
  }

  /// "startup", "memory": as `--figure` knows them.
  private static func word(_ metric: Metric) -> String {
    metric == .memoryPSS ? "memory" : "startup"
  }

  private static func unit(_ metric: Metric) -> Report.Chart.Unit {
    switch metric.unit {
    case .bytes: .bytes
    case .nanoseconds: .nanoseconds
    case .count: .count
    }
  }

  private static func plugins(_ count: Int) -> String { "\(count) plugin\(count == 1 ? "" : "s")" }

  private func bars(_ metric: Metric, _ subjects: [SubjectResult], _ count: Int) -> Report.Chart? {
    let bars = subjects.compactMap { subject -> Report.Chart.Bar? in
      guard let estimate = subject.estimate(metric) else { return nil }
      let interval = estimate.interval
      return Report.Chart.Bar(
        subject.name, parts: [estimate.median],
        interval: interval.low < interval.high ? interval.low...interval.high : nil,
        samples: subject.metrics[metric]?.compactMap { $0 } ?? [])
    }
    guard bars.count > 1 else { return nil }
    return Report.Chart(
      Self.word(metric),
      title: "\(metric.name) of \(Self.plugins(count)): medians, intervals, samples",
      .bars(bars, axis: .init(metric.name, Self.unit(metric)), parts: []))
  }

  private func lines(_ metric: Metric) -> Report.Chart? {
    let lines = subjects.map(\.name).uniqued().compactMap { name -> Report.Chart.Line? in
      let points = subjects.filter { $0.name == name }.compactMap { subject in
        subject.estimate(metric).map {
          Report.Chart.Point(
            x: Double(subject.pluginCount), y: $0.median, low: $0.interval.low,
            high: $0.interval.high, hint: Self.plugins(subject.pluginCount))
        }
      }
      return points.isEmpty ? nil : Report.Chart.Line(name, points)
    }
    guard !lines.isEmpty else { return nil }
    let counts = Set(subjects.map(\.pluginCount)).sorted()
    return Report.Chart(
      Self.word(metric) + "-by-plugins",
      title: "\(metric.name) over the number of plugins, both in equal factors; break-even marked",
      .lines(
        lines, x: .init("plugins", .count, isLogarithmic: true, ticks: counts.map(Double.init)),
        y: .init(metric.name, Self.unit(metric), isLogarithmic: true), marks: marks(metric)))
  }

  /// The break-even points that lie within what was measured.
  private func marks(_ metric: Metric) -> [Report.Chart.Mark] {
    let own = breakEven.filter { $0.metric == metric && $0.baseline.hasPrefix("static") }
    return own.compactMap { result -> Report.Chart.Mark? in
      guard case .from(let plugins, let low, let high) = result.breakEven.outcome else {
        return nil
      }
      let label =
        "\(result.candidate) pays against \(result.baseline) from \(plugins)"
        + (result.breakEven.isBound ? " or fewer" : "")
      let most = subjects.map(\.pluginCount).max() ?? plugins
      return Report.Chart.Mark(
        x: Double(plugins), interval: Double(low)...Double(max(low, high ?? most)), label: label)
    }.prefix(4).map { $0 }
  }

  /// Which share of the rounds took at most how long: a steep line is a time that repeats.
  private func distribution(_ subjects: [SubjectResult], _ count: Int) -> Report.Chart? {
    let metric = Metric.startupLoad
    let lines = subjects.compactMap { subject -> Report.Chart.Line? in
      let samples = (subject.metrics[metric] ?? []).compactMap { $0 }.sorted()
      // Fewer have no interval either.
      guard samples.count >= 6 else { return nil }
      return Report.Chart.Line(
        subject.name,
        samples.enumerated().map { index, sample in
          Report.Chart.Point(
            x: sample, y: Double(100 * (index + 1)) / Double(samples.count),
            hint: Quantity.nanoseconds(sample))
        })
    }
    guard !lines.isEmpty else { return nil }
    return Report.Chart(
      Self.word(metric) + "-distribution",
      title:
        "Distribution of \(metric.name) with \(Self.plugins(count)): per cent of rounds up to it",
      .lines(
        lines, x: .init(metric.name, .nanoseconds, isLogarithmic: true),
        y: .init("per cent of rounds", .count), marks: []))
  }

  /// PSS as what it is made of: written to, private but from files, and the share of what is shared.
  private func memoryByKind(_ subjects: [SubjectResult], _ count: Int) -> Report.Chart? {
    let bars = subjects.compactMap { subject -> Report.Chart.Bar? in
      guard let anonymous = subject.estimate(.memoryAnonymous)?.median,
        let unique = subject.estimate(.memoryUSS)?.median,
        let proportional = subject.estimate(.memoryPSS)?.median,
        anonymous <= unique, unique <= proportional
      else { return nil }
      return Report.Chart.Bar(
        subject.name, parts: [anonymous, unique - anonymous, proportional - unique])
    }
    guard !bars.isEmpty else { return nil }
    return Report.Chart(
      "memory-kinds", title: "memory.pss of \(Self.plugins(count)), by kind",
      .bars(
        bars, axis: .init("memory.pss", .bytes),
        parts: ["anonymous", "private pages of files", "share of shared pages"]))
  }
}
