import CommandLine

/// Two commands as the tests use them: one with a default subcommand, one without subcommands.
enum Example {
  static let bench = Command(
    name: "bench", abstract: "Measure how plugins load.",
    discussion: "Builds every variant from the same templates and compares them in pairs.\n\n"
      + "  bench --plugins 1,10,100 --variants shared,static",
    options: [.flag("--quiet", short: "q", help: "Show no progress.")],
    subcommands: [
      Command(
        name: "run", abstract: "Build, measure and report.",
        options: [
          .value("--plugins", short: "n", "N[,N…]", help: "How many plugins.", required: true),
          .value("--variants", "A,B…", default: "shared,static", help: "What to measure."),
          .value(
            "--profile", "SIZE", default: "tiny", help: "How large a plugin is.",
            choices: ["tiny", "typical", "large"]),
          .value("--samples", "K", default: "20", help: "Rounds per variant."),
          .flag("--cold", help: "Empty the page cache before every round."),
          .value("--plugin-dir", "DIR", help: "Also load what is in DIR.", repeats: true),
          .value("--record", "DB", help: "Keep the result.", valueIfOmitted: "history.db"),
        ]),
      Command(
        name: "compare", abstract: "Compare two results.",
        arguments: [
          Argument("BASELINE", help: "The older result."),
          Argument("RESULT", help: "The newer results.", count: .oneOrMore),
        ]),
    ],
    defaultSubcommand: "run")

  static let size = Command(
    name: "size", abstract: "Account for every byte.",
    arguments: [Argument("PATH", help: "A file or a directory.", count: .oneOrMore)],
    options: [.value("--top", "N", help: "Only the largest N.")] + Option.common)

  /// Nil instead of an error, because an exit test would take the error for the expected stop.
  static var sizeValues: ParsedValues? { try? size.run("x").values }

  static let host = Command(
    name: "host", abstract: "Look after plugins.",
    subcommands: [
      Command(name: "list", abstract: "List plugins."),
      Command(
        name: "inspect", abstract: "Describe a plugin.",
        arguments: [Argument("FILE", help: "", count: .optional)]),
      Command(
        name: "cache", abstract: "Look after the cache.",
        subcommands: [Command(name: "clear", abstract: "Empty it.")]),
    ])
}

extension Command {
  /// The path and the values of a command line that is meant to run something.
  func run(_ words: String...) throws -> (path: [String], values: ParsedValues) {
    guard case .run(let path, let values) = try parse(words) else { throw NotARun() }
    return (path, values)
  }

  /// The message of a command line that is meant to be refused.
  func refusal(_ words: [String]) -> CommandLineError? {
    do {
      _ = try parse(words)
      return nil
    } catch {
      return error
    }
  }
}

struct NotARun: Error {}
