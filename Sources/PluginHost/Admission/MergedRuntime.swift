internal import CLoader
internal import CPluginABI
internal import ELFInspection
internal import Glibc

/// What must be known where the runtime library of this process holds the Swift standard library too.
enum MergedRuntime {
  private static let core = "libswiftCore.so"

  /// Whether that is so: there is a Swift runtime for all to see, and it is not the toolchain's library,
  /// nor one of that name which hands on to it.
  static let isHere: Bool =
    // What tells the Swift runtime of an image's types; every Swift file asks for it.
    unsafe dlsym(nil, "swift_addNewDSOImage") != nil && !LoaderObjects.isMapped(fileNamed: core)

  /// Where it is. Not for every plugin: the loader goes through all symbols to tell.
  private static var path: String? {
    guard isHere, let own = unsafe dlsym(nil, "plr_attach") else { return nil }
    return unsafe LoaderObjects.file(at: own)
  }

  /// Refuses a plugin that would bring a second standard library into the process: the two would take
  /// each other's objects for their own.
  static func check(_ file: borrowing ELFFile) -> Refusal? {
    guard isHere, file.dynamicSection()?.needed.contains(core) == true, let path else { return nil }
    return Refusal(
      .toolchainMismatch, field: "needed library \(core)", found: "a second Swift runtime",
      expected: "the one inside '\(path)'",
      fix: "link the plugin against that library alone, as tools/package-runtime says")
  }

  /// The refusal of a plugin that the loader found `symbol` missing for, with all that is missing.
  ///
  /// - Returns: nil where the runtime holds no standard library, or where another library that is not
  ///   there yet might define the rest.
  static func refusal(of plugin: String, missing symbol: String) -> Refusal? {
    guard let path, let file = try? ELFFile(path: plugin),
      let needed = file.dynamicSection()?.needed,
      needed.allSatisfy(isLoaded)
    else { return nil }
    let missing = file.importedSymbols().filter { symbol in
      guard !symbol.isWeak else { return false }
      return unsafe dlsym(nil, symbol.name) == nil
    }.map(\.name).sorted()
    let others = missing.filter { $0 != symbol }
    return Refusal(
      .symbolMissing, field: "symbol \(symbol)",
      found: "not in '\(path)'"
        + (others.isEmpty
          ? ""
          : ", nor \(others.count == 1 ? "is" : "are") "
            + others.joined(separator: ", ")),
      expected: "a runtime that was packaged for this plugin too",
      fix: "run tools/package-runtime --packaging trimmed --widen --for '\(plugin)' --output DIR "
        + "with the directory of the runtime")
  }

  private static func isLoaded(_ library: String) -> Bool {
    guard let handle = unsafe dlopen(library, RTLD_LAZY | RTLD_NOLOAD) else { return false }
    unsafe dlclose(handle)
    return true
  }
}
