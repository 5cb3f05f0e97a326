internal import Measurement
internal import Reporting

/// JUnit's XML: a suite for each place, a test for each figure.
///
/// What became worse has failed, what is open was skipped. There is no official schema; this keeps to
/// what Jenkins, GitLab and junitparser read.
extension Assessment {
  func junit() -> String {
    let suites = Self.suites(judgements)
    var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    // A file without a test is an error to some readers.
    guard !suites.isEmpty else {
      return xml + """
        <testsuites name="bench-runtime" tests="1" failures="0" errors="0" skipped="0" time="0">
          <testsuite name="\(kind.rawValue)" tests="1" failures="0" errors="0" skipped="0" time="0">
            <testcase classname="\(kind.rawValue)" name="\(XMLText.line(headline))" time="0"/>
          </testsuite>
        </testsuites>

        """
    }
    xml += "<testsuites name=\"bench-runtime\"\(Self.counts(judgements))>\n"
    for (place, judgements) in suites {
      let name = XMLText.line(place)
      xml += "  <testsuite name=\"\(name)\"\(Self.counts(judgements))>\n"
      for judgement in judgements {
        // Of a series that stepped twice each step is a test.
        let step = judgement.since.map { " since \($0.text)" } ?? ""
        xml += "    <testcase classname=\"\(name)\" "
        xml += "name=\"\(XMLText.line(judgement.series.metric + step))\" time=\"0\""
        let sentence = XMLText.line(judgement.sentence)
        switch judgement.outcome {
        case .worse: xml += "><failure type=\"worse\" message=\"\(sentence)\"/></testcase>\n"
        case .open: xml += "><skipped message=\"\(sentence)\"/></testcase>\n"
        case .fine: xml += "><system-out>\(sentence)</system-out></testcase>\n"
        }
      }
      xml += "  </testsuite>\n"
    }
    return xml + "</testsuites>\n"
  }

  /// Judgements by place, both in the order of the judgements.
  private static func suites(_ judgements: [Judgement]) -> [(String, [Judgement])] {
    var indices: [String: Int] = [:]
    var suites: [(String, [Judgement])] = []
    for judgement in judgements {
      let place = judgement.series.place
      if let index = indices[place] {
        suites[index].1.append(judgement)
      } else {
        indices[place] = suites.count
        suites.append((place, [judgement]))
      }
    }
    return suites
  }

  private static func counts(_ judgements: [Judgement]) -> String {
    let failures = judgements.count { $0.outcome == .worse }
    let skipped = judgements.count { $0.outcome == .open }
    return " tests=\"\(judgements.count)\" failures=\"\(failures)\" errors=\"0\" "
      + "skipped=\"\(skipped)\" time=\"0\""
  }
}

extension Judgement {
  /// What a verdict comes to where there are three ways to end.
  enum Outcome {
    case worse, open, fine
  }

  var outcome: Outcome {
    switch verdict {
    case .worse: counts ? .worse : .fine
    case .inconclusive: .open
    case .better, .unchanged: .fine
    }
  }

  /// "startup.load of shared, 50 plugins: worse, 7 ms → 7.4 ms, +5.7 % (+4 % … +7 %), 24 rounds".
  var sentence: String {
    let amounts =
      [baseline, candidate].contains(nil)
      ? [baseline, candidate].compactMap { $0 }.map { Assessment.cell($0, series).text }
      : [
        "\(Assessment.cell(baseline, series).text) → \(Assessment.cell(candidate, series).text)",
        Assessment.change(self).text,
      ]
    let parts =
      [verdict.rawValue] + amounts + [explanation] + (since.map { ["since \($0.text)"] } ?? [])
    return "\(series.metric) of \(series.place): "
      + parts.filter { !$0.isEmpty }.joined(separator: ", ")
  }
}
