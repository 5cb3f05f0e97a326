internal import CommandLine
internal import Glibc
internal import InterfaceSyntax
internal import Platform
internal import PluginProject
internal import Reporting

/// The command: writes the project of a plugin.
struct NewPluginCommand {
  static let version = "0.1.0"
  let arguments: [String]

  static let command = Command(
    name: "new-plugin",
    abstract: "Writes the project of a plugin, with a test that has a host load and call it.",
    discussion: """
      The project goes into the directory NAME, which must not exist yet, or into --output DIR. In it, \
      'make' builds the plugin and 'make test' has a host load and call it, in every language.

      INTERFACE is the id of an interface of the examples, or a Swift file that declares one with \
      @PluginInterface; FILE:ID chooses one of several.

      EXAMPLES
        new-plugin polite --language swift
        new-plugin trim-lines --language c --interface editor/Hooks.swift

      Exit status: 0 written; 1 could not, and nothing was (with one sentence why).
      """,
    arguments: [
      Argument("NAME", help: "Of the plugin: words of letters and digits, joined by hyphens.")
    ],
    options: [
      .value(
        "--language", "LANGUAGE", help: "What it is written in.",
        choices: ProjectLanguage.allCases.map(\.rawValue), required: true),
      .value(
        "--interface", "INTERFACE", default: "example.greeter", help: "What it implements."),
      .value("--output", "DIR", help: "Where the project goes. Default: NAME."),
    ])

  /// - Returns: the exit status.
  func run() -> Int32 {
    do {
      switch try Self.command.parse(arguments, width: Terminal.standardOutput.columns ?? 80) {
      case .help(let text): return writeOutput(text + "\n", to: "-")
      case .version: return writeOutput("new-plugin \(Self.version)\n", to: "-")
      case .run(_, let values): return try write(values)
      }
    } catch let error as SourceFlaws {
      for flaw in error.flaws { printError("new-plugin: \(flaw)") }
    } catch {
      printError("new-plugin: \(error)")
    }
    return 1
  }

  private func write(_ values: ParsedValues) throws -> Int32 {
    let text = values.arguments[0]
    guard let name = ProjectName(text) else {
      throw CommandLineError(
        .invalidValue, subject: "NAME", found: text,
        expected:
          "words of letters and digits, joined by hyphens, a letter first, at most 40 characters",
        fix: "such as 'word-count'")
    }
    // The parser has made sure of it.
    let language = ProjectLanguage(rawValue: values.value("--language")!)!
    let output = values.value("--output") ?? name.plugin
    if try Files.status(output) != nil {
      throw CommandLineError(
        .invalidValue, subject: values.value("--output") == nil ? "NAME" : "--output",
        found: output, expected: "a directory that does not exist",
        fix: "remove it, or name another one with --output")
    }
    try checkTools(of: language)
    let root = try Checkout.root()
    let interface = try Interfaces(root: root).find(values.value("--interface") ?? "")
    let project = Project(name, language, interface, root: root)
    try write(project.files(), to: output)
    return writeOutput(
      """
      \(output) holds a plugin in \(language.rawValue) that implements \(interface.declaration.id).
      Build it and have a host load it: make -C \(output) test

      """, to: "-")
  }

  /// All files or none: made beside the directory and renamed.
  private func write(_ files: [ProjectFile], to output: String) throws {
    let draft = output + ".new-\(getpid())"
    do {
      for file in files {
        let path = Path.join(draft, file.path)
        try Files.makeDirectory(Path.parent(of: path))
        try Files.replace(path, with: Array(file.text.utf8))
      }
      try Files.rename(draft, to: output)
    } catch {
      try? Files.remove(draft)
      throw error
    }
  }

  private func checkTools(of language: ProjectLanguage) throws(CommandLineError) {
    let directories = (environmentVariables()["PATH"] ?? "").split(separator: ":")
    for tool in language.tools
    where !directories.contains(where: { isExecutable(Path.join(String($0), tool.program)) }) {
      throw CommandLineError(
        .invalidValue, subject: "--language", found: language.rawValue,
        expected: "'\(tool.program)' on the PATH, which builds it",
        fix: "install it: \(tool.source)")
    }
  }

  private func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }
}
