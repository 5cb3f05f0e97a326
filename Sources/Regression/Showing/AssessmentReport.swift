internal import FoundationEssentials
internal import Measurement
public import Reporting

extension Assessment {
  /// The judgements for people: what changed first, what did not as one number for each place.
  ///
  /// - Parameter rows: how many changes are listed at most; nil for all.
  public func report(rows: Int? = nil) -> Report {
    let shown = judgements.filter { $0.verdict != .unchanged }
    var sections: [Report.Section] = []
    if !shown.isEmpty {
      var table = Report.Table(columns: columns)
      for judgement in shown.prefix(rows ?? .max) { table.append(cells(judgement)) }
      let left = shown.count - table.rows.count
      sections.append(
        Report.Section(
          kind == .check ? "Steps" : "Changes", key: "changes",
          paragraphs: left > 0 ? ["\(left) more are left out; JSON has them all."] : [],
          table: table))
    }
    let unchanged = judgements.filter { $0.verdict == .unchanged }
    if !unchanged.isEmpty {
      var places: [String: [Judgement]] = [:]
      for judgement in unchanged { places[judgement.series.place, default: []].append(judgement) }
      var table = Report.Table(columns: [
        .text("place"), .number("figures"), .text("metrics"),
      ])
      let rows = rows ?? .max
      for (place, judgements) in places.sorted(by: { $0.key < $1.key }).prefix(rows) {
        let names = judgements.map(\.series.metric).sorted()
        table.append([
          .text(place), .count(names.count), .text(names.joined(separator: ", ")),
        ])
      }
      let left = places.count - table.rows.count
      var section = Report.Section(
        "Unchanged", key: "unchanged",
        paragraphs: left > 0
          ? ["\(left) more place\(left == 1 ? " is" : "s are") left out; JSON has them all."] : [],
        table: table)
      section.isFolded = true
      sections.append(section)
    }
    var report = Report(
      title: title, headline: headline, sections: sections,
      notes: warnings.map { "Warning: \($0)." } + notes)
    report.charts = histories.enumerated().map { $1.chart(number: $0 + 1) }
    return report
  }

  /// One row for each judgement, for spreadsheets.
  public func figureTable() -> Report {
    var table = Report.Table(columns: [
      .text("subject"), .text("setting"), .text("metric"), .text("unit"), .number("baseline"),
      .number("candidate"), .number("ratio"), .number("low"), .number("high"), .text("verdict"),
      .text("basis"), .text("note"),
    ])
    for judgement in judgements {
      table.append([
        .text(judgement.series.subject), .text(judgement.series.setting),
        .text(judgement.series.metric), .text(judgement.series.unit.rawValue),
        .count(judgement.baseline), .count(judgement.candidate), .count(judgement.ratio),
        .count(judgement.interval?.low), .count(judgement.interval?.high),
        .text(judgement.verdict.rawValue), .text(judgement.basis.name), .text(judgement.note),
      ])
    }
    return Report(
      title: title, headline: headline,
      sections: [Report.Section("Verdicts", key: "verdicts", table: table)])
  }

  private var title: String {
    switch kind {
    case .comparison: "'\(candidate)' against '\(baseline)'"
    case .gate: "'\(candidate)' against the accepted figures of '\(baseline)'"
    case .check: "Steps in '\(candidate)'"
    }
  }

  /// "2 figures are worse, 1 is better, 3 are inconclusive, 12 are unchanged."
  public var headline: String {
    guard !judgements.isEmpty else {
      guard kind == .check else { return "There is nothing that both sides have." }
      return lacksRuns ? "Too few runs to tell whether there is a step." : "No new step."
    }
    if kind == .check { return checkHeadline }
    let parts = [Verdict.worse, .better, .inconclusive, .unchanged].compactMap { verdict in
      let count = count(verdict)
      return count == 0 ? nil : "\(count) \(count == 1 ? "is" : "are") \(verdict.rawValue)"
    }
    if let only = Verdict.allCases.first(where: { count($0) == judgements.count }) {
      return judgements.count == 1
        ? "The one figure is \(only.rawValue)."
        : "All \(judgements.count) figures are \(only.rawValue)."
    }
    let list = parts.dropLast().joined(separator: ", ") + " and " + parts.last!
    return "Of \(judgements.count) figures \(list)."
  }

