internal import ELFInspection
internal import Platform

/// Whether a plugin or host can run on a runtime library that holds the standard library, found out
/// from the files alone.
public struct RuntimeFit: Equatable, Sendable, CustomStringConvertible {
  public let path: String
  public let library: String
  /// What the file must have and nobody defines, in byte order: the library was trimmed for less.
  public let missingSymbols: [String]
  /// Swift libraries that the file brings along though the runtime holds them: two standard libraries
  /// in one process take each other's objects for their own.
  public let foreignLibraries: [String]

  public var fits: Bool { missingSymbols.isEmpty && foreignLibraries.isEmpty }

  /// - Parameters:
  ///   - path: a plugin or a host.
  ///   - library: the runtime library that it would run on.
  ///   - environment: where the loader looks for other libraries: LD_LIBRARY_PATH.
  /// - Throws: `unreadable`.
  /// - Complexity: O(symbols of the file) and, for what the library lacks, O(libraries needed).
  public init(
    of path: String, on library: String, environment: [String: String] = [:]
  ) throws(PluginSetError) {
    self.path = path
    self.library = library
    do {
      let runtime = try ELFFile(path: library)
      let user = try ELFFile(path: path)
      let imports = user.importedSymbols().filter {
        !$0.isWeak && runtime.definesDynamicSymbol($0.name) != true
      }
      let tree = try NeededTree(
        of: path, search: LibrarySearch.ofThisSystem(for: user.header, environment: environment))
      var missing = Set(imports.map(\.name))
      var foreign: Set<String> = []
      for object in Self.librariesBesideRuntime(tree) {
        let name = object.soname ?? Path.name(of: object.path)
        let file = try ELFFile(path: object.path)
        // What tells the Swift runtime of an image's types is defined by Swift runtimes alone.
        if file.definesDynamicSymbol("swift_addNewDSOImage") == true { foreign.insert(name) }
        missing = missing.filter { file.definesDynamicSymbol($0) != true }
      }
      missingSymbols = missing.sorted()
      foreignLibraries = foreign.sorted()
    } catch {
      throw .unreadable(error.description)
    }
  }

  /// What the loader maps for the file but for the runtime library that it finds: another takes the
  /// place of that, and what that needs does not count either.
  private static func librariesBesideRuntime(_ tree: NeededTree) -> [NeededTree.Object] {
    var reached: [Int] = [0]
    var next = 0
    while next < reached.count {
      for request in tree.objects[reached[next]].requests {
        guard let index = request.object, !reached.contains(index),
          request.name != RuntimeLinker.libraryName
        else { continue }
        reached.append(index)
      }
      next += 1
    }
    return reached.dropFirst().map { tree.objects[$0] }
  }

  /// One sentence: what was found, what was expected, and the way out.
  public var description: String {
    if !foreignLibraries.isEmpty {
      return
        "'\(path)' needs \(foreignLibraries.joined(separator: ", ")), but the Swift runtime is "
        + "inside '\(library)' already, and a process must have one; link it against that library "
        + "alone"
    }
    guard let first = missingSymbols.first else { return "'\(path)' runs on '\(library)'" }
    let count = missingSymbols.count
    return "'\(path)' needs \(count) symbol\(count == 1 ? "" : "s") that '\(library)' does not have"
      + ", '\(first)'\(count == 1 ? "" : " first"); package the library for this file as well"
  }
}
