internal import Measurement
internal import Reporting

/// The result in one sentence, whichever way it fell.
struct Headline {
  let result: BenchmarkResult

  var text: String {
    let count = result.subjects.map(\.pluginCount).max() ?? 0
    let candidate = BenchmarkResult.candidate(among: result.subjects.map(\.name))
    let baselines = result.subjects.map(\.name).filter { $0 != candidate }
    guard let baseline = baselines.contains("static") ? "static" : baselines.first else {
      return single(candidate)
    }
    let parts = [(Metric.startupLoad, "load"), (.memoryPSS, "memory"), (.diskTotal, "disk")]
      .compactMap { metric, word in
        comparison(metric, candidate, baseline, count).map { phrase(word, $0) }
      }
    guard !parts.isEmpty else { return single(candidate) }
    let subject =
      candidate == "shared"
      ? "\(count) plugins on one shared runtime" : "\(count) plugins (\(candidate))"
    let other = baseline == "static" ? "plugins that each carry their own" : "'\(baseline)'"
    return "Compared with \(other), \(subject) \(Self.list(parts))."
  }

  /// Where one of the ways that link statically is better than the shared runtime, one sentence for
  /// each number of plugins.
  var whereOthersWin: [String] {
    let candidate = BenchmarkResult.candidate(among: result.subjects.map(\.name))
    var sentences: [String] = []
    let counts = Set(result.comparisons.map(\.pluginCount)).sorted()
    for count in counts {
      for baseline in ["static", "static-tuned", "builtin"] {
        let lost = result.comparisons.filter {
          $0.pluginCount == count && $0.baseline == baseline && $0.verdict == .worse
        }
        guard !lost.isEmpty else { continue }
        let parts = lost.map { comparison in
          "\(comparison.metric.name) (\(Quantity.ratio(comparison.ratio.estimate.median)))"
        }
        sentences.append(
          "With \(count) plugin\(count == 1 ? "" : "s") '\(baseline)' beats '\(candidate)' on "
            + Self.list(parts) + ".")
      }
    }
    if sentences.isEmpty, candidate == "shared", !counts.isEmpty {
      sentences.append("No way of static linking that was measured wins in any metric.")
    }
    if counts.count == 1, counts[0] > 5, candidate == "shared" {
      sentences.append(
        "Static linking wins with few plugins: '--plugins 1,2,5,10,\(counts[0])' shows up to how many."
      )
    }
    return sentences
  }

  private func comparison(
    _ metric: Metric, _ candidate: String, _ baseline: String, _ count: Int
  ) -> Comparison? {
    result.comparisons.first {
      $0.metric == metric && $0.candidate == candidate && $0.baseline == baseline
        && $0.pluginCount == count
    }
  }

  private func phrase(_ word: String, _ comparison: Comparison) -> String {
    let ratio = comparison.ratio.estimate.median
    switch (comparison.verdict, word) {
    case (.inconclusive, "load"): return "load about as fast (too noisy to tell)"
    case (.inconclusive, _): return "need about as much \(word) (too noisy to tell)"
    case (.unchanged, "load"): return "load as fast"
    case (.unchanged, _): return "need as much \(word)"
    case (.better, "load"): return "load \(Quantity.ratio(1 / ratio)) faster"
    case (.worse, "load"): return "load \(Quantity.ratio(ratio)) slower"
    case (.better, _): return "need \(Quantity.ratio(1 / ratio)) less \(word)"
    case (.worse, _): return "need \(Quantity.ratio(ratio)) more \(word)"
    }
  }

  private func single(_ name: String) -> String {
    guard let subject = result.subjects.first(where: { $0.name == name }) else { return "" }
    let load = subject.estimate(.startupLoad).map { Quantity.nanoseconds($0.median) }
    let memory = subject.estimate(.memoryPSS).map { Quantity.bytes($0.median) }
    return "\(subject.pluginCount) plugins (\(name)) load in \(load ?? Quantity.absent) and "
      + "the process then takes \(memory ?? Quantity.absent)."
  }

  static func list(_ parts: [String]) -> String {
    guard parts.count > 1 else { return parts.first ?? "" }
    return parts.dropLast().joined(separator: ", ") + " and " + parts.last!
  }
}
