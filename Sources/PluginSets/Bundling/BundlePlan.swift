internal import ELFInspection
internal import Platform

/// What goes into a bundle, where it lies there, and who needs it: found out before anything is made.
struct BundlePlan {
  struct File {
    var role: PackageSchema1.File.Role
    /// Where it comes from.
    var source: String
    /// Where it goes, below the bundle's directory.
    var path: String
  }

  /// Hosts, plugins and libraries, in this order; not what is made for the bundle.
  private(set) var files: [File] = []
  /// Who asks for a library by its name: paths in the bundle.
  private(set) var askers: [String: Set<String>] = [:]
  /// Who starts a program that was not asked for: paths in the bundle.
  private var starters: [String: String] = [:]
  /// What is left to the system.
  private(set) var system: Set<String> = []
  /// The names of the libraries that the hosts map and that go into the bundle.
  private var hostNames: Set<String> = []
  /// All that the hosts map, libraries of the system among it.
  private var hostObjects: [String] = []
  private let request: BundleRequest
  /// What is made for the bundle, by the names that others need it by.
  private let made: Set<String>
  private let environment: [String: String]

  /// - Parameters:
  ///   - made: names of libraries that are not looked for.
  ///   - environment: where the loader looks: LD_LIBRARY_PATH.
  init(
    _ request: BundleRequest, made: Set<String>, environment: [String: String]
  ) throws(BundleError) {
    self.request = request
    self.made = made
    self.environment = environment
    let programs = try started(by: request.hosts)
    for host in request.hosts + programs { try add(host, .host) }
    let plugins = try Self.plugins(request.plugins)
    for plugin in plugins { try add(plugin, .plugin) }
    for host in request.hosts + programs { try collect(for: host, .host) }
    hostNames = Set(libraries.map { Path.name(of: $0.path) })
    for plugin in plugins { try collect(for: plugin, .plugin) }
  }

  /// The libraries, without hosts and plugins.
  var libraries: [File] { files.filter { $0.role == .library } }
  var hosts: [File] { files.filter { $0.role == .host } }
  var plugins: [File] { files.filter { $0.role == .plugin } }

  /// The programs that hosts start and look for beside themselves, by the names of both.
  private static let startedPrograms = ["plugin-host": "plugin-probe"]

  /// Finds the programs that the hosts start, without those that were asked for.
  private mutating func started(by hosts: [String]) throws(BundleError) -> [String] {
    var found: [String] = []
    for host in hosts {
      guard let name = Self.startedPrograms[Path.name(of: host)],
        !(hosts + found).contains(where: { Path.name(of: $0) == name })
      else { continue }
      let program = Path.join(Path.parent(of: host), name)
      guard Files.exists(program) else { throw .missingProgram(name, of: host) }
      starters[PackageSchema1.File.Role.host.place(of: name)] =
        PackageSchema1.File.Role.host.place(of: Path.name(of: host))
      found.append(program)
    }
    return found
  }

  /// The files that `paths` name, and the plugins of the directories that they name.
  private static func plugins(_ paths: [String]) throws(BundleError) -> [String] {
    var plugins: [String] = []
    do throws(SystemError) {
      for path in paths {
        guard try Files.status(path)?.isDirectory == true else {
          plugins.append(path)
          continue
        }
        let names = try Files.list(path).filter { $0.hasSuffix(".so") && !$0.hasPrefix(".") }
        plugins += names.map { Path.join(path, $0) }
        if names.isEmpty { plugins.append(Path.join(path, "")) }
      }
    } catch {
      throw .system(error)
    }
    for path in plugins where path.hasSuffix("/") {
      throw .noPlugins(directory: String(path.dropLast()))
    }
    return plugins
  }

  private mutating func add(
    _ source: String, _ role: PackageSchema1.File.Role
  ) throws(BundleError) {
    let place = role.place(of: Path.name(of: source))
    if let other = files.first(where: { $0.path == place }) {
      throw .sameName(place, one: other.source, other: source)
    }
    let (isProgram, isShared): (Bool, Bool)
    do {
      let file = try ELFFile(path: source)
      isProgram = file.interpreter() != nil
      isShared = file.header.type == 3
    } catch {
      throw .unreadable(error.description)
    }
    if role == .host && !isProgram { throw .notProgram(path: source) }
    if role == .plugin && !isShared { throw .notPlugin(path: source) }
    files.append(File(role: role, source: source, path: place))
  }

