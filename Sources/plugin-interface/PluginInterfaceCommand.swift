internal import CommandLine
internal import InterfaceSyntax
internal import Platform
internal import Reporting

/// The command: writes what other languages know of interfaces that are declared in Swift.
struct PluginInterfaceCommand {
  static let version = "0.1.0"
  let arguments: [String]

  static let command = Command(
    name: "plugin-interface",
    abstract: "Writes the headers of plugin interfaces that are declared in Swift.",
    subcommands: [header], defaultSubcommand: header.name)

  private static let header = Command(
    name: "header", abstract: "Write a header for each interface of Swift source files.",
    discussion: """
      Every protocol with @PluginInterface("id", revision: 1), and every enum and struct with \
      @PluginValue("id"), becomes a header that plugins and hosts in C, C++ and Rust are compiled \
      against, and that Swift imports. Give all files at once: a value that an interface names is \
      looked for in all of them. With --output each goes into \
      DIR, as id.h with '_' for what is no letter or digit; without, all are printed. With --check \
      nothing is written: each must be in DIR already, to the byte.

      With --language rust each becomes a module, id.rs, for the crate plugin-runtime (Examples/Rust); \
      with --language cxx each enum and struct becomes a header, id.hpp, for plugin_runtime.hpp, \
      beside those of C.

      Exit status: 0 written, or equal; 1 could not (with one sentence why); 2 with --check, a header \
      is missing or differs.
      """,
    arguments: [Argument("FILE", help: "A Swift source file.", count: .oneOrMore)],
    options: [
      .value("--output", "DIR", help: "Where the headers go."),
      .value(
        "--language", "NAME", default: "c", help: "What is written.", choices: ["c", "cxx", "rust"]),
      .flag("--check", help: "Compare with the headers in DIR; write nothing."),
    ])

  /// - Returns: the exit status.
  func run() -> Int32 {
    do {
      switch try Self.command.parse(arguments, width: Terminal.standardOutput.columns ?? 80) {
      case .help(let text): return writeOutput(text + "\n", to: "-")
      case .version: return writeOutput("plugin-interface \(Self.version)\n", to: "-")
      case .run(_, let values): return try write(values)
      }
    } catch let error as SourceFlaws {
      for flaw in error.flaws { printError("\(flaw)") }
    } catch {
      printError("plugin-interface: \(error)")
    }
    return 1
  }

  private func write(_ values: ParsedValues) throws -> Int32 {
    let directory = values.value("--output")
    if values.flag("--check"), directory == nil {
      throw CommandLineError(
        .invalidValue, subject: "--check", expected: "--output DIR",
        fix: "name the directory that holds the headers")
    }
    let source = try InterfaceSource(values.arguments.map { ($0, try Files.readText($0)) })
    guard !source.interfaces.isEmpty || !source.values.isEmpty else {
      printError(
        "plugin-interface: nothing has '@PluginInterface' or '@PluginValue': put it before the protocol "
          + "that plugins implement, and before the types that it names")
      return 1
    }
    let language = values.value("--language") ?? "c"
    let files =
      switch language {
      case "rust": try source.rustModules()
      case "cxx": try source.cxxHeaders()
      default: try source.headers().map { ($0.name + ".h", $0.text) }
      }
    guard let directory else {
      return writeOutput(files.map(\.text).joined(separator: "\n"), to: "-")
    }
    if !values.flag("--check") { try Files.makeDirectory(directory) }
    var isEqual = true
    for file in files {
      let path = Path.join(directory, file.name)
      if !values.flag("--check") {
        try Files.replace(path, with: Array(file.text.utf8))
      } else if (try? Files.readText(path)) != file.text {
        let option = language == "c" ? "" : "--language \(language) "
        printError(
          "\(path) is not what the declaration would be written as: write it with "
            + "'plugin-interface header \(option)--output \(directory) "
            + "\(values.arguments.joined(separator: " "))'")
        isEqual = false
      }
    }
    return isEqual ? 0 : 2
  }
}
