internal import CommandLine
internal import Platform
internal import PluginHost
internal import PluginTrust

/// Which files a subcommand looks at, and whom it trusts.
struct FileChoice {
  /// Where plugins are looked for.
  static let searchOptions: [Option] = [
    .flag("--recursive", short: "r", help: "Search the directories below as well."),
    .value(
      "--pattern", "PATTERN",
      help: "Of file names, as the shell has them. Default: '*.so'. Repeats.", repeats: true),
    allowWritable,
  ]

  static let allowWritable = Option.flag(
    "--allow-writable",
    help: "Take files and directories that others than you and root could change.")

  /// Who vouches for a file.
  static let trustOptions: [Option] = [
    .value(
      "--policy", "POLICY",
      help: "Of files that nobody vouches for. Default: require where "
        + "--lock or --keys is given, else off.", choices: TrustPolicy.allCases.map(\.rawValue)),
    .value(
      "--lock", "FILE", help: "Take files that this lock file lists, as they were. Repeats.",
      repeats: true),
    .value(
      "--keys", "DIRECTORY",
      help: "Take files with a .minisig signature by one of these minisign keys (*.pub)."),
    .value(
      "--hold", "WAY",
      help: "How what was verified is what is loaded: 'file' shares pages, "
        + "'copy' is safe from writers too. Default: copy with require, else file.",
      choices: ["file", "copy"]),
  ]

  private let values: ParsedValues

  init(_ values: ParsedValues) { self.values = values }

  /// Files and directories that others could change are taken as well.
  var allowsWritable: Bool { values.flag("--allow-writable") }

  /// A search of `directories`, and of those that the environment names where none is given.
  func search(_ directories: [String]) throws -> PluginSearch {
    let path =
      directories.isEmpty ? environmentVariables()[PluginSearch.environmentVariable] : nil
    var search = try PluginSearch(directories, path: path)
    guard !search.directories.isEmpty else {
      throw CommandLineError(
        .missingArgument, subject: "DIRECTORY",
        expected: "a directory, here or in \(PluginSearch.environmentVariable)",
        fix: "name one")
    }
    search.isRecursive = values.flag("--recursive")
    search.allowsWritable = allowsWritable
    let patterns = values.values("--pattern")
    if !patterns.isEmpty { search.patterns = patterns }
    return search
  }

  /// nil where files are taken as they are.
  func trust() throws -> FileVouching? {
    let lockPaths = values.values("--lock")
    let keyPath = values.value("--keys")
    let isGiven = !lockPaths.isEmpty || keyPath != nil
    let policy =
      values.value("--policy").flatMap(TrustPolicy.init) ?? (isGiven ? .require : .off)
    guard policy != .off else { return nil }
    guard isGiven else {
      throw CommandLineError(
        .invalidValue, subject: "--policy", found: policy.rawValue,
        expected: "something to hold files against", fix: "give --lock FILE or --keys DIRECTORY")
    }
    return FileVouching(
      policy,
      locks: try lockPaths.map { try LockFile(reading: $0, allowsWritable: allowsWritable) },
      keys: try keyPath.map { try TrustedKeys($0, allowsWritable: allowsWritable) },
      hold: values.value("--hold").map { $0 == "copy" ? .sealedCopy : .openFile })
  }
}
