internal import CommandLine
internal import Platform
internal import PluginSets
internal import Reporting

/// The command: makes the runtime library in the forms that hold the standard library.
struct PackageRuntime {
  static let version = "0.1.0"
  let arguments: [String]

  static let command = Command(
    name: "package-runtime",
    abstract: "Makes one libPluginRuntime.so that holds the Swift standard library.",
    subcommands: [library, LinkFlags.command], defaultSubcommand: library.name)

  private static let library = Command(
    name: "library", abstract: "Make the library.",
    discussion: """
      Plugins and hosts are linked against that library alone, and no library of the Swift toolchain \
      is shipped.

      PACKAGINGS
        merged: all that the standard library exports, and the modules asked for
        trimmed: only what the files named with --for import, and the modules
          that this takes; beside it, libPluginRuntime.imports says what that is

      Exit status: 0 made; 1 could not (with one sentence why), and DIR is as it was; 128+n ended by \
      signal n.
      """,
    options: [
      .value(
        "--packaging", "NAME", default: Packaging.merged.rawValue,
        help: "What the library exports.",
        choices: Packaging.allCases.map(\.rawValue)),
      .value("--output", "DIR", help: "Where the library goes.", required: true),
      .value(
        "--for", "FILE",
        help: "A plugin or host, linked or an object, that will run on it. Repeats.",
        repeats: true),
      .value(
        "--with", "MODULE",
        help: "Take a Swift module whole though no FILE imports it, such as _Concurrency, "
          + "_StringProcessing or Synchronization. Repeats; for 'merged'.",
        repeats: true),
      .flag(
        "--widen", help: "Keep what the library in DIR was trimmed for; for 'trimmed'."),
      .flag("--quiet", help: "Say nothing where all is well."),
      .value(
        "--cache", "DIR", help: "Where what was built is kept. Default: .build/plugin-sets."),
    ])

  /// - Returns: the exit status.
  func run() -> Int32 {
    do {
      switch try Self.command.parse(arguments, width: Terminal.standardOutput.columns ?? 80) {
      case .help(let text): return writeOutput(text + "\n", to: "-")
      case .version: return writeOutput("package-runtime \(Self.version)\n", to: "-")
      case .run(let path, let values):
        return path.last == LinkFlags.command.name
          ? writeOutput(try LinkFlags.text(values), to: "-") : try make(values)
      }
    } catch {
      printError("package-runtime: \(error)")
      if case .some(.interrupted(let signal)) = error as? PluginSetError { return 128 + signal }
      return 1
    }
  }

  private func make(_ values: ParsedValues) throws -> Int32 {
    let packaging = Packaging(rawValue: values.value("--packaging")!)!
    try Self.checkTogether(packaging, values)
    let packager = try RuntimePackager(
      executable: try executablePath(), cacheDirectory: values.value("--cache"),
      environment: environmentVariables())
    let package = try packager.package(
      packaging, modules: values.values("--with"), for: values.values("--for"),
      widens: values.flag("--widen"), into: values.value("--output")!)
    return values.flag("--quiet") ? 0 : writeOutput(Self.text(package), to: "-")
  }

  /// What means nothing is refused and not passed over.
  private static func checkTogether(
    _ packaging: Packaging, _ values: ParsedValues
  ) throws(CommandLineError) {
    let wrong =
      packaging == .merged
      ? (values.flag("--widen") ? "--widen" : nil)
      : (values.values("--with").isEmpty ? nil : "--with")
    guard let wrong else { return }
    let other: Packaging = packaging == .merged ? .trimmed : .merged
    throw CommandLineError(
      .invalidValue, subject: wrong, expected: "--packaging \(other.rawValue)",
      fix: "leave it out, or ask for that")
  }

  private static func text(_ package: RuntimePackage) -> String {
    """
    \(package.path): \(package.packaging.rawValue), \(Quantity.bytes(Double(package.size))), \
    \(package.exportCount) symbols exported\
    \(package.recordPath.map { "\n\($0): what it was trimmed for" } ?? "")
    A plugin is linked against it with
      \(package.pluginCommand.map(quoted).joined(separator: " "))
    where EXPORTS.map holds '\(LinkOption.versionScript.dropLast())'; smaller with what
    'package-runtime link-flags small' prints

    """
  }

  /// As a shell reads it.
  static func quoted(_ word: String) -> String {
    word.contains { !$0.isLetter && !$0.isNumber && !"-_=./,+:".contains($0) }
      ? "'" + word.replacing("'", with: "'\\''") + "'" : word
  }
}
