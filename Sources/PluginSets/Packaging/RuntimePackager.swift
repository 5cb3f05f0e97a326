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
  /// Bytes.
  public let size: Int
  /// How many symbols it exports.
  public let exportCount: Int
  /// How a plugin of object files is linked against it: program and arguments.
  public let pluginCommand: [String]
}

/// Makes the runtime library in the forms that hold the standard library.
public struct RuntimePackager {
  private let steps: RuntimeSteps
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

  /// Makes the library in `directory`, and beside it the record of what it was trimmed for.
  ///
  /// - Parameters:
  ///   - modules: Swift modules that are taken whole, beside those that somebody imports.
  ///   - users: plugins and hosts, linked or as objects, that will run on it.
  ///   - widens: what the library that lies there was trimmed for stays in it.
  /// - Throws: `doesNotFit` where one of `users` cannot run on it, `nothingToTrimFor`, `noModule` or
  ///   what building throws; what was in `directory` is then as it was.
  public func package(
    _ packaging: Packaging, modules: [String] = [], for users: [String], widens: Bool = false,
    into directory: String
  ) throws(PluginSetError) -> RuntimePackage {
    let recordPath = Path.join(directory, "libPluginRuntime.imports")
    var wanted = try RuntimeImports(of: users).names
    for user in users where try Self.isObject(user) {
      // What it will be linked with needs the library too.
      wanted += try RuntimeImports(of: [steps.linker.libraries.startFile]).names
      break
    }
    if widens { wanted += try Self.record(at: recordPath).names }
    if packaging == .trimmed, wanted.isEmpty { throw .nothingToTrimFor }

    let whole = try built(try steps.merged(importing: wanted, modules: modules))
    for user in users { try Self.check(user, on: whole) }
    let imports = try RuntimeImports(names: wanted).defined(by: whole)
    let library = packaging == .merged ? whole : try built(try steps.trimmed(for: imports))

    let path = Path.join(directory, RuntimeLinker.libraryName)
    do throws(SystemError) {
      try Files.makeDirectory(directory)
      try Files.replace(path, with: try Files.read(library))
      if packaging == .trimmed {
        try Files.replace(recordPath, with: Array(imports.record.utf8))
      } else {
        try Files.remove(recordPath)
      }
    } catch {
      throw .system(error)
    }
    do {
      let file = try ELFFile(path: path)
      return RuntimePackage(
        packaging: packaging, path: path,
        recordPath: packaging == .trimmed ? recordPath : nil, size: file.fileSize,
        exportCount: file.definedDynamicSymbols().count,
        pluginCommand: steps.linker.plugin(
          ["PLUGIN.o"], linked: LinkRecipe(.compatible), runtimeIn: directory,
          exports: "EXPORTS.map"
        ).map { $0 == "OUTPUT" ? "PLUGIN.so" : $0 })
    } catch {
      throw .unreadable(error.description)
    }
  }

  private static func isObject(_ user: String) throws(PluginSetError) -> Bool {
    do {
      return try ELFFile(path: user).header.isRelocatable
    } catch {
      throw .unreadable(error.description)
    }
  }

  /// An object is not linked yet: what it needs of others nobody can tell.
  private static func check(_ user: String, on library: String) throws(PluginSetError) {
    if try isObject(user) { return }
    let fit = try RuntimeFit(of: user, on: library, environment: [:])
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