  /// Adds the libraries that a host or a plugin brings into its process.
  private mutating func collect(
    for root: String, _ role: PackageSchema1.File.Role
  ) throws(BundleError) {
    let tree: NeededTree
    do {
      let file = try ELFFile(path: root)
      var search = LibrarySearch.ofThisSystem(for: file.header, environment: environment)
      search.provided = made
      // A plugin comes into a process that has its host's libraries.
      if role == .plugin { search.provided.formUnion(hostNames) }
      tree = try NeededTree(of: root, search: search)
    } catch {
      throw .unreadable(error.description)
    }
    var places = [0: role.place(of: Path.name(of: root))]
    var waiting = [0]
    while let index = waiting.popLast() {
      let object = tree.objects[index]
      for request in object.requests {
        askers[request.name, default: []].insert(places[index]!)
        if SystemLibraries.contain(request.name, shipped: self.request.shipped) {
          system.insert(request.name)
          continue
        }
        guard let next = request.object else {
          if request.finding == .loadedAlready || request.kind == .auxiliary { continue }
          var reason: String?
          if case .unusable(let path, let words) = request.finding {
            reason = "'\(path)': \(words)"
          }
          throw .missingLibrary(request.name, by: object.path, reason: reason)
        }
        // What goes by a path, RUNPATH does not lead to.
        if request.name.contains("/") {
          throw .notSelfContained(library: request.name, by: object.path)
        }
        let place = PackageSchema1.File.Role.library.place(of: request.name)
        if places[next] == nil {
          waiting.append(next)
          places[next] = place
        }
        try addLibrary(tree.objects[next].path, at: place)
      }
    }
    let objects = tree.objects.map(\.path)
    if role == .host { hostObjects += objects }
    if made.isEmpty { try checkSymbols(of: root, in: objects) }
  }

  private mutating func addLibrary(_ source: String, at place: String) throws(BundleError) {
    guard let other = files.first(where: { $0.path == place }) else {
      files.append(File(role: .library, source: source, path: place))
      return
    }
    do throws(SystemError) {
      if other.source == source { return }
      if try Files.read(other.source) == Files.read(source) { return }
    } catch {
      throw .system(error)
    }
    throw .twoLibraries(Path.name(of: place), one: other.source, other: source)
  }

  // MARK: What is made

  /// Where the runtime library lies in the bundle.
  var runtimePath: String {
    PackageSchema1.File.Role.runtime.place(of: RuntimeLinker.libraryName)
  }

  /// Adds the runtime library that was made, and those libraries beside it that somebody asks for.
  mutating func add(_ made: RuntimePackager.Made) {
    files.append(File(role: .runtime, source: made.library, path: runtimePath))
    for source in made.forwarding {
      let name = Path.name(of: source)
      guard askers[name] != nil else { continue }
      let place = PackageSchema1.File.Role.forwarding.place(of: name)
      files.append(File(role: .forwarding, source: source, path: place))
      askers[RuntimeLinker.libraryName, default: []].insert(place)
    }
  }

  /// Who asks for the library `name`, in byte order.
  func because(_ name: String) -> [String] {
    (askers[name] ?? []).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Why the file is in the bundle.
  func because(_ file: File) -> [String] {
    switch file.role {
    case .host, .plugin: [starters[file.path] ?? "asked for"]
    default: because(Path.name(of: file.path))
    }
  }

  /// Whether the file asks for a library of the bundle.
  func isLinked(_ file: File) -> Bool {
    files.contains { other in
      other.role != .host && other.role != .plugin
        && askers[Path.name(of: other.path)]?.contains(file.path) == true
    }
  }

  // MARK: Whether it fits together

  /// Makes sure that somebody in the process defines what the file at `path` needs.
  private func checkSymbols(of path: String, in objects: [String]) throws(BundleError) {
    do {
      var missing = Set(
        try ELFFile(path: path).importedSymbols().filter { !$0.isWeak }.map(\.name))
      for object in objects + hostObjects where !missing.isEmpty {
        let file = try ELFFile(path: object)
        missing = missing.filter { file.definesDynamicSymbol($0) != true }
      }
      if !missing.isEmpty { throw BundleError.missingSymbols(missing.sorted(), by: path) }
    } catch let error as BundleError {
      throw error
    } catch {
      throw .unreadable("\(error)")
    }
  }

  /// Makes sure that a process of what is in the plan has one Swift runtime, and that this is the
  /// toolchain's.
  func checkRuntimes() throws(BundleError) {
    var first: String?
    for file in files {
      do {
        guard try ELFFile(path: file.source).carriesSwiftRuntime() else { continue }
      } catch {
        throw .unreadable(error.description)
      }
      if let first { throw .mixedPackagings(one: first, other: file.source) }
      first = file.source
    }
    if let first, Path.name(of: first) == RuntimeLinker.libraryName {
      throw .alreadyMerged(path: first)
    }
  }

  /// Hosts, plugins, and those libraries that are Swift or ask for the runtime.
  func users() throws(BundleError) -> [String] {
    var users: [String] = []
    for file in files {
      do {
        let wants =
          try file.role != .library
          || ELFFile(path: file.source).importedSymbols()
            .contains { symbol in
              ["$s", "swift_", "plr_"].contains(where: symbol.name.hasPrefix)
            }
        if wants { users.append(file.source) }
      } catch {
        throw .unreadable("\(error)")
      }
    }
    return users
  }
}
