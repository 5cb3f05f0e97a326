extension Option {
  /// The options that every command of this project shares.
  public static let common: [Option] = [
    format(adding: []),
    .value(
      "--output", short: "o", "PATH", default: "-",
      help: "Where to write the result; '-' is standard output."),
    .flag("--quiet", short: "q", help: "Show no progress."),
    .value(
      "--color", "WHEN", default: ColorChoice.auto.rawValue, help: "When to use color.",
      choices: ColorChoice.allCases.map(\.rawValue)),
  ]

  /// `--format` of a command that writes more than the usual formats.
  public static func format(adding more: [String]) -> Option {
    .value(
      "--format", "FORMAT", default: "text", help: "How to write the result.",
      choices: commonFormats + more)
  }

  /// What every command of this project writes.
  public static let commonFormats = ["text", "json", "csv", "markdown", "html"]

  static let help = Option.flag("--help", short: "h", help: "Show help information.")
  static let version = Option.flag("--version", help: "Show the version.")
  static let builtIn = [version, help]
}
