internal import CommandLine
internal import CommandOutput
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
      case .help(let text): return writeOutput(text + "\n", to: "-")
      case .version: return writeOutput("plugin-host \(Self.version)\n", to: "-")
      case .run(let path, let values):
        return try run(path.last ?? "", values)
      }
    } catch {
      printError("plugin-host: \(error)")
      return 1
    }
  }

  private func run(_ subcommand: String, _ values: ParsedValues) throws -> Int32 {
    let output = OutputOptions(values)
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
      return output.write(isSwift ? manifest.swiftDeclaration() : manifest.cDeclaration())
    case "load":
      let outcome = try LoadOutcome(paths: values.arguments)
      let code = output.write(outcome.report, json: outcome.json)
      return code != 0 || outcome.isUnreadable ? 1 : outcome.isRefused ? 2 : 0
    case "list":
      let paths = try values.arguments.flatMap { directory in
        try Discovery.plugins(in: directory)
      }
      let verdicts = Verdicts(paths: paths)
      // A list is a list: what would be refused is part of it.
      return output.write(
        verdicts.report, figures: { verdicts.figures }, json: verdicts.json)
    default:
      let verdicts = Verdicts(paths: values.arguments)
      let code = output.write(
        verdicts.report, figures: { verdicts.figures }, json: verdicts.json)
      for verdict in verdicts.verdicts {
        for reason in verdict.reasons where reason.code == .unreadable {
          printError("plugin-host: cannot read '\(verdict.path)': \(reason.found)")
        }
      }
      // What could not be read was not judged.
      return code != 0 || verdicts.isUnreadable ? 1 : verdicts.isRefused ? 2 : 0
    }
  }
}
