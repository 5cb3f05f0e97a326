internal import ELFInspection
internal import Platform

/// How the Swift standard library reaches a process that uses the runtime library.
public enum Packaging: String, CaseIterable, Sendable {
  /// Inside the runtime library, with all that it exports.
  case merged
  /// Inside the runtime library, which exports what given files import and nothing else.
  case trimmed
}

/// A runtime library that holds the standard library, and what is in it.
public struct RuntimePackage: Sendable {
  public let packaging: Packaging
  /// The library.
  public let path: String
  /// What a trimmed library was trimmed for lies beside it; nil where all is exported.
  public let recordPath: String?
  /// The file names of the libraries beside it that hand on to it.
  public let forwarding: [String]
  /// Bytes.
  public let size: Int
  /// How many symbols it exports.
  public let exportCount: Int
  /// How a plugin of object files is linked against it: program and arguments.
  public let pluginCommand: [String]
  /// The compiler that the standard library comes with: its version text and its target.
  public let toolchain: (version: String, target: String)
}

/// Makes the runtime library in the forms that hold the standard library.
public struct RuntimePackager {
  let steps: RuntimeSteps
  private let runner: BuildRunner

  /// - Parameters:
  ///   - executable: the path of a program in SwiftPM's build directory: the runtime's objects lie
  ///     there.
  ///   - cacheDirectory: nil for `plugin-sets` beside SwiftPM's build directory.
  ///   - environment: where compilers are looked for: PATH, SWIFTC, CC.
  public init(
    executable: String, cacheDirectory: String?, environment: [String: String]
  ) throws(PluginSetError) {
    let products = try BuildProducts(executable: executable)
    steps = try RuntimeSteps(
      toolchain: try Toolchain(environment: environment), products: products)
    runner = BuildRunner(
      store: try ArtifactStore(cacheDirectory, beside: products), width: 1
    ) { _, _, _ in }
  }

  /// What is put into the library, and around it.
  struct Contents {
    var packaging: Packaging
    /// Swift modules that are taken whole, beside those that somebody imports.
    var modules: [String] = []
    /// Plugins and hosts, linked or as objects, that will run on it.
    var users: [String] = []
    /// Symbols to keep beside those that ``users`` import.
    var kept: [String] = []
    /// Libraries that go by the toolchain's names stand beside it.
    var isForwarded = false
    /// What only debuggers read stays in it.
    var keepsSymbols = false
    /// A trimmed library comes without what unwinding through Swift's own code takes.
    var dropsUnwinding = false
  }

  /// Files in the store.
  struct Made {
    var library: String
    /// What a trimmed library exports.
    var imports: RuntimeImports?
    var forwarding: [String]
  }

  /// Makes the library in `directory`, and beside it the record of what it was trimmed for.
  ///
  /// - Parameters:
  ///   - modules: Swift modules that are taken whole, beside those that somebody imports.
  ///   - users: plugins and hosts, linked or as objects, that will run on it.
  ///   - widens: what the library that lies there was trimmed for stays in it.
  ///   - dropsUnwinding: of `trimmed`: what unwinding through the standard library's Swift code takes is
  ///     left out. Backtraces and C++ exceptions then end in that code.
  ///   - forwards: libraries by the toolchain's names are made beside it, so that what was linked
  ///     against those runs on it. Those that lie there and are no longer made are removed.
  /// - Throws: `doesNotFit` where one of `users` cannot run on it, `nothingToTrimFor`, `noModule` or
  ///   what building throws; what was in `directory` is then as it was.
  public func package(
    _ packaging: Packaging, modules: [String] = [], for users: [String], widens: Bool = false,
    dropsUnwinding: Bool = false, forwards: Bool = false, into directory: String
  ) throws(PluginSetError) -> RuntimePackage {
    let recordPath = Path.join(directory, "libPluginRuntime.imports")
    let made = try make(
      Contents(
        packaging: packaging, modules: modules, users: users,
        kept: widens ? try Self.record(at: recordPath).names : [], isForwarded: forwards,
        dropsUnwinding: dropsUnwinding))
    let path = Path.join(directory, RuntimeLinker.libraryName)
    let forwarding = made.forwarding.map(Path.name)
    do {
      var group = FileGroup(directory: directory)
      group.files = [(RuntimeLinker.libraryName, made.library)]
      group.texts = made.imports.map { [(Path.name(of: recordPath), $0.record)] } ?? []
      group.files += made.forwarding.map { (Path.name(of: $0), $0) }
      group.removed =
        ForwardingLibraries.names(beside: path).subtracting(forwarding).sorted()
        + (made.imports == nil ? [Path.name(of: recordPath)] : [])
      try group.put()
      let file = try ELFFile(path: path)
      return RuntimePackage(
        packaging: packaging, path: path, recordPath: made.imports.map { _ in recordPath },
        forwarding: forwarding, size: file.fileSize,
        exportCount: file.definedDynamicSymbols().count,
        pluginCommand: steps.linker.plugin(
          ["PLUGIN.o"], linked: LinkRecipe(.compatible), runtimeIn: directory,
          exports: "EXPORTS.map"
        ).map { $0 == "OUTPUT" ? "PLUGIN.so" : $0 },
        toolchain: (steps.toolchain.version, steps.toolchain.triple))
    } catch let error as SystemError {
      throw .system(error)
    } catch {
      throw .unreadable("\(error)")
    }
  }

