internal import ELFInspection
internal import Platform

/// Which of the toolchain's libraries a runtime library stands in for.
///
/// A forwarding library goes by the name of one of the toolchain's, defines nothing, and needs the
/// runtime library: what was linked against the toolchain's runs on the runtime as it is.
enum ForwardingLibraries {
  /// The names of the toolchain's libraries that a runtime library takes the place of: of what it
  /// holds, of what `users` ask for, and of what these need of each other.
  ///
  /// That a name is among them does not mean that all its symbols are there: what `users` need was
  /// checked, and anybody else is refused for the symbols that are missing.
  ///
  /// - Parameters:
  ///   - archives: of the modules in the runtime library, beside the standard library.
  ///   - users: plugins and hosts; objects ask for nothing yet.
  ///   - directories: where the toolchain's libraries lie.
  /// - Returns: names in byte order.
  static func names(
    holding archives: [String], for users: [String], in directories: [String]
  ) throws(PluginSetError) -> [String] {
    var waiting = ["libswiftCore.so"]
    waiting += archives.map { archive in String(Path.name(of: archive).dropLast(2)) + ".so" }
    for user in users { waiting += try requests(of: user) }
    var names: Set<String> = []
    while let name = waiting.popLast() {
      guard
        let path = directories.map({ Path.join($0, name) }).first(where: Files.exists),
        names.insert(name).inserted
      else { continue }
      do {
        waiting += try ELFFile(path: path).dynamicSection()?.needed ?? []
      } catch {
        throw .unreadable(error.description)
      }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The names of all libraries that the file at `path` and its libraries ask for.
  private static func requests(of path: String) throws(PluginSetError) -> [String] {
    do {
      let file = try ELFFile(path: path)
      if file.header.isRelocatable { return [] }
      let search = LibrarySearch.ofThisSystem(for: file.header, environment: environmentVariables())
      return try NeededTree(of: path, search: search).objects.flatMap { $0.requests.map(\.name) }
    } catch {
      throw .unreadable(error.description)
    }
  }

  /// The names of the forwarding libraries that lie beside the runtime library at `path`. A file that cannot
  /// be read is none.
  static func names(beside path: String) -> Set<String> {
    let directory = Path.parent(of: path)
    var names: Set<String> = []
    for name in (try? Files.list(directory)) ?? []
    where name.hasPrefix("lib") && name.hasSuffix(".so") {
      guard let file = try? ELFFile(path: Path.join(directory, name)),
        file.isForwarding(to: RuntimeLinker.libraryName)
      else { continue }
      names.insert(name)
    }
    return names
  }
}
