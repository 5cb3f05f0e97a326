internal import CLoader
internal import CPluginABI
internal import ELFInspection
internal import Glibc

/// What must be known where the runtime library of this process holds the Swift standard library too.
enum MergedRuntime {
  /// The path of that library; nil where the standard library is one of its own, or inside the
  /// program.
  static let path: String? = {
    // What tells the Swift runtime of an image's types; every Swift file asks for it.
    guard let swift = unsafe dlsym(nil, "swift_addNewDSOImage"),
      let own = unsafe dlsym(nil, "plr_attach"),
      let swiftFile = unsafe LoaderObjects.file(at: swift),
      let ownFile = unsafe LoaderObjects.file(at: own), swiftFile == ownFile
    else { return nil }
    return ownFile
  }()

  /// Refuses a plugin that would bring a second standard library into the process: the two would take
  /// each other's objects for their own.
  static func check(_ file: borrowing ELFFile) -> Refusal? {
    let core = "libswiftCore.so"
    guard let path, file.dynamicSection()?.needed.contains(core) == true,
      // A library of that name which is there already only hands on to the one runtime.
      !isLoaded(core)
    else { return nil }
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
