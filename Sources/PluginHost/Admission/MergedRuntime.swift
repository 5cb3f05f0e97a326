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

  /// The file of the Swift runtime that all see where ``path`` is nil: the toolchain's, or a program's.
  private static let visible: String? = {
    guard let swift = unsafe dlsym(nil, ELFFile.swiftRuntimeMark) else { return nil }
    return unsafe LoaderObjects.file(at: swift) ?? ""
  }()

  /// Refuses a plugin that is or would bring a second Swift runtime, another copy of a module that the
  /// runtime holds, or that needs what nobody has.
  ///
  /// Where the Swift runtime is the toolchain's, only the plugin's own file is looked at: what others bring
  /// of the toolchain is the same.
  /// - Parameter definesMark: the file defines ``ELFFile/swiftRuntimeMark``.
  /// - Complexity: O(needed libraries + symbols of the plugin) where the process has all of them; else
  ///   files are searched for.
  static func check(_ file: borrowing ELFFile, definesMark: Bool) -> [Refusal] {
    guard let path else {
      guard let visible else { return [] }
      return ownRuntime(of: file, beside: visible, definesMark: definesMark)
    }
    if file.carriesSwiftRuntime(definesMark: definesMark) {
      return [
        second("Swift runtime", found: "one of its own, inside the plugin", path)
      ]
    }
    prepare()
    let needed = file.dynamicSection()?.needed ?? []
    if needed.allSatisfy(isThere) { return lacking(file, on: path, needed, nil) }
    var search = Self.search
    search.provided = LoaderObjects.fileNames()
    guard let tree = try? NeededTree(of: SharedLibrary.loaderName(of: file.path), search: search)
    else { return [] }
    let reasons = missing(tree, path) + foreign(tree, path)
    return reasons.isEmpty ? lacking(file, on: path, needed, tree) : reasons
  }

  /// Refuses a plugin that carries a Swift runtime into a process that has one.
  private static func ownRuntime(
    of file: borrowing ELFFile, beside other: String, definesMark: Bool
  ) -> [Refusal] {
    guard file.carriesSwiftRuntime(definesMark: definesMark) else { return [] }
    return [
      Refusal(
        .toolchainMismatch, field: "Swift runtime", found: "one of its own, inside the plugin",
        expected: "the one of this process\(other.isEmpty ? "" : ", '\(other)'")",
        fix: "link the plugin without -static-stdlib")
    ]
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

  /// Which file the runtime library is; 0 where ``path`` is nil. What it lacks depends on it.
  static let identity: UInt64 = {
    guard let path else { return 0 }
    let identity = Files.identity(path)
    return [
      identity.device, identity.inode, identity.byteCount,
      UInt64(bitPattern: identity.modificationNanoseconds),
      UInt64(bitPattern: identity.changeNanoseconds),
    ].reduce(1) { ($0 ^ $1) &* 0x9e37_79b9_7f4a_7c15 }
  }()

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

  // MARK: What the loader has missed

  /// The refusal of a plugin that the loader found `symbol` missing for, with all that is missing.
  ///
  /// ``lacking(_:on:_:_:)`` comes first; what remains are symbols of another version.
  /// - Returns: nil where the runtime holds no standard library, or where another library that is not
  ///   there yet might define the rest.
  static func refusal(of plugin: String, missing symbol: String) -> Refusal? {
    guard let path, let file = try? ELFFile(path: plugin),
      let needed = file.dynamicSection()?.needed,
      needed.allSatisfy(isThere)
    else { return nil }
    let others = file.importedSymbols().filter {
      guard !$0.isWeak, $0.name != symbol else { return false }
      return unsafe dlsym(nil, $0.name) == nil
    }.map(\.name).sorted()
    return refusal(of: plugin, missing: [symbol] + others, on: path)
  }
}
