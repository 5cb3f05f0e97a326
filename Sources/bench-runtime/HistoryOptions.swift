internal import CommandLine
internal import Regression

/// The options and subcommands that are about history.
enum HistoryOptions {
  /// Where history is kept unless somebody says otherwise: beside the checkout's other build products,
  /// and in no repository.
  static let defaultPath = ".build/bench-history.db"

  static let database = Option.value(
    "--history", "DB", default: defaultPath,
    help: "The file that history is kept in, or postgresql://HOST/DATABASE.")
  static let busy = Option.value(
    "--wait", "MS", default: "5000", help: "How long a lock of another process is waited for.")

  static let command = Command(
    name: "history", abstract: "Look at recorded runs, and bring them elsewhere.",
    subcommands: [
      Command(
        name: "list", abstract: "List runs, the newest first.",
        options: [
          database, busy, .value("--limit", "N", default: "20", help: "How many; 0 for all."),
        ]),
      Command(
        name: "show", abstract: "Show all figures of a run.",
        arguments: [Argument("RUN", help: "The first digits of its name.")],
        options: [database, busy]),
      Command(
        name: "delete", abstract: "Remove a run.",
        arguments: [Argument("RUN", help: "The first digits of its name.")],
        options: [database, busy]),
      Command(
        name: "export", abstract: "Write all runs as JSON lines, oldest first.",
        options: [database, busy]),
      Command(
        name: "import",
        abstract: "Add exported runs, or results of bench-runtime and size-report in JSON.",
        discussion: "A run that is there already is not added again.",
        arguments: [Argument("FILE", help: "JSON lines, or one result.", count: .oneOrMore)],
        options: [database, busy]),
      Command(
        name: "vacuum", abstract: "Give unused space back.", options: [database, busy]),
    ])

  static func open(
    _ values: ParsedValues, _ access: History.Access
  ) throws -> History {
    let wait = try values.integer("--wait", in: 0...600_000)!
    return try History(
      path: values.value("--history")!, access, busyMilliseconds: Int32(wait))
  }
}
