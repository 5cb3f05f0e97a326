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
    return unsafe LoaderObjects.file(holding: swift, and: swift) ?? ""
  }()

  /// Refuses a plugin that carries a Swift runtime of its own into a process that has one.
  ///
  /// - Parameter definesMark: the file defines ``ELFFile/swiftRuntimeMark``.
  static func check(_ file: borrowing ELFFile, definesMark: Bool) -> [Refusal] {
    guard path != nil || visible != nil, file.carriesSwiftRuntime(definesMark: definesMark) else {
      return []
    }
    if let path {
      return [second("Swift runtime", found: "one of its own, inside the plugin", path)]
    }
    return [
      Refusal(
        .toolchainMismatch, field: "Swift runtime", found: "one of its own, inside the plugin",
        expected: "the one of this process\(visible == "" ? "" : ", '\(visible ?? "")'")",
        fix: "link the plugin without -static-stdlib")
    ]
  }

  /// Refuses a plugin that would bring a second Swift runtime along, another copy of a module that the
  /// runtime holds, or that needs a library of the toolchain's that nobody has.
  ///
  /// Where the Swift runtime is the toolchain's, what others bring of the toolchain is the same.
  /// - Parameter tree: what the loader would take for it.
  /// - Complexity: O(libraries of the tree), each of which is read.
  static func check(_ tree: NeededTree) -> [Refusal] {
    guard let path else { return [] }
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

  /// Which file the runtime library is; 0 where ``path`` is nil. What it lacks depends on it.
  static let identity: UInt64 = {
    guard let path else { return 0 }
    let identity = Files.identity(path)
    var mixed: UInt64 = 1
    func mix(_ word: UInt64) { mixed = (mixed ^ word) &* 0x9e37_79b9_7f4a_7c15 }
    mix(identity.device)
    mix(identity.inode)
    mix(identity.byteCount)
    mix(UInt64(bitPattern: identity.modificationNanoseconds))
    mix(UInt64(bitPattern: identity.changeNanoseconds))
    return mixed
  }()

  /// Where a symbol that is missing was looked for, what is expected in its place, and the way out.
  static func remedy(for plugin: String) -> (place: String, expected: String, fix: String) {
    guard let path else {
      return (
        "defined nowhere", "a definition in the runtime or a needed library",
        "build the plugin against the runtime of this host"
      )
    }
    let directory = Path.parent(of: path)
    let isTrimmed = Files.exists(Path.join(directory, "libPluginRuntime.imports"))
    return (
      "not in '\(path)'", "a runtime that was packaged for this plugin too",
      "run tools/package-runtime \(isTrimmed ? "--packaging trimmed --widen " : "")"
        + "--for '\(plugin)' --output '\(directory)'"
    )
  }
}
