internal import Measurement
internal import Reporting

/// Workflow commands of GitHub Actions, which become annotations of a run and of a file's line.
///
/// GitHub shows ten errors, ten warnings and ten notices of a step; the rest is counted in the last one.
/// Source: "Workflow commands for GitHub Actions".
extension Assessment {
  func githubAnnotations() -> String {
    var lines: [String] = []
    for (outcome, command) in [(Judgement.Outcome.worse, "error"), (.open, "warning")] {
      let all = judgements.filter { $0.outcome == outcome }
      let shown = all.count > Self.most ? all.prefix(Self.most - 1) : all[...]
      for judgement in shown {
        let source = source(of: judgement)
        var place = "file=\(Self.property(source.path))"
        if let line = source.line { place += ",line=\(line)" }
        let title = "\(judgement.series.metric) \(outcome == .worse ? "is worse" : "is open")"
        lines.append(
          "::\(command) \(place),title=\(Self.property(title))::\(Self.message(judgement.sentence))"
        )
      }
      if all.count > shown.count {
        lines.append("::\(command)::\(all.count - shown.count) more figures are left out here")
      }
    }
    lines.append("::notice title=bench-runtime::\(Self.message(headline))")
    return lines.map { $0 + "\n" }.joined()
  }

  private static let most = 10

  private static func message(_ text: String) -> String {
    SafeText.line(text).split(separator: "%", omittingEmptySubsequences: false)
      .joined(separator: "%25")
  }

  private static func property(_ text: String) -> String {
    var property = ""
    for scalar in message(text).unicodeScalars {
      switch scalar {
      case ":": property += "%3A"
      case ",": property += "%2C"
      default: property.unicodeScalars.append(scalar)
      }
    }
    return property
  }
}
