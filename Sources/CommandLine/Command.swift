/// A command as its author declares it: what it is for, what it takes and its subcommands.
///
/// Every command also understands `-h`, `--help` and `--version`; one with subcommands understands
/// `help NAME`. Subcommands share the options of the commands above them.
public struct Command: Sendable {
  /// The word a user types for it.
  public let name: String
  /// One sentence, the first line of the help text.
  public let abstract: String
  /// Paragraphs below the abstract; lines that begin with a space stay whole up
  /// to 80 columns.
  public let discussion: String
  /// The positional arguments, in order.
  public let arguments: [Argument]
  /// The options it adds to those of the commands above it; one
  /// of the same name takes its place where both have a value.
  public let options: [Option]
  /// The names of options of which one must be given: the usage says so, the command checks it.
  public let oneOf: [String]
  /// The subcommands; a command that has some takes no arguments itself.
  public let subcommands: [Command]
  /// The subcommand that is meant when none is named.
  public let defaultSubcommand: String?

  /// Declares a command.
  ///
  /// Stops the program when the declaration contradicts itself: an option declared twice, a default
  /// subcommand that does not exist, a choice among options that are not there, arguments beside subcommands, or words after a variable count.
  public init(
    name: String, abstract: String, discussion: String = "", arguments: [Argument] = [],
    options: [Option] = [], oneOf: [String] = [], subcommands: [Command] = [],
    defaultSubcommand: String? = nil
  ) {
    self.name = name
    self.abstract = abstract
    self.discussion = discussion
    self.arguments = arguments
    self.options = options
    self.oneOf = oneOf
    self.subcommands = subcommands
    self.defaultSubcommand = defaultSubcommand
    precondition(
      oneOf.allSatisfy { name in options.contains { $0.name == name } },
      "'\(name)' has a choice among options that it lacks")
    precondition(
      arguments.isEmpty || subcommands.isEmpty, "'\(name)' has arguments beside subcommands")
    precondition(
      arguments.dropLast().allSatisfy { $0.count == .exactlyOne },
      "only the last argument of '\(name)' may vary in number")
    precondition(
      defaultSubcommand == nil || defaultCommand != nil, "'\(name)' lacks its default subcommand")
    for options in optionSets {
      let spellings = (options + Option.builtIn).flatMap(\.spellings)
      precondition(
        Set(spellings).count == spellings.count, "'\(name)' declares an option more than once")
    }
  }

  /// Reads the words that follow the program's name; help text is wrapped at `width` columns.
  ///
  /// Subcommands come first, options and arguments follow in any order. Words are read from left to
  /// right and the first problem is thrown; an option that does not repeat takes its last value.
  /// Complexity: O(total length of `arguments`).
  public func parse(
    _ arguments: [String], width: Int = 80
  ) throws(CommandLineError) -> Invocation {
    var parser = Parser(command: self, words: arguments, width: width)
    return try parser.parse()
  }

  /// The help text, wrapped at `width` columns (brought into 40...100), without a final newline.
  ///
  /// With a default subcommand, the text describes that subcommand's arguments and options too.
  public func help(width: Int = 80) -> String {
    HelpPage(path: CommandPath(named: [self]), width: width).text
  }

  /// The options of this command and, with them, those of each subcommand.
  private var optionSets: [[Option]] {
    [options]
      + subcommands.flatMap(\.optionSets).map { own in
        options.filter { option in !own.contains { $0.replaces(option) } } + own
      }
  }
  func subcommand(_ name: String?) -> Command? { subcommands.first { $0.name == name } }
  var defaultCommand: Command? { subcommand(defaultSubcommand) }
}
