/// Why a budget cannot be used.
public struct BudgetError: Error, Equatable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The file cannot be opened or read.
    case unreadable
    /// It is larger than ``Budget/sizeLimit``, or a line is longer than ``Budget/lineLimit``.
    case tooLarge = "too-large"
    /// It is not text.
    case notText = "not-text"
    case syntax
    case unknownFigure = "unknown-figure"
    case unknownUnit = "unknown-unit"
    /// An override that is not looser than its limit or does not say why.
    case override
  }

  public var code: Code
  public var path: String
  /// From 1; 0 where it is not about a line.
  public var line: Int
  public var found: String
  public var expected: String
  /// The known word that was probably meant.
  public var suggestion: String?

  public var description: String {
    let place = line > 0 ? "'\(path)', line \(line)" : "'\(path)'"
    let hint = suggestion.map { "; did you mean '\($0)'?" } ?? ""
    return "\(place): found \(found), expected \(expected)\(hint)"
  }
}
