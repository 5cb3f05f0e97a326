public import Platform

/// Why a plugin set cannot be had, in one sentence that says what to do.
public enum PluginSetError: Error, Equatable, CustomStringConvertible {
  case noCompiler(name: String)
  /// A tool that belongs to the Swift toolchain.
  case noTool(path: String)
  /// A file that static linking needs and that the Swift toolchain lacks.
  case noStaticLibrary(path: String)
  /// A module that the Swift toolchain has no static library of.
  case noModule(name: String, others: [String])
  /// A word of a link recipe that is neither a preset nor an option.
  case unknownLinkOption(name: String, others: [String])
  /// There is nobody to trim a library for.
  case nothingToTrimFor
  /// A file that a library is packaged for cannot run on it.
  case doesNotFit(path: String, missing: [String], foreign: [String])
  /// A file that was built, or that belongs to the toolchain, is not what it should be.
  case unreadable(String)
  /// The compiler is there but does not answer as one.
  case brokenCompiler(path: String, reason: String)
  /// What SwiftPM should have built beside this executable is missing.
  case notBuilt(path: String)
  /// The templates and headers of the project are not where this executable looks.
  case noSources(from: String)
  case noSpace(directory: String, needed: UInt64, free: UInt64)
  case buildFailed(step: String, reason: String)
  /// Host or runtime were built anew while plugin sets were made from them.
  case changedUnderneath
  case cache(SystemError)
  case system(SystemError)
  case interrupted(signal: Int32)

  public var description: String {
    switch self {
    case .noCompiler(let name):
      return name == "cc"
        ? "no C compiler: neither 'cc', 'gcc' nor 'clang' is on the PATH; install one, or name it in CC"
        : "no compiler: '\(name)' is not there or not on the PATH; install Swift 6.3, or name its "
          + "compiler in SWIFTC"
    case .noTool(let path):
      return "'\(path)' is missing; install the whole Swift toolchain"
    case .noStaticLibrary(let path):
      return
        "'\(path)' is missing: this Swift toolchain has no static standard library to put into "
        + "the runtime; install the whole toolchain from swift.org, or leave out what is 'merged' "
        + "or 'trimmed'"
    case .noModule(let name, let others):
      return "the Swift toolchain has no static library of a module '\(name)'; it has "
        + others.joined(separator: ", ")
    case .unknownLinkOption(let name, let others):
      return "'\(name)' is no way to link a plugin; there are " + others.joined(separator: ", ")
    case .nothingToTrimFor:
      return "a library is trimmed for the files that run on it; name them with --for"
    case .doesNotFit(let path, let missing, let foreign):
      if !foreign.isEmpty {
        return
          "'\(path)' brings \(foreign.joined(separator: ", ")) along, but the runtime library holds "
          + "the Swift runtime, and a process must have one; link it against that library alone, or ask "
          + "for --forwarding"
      }
      let first = missing.first ?? "a symbol"
      return "'\(path)' needs '\(first)'"
        + (missing.count > 1 ? " and \(missing.count - 1) more symbols" : "")
        + ", which neither its libraries nor the toolchain's static libraries define; link it against "
        + "what it needs"
    case .unreadable(let words):
      return words
    case .brokenCompiler(let path, let reason):
      return "the compiler '\(path)' does not work: \(reason)"
    case .notBuilt(let path):
      return
        "'\(path)' is missing; build the package with 'swift build -c release' and run it there"
    case .noSources(let start):
      return "no plugin templates at or above '\(start)'; run this from a checkout of the project"
    case .noSpace(let directory, let needed, let free):
      return "building needs about \(needed / 1_000_000) MB in '\(directory)', which has "
        + "\(free / 1_000_000) MB free; ask for fewer plugins or variants, or choose another place "
        + "with --cache"
    case .buildFailed(let step, let reason):
      return "cannot build \(step): \(reason)"
    case .changedUnderneath:
      return
        "the package was built anew while plugin sets were made from it, which were thrown away; "
        + "run again"
    case .cache(let error):
      return "\(error); choose another place for built plugins with --cache"
    case .system(let error):
      return error.description
    case .interrupted(let signal):
      return "interrupted by signal \(signal)"
    }
  }
}

/// Runs a step that touches the cache; what the system refuses there has a fix of its own.
func inCache<Result>(
  _ body: () throws(SystemError) -> Result
) throws(PluginSetError) -> Result {
  do {
    return try body()
  } catch {
    throw .cache(error)
  }
}
