internal import CElf
internal import Glibc
internal import Platform

extension NeededTree {
  /// Finds the libraries that the file at `path` brings with it.
  ///
  /// A name with a slash is a path. Any other is looked for in `DT_RPATH` of the file that asks and
  /// of those that it was loaded for, unless the one that asks has `DT_RUNPATH`; in
  /// `LD_LIBRARY_PATH`; in `DT_RUNPATH`; in the cache; in the default directories. Files of another
  /// class or machine are passed over. `LD_PRELOAD` and audit modules are not looked at.
  ///
  /// Source: `ld.so(8)`, and what glibc 2.36 does.
  ///
  /// - Parameter opened: names that the file opens by itself once all else is there, as its notes say:
  ///   see ``Notes/dlopenTexts``.
  /// - Throws: `ELFError` of the file itself; what is wrong with a library is its ``Finding``.
  /// - Complexity: O(requests · directories), each one system call.
  public init(
    of path: String, search: LibrarySearch, opened: [String] = []
  ) throws(ELFError) {
    self.init(of: try ELFFile(path: path), search: search, opened: opened)
  }

  /// The same for a file that is open; its path says where it lies.
  public init(of file: borrowing ELFFile, search: LibrarySearch, opened: [String] = []) {
    var resolver = NeededResolver(file, search: search)
    resolver.run(opened: opened)
    self = resolver.tree
  }
}

/// The state of a search.
struct NeededResolver {
  /// What the search knows of an object beside what it tells.
  private struct Loaded {
    /// Who was the first to ask for it.
    var loader: Int?
    /// What `$ORIGIN` stands for.
    var origin: String
    var dynamic: DynamicSection
    /// The directories of `DT_RPATH` that are there.
    var rpath: [String]
    /// The directories of `DT_RUNPATH` that are there.
    var runpath: [String]
  }

  private struct FileIdentity: Hashable {
    var device: UInt64
    var inode: UInt64
  }

  /// What lies at a place.
  private enum Candidate {
    case absent
    /// For another machine: the search goes on.
    case passedOver
    case unusable(String)
    case usable(FileStatus, DynamicSection)
  }

  private let search: LibrarySearch
  private let header: ELFFile.Header
  private let machine: LoaderMachine
  /// Read once a library is found nowhere before.
  private lazy var cache = search.cachePath.flatMap { try? LoaderCache(path: search.file($0)) }
  private let library: String
  private let platform: String?
  private let defaults: [String]
  /// The directories of `LD_LIBRARY_PATH` and the default ones that are there.
  private var libraryPath: [String] = []
  private var defaultPlaces: [String] = []
  private var loaded: [Loaded] = []
  /// Objects by every name that they go by.
  private var byName: [String: Int] = [:]
  private var byIdentity: [FileIdentity: Int] = [:]
  private var directories: [String: Bool] = [:]
  private var placesLeft = 262_144
  private var requestsLeft = 65_536
  private(set) var tree = NeededTree()

  init(_ file: borrowing ELFFile, search: LibrarySearch) {
    self.search = search
    header = file.header
    let machine = LoaderMachine(file.header)
    self.machine = machine
    let library =
      search.libraryDirectory
      ?? (search.hasMultiarch(machine)
        ? "lib/\(machine.multiarch ?? "")" : machine.libraryDirectory)
    self.library = library
    let platform = search.platform ?? machine.platform
    self.platform = platform
    defaults = search.directories(of: machine)

    var path = Self.absolute(file.path)
    if !search.root.isEmpty, path.hasPrefix(search.root + "/") {
      path = String(decoding: path.utf8.dropFirst(search.root.utf8.count), as: UTF8.self)
    }
    let tokens = PathTokens(origin: Path.parent(of: path), library: library, platform: platform)
    libraryPath = places(in: Self.split(search.libraryPath, at: [":", ";"], tokens))
    defaultPlaces = places(in: defaults)
    let interpreter = file.interpreter()
    let status = try? file.descriptor.status()
    append(
      path, name: nil, loader: nil, status, dynamic: file.dynamicSection() ?? DynamicSection(),
      // The kernel tells a program where it really lies.
      origin: interpreter == nil
        ? tokens.origin : (try? Files.resolve(file.path)).map(Path.parent) ?? tokens.origin)
    if let interpreter = interpreter ?? machine.interpreter,
      case .usable(let status, let dynamic) = candidate(at: interpreter)
    {
      append(
        interpreter, name: interpreter, loader: nil, status, dynamic: dynamic,
        origin: Path.parent(of: interpreter))
      tree.hasInterpreter = true
    }
  }

