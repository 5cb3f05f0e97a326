/// A positional argument.
public struct Argument: Sendable {
  /// How many words an argument stands for; only the last argument of a command may vary.
  public enum Count: Sendable {
    /// The number of words, as the name of the case says it.
    case exactlyOne, optional, zeroOrMore, oneOrMore

    var isOptional: Bool { self == .optional || self == .zeroOrMore }
    var isMany: Bool { self == .zeroOrMore || self == .oneOrMore }
  }

  /// The name in help and messages, by convention in capitals: `PATH`.
  public let name: String
  /// What the argument means, for the help text.
  public let help: String
  /// How many words it stands for.
  public let count: Count

  /// Declares an argument.
  public init(_ name: String, help: String, count: Count = .exactlyOne) {
    self.name = name
    self.help = help
    self.count = count
  }

  var usage: String {
    let words = count.isMany ? name + "…" : name
    return count.isOptional ? "[\(words)]" : words
  }
}
