internal import Reporting

/// The formats that other people's tools read verdicts in, by the names that `--format` knows.
public enum VerdictFormat: String, CaseIterable, Sendable {
  case junit
  case sarif
  /// Annotations of GitHub Actions.
  case github
  /// `customSmallerIsBetter` of github-action-benchmark.
  case benchmarkAction = "benchmark-action"
  /// Bencher's metric format.
  case bmf
  case openMetrics = "openmetrics"
}

extension Assessment {
  /// The verdicts in that format, with a line feed at the end.
  public func text(_ format: VerdictFormat) -> String {
    switch format {
    case .junit: junit()
    case .sarif: sarif()
    case .github: githubAnnotations()
    case .benchmarkAction: benchmarkAction()
    case .bmf: bencherMetrics()
    case .openMetrics: openMetrics()
    }
  }
}

extension Judgement {
  /// "shared, 50 plugins: startup.load", as text that does nothing.
  var name: String { SafeText.line("\(series.place): \(series.metric)") }
}

extension Assessment {
  /// One judgement for each figure, in the order of the judgements: of several steps of one series, the
  /// last. Formats that name a figure once go by it.
  var figures: [Judgement] {
    var places: [Series: Int] = [:]
    var figures: [Judgement] = []
    for judgement in judgements {
      if let place = places[judgement.series] {
        if let known = figures[place].since, let since = judgement.since,
          since.startedAt > known.startedAt
        {
          figures[place] = judgement
        }
      } else {
        places[judgement.series] = figures.count
        figures.append(judgement)
      }
    }
    return figures
  }
}
