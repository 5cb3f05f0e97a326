internal import CommandLine
internal import CommandOutput
internal import ELFInspection
internal import Glibc
internal import Platform
internal import PluginHost
internal import PluginTrust
internal import Reporting

/// The command: judges plugins and loads them.
struct PluginHostCommand {
  static let version = "0.1.0"
  let arguments: [String]

  static let command = Command(
    name: "plugin-host",
    abstract: "Judges plugins from their files, and loads them.",
    discussion: """
      Exit status: 0 all plugins admitted or loaded; 1 could not do it, as where a file cannot be read \
      (with one sentence why); 2 a plugin was refused; 128+n ended by signal n.
      """,
    options: Option.common,
    subcommands: [
      Command(
        name: "list", abstract: "Show the plugins of directories and what is thought of them.",
        discussion: """
          Nothing of a plugin runs. Without DIRECTORY those are searched that the environment variable \
          PLUGIN_HOST_PATH names, separated by colons. Of several plugins with one name the newest \
          version is taken, of several with one version the first.
          """,
        arguments: [
          Argument(
            "DIRECTORY", help: "Where to look; in this order.", count: .zeroOrMore)
        ],
        options: FileChoice.searchOptions + FileChoice.trustOptions),
      Command(
        name: "verify", abstract: "Decide from the files whether plugins would be admitted.",
        discussion: "Nothing of a plugin runs.",
        arguments: [Argument("FILE", help: "A plugin.", count: .oneOrMore)],
        options: FileChoice.trustOptions + [FileChoice.allowWritable]),
      Command(
        name: "inspect",
        abstract:
          "Show all that a plugin's file says: manifest, verdict, needs, what an unload would do.",
        discussion: "Nothing of a plugin runs.",
        arguments: [Argument("FILE", help: "A plugin.", count: .oneOrMore)],
        options: FileChoice.trustOptions + [FileChoice.allowWritable, QuarantineChoice.place]),
      Command(
        name: "load", abstract: "Load plugins, tell where the time went, and take them down again.",
        arguments: [Argument("PATH", help: "A plugin or a directory.", count: .oneOrMore)],
        options: [
          .flag(
            "--stats",
            help:
              "Tell as well what each plugin has and has done while all are loaded: calls and their time, "
              + "memory, log lines, threads."),
          .flag(
            "--from-index",
            help: "Start from the index of each directory, without opening a plugin, and load them "
              + "one after the other then; every '*.so' in it."),
        ] + FileChoice.searchOptions + FileChoice.trustOptions + QuarantineChoice.options),
      Command(
        name: "lock",
        abstract: "Write down which plugins of a directory are allowed, as they are now.",
        discussion: """
          Nothing of a plugin runs. A plugin that is refused is not listed, and the exit status is 2. \
          'b2sum --check' understands the file.
          """,
        arguments: [Argument("DIRECTORY", help: "Of plugins.")],
        options: FileChoice.searchOptions + [
          .value(
            "--lock", "FILE",
            help: "The file to write. Default: plugins.lock in the directory.")
        ]),
      Command(
        name: "watch", abstract: "Tell what becomes of the plugins in directories.",
        discussion: """
          A line for each event, with --format json a document for each line, until the command is ended. \
          Nothing of a plugin runs without --auto-load.
          """,
        arguments: [
          Argument("DIRECTORY", help: "To watch; as for list.", count: .zeroOrMore)
        ],
        options: FileChoice.searchOptions + WatchSession.options + FileChoice.trustOptions
          + QuarantineChoice.options),
      Command(
        name: "quarantine",
        abstract: "The plugins that are not loaded any more because they have crashed.",
        discussion: "Nothing of a plugin runs.",
        options: [QuarantineChoice.place],
        subcommands: [
          Command(
            name: "list", abstract: "Show which they are, what each did, and where it was then."),
          Command(
            name: "clear", abstract: "Let them be tried, or loaded, again.",
            arguments: [
              Argument(
                "PLUGIN",
                help:
                  "The path, or the first digits of its contents, as list shows them; all without it.",
                count: .zeroOrMore)
            ]),
        ]),
      Command(
        name: "cache",
        abstract: "The index by which a host starts without loading its plugins.",
        discussion: "Nothing of a plugin runs.",
        options: [
          .value(
            "--index", "PATH",
            help: "Where the index lies. Default: .plugin-index in the directory.")
        ],
        subcommands: [
          Command(
            name: "show", abstract: "Show what is in it, and whether it is as it should be.",
            discussion: "Writes nothing.",
            arguments: [Argument("DIRECTORY", help: "Of plugins.", count: .oneOrMore)]),
          Command(
            name: "rebuild", abstract: "Judge all plugins again and write the index.",
            arguments: [Argument("DIRECTORY", help: "Of plugins.", count: .oneOrMore)]),
          Command(
            name: "clear", abstract: "Remove the index, and what writers that died have left.",
            arguments: [Argument("DIRECTORY", help: "Of plugins.", count: .oneOrMore)]),
        ]),
      Command(
        name: "manifest", abstract: "Print a plugin's manifest as source text.",
        arguments: [
          Argument("NAME", help: "The plugin's name."), Argument("VERSION", help: "Its version."),
        ],
        options: [
          .value(
            "--language", "NAME", default: "swift", help: "Of the text.", choices: ["swift", "c"]),
          .flag("--unloadable", help: "The plugin promises that it can be unmapped."),
          .value(
            "--offers", "ID/REVISION", help: "An interface that the plugin will register. Repeats.",
            repeats: true),
          .value(
            "--requires", "ID/REVISION",
            help: "An interface that the plugin cannot be without. Repeats.", repeats: true),
        ]),
    ])

