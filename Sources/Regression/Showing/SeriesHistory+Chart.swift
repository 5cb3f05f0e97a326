internal import Measurement
internal import Reporting

extension SeriesHistory {
  /// The figures over the runs, oldest first, with the steps marked.
  ///
  /// - Parameter number: tells the charts of one page apart: "history-1".
  func chart(number: Int) -> Report.Chart {
    let unit: Report.Chart.Unit =
      switch series.unit {
      case .bytes: .bytes
      case .nanoseconds: .nanoseconds
      case .count: .count
      }
    let line = Report.Chart.Line(
      series.metric,
      points.enumerated().map { index, point in
        Report.Chart.Point(
          x: Double(index + 1), y: point.median, low: point.low, high: point.high,
          hint: [point.commit.map { String($0.prefix(12)) }, Judgement.Since.day(point.startedAt)]
            .compactMap(\.self).joined(separator: ", "))
      })
    let marks = steps.map { step in
      let commit = points[step.index].commit.map { String($0.prefix(12)) }
      return Report.Chart.Mark(
        x: Double(step.index + 1), label: "\(Self.change(step)) since \(commit ?? "here")",
        tone: step.after > step.before ? .bad : .good)
    }
    return Report.Chart(
      "history-\(number)", title: "\(series.metric) of \(series.place): medians of the runs",
      .lines(
        [line], x: .init("runs, oldest first", .count), y: .init(series.metric, unit), marks: marks)
    )
  }

  private static func change(_ step: Step) -> String {
    guard step.before != 0 else { return "a step" }
    let share = step.after / step.before - 1
    // What is exact may change by less than a per cent shows.
    guard abs(share) < 0.0005 else { return Quantity.percent(share, signed: true) }
    return Quantity.count(step.after - step.before)
  }
}
