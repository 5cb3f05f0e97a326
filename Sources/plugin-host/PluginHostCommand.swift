internal import CommandLine
internal import ELFInspection
internal import Platform
internal import PluginHost
internal import Reporting

/// The command: judges plugins and loads them.
struct PluginHostCommand {
  static let version = "0.1.0"
  let arguments: [String]

  static let command = Command(
    name: "plugin-host",
    abstract: "Judges plugins from their files, and loads them.",
    discussion: """
      Exit status: 0 all plugins admitted or loaded; 1 could not do it (with one sentence why); \
      2 a plugin was refused; 128+n ended by signal n.
      """,
    options: Option.common,
    subcommands: [
      Command(
        name: "list", abstract: "Show the plugins of directories and what is thought of them.",
        discussion: "Nothing of a plugin runs.",
        arguments: [Argument("DIRECTORY", help: "Where to look.", count: .oneOrMore)]),
      Command(
        name: "verify", abstract: "Decide from the files whether plugins would be admitted.",
        discussion: "Nothing of a plugin runs.",
        arguments: [Argument("FILE", help: "A plugin.", count: .oneOrMore)]),
      Command(
        name: "load", abstract: "Load plugins, tell where the time went, and take them down again.",
        arguments: [Argument("PATH", help: "A plugin or a directory.", count: .oneOrMore)]),
      Command(
        name: "manifest", abstract: "Print a plugin's manifest as source text.",
        arguments: [
          Argument("NAME", help: "The plugin's name."), Argument("VERSION", help: "Its version."),
        ],
        options: [
          .value(
            "--language", "NAME", default: "swift", help: "Of the text.", choices: ["swift", "c"]),
          .flag("--unloadable", help: "The plugin promises that it can be unmapped."),
        ]),
    ])

  func run() -> Int32 {
    do {
      switch try Self.command.parse(arguments, width: Terminal.standardOutput.columns ?? 80) {
      case .help(let text): return Output(path: "-").write(text + "\n")
      case .version: return Output(path: "-").write("plugin-host \(Self.version)\n")
      case .run(let path, let values):
        return try run(path.last ?? "", values)
      }
    } catch {
      printError("plugin-host: \(error)")
      return 1
    }
  }

  private func run(_ subcommand: String, _ values: ParsedValues) throws -> Int32 {
    switch subcommand {
    case "manifest":
      let isSwift = values.value("--language") != "c"
      let manifest = PluginManifest(
        name: values.arguments[0], version: values.arguments[1],
        isUnloadable: values.flag("--unloadable"), sharesSwiftRuntime: isSwift)
      if let flaw = manifest.flaw {
        throw CommandLineError(
          .invalidValue, subject: "manifest", expected: "a name and a version that fit", fix: flaw)
      }
      return Output(path: values.value("--output") ?? "-")
        .write(isSwift ? manifest.swiftDeclaration() : manifest.cDeclaration())
    case "load":
      let outcome = try LoadOutcome(paths: values.arguments)
      return show(values, isRefused: outcome.isRefused, outcome.report, outcome.json)
    case "list":
      let paths = try values.arguments.flatMap { directory in
        try Discovery.plugins(in: directory)
      }
      let verdicts = Verdicts(paths: paths)
      // A list is a list: what would be refused is part of it.
      return show(values, isRefused: false, verdicts.report, verdicts.json)
    default:
      let verdicts = Verdicts(paths: values.arguments)
      let code = show(values, isRefused: verdicts.isRefused, verdicts.report, verdicts.json)
      // What could not be read was not judged.
      return verdicts.isUnreadable ? 1 : code
    }
  }

  private func show(
    _ values: ParsedValues, isRefused: Bool, _ report: Report, _ json: () -> String
  ) -> Int32 {
    let path = values.value("--output") ?? "-"
    let terminal = Terminal.standardOutput
    let isToTerminal = path == "-" && terminal.isInteractive
    let color = ColorChoice(rawValue: values.value("--color") ?? "auto") ?? .auto
    let text =
      switch values.value("--format") ?? "text" {
      case "json": json()
      case "csv": CSVRenderer().render(report)
      case "markdown": MarkdownRenderer().render(report)
      case "html": HTMLRenderer().render(report)
      default:
        TextRenderer(
          width: isToTerminal ? terminal.columns : nil,
          color: color.resolve(
            environment: environmentVariables(), isTerminal: isToTerminal)
        ).render(report)
      }
    let code = Output(path: path).write(text)
    return code == 0 && isRefused ? 2 : code
  }
}
