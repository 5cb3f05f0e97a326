/// An option: a flag, or a name followed by a value.
public struct Option: Sendable, Equatable {
  /// The long name with its dashes, by which values are asked for: `--plugins`.
  public let name: String
  let short: Character?
  let help: String
  /// What stands for the value in help; nil for a flag.
  var placeholder: String?
  var defaultValue: String?
  var valueIfOmitted: String?
  var repeats = false
  var isRequired = false
  var choices: [String]?

  private init(_ name: String, short: Character?, help: String) {
    precondition(
      name.utf8.starts(with: "--".utf8) && name.utf8.count > 2 && !name.contains("="),
      "'\(name)' is not a long option name")
    // A digit would make '-5' ambiguous: it is read as a negative number.
    precondition(short.map { $0.isASCII && $0.isLetter } ?? true, "a short name is one letter")
    self.name = name
    self.short = short
    self.help = help
  }

  /// An option without a value, off unless it is given.
  public static func flag(_ name: String, short: Character? = nil, help: String) -> Option {
    Option(name, short: short, help: help)
  }

  /// An option with a value, given as `--name value` or `--name=value`.
  ///
  /// - Parameters:
  ///   - placeholder: What stands for the value in help, such as `N[,N…]`.
  ///   - default: The value when the option is absent, shown in help.
  ///   - repeats: Whether every occurrence counts; otherwise the last one does.
  ///   - choices: The only values accepted; nil accepts any value that is not empty.
  ///   - required: Whether leaving the option out is an error.
  ///   - valueIfOmitted: The value of an option that stands alone, as in `--record [DB]`. The word
  ///     after such an option is its value unless it looks like an option.
  public static func value(
    _ name: String, short: Character? = nil, _ placeholder: String, default: String? = nil,
    help: String, repeats: Bool = false, choices: [String]? = nil, required: Bool = false,
    valueIfOmitted: String? = nil
  ) -> Option {
    var option = Option(name, short: short, help: help)
    option.placeholder = placeholder
    option.defaultValue = `default`
    option.valueIfOmitted = valueIfOmitted
    option.repeats = repeats
    option.isRequired = required
    option.choices = choices
    precondition(
      [`default`, valueIfOmitted].allSatisfy { $0.map(option.accepts) ?? true },
      "'\(name)' would refuse its own default")
    return option
  }

  /// Whether a subcommand that declares this option does not have `other` of a command above it.
  func replaces(_ other: Option) -> Bool { name == other.name && !isFlag && !other.isFlag }

  var isFlag: Bool { placeholder == nil }
  /// What a message says the option needs.
  var expectation: String {
    choices.map { "one of \(alternatives($0))" } ?? "a value (\(placeholder ?? ""))"
  }
  var spellings: [String] { [name] + (short.map { ["-\($0)"] } ?? []) }

  /// An empty value is nearly always an unset shell variable.
  func accepts(_ value: String) -> Bool { choices?.contains(value) ?? !value.isEmpty }

  var usage: String {
    guard let placeholder else { return name }
    return valueIfOmitted == nil ? "\(name) \(placeholder)" : "\(name) [\(placeholder)]"
  }
}
