/// Limits for the files of a set, as a text file states them.
///
///     # A plugin stays small.
///     [plugins/*.so]
///     file-size        <= 30 KB
///     section .text    <= 12 KB
///     exports          <= 1 override 3 because "second entry until 1.2"
///     growth file-size <= 2 %
///
///     [total]
///     dirty-pages      <= 40
///
/// A line in brackets says which files the rules below it are for, each of them alone: a
/// ``PathPattern``; or `[total]`, all files together. Sizes have a unit, B, KB, MB (powers of 1000),
/// KiB or MiB (powers of 1024), and counts have none. `growth` limits what a figure grows by since the
/// baseline, in its unit or in percent of what it was there. An override puts a looser limit in place
/// and says why. `#` begins a comment.
public struct Budget: Equatable, Sendable {
  /// Where it was read from.
  public var path: String
  public var groups: [Group]

  public struct Group: Equatable, Sendable {
    public var subject: Subject
    public var rules: [Rule]
    public var line: Int
  }

  public enum Subject: Equatable, Sendable, CustomStringConvertible {
    /// All files together.
    case total
    /// Each file with such a path.
    case files(PathPattern)

    /// As the file has it.
    public var description: String {
      switch self {
      case .total: "total"
      case .files(let pattern): pattern.text
      }
    }
  }

  public struct Rule: Equatable, Sendable {
    public var figure: BudgetFigure
    /// The limit is for the difference from the baseline.
    public var isGrowth: Bool
    public var limit: Limit
    public var override: Override?
    public var line: Int

    /// The figure as the file has it: `exports`, `section .text`, `growth file-size`.
    public var metric: String { (isGrowth ? "growth " : "") + figure.description }
  }

  public enum Limit: Equatable, Sendable {
    /// Bytes, or a count.
    case absolute(Int64)
    /// Of the value in the baseline, in thousandths of a percent; only of growth.
    case percent(thousandths: Int64)

    /// What may be reached at most, given the value in the baseline.
    func value(baseline: Int64) -> Int64 {
      switch self {
      case .absolute(let value): return value
      case .percent(let thousandths):
        let product = UInt64(clamping: baseline).multipliedFullWidth(by: UInt64(thousandths))
        guard product.high < 100_000 else { return .max }
        return Int64(clamping: UInt64(100_000).dividingFullWidth(product).quotient)
      }
    }
  }

  /// A looser limit for the time being.
  public struct Override: Equatable, Sendable {
    public var limit: Limit
    /// Why; never blank.
    public var reason: String
  }
}
