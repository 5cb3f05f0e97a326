internal import CLoader
internal import CPluginABI
internal import ELFReading
internal import Glibc
internal import Platform
internal import Synchronization

/// What must be known where the runtime library of this process holds the Swift standard library too.
///
/// A plugin must then not bring a second Swift runtime along: the two would take each other's objects
/// for their own. What the plugin would bring is told from the files that the loader would take.
enum MergedRuntime {
  static let core = "libswiftCore.so"

  /// The runtime library, where the Swift runtime that all see is inside it; else nil.
  private static let path: String? = {
    guard let swift = unsafe dlsym(nil, ELFFile.swiftRuntimeMark),
      let own = unsafe dlsym(nil, "plr_attach"),
      // A program that holds both has no name.
      let path = unsafe LoaderObjects.file(holding: own, and: swift), !path.isEmpty
    else { return nil }
    return path
  }()

  static var isHere: Bool { path != nil }

  /// Makes sure that a plugin that is opened next finds the runtime under the toolchain's names too.
  static func prepare() {
    if let path { ForwardingLibraries.map(beside: path) }
  }

  /// Refuses a plugin that is or would bring a second Swift runtime, or another copy of a module that
  /// the runtime holds.
  ///
  /// - Parameter definesMark: the file defines ``ELFFile/swiftRuntimeMark``.
  /// - Complexity: O(needed libraries) where the process has all of them; else files are searched for.
  static func check(_ file: borrowing ELFFile, definesMark: Bool) -> [Refusal] {
    guard let path else { return [] }
    if file.carriesSwiftRuntime(definesMark: definesMark) {
      return [
        second("Swift runtime", found: "one of its own, inside the plugin", path)
      ]
    }
    prepare()
    guard file.dynamicSection()?.needed.allSatisfy(isThere) == false else { return [] }
    var search = Self.search
    search.provided = LoaderObjects.fileNames()
    guard let tree = try? NeededTree(of: SharedLibrary.loaderName(of: file.path), search: search)
    else { return [] }
    return missing(tree, path) + foreign(tree, path)
  }

  /// The libraries of the toolchain that the plugin asks for and that nobody has.
  private static func missing(_ tree: NeededTree, _ path: String) -> [Refusal] {
    tree.missing.filter { $0.request.name.hasPrefix("libswift") }.map { by, request in
      Refusal(
        .libraryMissing, field: "needed library \(request.name)", found: "not to be found",
        expected: "one beside '\(path)' that hands on to it",
        fix: "make it with tools/package-runtime --forwarding, or link the plugin against "
          + "\(Path.name(of: path)) alone")
    }
  }

  /// The libraries that bring what the runtime holds.
  private static func foreign(_ tree: NeededTree, _ path: String) -> [Refusal] {
    guard let runtime = try? ELFFile(path: path) else { return [] }
    // Behind the plugin itself and the loader.
    return tree.objects.dropFirst(tree.hasInterpreter ? 2 : 1).compactMap { object in
      guard let library = try? ELFFile(path: object.path),
        !library.isForwarding(to: Path.name(of: path))
      else { return nil }
      let field = "needed library \(object.soname ?? Path.name(of: object.path))"
      if library.carriesSwiftRuntime() {
        return second(field, found: "a second Swift runtime, '\(object.path)'", path)
      }
      guard let symbol = library.firstSwiftSymbol(alsoIn: runtime) else { return nil }
      return second(
        field, found: "'\(object.path)', a second copy of what has the symbol \(symbol)", path)
    }
  }

  private static func second(_ field: String, found: String, _ path: String) -> Refusal {
    Refusal(
      .toolchainMismatch, field: field, found: found, expected: "the one inside '\(path)'",
      fix: "put forwarding libraries beside that with tools/package-runtime --forwarding, or link "
        + "the plugin against it alone")
  }

  /// Where the loader looks besides what files say. It has read the environment when it started.
  private static let search: LibrarySearch = {
    guard let header = (try? ELFFile(path: "/proc/self/exe"))?.header else {
      return LibrarySearch()
    }
    return .ofThisSystem(for: header, environment: environmentVariables())
  }()

  /// Libraries that were found mapped, and that stay so.
  private static let known = Mutex<Set<String>>([])

  /// Whether the process has the library, which then stays: what was found once needs no search again.
  private static func isThere(_ library: String) -> Bool {
    known.withLock { known in
      if known.contains(library) { return true }
      guard let handle = unsafe dlopen(library, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) else {
        return false
      }
      unsafe dlclose(handle)
      known.insert(library)
      return true
    }
  }

  // MARK: What a runtime lacks

  /// The refusal of a plugin that the loader found `symbol` missing for, with all that is missing.
  ///
  /// - Returns: nil where the runtime holds no standard library, or where another library that is not
  ///   there yet might define the rest.
  static func refusal(of plugin: String, missing symbol: String) -> Refusal? {
    guard let path, let file = try? ELFFile(path: plugin),
      let needed = file.dynamicSection()?.needed,
      needed.allSatisfy(isThere)
    else { return nil }
    let missing = file.importedSymbols().filter { symbol in
      guard !symbol.isWeak else { return false }
      return unsafe dlsym(nil, symbol.name) == nil
    }.map(\.name).sorted()
    let others = missing.filter { $0 != symbol }
    let directory = Path.parent(of: path)
    let isTrimmed = Files.exists(Path.join(directory, "libPluginRuntime.imports"))
    return Refusal(
      .symbolMissing, field: "symbol \(symbol)",
      found: "not in '\(path)'"
        + (others.isEmpty
          ? ""
          : ", nor \(others.count == 1 ? "is" : "are") "
            + others.joined(separator: ", ")),
      expected: "a runtime that was packaged for this plugin too",
      fix: "run tools/package-runtime \(isTrimmed ? "--packaging trimmed --widen " : "")"
        + "--for '\(plugin)' --output '\(directory)'")
  }
}
