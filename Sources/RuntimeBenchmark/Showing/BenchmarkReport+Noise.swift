internal import Measurement
internal import Reporting

extension BenchmarkResult {
  /// How far two successive rounds lie apart, for what a comparison would judge, and what else went on.
  func noiseSection() -> Report.Section {
    let most = subjects.map(\.pluginCount).max() ?? 0
    let shown = subjects.filter { subject in
      subject.pluginCount == most && subject.metrics.values.contains { $0.count > 2 }
    }
    var table = Report.Table(columns: [.text("metric")] + shown.map { .number($0.name) })
    for metric in Metric.judged where metric.kind == .noisy {
      let cells = shown.map { subject -> Report.Cell in
        guard let samples = subject.metrics[metric], samples.count > 2,
          let spread = Spread(successive: samples)
        else { return .absent }
        return .percent(spread.perRound)
      }
      guard cells.contains(where: { $0.value != nil }) else { continue }
      table.append([.text(metric.name)] + cells)
    }
    let isUntold = table.rows.isEmpty && !shown.isEmpty
    return Report.Section(
      "Noise: how far two successive rounds lie apart with \(most) plugin\(most == 1 ? "" : "s")",
      key: "noise",
      paragraphs: [disturbance.summary]
        + (isUntold ? ["So few rounds do not tell; six do."] : []),
      table: table.rows.isEmpty ? nil : table)
  }
}
