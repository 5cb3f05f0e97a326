internal import Measurement
internal import PluginSets
public import Reporting

extension BenchmarkResult {
  /// The result for people.
  ///
  /// - Parameter withIntervals: whether each figure shows its 95 % interval too, which takes more
  ///   width.
  public func report(withIntervals: Bool) -> Report {
    let headline = Headline(result: self)
    var sections: [Report.Section] = []
    for count in subjects.map(\.pluginCount).uniqued() {
      sections.append(figures(pluginCount: count, withIntervals: withIntervals))
    }
    for subject in subjects {
      if let heap = subject.heap {
        sections.append(heap.section(subject.name, pluginCount: subject.pluginCount))
      }
    }
    for candidate in comparisons.map(\.candidate).uniqued() {
      for count in comparisons.filter({ $0.candidate == candidate }).map(\.pluginCount).uniqued() {
        sections.append(
          ratios(of: candidate, pluginCount: count, withIntervals: withIntervals))
      }
    }
    if !breakEven.isEmpty { sections.append(breakEvenSection()) }
    if !scaling.isEmpty { sections.append(scalingSection()) }
    let wins = headline.whereOthersWin
    if !wins.isEmpty {
      sections.append(
        Report.Section("Where static linking wins", key: "wins", paragraphs: wins))
    }
    if let sizes = sizeSection() { sections.append(sizes) }
    sections.append(noiseSection())
    let rounds = subjects.flatMap { $0.metrics.values.map(\.count) }.max() ?? 0
    let intervals =
      rounds < 6
      ? "too few for 95 % intervals, so that no time or memory is judged"
      : withIntervals ? "with 95 % intervals" : "with 95 % intervals behind the verdicts"
    var notes = disturbance.warnings.map { "Warning: \($0)." }
    notes += [
      "Medians of \(rounds) rounds, \(intervals); every sample is a fresh process, "
        + "\(configuration.isCold ? "its files dropped from memory" : "files in memory"); ratios are "
        + "taken within a round. Smaller is better everywhere; a question mark stands where the rounds do "
        + "not settle whether there is a difference of 2 % or more."
    ]
    if configuration.processes > 1 {
      notes.append(
        "\(configuration.processes) processes of each set, started one after the other, read their "
          + "figures when all were there: memory and faults are their sum, times their mean.")
    }
    if configuration.activation == .lazy {
      notes.append(
        "A lazy start: 'startup.load' and 'startup.ready' end when the host knows its plugins from their "
          + "index; none is loaded or called before. 'startup.deferred' is what that puts off: loading "
          + "them all and calling each once. '…\(Subject.bareHostSuffix)' is the host of the same set "
          + "without any plugin.")
    }
    if configuration.activation == .indexed {
      notes.append(
        "'…\(Subject.indexedSuffix)' loads the same set as the index tells of it that an earlier start has "
          + "left: files that are as they were are not read and judged again.")
    }
    notes += [
      "\(machine.processor), \(machine.processors) processors; \(machine.system), kernel "
        + "\(machine.kernel); \(toolchain.version). Absolute times are of this machine, today."
    ]
    if let interruption {
      notes.append(
        "Interrupted by signal \(interruption): these are the \(rounds) rounds of "
          + "\(configuration.samples) that were whole.")
    }
    var report = Report(title: title, headline: headline.text, sections: sections, notes: notes)
    report.charts = charts()
    return report
  }

  /// The result as one long table: a row for each figure, for spreadsheets.
  public func figureTable() -> Report {
    var table = Report.Table(columns: [
      .number("plugins"), .text("variant"), .text("metric"), .text("unit"), .number("median"),
      .number("low"), .number("high"),
    ])
    for subject in subjects {
      for metric in Metric.all {
        guard let estimate = subject.estimate(metric) else { continue }
        table.append([
          .count(subject.pluginCount), .text(subject.name), .text(metric.name),
          .text(metric.unit.rawValue), .count(estimate.median), .count(estimate.interval.low),
          .count(estimate.interval.high),
        ])
      }
    }
    return Report(
      title: title, headline: Headline(result: self).text,
      sections: [Report.Section("Figures", key: "figures", table: table)])
  }

  private var title: String {
    let counts = subjects.map(\.pluginCount).uniqued().map(String.init).joined(separator: ", ")
    return
      "\(counts) plugin\(counts == "1" ? "" : "s"), profile \(configuration.profile.rawValue), "
      + "\(configuration.activation == .lazy ? "lazy start, " : "")"
      + "\(configuration.isCold ? "cold" : "warm") page cache"
      + (configuration.processes > 1 ? ", \(configuration.processes) processes" : "")
  }

  // MARK: Sections

  private func figures(pluginCount: Int, withIntervals: Bool) -> Report.Section {
    let shown = subjects.filter { $0.pluginCount == pluginCount }
    var table = Report.Table(
      columns: [.text("metric")] + shown.map { .number($0.name) })
    for metric in Metric.all {
      let cells = shown.map { Self.cell($0.estimate(metric), metric, withIntervals) }
      guard cells.contains(where: { $0.value != nil }) else { continue }
      table.append([.text(metric.name)] + cells)
    }
    let hosts = shown.compactMap { subject -> String? in
      guard let host = subject.estimate(.hostPerPlugin)?.median,
        let load = subject.estimate(.loadPerPlugin)?.median, load > 0
      else { return nil }
      return "\(Quantity.nanoseconds(host)) of \(Quantity.nanoseconds(load)) (\(subject.name))"
    }
    return Report.Section(
      "Figures with \(pluginCount) plugin\(pluginCount == 1 ? "" : "s")",
      key: "figures-\(pluginCount)",
      paragraphs: hosts.isEmpty
        ? [] : ["The host's own part of loading one plugin: \(Headline.list(hosts))."],
      table: table)
  }

