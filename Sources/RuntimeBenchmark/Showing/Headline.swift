internal import Measurement
internal import Reporting

/// The result in one sentence, whichever way it fell.
struct Headline {
  let result: BenchmarkResult

  var text: String {
    let candidates = BenchmarkResult.candidates(among: result.subjects.map(\.name))
    let sentences = candidates.compactMap { candidate in
      sentence(candidate, isFirst: candidate == candidates.first)
    }
    return sentences.isEmpty ? single(candidates[0]) : sentences.joined(separator: " ")
  }

  /// How a candidate does against plugins that carry their own runtime, or else against the first that
  /// it is compared with; nil where there is none.
  private func sentence(_ candidate: String, isFirst: Bool) -> String? {
    let own = result.comparisons.filter { $0.candidate == candidate }
    let baselines = own.map(\.baseline).uniqued()
    guard let count = own.map(\.pluginCount).max(),
      let baseline = baselines.contains("static") ? "static" : baselines.first
    else { return nil }
    let load = comparison(.startupLoad, candidate, baseline, count).map(loadPhrase)
    let needs = [(Metric.memoryPSS, "memory"), (.diskTotal, "disk")].compactMap { metric, word in
      comparison(metric, candidate, baseline, count).map { needPhrase(word, $0) }
    }
    let parts =
      [load].compactMap { $0 } + (needs.isEmpty ? [] : ["need " + Self.list(needs)])
    guard !parts.isEmpty else { return nil }
    if !isFirst, baseline == "static" {
      let way =
        candidate == "embedded"
        ? "Written in Embedded Swift" : "With the standard library inside the runtime"
      return "\(way) ('\(candidate)') they \(Self.list(parts))." + paysFrom(candidate)
    }
    let plugins = count == 1 ? "1 plugin" : "\(count) plugins"
    let subject =
      candidate == "shared"
      ? "\(plugins) on one shared runtime" : "\(plugins) (\(candidate))"
    let other =
      baseline == "static" ? "plugins that each carry their own ('static')" : "'\(baseline)'"
    return "Compared with \(other), \(subject) \(Self.list(parts))." + paysFrom(candidate)
  }

  /// Where one of the ways that link statically is better than the shared runtime, one sentence for
  /// each number of plugins.
  var whereOthersWin: [String] {
    let candidates = BenchmarkResult.candidates(among: result.subjects.map(\.name))
    var sentences: [String] = []
    let counts = Set(
      result.comparisons.filter { candidates.contains($0.candidate) }.map(\.pluginCount)
    ).sorted()
    for (count, candidate) in counts.flatMap({ count in candidates.map { (count, $0) } }) {
      for baseline in ["static", "static-tuned", "builtin"] {
        let lost = result.comparisons.filter {
          $0.pluginCount == count && $0.candidate == candidate && $0.baseline == baseline
            && $0.verdict == .worse
        }
        guard !lost.isEmpty else { continue }
        var parts = lost.prefix(6).map { comparison in
          "\(comparison.metric.name) (\(Quantity.ratio(comparison.ratio.estimate.median)))"
        }
        let others = lost.count - parts.count
        if others > 0 { parts.append("\(others) more metric\(others == 1 ? "" : "s")") }
        sentences.append(
          "With \(count) plugin\(count == 1 ? "" : "s") '\(baseline)' beats '\(candidate)' on "
            + Self.list(parts) + ".")
      }
    }
    let against = result.comparisons.filter {
      $0.candidate.hasPrefix("shared")
        && ["static", "static-tuned", "builtin"].contains($0.baseline)
    }
    if sentences.isEmpty, !against.isEmpty,
      against.allSatisfy({ $0.verdict == .better || $0.verdict == .unchanged })
    {
      sentences.append("No way of static linking that was measured wins in any metric.")
    }
    if !against.isEmpty, counts.count == 1, counts[0] > 2 {
      let numbers = [1, 2, 5, 10].filter { $0 < counts[0] } + [counts[0]]
      sentences.append(
        "With fewer plugins static linking may win more: '--plugins "
          + numbers.map(String.init).joined(separator: ",") + "' shows where.")
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
  private func paysFrom(_ candidate: String) -> String {
    let own = result.breakEven.filter {
      $0.candidate == candidate && $0.baseline == "static-tuned"
    }
    guard Set(result.subjects.map(\.pluginCount)).count > 1 else { return "" }
    var pays: [String] = []
    var doesNot: [String] = []
    for (metric, word) in [
      (Metric.startupLoad, "load time"), (.memoryPSS, "memory"), (.diskTotal, "disk"),
    ] {
      guard let found = own.first(where: { $0.metric == metric })?.breakEven else { continue }
      switch found.outcome {
      case .from(let plugins, let low, let high):
        let number =
          found.isBound
          ? "\(plugins) or fewer"
          : high.map { $0 == low ? "\(low)" : "\(low) to \($0)" } ?? "\(low) or, perhaps, never"
        pays.append("\(number) (\(word))")
      case .never(let most, _):
        doesNot.append("\(word) (measured up to \(most))")
      }
    }
    var sentence = ""
    if !pays.isEmpty {
      sentence += " Against 'static-tuned' it pays from \(Self.list(pays)) plugins on."
    }
    if !doesNot.isEmpty {
      sentence += " It does not pay against 'static-tuned' in \(Self.list(doesNot))."
    }
    return sentence
  }

  /// What a verdict adds to a figure that the rounds do not settle.
  private func doubt(_ comparison: Comparison) -> String {
    comparison.verdict == .inconclusive ? " (too few rounds, or too noisy, to be sure)" : ""
  }

  private func loadPhrase(_ comparison: Comparison) -> String {
    let ratio = comparison.ratio.estimate.median
    if comparison.verdict == .unchanged || ratio == 1 { return "load as fast" + doubt(comparison) }
    return ratio < 1
      ? "load \(Self.rounded(1 / ratio)) faster" + doubt(comparison)
      : "load \(Self.rounded(ratio)) slower" + doubt(comparison)
  }

  private func needPhrase(_ word: String, _ comparison: Comparison) -> String {
    let ratio = comparison.ratio.estimate.median
    if comparison.verdict == .unchanged || ratio == 1 {
      return "as much \(word)" + doubt(comparison)
    }
    return ratio < 1
      ? "\(Self.rounded(1 / ratio)) less \(word)" + doubt(comparison)
      : "\(Self.rounded(ratio)) more \(word)" + doubt(comparison)
  }

  /// Two significant digits: a headline must not promise more than the next run keeps.
  private static func rounded(_ ratio: Double) -> String {
    var step = 0.1
    while ratio / step >= 100 { step *= 10 }
    return Quantity.ratio((ratio / step).rounded() * step)
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
