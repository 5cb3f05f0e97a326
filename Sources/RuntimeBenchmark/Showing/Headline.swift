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
    let load = comparison(.startupLoad, candidate, baseline, count).map(loadPhrase)
    let needs = [(Metric.memoryPSS, "memory"), (.diskTotal, "disk")].compactMap { metric, word in
      comparison(metric, candidate, baseline, count).map { needPhrase(word, $0) }
    }
    let parts =
      [load].compactMap { $0 } + (needs.isEmpty ? [] : ["need " + Self.list(needs)])
    guard !parts.isEmpty else { return single(candidate) }
    let subject =
      candidate == "shared"
      ? "\(count) plugins on one shared runtime" : "\(count) plugins (\(candidate))"
    let other = baseline == "static" ? "plugins that each carry their own" : "'\(baseline)'"
    return "Compared with \(other), \(subject) \(Self.list(parts))." + paysFrom
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
        var parts = lost.prefix(6).map { comparison in
          "\(comparison.metric.name) (\(Quantity.ratio(comparison.ratio.estimate.median)))"
        }
        if lost.count > parts.count { parts.append("\(lost.count - parts.count) more metrics") }
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

  /// From how many plugins on the candidate pays against the best that static linking can do without
  /// giving plugins up; empty where only one number was measured.
  private var paysFrom: String {
    let own = result.breakEven.filter { $0.baseline == "static-tuned" }
    let parts = [(Metric.startupLoad, "load time"), (.memoryPSS, "memory"), (.diskTotal, "disk")]
      .compactMap { metric, word -> String? in
        guard let found = own.first(where: { $0.metric == metric }) else { return nil }
        switch found.breakEven.outcome {
        case .from(let plugins, _, _): return "\(plugins) (\(word))"
        case .never(let most, _): return "more than \(most) (\(word))"
        }
      }
    return parts.isEmpty
      ? "" : " Against 'static-tuned' it pays from \(Self.list(parts)) plugins on."
  }

  private func loadPhrase(_ comparison: Comparison) -> String {
    let ratio = comparison.ratio.estimate.median
    switch comparison.verdict {
    case .inconclusive: return "load about as fast (too noisy to tell)"
    case .unchanged: return "load as fast"
    case .better: return "load \(Quantity.ratio(1 / ratio)) faster"
    case .worse: return "load \(Quantity.ratio(ratio)) slower"
    }
  }

  private func needPhrase(_ word: String, _ comparison: Comparison) -> String {
    let ratio = comparison.ratio.estimate.median
    switch comparison.verdict {
    case .inconclusive: return "about as much \(word) (too noisy to tell)"
    case .unchanged: return "as much \(word)"
    case .better: return "\(Quantity.ratio(1 / ratio)) less \(word)"
    case .worse: return "\(Quantity.ratio(ratio)) more \(word)"
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
