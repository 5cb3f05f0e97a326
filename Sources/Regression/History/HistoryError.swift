/// Why history, a baseline or a stored result cannot be used: one sentence with what to do.
public struct HistoryError: Error, Equatable, CustomStringConvertible {
  public enum Code: String, Sendable {
    case unreadable, readOnly, diskFull, locked, newerSchema, foreignDatabase, damaged
    /// A document that is not whole, or none of ours.
    case malformed
    case notANumber
    case otherMachine
    case noSuchRun, ambiguousRun
    /// The database engine refused for another reason.
    case engine
  }

  public var code: Code
  /// The file, run or figure it is about.
  public var subject: String
  public var found: String
  /// What to do.
  public var fix: String?

  public init(_ code: Code, _ subject: String, found: String, fix: String? = nil) {
    self.code = code
    self.subject = subject
    self.found = found
    self.fix = fix
  }

  public var description: String {
    "'\(Self.plain(subject))': \(Self.plain(found))" + (fix.map { "; \($0)" } ?? "")
  }

  /// Without what would move a cursor or begin a line.
  private static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map {
          $0.properties.generalCategory == .control || $0.properties.generalCategory == .format
            ? "\u{FFFD}" : $0
        }))
  }
}