  private static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    return (try? Files.resolve(".")).map { Path.join($0, path) } ?? path
  }

  /// Loads level by level; then, each with what it needs, what the file opens by itself.
  mutating func run(opened: [String]) {
    var index = 0
    loadAll(from: &index)
    for name in opened {
      request(name, .opened, for: 0)
      loadAll(from: &index)
    }
  }

  private mutating func loadAll(from index: inout Int) {
    while index < tree.objects.count {
      let dynamic = loaded[index].dynamic
      let names =
        dynamic.filters.map { ($0, NeededTree.Kind.filter) }
        + dynamic.auxiliary.map { ($0, .auxiliary) } + dynamic.needed.map { ($0, .needed) }
      for (name, kind) in names { request(name, kind, for: index) }
      index += 1
    }
  }

  private mutating func request(_ name: String, _ kind: NeededTree.Kind, for index: Int) {
    guard requestsLeft > 0 else {
      tree.isComplete = false
      return
    }
    requestsLeft -= 1
    let (finding, object) = resolve(name, for: index)
    if finding == .notSearched { tree.isComplete = false }
    tree.objects[index].requests.append(
      NeededTree.Request(name: name, kind: kind, finding: finding, object: object))
  }

  /// - Returns: the position of the new object.
  @discardableResult
  private mutating func append(
    _ path: String, name: String?, loader: Int?, _ status: FileStatus?, dynamic: DynamicSection,
    origin: String
  ) -> Int {
    let tokens = PathTokens(origin: origin, library: library, platform: platform)
    let index = tree.objects.count
    let rpath = dynamic.runpath == nil ? Self.split(dynamic.rpath, at: [":"], tokens) : []
    loaded.append(
      Loaded(
        loader: loader, origin: origin, dynamic: dynamic, rpath: places(in: rpath),
        runpath: places(in: Self.split(dynamic.runpath, at: [":"], tokens))))
    for name in [name, dynamic.soname] {
      if let name, byName[name] == nil { byName[name] = index }
    }
    if let status {
      byIdentity[FileIdentity(device: status.device, inode: status.inode)] = index
    }
    tree.objects.append(NeededTree.Object(path: path, soname: dynamic.soname))
    return index
  }

  /// The directories and their subdirectories that are there, in the order in which they are tried.
  private mutating func places(in directories: [String]) -> [String] {
    var places: [String] = []
    for directory in directories {
      for place in search.subdirectories.map({ Path.join(directory, $0) }) + [directory]
      where isDirectory(place) {
        places.append(place)
      }
    }
    return places
  }

  /// The directories that a path lists; an empty one is the current directory, but an empty list
  /// names none.
  private static func split(
    _ list: String?, at separators: Set<Character>, _ tokens: PathTokens
  ) -> [String] {
    guard let list, !list.isEmpty else { return [] }
    return list.split(maxSplits: 1023, omittingEmptySubsequences: false) { separators.contains($0) }
      .compactMap { item in
        guard var directory = tokens.expand(String(item)) else { return nil }
        while directory.utf8.count > 1, directory.hasSuffix("/") { directory.removeLast() }
        return directory.isEmpty ? "." : directory
      }
  }

  // MARK: One library

  private mutating func resolve(
    _ name: String, for asking: Int
  ) -> (NeededTree.Finding, Int?) {
    let tokens = PathTokens(
      origin: loaded[asking].origin, library: library, platform: platform)
    guard let name = tokens.expand(name) else { return (.missing, nil) }
    if search.provided.contains(name) { return (.loadedAlready, nil) }
    if let object = byName[name] { return (.loadedAlready, object) }
    guard tree.objects.count < 4096, placesLeft > 0 else { return (.notSearched, nil) }
    if name.utf8.contains(UInt8(ascii: "/")) {
      return found(name, .path, as: name, for: asking, isPassedOver: false) ?? (.missing, nil)
    }
    if loaded[asking].dynamic.runpath == nil {
      var holder: Int? = asking
      while let index = holder {
        let places = loaded[index].rpath
        if !places.isEmpty,
          let result = look(in: places, .rpath(of: tree.objects[index].path), for: name, asking)
        {
          return result
        }
        holder = loaded[index].loader
      }
    }
    if let result = look(in: libraryPath, .libraryPath, for: name, asking) { return result }
    if let result = look(in: loaded[asking].runpath, .runpath, for: name, asking) { return result }
    let usesDefaults = !loaded[asking].dynamic.ignoresDefaultDirectories
    if let path = cache?.path(
      of: name, flags: machine.cacheFlags, capabilities: search.capabilities),
      usesDefaults || !defaults.contains(Path.parent(of: path)),
      let result = found(path, .cache, as: name, for: asking)
    {
      return result
    }
    if usesDefaults, let result = look(in: defaultPlaces, .defaultDirectory, for: name, asking) {
      return result
    }
    return (placesLeft > 0 ? .missing : .notSearched, nil)
  }

  private mutating func look(
    in places: [String], _ finding: NeededTree.Finding, for name: String, _ asking: Int
  ) -> (NeededTree.Finding, Int?)? {
    for place in places {
      if let result = found(Path.join(place, name), finding, as: name, for: asking) {
        return result
      }
    }
    return nil
  }

  private mutating func isDirectory(_ path: String) -> Bool {
    if let known = directories[path] { return known }
    guard mayLook() else { return false }
    let isDirectory = ((try? Files.status(search.file(path))) ?? nil)?.isDirectory ?? false
    directories[path] = isDirectory
    return isDirectory
  }

  private mutating func mayLook() -> Bool {
    guard placesLeft > 0 else {
      tree.isComplete = false
      return false
    }
    placesLeft -= 1
    return true
  }

  /// What comes of the file at `path`; nil where the search goes on.
  private mutating func found(
    _ path: String, _ finding: NeededTree.Finding, as name: String, for asking: Int,
    isPassedOver: Bool = true
  ) -> (NeededTree.Finding, Int?)? {
    switch candidate(at: path) {
    case .absent: return nil
    case .passedOver:
      let reason = "it is for another machine"
      return isPassedOver ? nil : (.unusable(path: path, reason: reason), nil)
    case .unusable(let reason): return (.unusable(path: path, reason: reason), nil)
    case .usable(let status, let dynamic):
      let identity = FileIdentity(device: status.device, inode: status.inode)
      if let same = byIdentity[identity] {
        byName[name] = same
        return (.loadedAlready, same)
      }
      let object = append(
        path, name: name, loader: asking, status, dynamic: dynamic,
        origin: Path.parent(of: Self.absolute(path)))
      return (finding, object)
    }
  }

  /// Looks at a file as the loader does before it maps it.
  private mutating func candidate(at path: String) -> Candidate {
    guard mayLook() else { return .absent }
    let place = search.file(path)
    guard let status = (try? Files.status(place)) ?? nil else { return .absent }
    do {
      let file = try ELFFile(path: place)
      guard file.header.is64Bit == header.is64Bit, file.header.machine == header.machine else {
        return .passedOver
      }
      guard file.header.isLittleEndian == header.isLittleEndian else {
        return .unusable("it has the other byte order")
      }
      let dynamic = file.dynamicSection() ?? DynamicSection()
      guard file.header.type == UInt16(ET_DYN), !dynamic.isMarkedPIE else {
        return .unusable("it is no shared library")
      }
      return .usable(status, dynamic)
    } catch {
      // A file that may not be opened is passed over, as one that is not there.
      return error.code == .unreadable
        ? .absent : .unusable("\(error.field) is \(error.found), expected \(error.expected)")
    }
  }
}

extension ELFFile {
  /// The loader that the file asks the kernel for (`PT_INTERP`); nil where it asks for none.
  public func interpreter() -> String? {
    guard let segment = segments.first(where: { $0.type == UInt32(PT_INTERP) }) else { return nil }
    // The kernel takes no longer one.
    return unsafe withBytes(at: segment.offset, count: min(segment.fileSize, 4096)) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      return reader.text(at: 0, capacity: reader.count)
    } ?? nil
  }
}
