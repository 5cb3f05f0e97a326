public import Platform

/// Why a bundle cannot be made, in one sentence that says what to do.
public enum BundleError: Error, Equatable, CustomStringConvertible {
  case package(PluginSetError)
  case system(SystemError)
  case unreadable(String)
  /// What is to be a host is no program.
  case notProgram(path: String)
  /// A program that a host starts does not lie beside it.
  case missingProgram(String, of: String)
  /// What is to be a plugin is no shared object.
  case notPlugin(path: String)
  case noPlugins(directory: String)
  /// Two files that would lie at one place.
  case sameName(String, one: String, other: String)
  /// Two files that a process would know by one name, and that differ.
  case twoLibraries(String, one: String, other: String)
  case missingLibrary(String, by: String, reason: String?)
  /// Symbols that neither the file's libraries nor those of its hosts define.
  case missingSymbols([String], by: String)
  /// Two files that each bring a Swift runtime.
  case mixedPackagings(one: String, other: String)
  /// The runtime that a host finds holds the standard library.
  case alreadyMerged(path: String)
  /// The place of the bundle holds something else.
  case notABundle(path: String)
  /// There is no room for a search path in the file, and nothing that could make it.
  case noSearchPathEditor(path: String)
  case tool(name: String, path: String, reason: String)
  /// A library that the finished bundle would take from outside.
  case notSelfContained(library: String, by: String)
  case interrupted(signal: Int32)

  public var description: String {
    switch self {
    case .package(let error): return error.description
    case .system(let error): return error.description
    case .unreadable(let words): return words
    case .notProgram(let path):
      return "'\(path)' is no program; name an executable file with --host"
    case .missingProgram(let name, let host):
      return "'\(host)' starts '\(name)', which does not lie beside it; build it there as well"
    case .notPlugin(let path):
      return "'\(path)' is no shared object; name a plugin, or a directory of them, with --plugin"
    case .noPlugins(let directory):
      return "'\(directory)' holds no file whose name ends in .so; name a directory of plugins"
    case .sameName(let name, let one, let other):
      return "'\(one)' and '\(other)' would both be '\(name)' in the bundle; rename one of them"
    case .twoLibraries(let name, let one, let other):
      return "'\(one)' and '\(other)' differ, but a process maps one library by the name \(name); "
        + "build what needs it against one of them"
    case .missingLibrary(let name, let by, let reason):
      return "'\(by)' needs \(name), which "
        + (reason.map { "cannot be used: \($0)" } ?? "is not to be found")
        + "; install it, or name its directory in LD_LIBRARY_PATH"
    case .missingSymbols(let symbols, let by):
      return "'\(by)' needs '\(symbols.first ?? "")'"
        + (symbols.count > 1 ? " and \(symbols.count - 1) more symbols" : "")
        + ", which neither its libraries nor its hosts define; link it against what it needs, or "
        + "choose another --packaging"
    case .mixedPackagings(let one, let other):
      return
        "'\(one)' and '\(other)' each bring a Swift runtime, and a process must have one; build "
        + "host and plugins for one packaging, or ask for --packaging merged"
    case .alreadyMerged(let path):
      return
        "'\(path)', which a host finds, holds the standard library; ask for --packaging merged or "
        + "trimmed"
    case .notABundle(let path):
      return "'\(path)' is there and is no bundle, so it is not replaced; choose another place or "
        + "remove it"
    case .noSearchPathEditor(let path):
      return
        "'\(path)' has no room for a search path, and 'patchelf', which makes it, is not on the "
        + "PATH; install it, or link the file with -rpath '$ORIGIN/../lib'"
    case .tool(let name, let path, let reason):
      return "'\(name)' cannot treat '\(path)': \(reason)"
    case .notSelfContained(let library, let by):
      return
        "'\(by)' would take '\(library)' from outside the bundle; link it without a path of that "
        + "library"
    case .interrupted(let signal):
      return "interrupted by signal \(signal)"
    }
  }
}
