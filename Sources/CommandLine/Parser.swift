/// One pass over the words of a command line; the first problem ends it.
struct Parser {
  private var path: CommandPath
  private var words: ArraySlice<String>
  private let width: Int
  private var options: [Option] = []
  private var given: [String: [String]] = [:]
  private var arguments: [String] = []

  init(command: Command, words: [String], width: Int) {
    path = CommandPath(named: [command])
    self.words = words[...]
    self.width = width
  }

  mutating func parse() throws(CommandLineError) -> Invocation {
    if let help = try readSubcommands() { return help }
    options = path.options + Option.builtIn
    while let word = words.popFirst() {
      if word == "--" {
        arguments += words
        words = []
      } else if !Self.looksLikeOption(word) {
        arguments.append(word)
      } else if let answer = try readOption(word) {
        return answer
      }
    }
    try checkCompleteness()
    return .run(
      path: (path.named + path.implied).dropFirst().map(\.name),
      values: ParsedValues(arguments: arguments, options: options, given: given))
  }

  private mutating func readSubcommands() throws(CommandLineError) -> Invocation? {
    while let word = words.first, path.descend(to: word) { words.removeFirst() }
    guard !path.command.subcommands.isEmpty, let word = words.first, !Self.looksLikeOption(word)
    else { return nil }
    if word == "help" {
      for topic in words.dropFirst() where !Option.help.spellings.contains(topic) {
        guard path.descend(to: topic) else { throw unknownSubcommand(topic) }
      }
      return help
    }
    guard !path.target.arguments.isEmpty else { throw unknownSubcommand(word) }
    return nil
  }

  /// Whether a word begins like an option: '-' alone and negative numbers do not.
  private static func looksLikeOption(_ word: String) -> Bool {
    // By bytes, because a combining mark after a dash makes one character of the two.
    let bytes = Array(word.utf8.prefix(2))
    return bytes.count == 2 && bytes[0] == UInt8(ascii: "-")
      && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[1])
  }

  private mutating func readOption(_ word: String) throws(CommandLineError) -> Invocation? {
    let equals = word.utf8.firstIndex(of: UInt8(ascii: "="))
    let spelling = String(word[..<(equals ?? word.endIndex)])
    let attached = equals.map { String(word[word.utf8.index(after: $0)...]) }
    guard let option = options.first(where: { $0.spellings.contains(spelling) }) else {
      throw unknown(.unknownOption, spelling, among: options.map(\.name))
    }
    guard option.isFlag else {
      let value = if let attached { attached } else { try nextValue(for: option) }
      guard option.accepts(value) else {
        throw .invalid(
          value, of: option.name, expected: option.expectation, choices: option.choices)
      }
      if !option.repeats { given[option.name] = nil }
      given[option.name, default: []].append(value)
      return nil
    }
    guard attached == nil else {
      throw CommandLineError(.unexpectedValue, subject: option.name, found: attached)
    }
    given[option.name] = []
    if option == .help { return help }
    return option == .version ? .version : nil
  }

  private mutating func nextValue(for option: Option) throws(CommandLineError) -> String {
    if let next = words.first, !Self.looksLikeOption(next) {
      words.removeFirst()
      return next
    }
    if let value = option.valueIfOmitted { return value }
    throw CommandLineError(
      .missingValue, subject: option.name, found: words.first, expected: option.expectation,
      fix: words.first.map { _ in "write '\(option.name)=…' if the value begins with '-'" })
  }

  private func checkCompleteness() throws(CommandLineError) {
    let declared = path.target.arguments
    let takesMore = declared.last?.count.isMany ?? false
    if !takesMore, let extra = arguments.dropFirst(declared.count).first {
      let isMisplaced = path.named.contains { $0.subcommand(extra) != nil }
      throw CommandLineError(
        .unexpectedArgument, subject: extra,
        fix: isMisplaced ? "a subcommand comes before its options" : seeHelp)
    }
    if !path.target.subcommands.isEmpty {
      let names = alternatives(path.target.subcommands.map(\.name))
      throw CommandLineError(
        .missingSubcommand, subject: path.name, expected: "a subcommand: \(names)", fix: seeHelp)
    }
    if let missing = options.first(where: { $0.isRequired && given[$0.name] == nil }) {
      throw CommandLineError(
        .missingOption, subject: missing.name,
        expected: missing.choices == nil ? nil : missing.expectation, fix: seeHelp)
    }
    if let missing = declared.dropFirst(arguments.count).first, !missing.count.isOptional {
      throw CommandLineError(.missingArgument, subject: missing.name, fix: seeHelp)
    }
    if let empty = arguments.firstIndex(of: "") {
      let argument = declared[min(empty, declared.count - 1)]
      throw .invalid("", of: argument.name, expected: "a value")
    }
  }

  private var help: Invocation { .help(HelpPage(path: path, width: width).text) }
  private var seeHelp: String { "see '\(path.name) --help'" }

  private func unknownSubcommand(_ word: String) -> CommandLineError {
    unknown(.unknownSubcommand, word, among: path.command.subcommands.map(\.name) + ["help"])
  }

  private func unknown(
    _ code: CommandLineError.Code, _ word: String, among names: [String]
  ) -> CommandLineError {
    let guess = nearestName(to: word, among: names)
    let advice = guess.map { "did you mean '\($0)'? See '\(path.name) --help'." }
    return CommandLineError(code, subject: word, fix: advice ?? seeHelp)
  }
}
