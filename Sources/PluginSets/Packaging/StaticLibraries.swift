internal import ELFInspection
internal import Platform

/// What the toolchain offers for linking Swift statically.
struct StaticLibraries: Sendable {
  /// What every Swift image begins with: it tells the Swift runtime where the image's types lie.
  let startFile: String
  /// The archive of the standard library.
  let core: String
  /// All other archives, in byte order.
  let others: [String]
  /// Changes whenever one of the files does.
  let key: ContentKey

  /// - Parameters:
  ///   - directories: where the toolchain says that archives lie.
  ///   - startFileDirectories: where it says that they, and what belongs to a processor, lie.
  /// - Throws: `noStaticLibrary` naming the file that is missing.
  init(
    directories: [String], startFileDirectories: [String]
  ) throws(PluginSetError) {
    startFile = try Self.find("swiftrt.o", in: startFileDirectories)
    core = try Self.find("libswiftCore.a", in: directories)
    var others: [String] = []
    for directory in directories {
      let names = (try? Files.list(directory)) ?? []
      others += names.filter { $0.hasPrefix("lib") && $0.hasSuffix(".a") }
        .map { Path.join(directory, $0) }
    }
    let core = core
    self.others = others.filter { $0 != core }
    key = ContentKey(
      try ([startFile, core] + others).map { path throws(PluginSetError) in
        try Toolchain.identity(of: path)
      })
  }

  private static func find(
    _ name: String, in directories: [String]
  ) throws(PluginSetError) -> String {
    let places = directories.map { Path.join($0, name) }
    guard let found = places.first(where: Files.exists) else {
      throw .noStaticLibrary(path: places.first ?? name)
    }
    return found
  }

  /// What must come from the archives so that `names` are defined: the Swift modules that define one
  /// of them, and all their symbols, so that each module is there as a whole.
  ///
  /// - Parameters:
  ///   - names: symbols; those that no archive defines are somebody else's.
  ///   - modules: those to take whether or not they define one of `names`: "_Concurrency".
  /// - Throws: `noModule` where there is no archive of that name.
  ///
  /// The standard library itself does not count: it is linked whole. A module stands in an archive of
  /// its own; what such an archive needs of others the linker takes by itself.
  func modules(
    defining names: Set<String>, named modules: [String] = []
  ) throws(PluginSetError) -> (archives: [String], symbols: [String]) {
    let own = Set(try Self.symbols(in: core))
    let wanted = names.subtracting(own)
    var archives: [String] = []
    var result: Set<String> = []
    let asked = try modules.map { module throws(PluginSetError) in try self.archive(of: module) }
    for archive in others where archive.module != nil {
      let defined = Set(try Self.symbols(in: archive)).subtracting(own)
      if !defined.isDisjoint(with: wanted) || asked.contains(archive) {
        archives.append(archive)
        result.formUnion(defined)
      }
    }
    return (archives, result.sorted())
  }

  private func archive(of module: String) throws(PluginSetError) -> String {
    guard let found = others.first(where: { $0.module == module }) else {
      throw .noModule(name: module, others: others.compactMap(\.module))
    }
    return found
  }

  private static func symbols(in archive: String) throws(PluginSetError) -> [String] {
    do {
      return try ELFArchive(path: archive).definedSymbols
    } catch {
      throw .unreadable(error.description)
    }
  }
}

extension String {
  /// The Swift module that the archive with this path holds; nil for a library that modules need.
  fileprivate var module: String? {
    let name = Path.name(of: self).dropFirst(3).dropLast(2)
    if name.hasPrefix("swift") { return String(name.dropFirst(5)) }
    // Others go by the module's name, whose interface then lies beside them.
    let interface = Path.join(Path.parent(of: self), name + ".swiftmodule")
    return Files.exists(interface) ? String(name) : nil
  }
}
