internal import CommandLine
internal import Measurement
internal import PluginSets

extension RegressionCommands {
  /// What is built and measured where a side is a checkout or a build directory.
  private static let measuring: [Option] = [
    .value(
      "--plugins", "N[,N…]", default: "50", help: "How many plugins a set has that is built."),
    .value(
      "--variants", "A,B…", default: Variant.shared.rawValue, help: "Which sets are built."),
    .value(
      "--profile", "NAME", default: "tiny", help: "How much is in a plugin: 3, 20 or 150 types.",
      choices: Profile.allCases.map(\.rawValue)),
    .value(
      "--rounds", "K", default: "384",
      help: "The most rounds of a session; it ends as soon as all is settled."),
    .value("--warm-ups", "K", default: "1", help: "How many rounds come first and do not count."),
    .flag("--cold", help: "Drop the files from memory before each sample."),
    .value("--seed", "S", default: "1", help: "Draws the order within each round."),
    .value("--cache", "DIR", help: "Where built plugins are kept."),
  ]

  private static let metrics = Option.value(
    "--metrics", "A,B…", help: "Judge these only. Default: those that a user notices; 'all'.")

  static let compareCommand = Command(
    name: "compare", abstract: "Tell whether B is worse than A.",
    discussion: """
      Two checkouts, build directories, plugin sets or directories of .so files are measured in turn, \
      in one session, until there is a verdict; what looks worse is measured again in a second one. Of \
      two results in JSON, what is exact is compared exactly, memory by intervals, and times not at \
      all. If A is a file that 'accept' wrote, B is held against it.
      Exit status: 0 nothing is worse; 1 could not compare; 2 something is worse; 3 something is open.
      """,
    arguments: [
      Argument("A", help: "What was before: a directory, a result, or accepted figures."),
      Argument("B", help: "What is now: a directory, or a result."),
    ],
    options: measuring + [
      metrics,
      .value(
        "--effect-floor", "PERMILLE", default: "20",
        help: "The smallest effect that counts, in thousandths."),
      .flag("--instructions", help: "Count instructions too, with callgrind; needs valgrind."),
      .flag("--in-place", help: "Measure the files where they lie, and not in fresh copies."),
      .flag(
        "--allow-other-machine",
        help: "Compare what is exact, though the machines are of other classes."),
    ] + VerdictOutputs.options)

  static let checkCommand = Command(
    name: "check", abstract: "Find steps in history, and since which commit.",
    discussion: """
      Each step is told once; later checks exit with 0 until there is another.
      Exit status: 0 no new step to the worse; 1 could not look; 2 there is one; 3 too few runs to tell.
      """,
    options: [
      HistoryOptions.database, HistoryOptions.busy,
      .value("--branch", "NAME", help: "The branch to look at. Default: that of the newest run."),
      .value("--runs", "N", default: "200", help: "How many of its newest runs."),
      .value("--metrics", "A,B…", help: "Look at these only."),
      .flag("--all", help: "Also tell steps that are known, and those that were taken back."),
      .flag("--dry-run", help: "Do not remember what was told."),
    ] + VerdictOutputs.options)

  static let acceptCommand = Command(
    name: "accept", abstract: "Accept the exact figures of a result, with the reason beside them.",
    arguments: [Argument("RESULT", help: "A result of bench-runtime or size-report in JSON.")],
    options: [
      .value(
        "--baseline", "FILE", default: "Benchmarks/baseline.json",
        help: "The accepted figures; made where there are none."),
      .value("--reason", "TEXT", help: "Why the new figures are right.", required: true),
      .value(
        "--metrics", "A,B…",
        help: "Accept these only; among them may be faults, where these repeat in every round."),
      .flag(
        "--remove-missing", help: "Also remove accepted figures that the result does not have."),
    ])

  static let noiseCommand = Command(
    name: "noise", abstract: "Measure how much this machine scatters, and what it can see.",
    options: measuring)
}
