import Measurement
import Reporting
import Testing

@testable import Regression

@Suite("An assessment for people")
struct AssessmentReportTests {
  private static func series(_ number: Int) -> Series {
    SampleRuns.series(.diskTotal, subject: "variant-\(number)")
  }

  /// Thousands of figures, every third of which is worse, by more and more.
  private static let many = Assessment(
    kind: .comparison, baseline: "old", candidate: "new", machineClass: "x86_64",
    judgements: (0..<6000).map { number in
      Judgement(
        exact: series(number), baseline: 1_000_000,
        candidate: number.isMultiple(of: 3) ? 1_000_000 + Double(number + 1) * 64 : 1_000_000)
    })

  @Test("of thousands of figures Markdown is bounded, the worst first, and says what it leaves out")
  func isBounded() {
    let limit = 60_000
    let text = MarkdownRenderer(limit: limit).render(Self.many.report(rows: 50))
    #expect(text.utf8.count <= limit)
    #expect(
      text.contains("Of 6 000 figures") || text.contains("Of 6000 figures"), "\(text.prefix(300))")
    let rows = text.split(separator: "\n").filter {
      $0.contains("variant-") && $0.contains("worse")
    }
    #expect(rows.count == 50)
    // The last of the thirds is the worst.
    #expect(rows.first?.contains("variant-5997,") == true, "\(rows.first ?? "none")")
    #expect(text.contains("1950 more are left out"))
    #expect(text.contains("3950 more places are left out"))
    // What is unchanged is folded, and closed however much of it there is.
    let folded = text.components("<details><summary>50 rows</summary>")
    #expect(folded.count == 2 && folded[1].contains("</details>"))
    #expect(!folded[0].contains("| disk.total |\n"))
    for limit in [3000, 8000, 20_000] {
      let short = MarkdownRenderer(limit: limit).render(Self.many.report(rows: 50))
      #expect(short.utf8.count <= limit)
      #expect(
        short.components("<details>").count == short.components("</details>").count, "\(limit)")
    }
  }

  @Test("unchanged places that are left out are counted; without a limit none is")
  func countsUnchanged() {
    let unchanged = Assessment(
      kind: .comparison, baseline: "old", candidate: "new", machineClass: "x86_64",
      judgements: (0..<51).map { Judgement(exact: Self.series($0), baseline: 1, candidate: 1) })
    let short = unchanged.report(rows: 50).sections.first { $0.key == "unchanged" }
    #expect(short?.table?.rows.count == 50)
    #expect(short?.paragraphs == ["1 more place is left out; JSON has them all."])
    let whole = unchanged.report().sections.first { $0.key == "unchanged" }
    #expect(whole?.table?.rows.count == 51 && whole?.paragraphs.isEmpty == true)
  }

  @Test("the spread within a round is told to scripts, of what was measured in pairs alone")
  func tellsSpread() {
    var judgement = Judgement(
      series: SampleRuns.series(.startupLoad), baseline: 1, candidate: 2, verdict: .worse,
      basis: .paired(rounds: 12, confirmed: true))
    judgement.spread = 0.0625
    let text = Assessment(
      kind: .comparison, baseline: "old", candidate: "new", machineClass: "x86_64",
      judgements: [judgement, Judgement(exact: Self.series(1), baseline: 1, candidate: 1)]
    ).json()
    #expect(text.contains("\"spread\": 0.0625"))
    #expect(text.split(separator: "\"spread\": null").count == 2, "\(text)")
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