  private static func cell(
    _ estimate: Estimate?, _ metric: Metric, _ withInterval: Bool
  ) -> Report.Cell {
    guard let estimate else { return .absent }
    var text = format(estimate.median, metric)
    let interval = estimate.interval
    if withInterval, interval.low < interval.high {
      text += " (\(format(interval.low, metric)) – \(format(interval.high, metric)))"
    }
    return Report.Cell(text, value: .number(estimate.median))
  }

  static func format(_ value: Double, _ metric: Metric) -> String {
    switch metric.unit {
    case .bytes: return Quantity.bytes(value)
    case .nanoseconds: return Quantity.nanoseconds(value)
    case .count: return Quantity.count(value)
    }
  }

  private func ratios(
    of candidate: String, pluginCount: Int, withIntervals: Bool
  ) -> Report.Section {
    let own = comparisons.filter { $0.candidate == candidate && $0.pluginCount == pluginCount }
    let baselines = own.map(\.baseline).uniqued()
    var table = Report.Table(
      columns: [.text("metric")] + baselines.map { .number($0) })
    for metric in Metric.all where own.contains(where: { $0.metric == metric }) {
      table.append(
        [.text(metric.name)]
          + baselines.map { baseline in
            own.first { $0.metric == metric && $0.baseline == baseline }
              .map { Self.cell($0, withIntervals) } ?? .absent
          })
    }
    return Report.Section(
      "What '\(candidate)' takes with \(pluginCount) plugin\(pluginCount == 1 ? "" : "s"), against each",
      key: "ratios-\(candidate)-\(pluginCount)", table: table)
  }

  /// "15.4× less", "1.3× more", "same"; a question mark where the rounds cannot tell.
  private static func cell(
    _ comparison: Comparison, _ withInterval: Bool
  ) -> Report.Cell {
    let estimate = comparison.ratio.estimate
    let isLess = estimate.median < 1
    func turned(_ ratio: Double) -> String { Quantity.ratio(isLess ? 1 / ratio : ratio) }
    var text =
      estimate.median == 1 ? "same" : "\(turned(estimate.median)) \(isLess ? "less" : "more")"
    let ends = [estimate.interval.low, estimate.interval.high]
    if withInterval, ends[0] < ends[1], ends[0] > 0 {
      let (low, high) = isLess ? (ends[1], ends[0]) : (ends[0], ends[1])
      text += " (\(turned(low).dropLast())–\(turned(high).dropLast()))"
    }
    let tone: Report.Tone =
      switch comparison.verdict {
      case .better: .good
      case .worse: .bad
      case .unchanged: .plain
      case .inconclusive: .dim
      }
    if comparison.verdict == .inconclusive { text += " ?" }
    return Report.Cell(text, value: .number(estimate.median), tone: tone)
  }

  private func breakEvenSection() -> Report.Section {
    var table = Report.Table(columns: [
      .text("metric"), .text("candidate"), .text("baseline"),
      .number("plugins", title: "pays from"), .text("interval"),
    ])
    for result in breakEven {
      let (text, value, interval) = Self.describe(result.breakEven)
      table.append([
        .text(result.metric.name), .text(result.candidate), .text(result.baseline),
        Report.Cell(text, value: value.map { .integer($0) }), .text(interval),
      ])
    }
    return Report.Section("Break-even", key: "breakEven", table: table)
  }

  /// What a break-even reads like, its number, and its interval.
  private static func describe(_ breakEven: BreakEven) -> (String, Int?, String) {
    switch breakEven.outcome {
    case .from(let plugins, let low, let high):
      let interval =
        high.map { low == $0 ? "\(low)" : "\(low) – \($0)" } ?? "from \(low), maybe never"
      let mixed = breakEven.below == .mixed ? "; changes more than once" : ""
      return (
        breakEven.isBound ? "\(plugins) or fewer" : "\(plugins)", plugins, interval + mixed
      )
    case .never(let most, let low):
      return ("not up to \(most)", nil, low.map { "maybe from \($0)" } ?? "")
    }
  }

  private func scalingSection() -> Report.Section {
    var table = Report.Table(columns: [
      .text("metric"), .text("variant"), .number("fixed"),
      .number("perPlugin", title: "per plugin"),
      .number("interval"),
    ])
    for result in scaling {
      let perPlugin = result.scaling.perPlugin
      table.append([
        .text(result.metric.name), .text(result.variant),
        Report.Cell(
          Self.format(result.scaling.fixed.value, result.metric),
          value: .number(result.scaling.fixed.value)),
        Report.Cell(Self.format(perPlugin.value, result.metric), value: .number(perPlugin.value)),
        .text(
          "\(Self.format(perPlugin.interval.low, result.metric)) – "
            + "\(Self.format(perPlugin.interval.high, result.metric))"),
      ])
    }
    return Report.Section(
      "Fixed cost and cost per plugin", key: "scaling", table: table)
  }
}
