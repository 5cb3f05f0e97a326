/// What is wrong with a command line, and what to do about it.
///
/// The fields hold words as they were typed; only `description` is safe to print.
public struct CommandLineError: Error, Equatable, CustomStringConvertible {
  /// The kinds of fault.
  public enum Code: String, Sendable {
    /// A name that is not declared, or a word too many.
    case unknownOption, unknownSubcommand, unexpectedArgument
    /// Something required was left out.
    case missingOption, missingArgument, missingSubcommand, missingValue
    /// A value where none belongs, one that is not allowed, or one given twice.
    case unexpectedValue, invalidValue, duplicateValue
  }

  /// The kind of fault.
  public let code: Code
  /// The option, argument or word at fault.
  public let subject: String
  /// The value that was given, if there was one.
  public let found: String?
  /// What belongs there, as a phrase.
  public let expected: String?
  /// What to do, as a clause.
  public let fix: String?

  /// Describes a fault; a command uses it for what only the command can check.
  public init(
    _ code: Code, subject: String, found: String? = nil, expected: String? = nil,
    fix: String? = nil
  ) {
    self.code = code
    self.subject = subject
    self.found = found
    self.expected = expected
    self.fix = fix
  }

  /// One sentence with typed words escaped and shortened, so that it fits a terminal safely.
  public var description: String {
    let subject = subject.quoted
    let found = found?.quoted
    let sentence =
      switch code {
      case .unknownOption: "unknown option \(subject)"
      case .unknownSubcommand: "unknown subcommand \(subject)"
      case .unexpectedArgument: "unexpected argument \(subject)"
      case .missingOption: "missing option \(subject)" + (expected.map { ", \($0)" } ?? "")
      case .missingArgument: "missing argument \(subject)"
      case .unexpectedValue: "\(subject) takes no value, but \(found ?? "one") was given"
      case .duplicateValue: "\(subject) names \(found ?? "a value") twice"
      case .missingSubcommand, .missingValue, .invalidValue:
        "\(subject) needs \(expected ?? "a value")" + (found.map { ", not \($0)" } ?? "")
      }
    return fix.map { "\(sentence); \($0)" } ?? sentence
  }

  static func invalid(
    _ found: String, of subject: String, expected: String, choices: [String]? = nil
  ) -> Self {
    let fix = nearestName(to: found, among: choices ?? []).map { "did you mean '\($0)'?" }
    return Self(.invalidValue, subject: subject, found: found, expected: expected, fix: fix)
  }
}

/// "a, b or c".
func alternatives(_ names: [String]) -> String {
  guard let last = names.last, names.count > 1 else { return names.first ?? "" }
  return names.dropLast().joined(separator: ", ") + " or " + last
}

extension String {
  /// The text in quotes, at most about 80 characters of it, with nothing that could move a cursor,
  /// reorder a line or end the quotation. Complexity: O(1), whatever the length.
  fileprivate var quoted: String {
    var text = ""
    var length = 0
    for scalar in unicodeScalars {
      let shown =
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
          scalar.escaped(asASCII: true)
        // U+FFFD stands where the system's words were not UTF-8.
        case _ where scalar == "\u{FFFD}" || scalar == "\\" || scalar == "'":
          scalar.escaped(asASCII: true)
        default: String(scalar)
        }
      length += shown.unicodeScalars.count
      guard length <= 80 else { return "'\(text)…'" }
      text += shown
    }
    return "'\(text)'"
  }
}
