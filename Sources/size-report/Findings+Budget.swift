internal import Reporting
internal import SizeAnalysis

extension BudgetResult {
  /// 2 where a limit is exceeded, 3 where one could not be judged, else 0.
  var exitStatus: Int32 { !isMet ? 2 : hasNoVerdicts ? 3 : 0 }
}

extension Findings {
  /// What the budget says: what is exceeded first.
  func budgetSection(_ result: BudgetResult) -> Report.Section {
    var table = Report.Table(
      columns: [
        .text("verdict"), .text("metric"), .name("subject"), .number("value"), .number("limit"),
        .number("over"), .text("reason"),
      ], whenEmpty: "(the budget has no rule)")
    let rows = result.rows.enumerated().sorted {
      (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
    }.map(\.element)
    // However many they are: whoever must mend them has to see them.
    let told = rows.prefix { $0.verdict != .within }
    for row in told + top(rows.dropFirst(told.count)) {
      let over = row.value.flatMap { value in row.limit.map { value - $0 } }
      table.append([
        verdict(row), .text(row.metric), subject(row), amount(row.value, row),
        amount(row.limit, row), amount(over.flatMap { $0 > 0 ? $0 : nil }, row), reason(row),
      ])
    }
    return Report.Section(
      "Budget", key: "budget", paragraphs: [result.sentence] + result.warnings.map(\.sentence),
      table: table)
  }

  private func rank(_ row: BudgetResult.Row) -> Int {
    switch row.verdict {
    case .exceeded: 0
    case .none: 1
    case .overridden: 2
    case .within: 3
    }
  }

  private func verdict(_ row: BudgetResult.Row) -> Report.Cell {
    switch row.verdict {
    case .exceeded: .text("exceeded", tone: .bad)
    case .none: .text("no verdict", tone: .strong)
    case .overridden: .text("overridden", tone: .strong)
    case .within: .text("kept", tone: .good)
    }
  }

  /// A file without the directories that all files share; a pattern as it is.
  private func subject(_ row: BudgetResult.Row) -> Report.Cell {
    let file = files.first { $0.path == row.subject }
    return Report.Cell(file.map(label) ?? row.subject, value: .text(row.subject))
  }

  private func reason(_ row: BudgetResult.Row) -> Report.Cell {
    if let override = row.override, row.verdict != .within {
      guard row.isExceeded, let limit = row.overrideLimit else { return .text(override.reason) }
      let allowed = amount(limit, row).text
      return .text("\(override.reason) (the override ends at \(allowed))")
    }
    if case .none(let why) = row.verdict { return .text(why.sentence) }
    return Report.Cell("", value: .text(""))
  }

  private func amount(_ amount: Int64?, _ row: BudgetResult.Row) -> Report.Cell {
    guard let amount else { return .absent }
    let text =
      row.figure.isSize
      ? Quantity.bytes(Double(amount), signed: row.isGrowth)
      : Quantity.count(Int(clamping: amount), signed: row.isGrowth)
    return Report.Cell(text, value: .integer(Int(clamping: amount)))
  }
}

extension BudgetResult.NoVerdict {
  fileprivate var sentence: String {
    switch self {
    case .noBaseline: "growth needs --baseline"
    case .noPredecessor: "the baseline has no such file"
    case .unread: "the file could not be read"
    case .symbolsNotRead: "symbols were not read"
    case .stripped: "the file is stripped: whose its bytes are cannot be told"
    }
  }
}

extension BudgetResult {
  /// All verdicts together.
  var sentence: String {
    let exceeded = rows.count { $0.isExceeded }
    let open = rows.count { if case .none = $0.verdict { true } else { false } }
    var sentence =
      exceeded == 0
      ? "All \(Quantity.count(rows.count - open)) limits that could be judged are kept."
      : "\(Quantity.count(exceeded)) of \(Quantity.count(rows.count)) limits are exceeded."
    if open > 0 { sentence += " No verdict on \(Quantity.count(open))." }
    return sentence
  }
}

extension BudgetResult.Row {
  /// One line for where there is no table; nil for a limit that is kept.
  var sentence: String? {
    func shown(_ amount: Int64?) -> String {
      guard let amount else { return "unknown" }
      return figure.isSize
        ? Quantity.bytes(Double(amount), signed: isGrowth)
        : Quantity.count(Int(clamping: amount), signed: isGrowth)
    }
    let because = override.map { " (\($0.reason))" } ?? ""
    let values = "\(metric) of \(subject): \(shown(value)), limit \(shown(limit))"
    switch verdict {
    case .within: return nil
    case .exceeded: return "exceeded: \(values)\(because)"
    case .overridden: return "overridden: \(values)\(because)"
    case .none(let why): return "no verdict: \(metric) of \(subject), \(why.sentence)"
    }
  }
}

extension BudgetResult.Warning {
  var sentence: String {
    switch self {
    case .noFile(let pattern, let line):
      "Line \(line): no file matches '\(pattern)', so its rules check nothing."
    case .noSection(let name, let subject, let nearest, let line):
      "Line \(line): no file of '\(subject)' has a section '\(name)'"
        + (nearest.map { "; did you mean '\($0)'?" } ?? ".")
    case .noRules(let subject, let line): "Line \(line): there is no rule for '\(subject)'."
    case .overrideNotNeeded(let metric, let subject, let reason, let line):
      "Line \(line): '\(metric)' of '\(subject)' is within its limit; the override (\(reason)) can go."
    }
  }
}