  private var checkHeadline: String {
    let new = judgements.filter { $0.since?.state == .new }
    let worse = new.count { $0.verdict == .worse }
    guard !new.isEmpty else { return "No new step; \(judgements.count) are known." }
    return "\(new.count) new step\(new.count == 1 ? "" : "s"): \(worse) to the worse, "
      + "\(new.count - worse) to the better."
  }

  private var columns: [Report.Column] {
    [.text("metric"), .name("place"), .text("verdict"), .number("baseline"), .number("candidate")]
      + [.number("change")] + (kind == .check ? [.text("since")] : []) + [.text("how")]
  }

  private func cells(_ judgement: Judgement) -> [Report.Cell] {
    let tone: Report.Tone =
      switch judgement.verdict {
      case .worse: judgement.counts ? .bad : .plain
      case .better: .good
      case .unchanged: .plain
      case .inconclusive: .dim
      }
    return [
      .text(judgement.series.metric), .text(judgement.series.place),
      .text(judgement.verdict.rawValue, tone: tone),
      Self.cell(judgement.baseline, judgement.series),
      Self.cell(judgement.candidate, judgement.series), Self.change(judgement),
    ]
      + (kind == .check ? [.text(judgement.since?.text)] : [])
      + [.text(judgement.explanation)]
  }

  static func cell(_ value: Double?, _ series: Series) -> Report.Cell {
    guard let value else { return .absent }
    if series.kind == .exact, let integer = Int(exactly: value) { return .count(integer) }
    switch series.unit {
    case .bytes: return .bytes(value)
    case .nanoseconds: return .nanoseconds(value)
    case .count: return .count(value)
    }
  }

  static func change(_ judgement: Judgement) -> Report.Cell {
    guard let old = judgement.baseline, let new = judgement.candidate else { return .absent }
    if judgement.series.kind == .exact {
      guard let difference = Int(exactly: new - old) else { return .count(new - old) }
      return Report.Cell(
        Quantity.count(difference, signed: true), value: .integer(difference))
    }
    guard let ratio = judgement.ratio else { return .absent }
    var text = Quantity.percent(ratio - 1, signed: true)
    if let interval = judgement.interval, interval.low < interval.high {
      text +=
        " (\(Quantity.percent(interval.low - 1, signed: true)) … "
        + "\(Quantity.percent(interval.high - 1, signed: true)))"
    }
    return Report.Cell(text, value: .number(ratio))
  }
}

extension Judgement {
  /// How the verdict was reached, and what it leaves open.
  var explanation: String {
    let basis =
      switch self.basis {
      case .identicalFiles: "the files are the same"
      case .exact(let tolerance):
        tolerance > 0 ? "exact, tolerance \(Quantity.count(tolerance))" : "exact"
      case .paired(let rounds, let confirmed):
        "\(rounds) rounds"
          + (confirmed.map { $0 ? ", confirmed by a second session" : ", not confirmed" } ?? "")
      case .separateRuns: "separate runs"
      case .changePoint(let pValue):
        pValue > 0 ? "p = \(Quantity.count(pValue))" : "exact"
      case .missing: ""
      }
    return [basis, note ?? ""].filter { !$0.isEmpty }.joined(separator: "; ")
  }
}

extension Judgement.Since {
  /// "3f2a91c0b7d1, 2026-11-21 (known)".
  var text: String {
    let name = revision.shortCommit ?? "run \(run.prefix(12))"
    let date = Self.day(startedAt)
    return "\(name), \(date)" + (state == .new ? "" : " (\(state.rawValue))")
  }

  static func day(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(
      .iso8601.year().month().day())
  }
}