  /// Makes the library and what stands beside it, in the store.
  ///
  /// - Throws: as ``package(_:modules:for:widens:dropsUnwinding:forwards:into:)``.
  func make(_ contents: Contents) throws(PluginSetError) -> Made {
    let users = contents.users
    var wanted = try RuntimeImports(of: users).names + contents.kept
    for user in users where try Self.isObject(user) {
      // What it will be linked with needs the library too.
      wanted += try RuntimeImports(of: [steps.linker.libraries.startFile]).names
      break
    }
    if contents.packaging == .trimmed, wanted.isEmpty { throw .nothingToTrimFor }

    let merged = try steps.merged(
      importing: wanted, modules: contents.modules, keepsSymbols: contents.keepsSymbols)
    let whole = try built(merged)
    let archives = try steps.taken(importing: wanted, modules: contents.modules).archives
    let names =
      try !contents.isForwarded
      ? []
      : ForwardingLibraries.names(
        holding: archives, for: users, in: steps.toolchain.runtimeLibraryPaths)
    for user in users { try Self.check(user, on: whole, forwarded: Set(names)) }

    var made = Made(library: whole, imports: nil, forwarding: [])
    var runtime = merged
    if contents.packaging == .trimmed {
      let imports = try RuntimeImports(names: wanted).defined(by: whole)
      runtime = try steps.trimmed(
        for: imports, keepsSymbols: contents.keepsSymbols, dropsUnwinding: contents.dropsUnwinding)
      made.library = try built(runtime)
      made.imports = imports
    }
    for name in names { made.forwarding.append(try built(steps.forwarding(name, to: runtime))) }
    return made
  }

  private static func isObject(_ user: String) throws(PluginSetError) -> Bool {
    do {
      return try ELFFile(path: user).header.isRelocatable
    } catch {
      throw .unreadable(error.description)
    }
  }

  /// An object is not linked yet: what it needs of others nobody can tell.
  private static func check(
    _ user: String, on library: String, forwarded: Set<String>
  ) throws(PluginSetError) {
    if try isObject(user) { return }
    let fit = try RuntimeFit(of: user, on: library, forwarded: forwarded)
    guard fit.fits else {
      throw .doesNotFit(
        path: user, missing: fit.missingSymbols, foreign: fit.foreignLibraries)
    }
  }

  private static func record(at path: String) throws(PluginSetError) -> RuntimeImports {
    let text: String
    do {
      text = try Files.readText(path)
    } catch {
      throw .system(error)
    }
    guard let record = RuntimeImports(record: text) else {
      throw .unreadable(
        "'\(path)' is no record of what a library was trimmed for, or was edited; package the "
          + "library anew for all files that run on it")
    }
    return record
  }

  private func built(_ step: BuildStep) throws(PluginSetError) -> String {
    try runner.run([step])
    return runner.store.path(step.key, step.file)
  }
}
