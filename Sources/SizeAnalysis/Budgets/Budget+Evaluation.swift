internal import CommandLine
internal import ELFInspection

extension Budget {
  /// Applies all rules, in their order.
  ///
  /// - Parameter baseline: what growth is measured from; without it rules about growth have no verdict.
  /// - Complexity: O(rules · files), and O(symbols) once for each figure that needs them.
  public func evaluate(_ set: FileSet, baseline: BudgetBaseline? = nil) -> BudgetResult {
    var evaluation = BudgetEvaluation(set, baseline)
    for group in groups { evaluation.apply(group) }
    return evaluation.result
  }
}

/// The rules while they are applied.
private struct BudgetEvaluation {
  private(set) var result = BudgetResult()
  private let set: FileSet
  private let hasBaseline: Bool
  private let old: [String: FileAnalysis]
  private let new: [String: FileAnalysis]
  private let pairs: [FilePair]
  private let pairOfNew: [String: FilePair]
  private var known: [Key: Result<Int64, BudgetResult.NoVerdict>] = [:]

  private struct Key: Hashable {
    var path: String
    var isOld: Bool
    var figure: BudgetFigure
  }

  /// A value, and of growth what it was.
  private struct Value {
    var value: Int64
    var baseline: Int64?
  }

  init(_ set: FileSet, _ baseline: BudgetBaseline?) {
    self.set = set
    hasBaseline = baseline != nil
    old = baseline?.files.byPath() ?? [:]
    new = set.byPath()
    pairs = baseline?.pairing.pairs ?? []
    pairOfNew = Dictionary(
      pairs.compactMap { pair in pair.new.map { ($0, pair) } }, uniquingKeysWith: { a, _ in a })
  }

  mutating func apply(_ group: Budget.Group) {
    let subject = group.subject.description
    if group.rules.isEmpty {
      result.warnings.append(.noRules(subject: subject, line: group.line))
    }
    var files = set.files
    var unread = set.failures.map(\.path)
    if case .files(let pattern) = group.subject {
      files = files.filter { pattern.matches($0.path) }
      unread = unread.filter(pattern.matches)
      if files.isEmpty && unread.isEmpty {
        result.warnings.append(.noFile(pattern: subject, line: group.line))
        return
      }
    }
    for rule in group.rules {
      let first = result.rows.count
      if rule.isGrowth && !hasBaseline {
        append(rule, subject, .failure(.noBaseline))
      } else if group.subject == .total {
        append(rule, subject, Result { () throws(BudgetResult.NoVerdict) in try total(rule) })
      } else {
        for path in unread { append(rule, path, .failure(.unread)) }
        for file in files {
          append(
            rule, file.path, Result { () throws(BudgetResult.NoVerdict) in try value(rule, file) })
        }
      }
      warn(rule, subject, files, result.rows[first...])
    }
  }

  private mutating func append(
    _ rule: Budget.Rule, _ subject: String, _ value: Result<Value, BudgetResult.NoVerdict>
  ) {
    var row = BudgetResult.Row(
      subject: subject, metric: rule.metric, figure: rule.figure, isGrowth: rule.isGrowth,
      verdict: .within, override: rule.override, overrideLimit: nil, line: rule.line)
    if case .percent(let thousandths) = rule.limit { row.percentThousandths = thousandths }
    switch value {
    case .failure(let reason): row.verdict = .none(reason)
    case .success(let value):
      let limit = rule.limit.value(baseline: value.baseline ?? 0)
      row.value = value.value
      row.baseline = value.baseline
      row.limit = limit
      row.overrideLimit = rule.override.map { $0.limit.value(baseline: value.baseline ?? 0) }
      if value.value > limit {
        row.verdict = value.value <= row.overrideLimit ?? limit ? .overridden : .exceeded
      }
    }
    result.rows.append(row)
  }

  /// Notes what makes a rule say less than it seems to.
  private mutating func warn(
    _ rule: Budget.Rule, _ subject: String, _ files: [FileAnalysis],
    _ rows: ArraySlice<BudgetResult.Row>
  ) {
    if let override = rule.override, rows.allSatisfy({ $0.verdict == .within }) {
      result.warnings.append(
        .overrideNotNeeded(
          metric: rule.metric, subject: subject, reason: override.reason, line: rule.line))
    }
    guard case .section(let name) = rule.figure, !files.isEmpty else { return }
    let names = Set(files.lazy.flatMap(\.parts).map(\.name))
    // What is gone shrank.
    if !names.contains(name), !rule.isGrowth {
      result.warnings.append(
        .noSection(
          name: name, subject: subject, nearest: nearestName(to: name, among: names.sorted()),
          line: rule.line))
    }
  }

  // MARK: Values

  private mutating func value(
    _ rule: Budget.Rule, _ file: FileAnalysis
  ) throws(BudgetResult.NoVerdict) -> Value {
    let value = try self.value(of: rule.figure, file, isOld: false)
    guard rule.isGrowth else { return Value(value: value) }
    guard let pair = pairOfNew[file.path], let path = pair.old else { throw .noPredecessor }
    let before = pair.isIdentical ? value : try self.value(of: rule.figure, old[path], isOld: true)
    return Value(value: value - before, baseline: before)
  }

  private mutating func total(_ rule: Budget.Rule) throws(BudgetResult.NoVerdict) -> Value {
    guard set.failures.isEmpty else { throw .unread }
    var sum: Int64 = 0
    for file in set.files { sum.addClamped(try value(of: rule.figure, file, isOld: false)) }
    guard rule.isGrowth else { return Value(value: sum) }
    var before: Int64 = 0
    for pair in pairs {
      guard let path = pair.old else { continue }
      before.addClamped(
        pair.isIdentical
          ? try value(of: rule.figure, pair.new.flatMap { new[$0] }, isOld: false)
          : try value(of: rule.figure, old[path], isOld: true))
    }
    return Value(value: sum - before, baseline: before)
  }

  private mutating func value(
    of figure: BudgetFigure, _ file: FileAnalysis?, isOld: Bool
  ) throws(BudgetResult.NoVerdict) -> Int64 {
    guard let file else { throw .unread }
    let key = Key(path: file.path, isOld: isOld, figure: figure)
    if let result = known[key] { return try result.get() }
    let result = Result { () throws(BudgetResult.NoVerdict) in try figure.value(of: file) }
    known[key] = result
    return try result.get()
  }
}

extension Int64 {
  /// A damaged file may claim more memory than there are integers for. Values are not negative, so that
  /// differences need no such care.
  fileprivate mutating func addClamped(_ other: Int64) {
    let (sum, overflow) = addingReportingOverflow(other)
    self = overflow ? .max : sum
  }
}
