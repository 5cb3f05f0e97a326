/// What the rules of a budget say of a set of files.
public struct BudgetResult: Sendable {
  /// For each rule in its order one row for each file that it is for, in the order of the set.
  public var rows: [Row] = []
  /// What makes the budget say less than it seems to.
  public var warnings: [Warning] = []

  /// No limit is exceeded without an override. A row without a verdict does not count as exceeded.
  public var isMet: Bool { !rows.contains(where: \.isExceeded) }
  /// There are rules that could not be applied.
  public var hasNoVerdicts: Bool {
    rows.contains { if case .none = $0.verdict { true } else { false } }
  }

  /// One rule and one file, or all files together.
  public struct Row: Equatable, Sendable {
    /// The path of the file; `total`; or, where no file could be looked at, the pattern.
    public var subject: String
    /// As the budget has it: `exports`, `section .text`, `growth file-size`.
    public var metric: String
    public var figure: BudgetFigure
    public var isGrowth: Bool
    /// Bytes or a count, without the override; a limit in percent as what it comes to. nil without a
    /// verdict.
    public var limit: Int64?
    /// The limit in percent of the baseline, in thousandths.
    public var percentThousandths: Int64?
    /// Bytes or a count; of growth the difference from the baseline. nil where it is not known.
    public var value: Int64?
    /// The value in the baseline; only of growth.
    public var baseline: Int64?
    public var verdict: Verdict
    /// The override of the rule, whether it was needed or not.
    public var override: Budget.Override?
    /// Bytes or a count that the override allows; nil where there is none, or no verdict.
    public var overrideLimit: Int64?
    /// The line of the rule.
    public var line: Int

    public var isExceeded: Bool { verdict == .exceeded }

    /// The reason of the override that keeps the row from being exceeded.
    public var overridden: String? { verdict == .overridden ? override?.reason : nil }
  }

  public enum Verdict: Equatable, Sendable {
    case within
    case exceeded
    /// The limit is exceeded, and the override's is not.
    case overridden
    case none(NoVerdict)

    /// As the command's results have it.
    public var name: String {
      switch self {
      case .within: "kept"
      case .exceeded: "exceeded"
      case .overridden: "overridden"
      case .none: "none"
      }
    }
  }

  /// Why nothing can be said.
  public enum NoVerdict: String, Error, Sendable {
    /// It is about growth, and there is nothing to compare with.
    case noBaseline = "no-baseline"
    /// The baseline has no such file.
    case noPredecessor = "no-predecessor"
    /// The file, or of a total one of the files, could not be read.
    case unread
    /// It needs symbols, and only sections were read.
    case symbolsNotRead = "symbols-not-read"
    /// The file has too few symbols to tell whose its bytes are.
    case stripped
  }

  public enum Warning: Equatable, Sendable {
    /// No file has such a path: the rules check nothing.
    case noFile(pattern: String, line: Int)
    /// None of the files has such a section: the rule checks nothing.
    case noSection(name: String, subject: String, nearest: String?, line: Int)
    /// There is no rule below the line.
    case noRules(subject: String, line: Int)
    /// All values are within the limit without it.
    case overrideNotNeeded(metric: String, subject: String, reason: String, line: Int)

    /// As the command's results have it.
    public var code: String {
      switch self {
      case .noFile: "no-file"
      case .noSection: "no-section"
      case .noRules: "no-rules"
      case .overrideNotNeeded: "override-not-needed"
      }
    }

    /// Of the rule, or of the pattern that has none.
    public var line: Int {
      switch self {
      case .noFile(_, let line), .noRules(_, let line), .noSection(_, _, _, let line),
        .overrideNotNeeded(_, _, _, let line):
        line
      }
    }
  }
}

/// What growth is measured from.
public struct BudgetBaseline: Sendable {
  /// The files of the baseline beside those that are checked.
  public var pairing: FilePairing
  /// At least the files at ``FilePairing/oldPaths``, to the same depth as those that are checked.
  public var files: FileSet

  public init(pairing: FilePairing, files: FileSet) {
    self.pairing = pairing
    self.files = files
  }
}
