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
    abstract: "Makes one libPluginRuntime.so that holds the Swift standard library, or a bundle.",
    subcommands: [library, LinkFlags.command], defaultSubcommand: library.name)

  private static let library = Command(
    name: "library", abstract: "Make the library, or a bundle.",
    discussion: """
      Plugins and hosts are linked against that library alone, and no library of the Swift toolchain \
      is shipped. With --output the library is made; with --bundle also hosts, plugins and every \
      library that they need are put into one directory, which runs wherever it lies.

      PACKAGINGS
        merged: all that the standard library exports, and the modules asked for
        trimmed: only what the files named with --for import, and the modules
          that this takes; beside it, libPluginRuntime.imports says what that is
        toolchain: the toolchain's own libraries, as the hosts find them; for
          --bundle

      Exit status: 0 made; 1 could not (with one sentence why), and DIR is as it was; 128+n ended by \
      signal n.
      """,
    options: [
      .value(
        "--packaging", "NAME", default: Packaging.merged.rawValue,
        help: "How the standard library reaches the process.",
        choices: Packaging.allCases.map(\.rawValue) + [toolchainPackaging]),
      .value("--output", "DIR", help: "Where the library goes."),
      .value(
        "--for", "FILE",
        help: "A plugin or host, linked or an object, that will run on it. Repeats; for --output.",
        repeats: true),
      .value(
        "--with", "MODULE",
        help: "Take a Swift module whole though no FILE imports it, such as _Concurrency, "
          + "_StringProcessing or Synchronization. Repeats; for 'merged'.",
        repeats: true),
      .flag(
        "--widen",
        help: "Keep what the library in DIR was trimmed for; for 'trimmed' and --output."),
      .flag(
        "--drop-unwinding",
        help: "Leave out what unwinding through the standard library's Swift code takes; for "
          + "'trimmed'. Gives up: backtraces and C++ exceptions end in that code."),
      .flag(
        "--forwarding",
        help: "Put libraries by the toolchain's names beside the library, so that plugins built by "
          + "'swift build' run on it as they are; for --output (a bundle has those it needs)."),
      .value("--bundle", "DIR", help: "Where the bundle goes."),
      .value(
        "--host", "FILE", help: "A program of the bundle. Repeats; for --bundle.", repeats: true),
      .value(
        "--plugin", "PATH",
        help: "A plugin of the bundle, or a directory of them. Repeats; for --bundle.",
        repeats: true),
      .value(
        "--ship", "NAME",
        help:
          "Ship a library that is left to the system, libstdc++.so.6 or libgcc_s.so.1. Repeats; "
          + "for --bundle.", repeats: true),
      .value(
        "--format", "FORMAT", default: "text", help: "How to write what was made.",
        choices: ["text", "json"]),
      .flag("--quiet", short: "q", help: "Say nothing where all is well."),
      .value(
        "--cache", "DIR", help: "Where what was built is kept. Default: .build/plugin-sets."),
    ], oneOf: ["--output", "--bundle"])

  private static let toolchainPackaging = "toolchain"

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
      switch error {
      case PluginSetError.interrupted(let signal), BundleError.interrupted(let signal),
        BundleError.package(.interrupted(let signal)):
        return 128 + signal
      default: return 1
      }
    }
  }

  private func make(_ values: ParsedValues) throws -> Int32 {
    try Self.checkTogether(values)
    let packaging = Packaging(rawValue: values.value("--packaging")!)
    let packager = try RuntimePackager(
      executable: try executablePath(), cacheDirectory: values.value("--cache"),
      environment: environmentVariables())
    let document: PackageSchema1
    let text: String
    if let directory = values.value("--bundle") {
      document = try Bundler(packager, environment: environmentVariables()).bundle(
        BundleRequest(
          packaging: packaging, hosts: values.values("--host"),
          plugins: values.values("--plugin"), modules: values.values("--with"),
          shipped: Set(values.values("--ship"))),
        at: directory)
      text = document.text
    } else {
      let package = try packager.package(
        packaging!, modules: values.values("--with"), for: values.values("--for"),
        widens: values.flag("--widen"), dropsUnwinding: values.flag("--drop-unwinding"),
        forwards: values.flag("--forwarding"),
        into: values.value("--output")!)
      document = try package.document()
      text = Self.text(package)
    }
    if values.value("--format") == "json" {
      return writeOutput(try document.encoded(), to: "-")
    }
    return values.flag("--quiet") ? 0 : writeOutput(text, to: "-")
  }

  /// What means nothing is refused and not passed over.
  private static func checkTogether(_ values: ParsedValues) throws(CommandLineError) {
    let isBundle = values.value("--bundle") != nil
    let isLibrary = values.value("--output") != nil
    guard isBundle || isLibrary else {
      throw CommandLineError(
        .missingOption, subject: "--output", expected: "the directory for the library",
        fix: "or name one for a bundle with --bundle")
    }
    guard isBundle != isLibrary else {
      throw CommandLineError(
        .invalidValue, subject: "--output", expected: "no --bundle beside it",
        fix: "make one of the two after the other")
    }
    let flags: Set = ["--widen", "--drop-unwinding", "--forwarding"]
    func given(_ options: [String]) -> String? {
      options.first { flags.contains($0) ? values.flag($0) : !values.values($0).isEmpty }
    }
    let packaging = values.value("--packaging")!
    let expected: (option: String?, other: String) =
      if isBundle, let wrong = given(["--for", "--widen", "--drop-unwinding", "--forwarding"]) {
        (wrong, "--output")
      } else if !isBundle, let wrong = given(["--host", "--plugin", "--ship"]) {
        (wrong, "--bundle")
      } else if packaging != "merged", let wrong = given(["--with"]) {
        (wrong, "--packaging merged")
      } else if packaging != "trimmed", let wrong = given(["--widen", "--drop-unwinding"]) {
        (wrong, "--packaging trimmed")
      } else if packaging == toolchainPackaging, !isBundle {
        ("--packaging toolchain", "--bundle")
      } else {
        (nil, "")
      }
    if let wrong = expected.option {
      throw CommandLineError(
        .invalidValue, subject: wrong, expected: expected.other,
        fix: "leave it out, or ask for that")
    }
    if isBundle, values.values("--host").isEmpty {
      throw CommandLineError(
        .invalidValue, subject: "--bundle", expected: "at least one --host FILE",
        fix: "name the program that the bundle is for")
    }
  }

  private static func text(_ package: RuntimePackage) -> String {
    let forwarding =
      package.forwarding.isEmpty
      ? "" : "\nbeside it, handing on to it: \(package.forwarding.joined(separator: ", "))"
    return """
      \(package.path): \(package.packaging.rawValue), \(Quantity.bytes(Double(package.size))), \
      \(package.exportCount) symbols exported\
      \(package.recordPath.map { "\n\($0): what it was trimmed for" } ?? "")\(forwarding)
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

extension PackageSchema1 {
  /// What a bundle holds, for people.
  fileprivate var text: String {
    func size(_ roles: File.Role...) -> String {
      let files = files.filter { roles.contains($0.role) }
      let bytes = Quantity.bytes(Double(files.reduce(0) { $0 + $1.size }))
      return "\(files.count) file\(files.count == 1 ? "" : "s"), \(bytes)"
    }
    return """
      \(directory ?? ""): \(packaging), hosts \(size(.host)); plugins \(size(.plugin)); libraries \
      \(size(.runtime, .forwarding, .library)); for debuggers \(size(.debug))
      left to the system\(glibc.map { ", glibc \($0) or later" } ?? ""): \
      \((system ?? []).map(\.name).joined(separator: ", "))
      bundle.json says what each file is for

      """
  }
}