  func run() -> Int32 {
    do {
      switch try Self.command.parse(arguments, width: Terminal.standardOutput.columns ?? 80) {
      case .help(let text): return writeOutput(text + "\n", to: "-")
      case .version: return writeOutput("plugin-host \(Self.version)\n", to: "-")
      case .run(let path, let values):
        if path.dropLast().last == "quarantine" { return try quarantine(path.last ?? "", values) }
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
      let offers = try interfaces("--offers", values)
      let manifest = PluginManifest(
        name: values.arguments[0], version: values.arguments[1],
        isUnloadable: values.flag("--unloadable"), sharesSwiftRuntime: isSwift,
        // Who names none does not say.
        offers: offers.isEmpty ? nil : offers.map(InterfaceOffer.init(id:revision:)),
        requires: try interfaces("--requires", values).map(RequiredInterface.init(id:revision:)))
      if let flaw = manifest.flaw {
        throw CommandLineError(
          .invalidValue, subject: "manifest", expected: "a name and a version that fit", fix: flaw)
      }
      return output.write(isSwift ? manifest.swiftDeclaration() : manifest.cDeclaration())
    case "load":
      let outcome = try LoadOutcome(
        FileChoice(values), paths: values.arguments, fromIndex: values.flag("--from-index"),
        quarantine: try QuarantineChoice.quarantine(values), isMeasured: values.flag("--stats"))
      let code = output.write(outcome.report, json: outcome.json)
      for file in outcome.unreadable { printUnreadable(file.path, file.words) }
      return code != 0 || outcome.isUnreadable ? 1 : outcome.isRefused ? 2 : 0
    case "list":
      let choice = FileChoice(values)
      let verdicts = Verdicts(
        try PluginFindings(try choice.search(values.arguments), trust: try choice.trust()).verdicts)
      // A list is a list: what would be refused is part of it.
      return output.write(
        verdicts.report, figures: { verdicts.figures }, json: verdicts.json)
    case "lock":
      let directory = values.arguments[0]
      let outcome = try LockOutcome(
        try FileChoice(values).search([directory]), directory: directory,
        path: values.value("--lock") ?? Path.join(directory, LockFile.name))
      let code = output.write(outcome.report, json: outcome.json)
      return code != 0 ? code : outcome.isRefused ? 2 : 0
    case "watch":
      guard ["text", "json"].contains(output.format) else {
        throw CommandLineError(
          .invalidValue, subject: "--format", found: output.format, expected: "text or json",
          fix: "events have no other form")
      }
      do {
        try WatchSession(values).run(to: OutputFile(output.path))
      } catch let error as SystemError where error.operation == "write" && error.code == EPIPE {
        // A reader that has seen enough is no failure.
      }
      return 0
    case "show", "rebuild", "clear":
      return try cache(subcommand, values, output)
    case "inspect":
      let choice = FileChoice(values)
      let outcome = InspectOutcome(
        paths: values.arguments, trust: try choice.trust(), allowsWritable: choice.allowsWritable,
        quarantine: try QuarantineChoice.store(values, isNeeded: false))
      return status(
        of: Verdicts(outcome.verdicts), after: output.write(outcome.report, json: outcome.json))
    default:
      let choice = FileChoice(values)
      let verdicts = Verdicts(
        paths: values.arguments, trust: try choice.trust(), allowsWritable: choice.allowsWritable)
      return status(
        of: verdicts,
        after: output.write(
          verdicts.report, figures: { verdicts.figures }, json: verdicts.json))
    }
  }

  /// The exit status of a command that has judged, after that of writing.
  private func status(of verdicts: Verdicts, after code: Int32) -> Int32 {
    for verdict in verdicts.verdicts {
      for reason in verdict.reasons where reason.code == .unreadable {
        printUnreadable(verdict.path, reason.found)
      }
    }
    // What could not be read was not judged.
    return code != 0 || verdicts.isUnreadable ? 1 : verdicts.isRefused ? 2 : 0
  }

  private func printUnreadable(_ path: String, _ words: String) {
    printError("plugin-host: cannot read '\(path)': \(words)")
  }

  private func quarantine(_ subcommand: String, _ values: ParsedValues) throws -> Int32 {
    let output = OutputOptions(values)
    guard let quarantine = try QuarantineChoice.store(values, isNeeded: true) else { return 1 }
    let outcome =
      subcommand == "clear"
      ? try QuarantineOutcome(clearing: values.arguments, of: quarantine)
      : QuarantineOutcome(listing: quarantine)
    return output.write(outcome.report, json: outcome.json)
  }

  private func cache(
    _ subcommand: String, _ values: ParsedValues, _ output: OutputOptions
  ) throws -> Int32 {
    let directories = values.arguments
    let path = values.value("--index")
    if path != nil && directories.count > 1 {
      throw CommandLineError(
        .invalidValue, subject: "--index", expected: "one directory, because an index is of one",
        fix: "name the directories one after the other")
    }
    if subcommand == "clear" {
      for directory in directories { try PluginIndex.remove(of: directory, at: path) }
      return 0
    }
    let outcome = try CacheOutcome(
      directories, at: path, subcommand == "rebuild" ? .rewrite : .readOnly)
    let code = output.write(outcome.report, json: outcome.json)
    for failure in outcome.failures { printError("plugin-host: \(failure)") }
    return code != 0 || !outcome.failures.isEmpty ? 1 : 0
  }

  /// The interfaces that an option names.
  private func interfaces(
    _ option: String, _ values: ParsedValues
  ) throws(CommandLineError) -> [(id: String, revision: UInt32)] {
    try values.values(option).map { text throws(CommandLineError) in
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count >= 2, let revision = UInt32(parts.last!) else {
        throw CommandLineError(
          .invalidValue, subject: option, found: text,
          expected: "an id, a slash and a revision, such as 'text.word-count/1'")
      }
      return (parts.dropLast().joined(separator: "/"), revision)
    }
  }
}
