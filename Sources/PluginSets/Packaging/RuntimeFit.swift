internal import ELFInspection
internal import Platform

/// Whether a plugin or host can run on a runtime library that holds the standard library, found out
/// from the files alone.
public struct RuntimeFit: Equatable, Sendable, CustomStringConvertible {
  public let path: String
  public let library: String
  /// What the file must have and nobody defines, in byte order: the library was trimmed for less.
  public let missingSymbols: [String]
  /// What the file brings along of Swift though the runtime holds it: two standard libraries in one
  /// process take each other's objects for their own.
  public let foreignLibraries: [String]

  public var fits: Bool { missingSymbols.isEmpty && foreignLibraries.isEmpty }

  /// - Parameters:
  ///   - path: a plugin or a host.
  ///   - library: the runtime library that it would run on.
  ///   - forwarded: the names of libraries that hand on to it; nil for those that lie beside it.
  ///   - environment: where the loader looks for other libraries: LD_LIBRARY_PATH.
  /// - Throws: `unreadable`.
  /// - Complexity: O(symbols of the file) and, for what the library lacks, O(libraries needed).
  public init(
    of path: String, on library: String, forwarded: Set<String>? = nil,
    environment: [String: String] = [:]
  ) throws(PluginSetError) {
    self.path = path
    self.library = library
    do {
      let runtime = try ELFFile(path: library)
      let user = try ELFFile(path: path)
      let imports = user.importedSymbols().filter {
        !$0.isWeak && runtime.definesDynamicSymbol($0.name) != true
      }
      var search = LibrarySearch.ofThisSystem(for: user.header, environment: environment)
      if let forwarded {
        search.provided = forwarded
      } else {
        search.provided = ForwardingLibraries.names(beside: library)
      }
      search.provided.insert(RuntimeLinker.libraryName)
      let tree = try NeededTree(of: path, search: search)
      var missing = Set(imports.map(\.name))
      var foreign: Set<String> = []
      if user.carriesSwiftRuntime() { foreign.insert("a Swift runtime of its own") }
      for object in tree.objects.dropFirst() {
        let name = object.soname ?? Path.name(of: object.path)
        let file = try ELFFile(path: object.path)
        if file.carriesSwiftRuntime() || file.firstSwiftSymbol(alsoIn: runtime) != nil {
          foreign.insert(name)
        }
        missing = missing.filter { file.definesDynamicSymbol($0) != true }
      }
      missingSymbols = missing.sorted()
      foreignLibraries = foreign.sorted()
    } catch {
      throw .unreadable(error.description)
    }
  }

  /// One sentence: what was found, what was expected, and the way out.
  public var description: String {
    if !foreignLibraries.isEmpty {
      return
        "'\(path)' brings \(foreignLibraries.joined(separator: ", ")) along, but the Swift runtime is "
        + "inside '\(library)' already, and a process must have one; link it against that library "
        + "alone, or put forwarding libraries beside it"
    }
    guard let first = missingSymbols.first else { return "'\(path)' runs on '\(library)'" }
    let count = missingSymbols.count
    return "'\(path)' needs \(count) symbol\(count == 1 ? "" : "s") that '\(library)' does not have"
      + ", '\(first)'\(count == 1 ? "" : " first"); package the library for this file as well"
  }
}
