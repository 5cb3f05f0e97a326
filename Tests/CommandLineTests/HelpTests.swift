import CommandLine
import Testing

@Suite struct HelpTests {
  @Test func `At 80 columns descriptions begin at one column`() {
    #expect(
      Example.bench.help(width: 80) == """
        OVERVIEW: Measure how plugins load.

        Builds every variant from the same templates and compares them in pairs.

          bench --plugins 1,10,100 --variants shared,static

        USAGE: bench [run] --plugins N[,N…] [--variants A,B…] [--profile SIZE]
               [--samples K] [--cold] [--plugin-dir DIR]… [--record [DB]] [--quiet]
               bench <subcommand>

        OPTIONS:
          -n, --plugins N[,N…]    How many plugins.
          --variants A,B…         What to measure. (default: shared,static)
          --profile SIZE          How large a plugin is. (values: tiny, typical, large;
                                  default: tiny)
          --samples K             Rounds per variant. (default: 20)
          --cold                  Empty the page cache before every round.
          --plugin-dir DIR        Also load what is in DIR.
          --record [DB]           Keep the result.
          -q, --quiet             Show no progress.
          --version               Show the version.
          -h, --help              Show help information.

        SUBCOMMANDS:
          run (default)           Build, measure and report.
          compare                 Compare two results.

          See 'bench help <subcommand>' for detailed help.
        """)
  }

  @Test func `At 44 columns long options have their description on the next line`() {
    #expect(
      Example.bench.help(width: 44) == """
        OVERVIEW: Measure how plugins load.

        Builds every variant from the same templates
        and compares them in pairs.

          bench --plugins 1,10,100 --variants shared,static

        USAGE: bench [run] --plugins N[,N…]
               [--variants A,B…] [--profile SIZE]
               [--samples K] [--cold]
               [--plugin-dir DIR]… [--record [DB]]
               [--quiet]
               bench <subcommand>

        OPTIONS:
          -n, --plugins N[,N…]
                      How many plugins.
          --variants A,B…
                      What to measure. (default:
                      shared,static)
          --profile SIZE
                      How large a plugin is.
                      (values: tiny, typical, large;
                      default: tiny)
          --samples K
                      Rounds per variant. (default:
                      20)
          --cold      Empty the page cache before
                      every round.
          --plugin-dir DIR
                      Also load what is in DIR.
          --record [DB]
                      Keep the result.
          -q, --quiet
                      Show no progress.
          --version   Show the version.
          -h, --help  Show help information.

        SUBCOMMANDS:
          run (default)
                      Build, measure and report.
          compare     Compare two results.

          See 'bench help <subcommand>' for detailed
          help.
        """)
  }

  static let compareHelp = """
    OVERVIEW: Compare two results.

    USAGE: bench compare [--quiet] BASELINE RESULT…

    ARGUMENTS:
      BASELINE                The older result.
      RESULT…                 The newer results.

    OPTIONS:
      -q, --quiet             Show no progress.
      --version               Show the version.
      -h, --help              Show help information.
    """

  @Test(arguments: [
    ["compare", "--help"], ["compare", "-h"], ["compare", "a", "--help"], ["help", "compare"],
    ["help", "compare", "--help"],
  ])
  func `A subcommand has its own help, with the options it shares`(words: [String]) throws {
    #expect(try Example.bench.parse(words) == .help(Self.compareHelp))
  }

  @Test(arguments: [
    ["--help"], ["-h"], ["help"], ["--plugins", "1", "--help"], ["--quiet", "-h"],
  ])
  func `A default subcommand that is not named is helped by the program's page`(
    words: [String]
  ) throws {
    #expect(try Example.bench.parse(words, width: 60) == .help(Example.bench.help(width: 60)))
  }

  @Test func `Subcommands of subcommands are listed with the command that leads to them`() throws {
    guard case .help(let text) = try Example.host.parse(["help", "cache"]) else { throw NotARun() }
    #expect(text.contains("USAGE: host cache <subcommand>\n"))
    #expect(text.contains("\n  clear                   Empty it.\n"))
  }

  @Test func `An entry without a description is its label alone`() throws {
    guard case .help(let text) = try Example.host.parse(["inspect", "-h"]) else { throw NotARun() }
    #expect(text.contains("ARGUMENTS:\n  [FILE]\n\n"))
  }

  @Test func `More than a dozen options are summed up in the usage line`() {
    let options = (1...13).map { Option.flag("--flag-\($0)", help: "Number \($0).") }
    let many = Command(name: "many", abstract: "Take many options.", options: options)
    let dozen = Command(
      name: "dozen", abstract: "Take a dozen.", options: Array(options.prefix(12)))
    #expect(many.help().contains("USAGE: many [<options>]\n"))
    #expect(dozen.help().contains("[--flag-12]\n"))
  }

  @Test(arguments: [40, 41, 57, 80, 99, 100])
  func `No line is wider than asked for`(width: Int) {
    for line in Example.size.help(width: width).split(separator: "\n") {
      #expect(line.count <= width)
    }
  }

  @Test func `A line of a list goes on further in, an example of 80 columns stays whole`() {
    let example = "  " + String(repeating: "do it ", count: 13)
    let command = Command(
      name: "many", abstract: "Do it.",
      discussion: "\(example)\n  term: " + String(repeating: "word ", count: 16) + "end")
    let help = command.help(width: 60)
    #expect(help.contains("\n\(example)\n  term: word"), "\(help)")
    #expect(help.contains("word\n    word"), "\(help)")
    #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func `Options of which one must be given stand together in the usage`() {
    let command = Command(
      name: "make", abstract: "Make it.",
      options: [
        .value("--library", "DIR", help: "A library."), .flag("--fast", help: "At once."),
        .value("--bundle", "DIR", help: "A bundle."),
      ], oneOf: ["--library", "--bundle"])
    #expect(command.help().contains("USAGE: make (--library DIR | --bundle DIR) [--fast]\n"))
  }

  @Test func `What a missing option could have been is said`() {
    let command = Command(
      name: "make", abstract: "Make it.",
      options: [
        .value("--how", "WAY", help: "How.", choices: ["well", "badly"], required: true)
      ])
    let error = #expect(throws: CommandLineError.self) { try command.parse([]) }
    #expect(error?.description.hasPrefix("missing option '--how', one of well or badly; ") == true)
  }

  @Test(arguments: [(Int.min, 40), (0, 40), (39, 40), (101, 100), (Int.max, 100)])
  func `A width out of bounds is brought into them`(width: Int, used: Int) {
    #expect(Example.size.help(width: width) == Example.size.help(width: used))
  }
}
