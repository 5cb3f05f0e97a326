internal import Measurement
internal import Reporting

/// OpenMetrics text: the figures in base units, what they were before, and a state set of verdicts.
///
/// The metric is a label and no part of a name: names of metrics may end in words that OpenMetrics keeps
/// for itself, such as `total`. Source: OpenMetrics 1.0.
extension Assessment {
  func openMetrics() -> String {
    let figures = figures
    var text = ""
    for (name, help, value) in [
      ("bench_figure", "What was measured.", \Judgement.candidate),
      ("bench_baseline", "What it was before.", \Judgement.baseline),
    ] as [(String, String, KeyPath<Judgement, Double?>)] {
      for unit in [Metric.Unit.bytes, .nanoseconds, .count] {
        let samples = figures.compactMap { judgement -> String? in
          guard judgement.series.unit == unit, let value = judgement[keyPath: value] else {
            return nil
          }
          let amount = unit == .nanoseconds ? value / 1e9 : value
          return Self.sample(name + unit.suffix, judgement.series, amount)
        }
        guard !samples.isEmpty else { continue }
        text += "# TYPE \(name)\(unit.suffix) gauge\n"
        if !unit.suffix.isEmpty {
          text += "# UNIT \(name)\(unit.suffix) \(unit.suffix.dropFirst())\n"
        }
        text += "# HELP \(name)\(unit.suffix) \(help)\n" + samples.joined()
      }
    }
    if !figures.isEmpty {
      text += "# TYPE bench_verdict stateset\n# HELP bench_verdict What is to be said of it.\n"
    }
    for judgement in figures {
      for verdict in Verdict.allCases {
        text += Self.sample(
          "bench_verdict", judgement.series, judgement.verdict == verdict ? 1 : 0,
          label: ",bench_verdict=\"\(verdict.rawValue)\"")
      }
    }
    return text + "# EOF\n"
  }

  private static func sample(
    _ name: String, _ series: Series, _ value: Double, label: String = ""
  ) -> String {
    let labels = [
      ("metric", series.metric), ("subject", series.subject), ("setting", series.setting),
      ("tool", series.tool),
    ].map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
    let number = value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : "\(value)"
    return "\(name){\(labels)\(label)} \(number)\n"
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in SafeText.visible(text).unicodeScalars {
      if scalar == "\\" || scalar == "\"" { escaped += "\\" }
      escaped.unicodeScalars.append(scalar)
    }
    return escaped
  }
}

extension Metric.Unit {
  fileprivate var suffix: String {
    switch self {
    case .bytes: "_bytes"
    case .nanoseconds: "_seconds"
    case .count: ""
    }
  }
}
