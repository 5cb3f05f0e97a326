internal import ELFReading
internal import Glibc
internal import Platform
internal import Synchronization

/// The libraries that plugins need: whether the process has them, and where the others lie.
enum NeededLibraries {
  /// Libraries that were found mapped, and that stay so: few.
  private static let known = Mutex<[String]>([])

  /// Whether the process has the library, which then stays: what was found once needs no search again.
  static func isThere(_ library: String) -> Bool {
    known.withLock { known in
      if known.contains(library) { return true }
      guard let handle = unsafe dlopen(library, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) else {
        return false
      }
      unsafe dlclose(handle)
      known.append(library)
      return true
    }
  }

  /// Where the loader looks besides what files say. It has read the environment when it started.
  private static let search: LibrarySearch = {
    guard let header = (try? ELFFile(path: "/proc/self/exe"))?.header else {
      return LibrarySearch()
    }
    return .ofThisSystem(for: header, environment: environmentVariables())
  }()

  /// What the loader would take for a plugin, besides what the process has.
  ///
  /// - Complexity: O(libraries · directories): files are searched for.
  static func tree(of file: borrowing ELFFile) -> NeededTree {
    var search = search
    search.provided = LoaderObjects.fileNames()
    return NeededTree(of: file, search: search)
  }

  /// Those that are nowhere.
  static func missing(_ tree: NeededTree, of plugin: String) -> [Refusal] {
    tree.missing.map { _, request in missing(request.name, of: plugin) }
  }

  static func missing(_ library: String, of plugin: String) -> Refusal {
    Refusal(
      .libraryMissing, field: "needed library \(library)", found: "not to be found",
      expected: "one in the system, on the plugin's RUNPATH or in the process",
      fix:
        "install it; beside '\(Path.name(of: plugin))' it is found where the plugin's RUNPATH says $ORIGIN "
        + "and the library has its name inside (-Wl,-soname)")
  }

  /// The files to be mapped before a plugin, the innermost first: those that only its own directory leads to.
  ///
  /// The loader is given a plugin as an open file, and so cannot tell where it lies. What it finds mapped by the
  /// name that is asked for it does not look for.
  static func neighbours(_ tree: NeededTree, _ dynamic: DynamicSection) -> [String] {
    let texts = [dynamic.runpath ?? "", dynamic.rpath ?? ""] + dynamic.needed
    guard texts.contains(where: { $0.utf8.contains(UInt8(ascii: "$")) }) else { return [] }
    return tree.objects.dropFirst(tree.hasInterpreter ? 2 : 1).map(\.path).reversed()
  }

  /// Maps what ``neighbours(_:_:)`` has found. What cannot be mapped, the loader will miss.
  static func map(_ neighbours: [String]) {
    for path in neighbours { unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) }
  }
}
