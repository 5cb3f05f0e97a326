internal import ELFInspection
internal import Glibc
internal import Platform

/// What a bundle is to hold.
public struct BundleRequest: Sendable {
  /// nil: the toolchain's libraries, as the hosts find them; else the runtime library is made.
  public var packaging: Packaging?
  public var hosts: [String]
  /// Files, and directories of which every file that ends in `.so` is taken.
  public var plugins: [String]
  /// Modules that go into a merged runtime though nobody imports them.
  public var modules: [String]
  /// Libraries that are shipped though they are the system's: "libstdc++.so.6".
  public var shipped: Set<String>

  public init(
    packaging: Packaging?, hosts: [String], plugins: [String], modules: [String] = [],
    shipped: Set<String> = []
  ) {
    self.packaging = packaging
    self.hosts = hosts
    self.plugins = plugins
    self.modules = modules
    self.shipped = shipped
  }
}

/// Collects hosts, plugins, the runtime and every library they need into one directory that runs
/// wherever it lies.
public struct Bundler {
  static let manifestName = "bundle.json"

  private let packager: RuntimePackager
  private let environment: [String: String]

  /// - Parameter environment: where tools and libraries are looked for: PATH, LD_LIBRARY_PATH.
  public init(_ packager: RuntimePackager, environment: [String: String]) {
    self.packager = packager
    self.environment = environment
  }

  /// Makes the bundle at `directory`, in place of one that is there.
  ///
  /// - Returns: its manifest, with `directory`.
  /// - Throws: `BundleError`; what was at `directory` is then as it was.
  public func bundle(
    _ request: BundleRequest, at directory: String
  ) throws(BundleError) -> PackageSchema1 {
    let directory = Self.withoutSlashes(directory)
    try Self.checkReplaceable(directory)
    let toolchain = packager.steps.toolchain
    var plan = try BundlePlan(
      request, made: request.packaging == nil ? [] : try Self.toolchainNames(toolchain),
      environment: environment)
    var made: RuntimePackager.Made?
    if let packaging = request.packaging {
      let contents = RuntimePackager.Contents(
        packaging: packaging, modules: request.modules, users: try plan.users(),
        isForwarded: true, keepsSymbols: true)
      let files = try packaged { () throws(PluginSetError) in try packager.make(contents) }
      plan.add(files)
      made = files
    } else {
      try plan.checkRuntimes()
    }
    let folder = BundleFolder(
      path: Path.join(Path.parent(of: directory), ".\(Path.name(of: directory)).new-\(getpid())"),
      objcopy: BundleTool(
        path: try packaged { () throws(PluginSetError) in try toolchain.companion("llvm-objcopy") }),
      editor: SearchPathEditor(patchelf: BundleTool.find("patchelf", environment)))
    do throws(BundleError) {
      var manifest = try fill(folder, plan, made: made)
      manifest.packaging = request.packaging?.rawValue ?? "toolchain"
      try BundleCheck(folder: folder.path, shipped: request.shipped).check(manifest)
      try publish(folder.path, manifest, at: directory)
      manifest.directory = directory
      return manifest
    } catch {
      try? Files.remove(folder.path)
      throw error
    }
  }

  // MARK: Steps

  private func fill(
    _ folder: BundleFolder, _ plan: BundlePlan, made: RuntimePackager.Made?
  ) throws(BundleError) -> PackageSchema1 {
    do {
      // A process of the same number may have died here before.
      try Files.remove(folder.path)
      try Files.makeDirectory(folder.path)
    } catch {
      throw .system(error)
    }
    let toolchain = packager.steps.toolchain
    var manifest = PackageSchema1(
      packaging: "", toolchain: .init(swift: toolchain.version, target: toolchain.triple),
      files: [],
      system: plan.system.sorted().map { .init(name: $0, because: plan.because($0)) })
    var licenses = Licenses(toolchain)
    for file in plan.files {
      if let signal = Interruption.signal { throw .interrupted(signal: signal) }
      manifest.files += try folder.add(
        file, isLinked: plan.isLinked(file), because: plan.because(file))
      if file.role == .library { try licenses.note(file.source, as: file.path) }
    }
    if let imports = made?.imports {
      manifest.files.append(
        try folder.add(
          Array(imports.record.utf8), .record,
          at: PackageSchema1.File.Role.record.place(of: "libPluginRuntime.imports"),
          because: ["what the runtime library was trimmed for"]))
    }
    if made != nil { licenses.noteToolchain(plan.runtimePath) }
    for (name, text, because) in try licenses.texts() {
      manifest.files.append(
        try folder.add(
          text, .license, at: PackageSchema1.File.Role.license.place(of: name), because: because))
    }
    manifest.files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    manifest.glibc = GlibcVersion.newest(
      neededBy: manifest.files.filter { $0.role.searchPath != nil }
        .map { Path.join(folder.path, $0.path) })
    if made != nil, let runtime = try? ELFFile(path: Path.join(folder.path, plan.runtimePath)) {
      manifest.exports = runtime.definedDynamicSymbols().count
    }
    return manifest
  }

  /// Writes the manifest, brings all to the disk, and moves it to its place.
  private func publish(
    _ folder: String, _ manifest: PackageSchema1, at directory: String
  ) throws(BundleError) {
    do {
      try Files.replace(
        Path.join(folder, Self.manifestName), with: Array(try manifest.encoded().utf8))
      try Files.synchronize(folder)
      try Self.checkReplaceable(directory)
      if Files.exists(Path.join(directory, Self.manifestName)) {
        try Files.exchange(folder, with: directory)
        try Files.remove(folder)
      } else {
        try Files.rename(folder, to: directory)
      }
      try FileDescriptor(opening: Path.parent(of: directory)).synchronize()
    } catch let error as SystemError {
      throw .system(error)
    } catch let error as BundleError {
      throw error
    } catch {
      throw .unreadable("the bundle's manifest cannot be written: \(error)")
    }
  }

  /// What is at the place of a bundle must be nothing, an empty directory or a bundle; nothing else is
  /// ever removed.
  private static func checkReplaceable(_ directory: String) throws(BundleError) {
    do throws(SystemError) {
      let parent = Path.parent(of: directory)
      if Files.exists(parent), unsafe access(parent, W_OK | X_OK) != 0 {
        throw SystemError("write", directory)
      }
      guard let status = try Files.status(directory) else { return }
      if status.isDirectory {
        if try Files.list(directory).isEmpty { return }
        let manifest = Path.join(directory, manifestName)
        if Files.exists(manifest), PackageSchema1.isDocument(try Files.read(manifest)) { return }
      }
    } catch {
      throw .system(error)
    }
    throw .notABundle(path: directory)
  }

  private static func withoutSlashes(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// The runtime library and all libraries of the toolchain by the names that others need them by.
  private static func toolchainNames(_ toolchain: Toolchain) throws(BundleError) -> Set<String> {
    var names: Set = [RuntimeLinker.libraryName]
    for directory in toolchain.runtimeLibraryPaths {
      do {
        names.formUnion(try Files.list(directory).filter { $0.hasSuffix(".so") })
      } catch {
        throw .system(error)
      }
    }
    return names
  }
}

/// Turns what packaging throws into a bundle's error.
private func packaged<Result>(
  _ body: () throws(PluginSetError) -> Result
) throws(BundleError) -> Result {
  do {
    return try body()
  } catch {
    throw .package(error)
  }
}
