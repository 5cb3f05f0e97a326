internal import ELFInspection
internal import Platform

/// How the files of the variants are linked whose runtime library holds the standard library.
///
/// What goes into the library depends on what host and plugins import, which is read from files that
/// are already built; so the steps come in waves, and each wave may ask for those before it. Host and
/// plugins of `shared-trimmed` are the files of `shared-merged`: only the library differs. That of
/// `embedded` is trimmed as well, for a host whose plugins want nothing of it.
final class MergedRecipe {
  private let recipe: Recipe
  private let store: ArtifactStore
  private let runtimes: RuntimeSteps
  /// By number of plugins: reading objects again and again would take longer than linking.
  private var libraries: [Int: BuildStep] = [:]

  init(_ recipe: Recipe, store: ArtifactStore) throws(PluginSetError) {
    self.recipe = recipe
    self.store = store
    runtimes = try RuntimeSteps(toolchain: recipe.toolchain, products: recipe.products)
  }

  /// What must run, wave by wave, before ``steps(_:count:profile:)`` can tell; the objects of the
  /// plugins must be there.
  func waves(
    _ variants: [Variant], counts: [Int], profile: Profile
  ) -> [() throws(PluginSetError) -> [BuildStep]] {
    let areShared = variants.contains(.sharedMerged) || variants.contains(.sharedTrimmed)
    return [merged, linked]

    func merged() throws(PluginSetError) -> [BuildStep] {
      var steps: [BuildStep] = []
      if areShared { for count in counts { steps.append(try library(count, profile)) } }
      if variants.contains(.embedded) { steps.append(try library(0, profile)) }
      return steps
    }
    func linked() throws(PluginSetError) -> [BuildStep] {
      var steps: [BuildStep] = []
      if variants.contains(.sharedTrimmed) {
        for count in counts { steps += try files(count, profile).map(\.step) }
      }
      if variants.contains(.embedded) { steps.append(host(try library(0, profile))) }
      return steps
    }
  }

  /// The steps that make the files of `variant`, and where each file goes in the set's folder.
  func steps(
    _ variant: Variant, count: Int, profile: Profile
  ) throws(PluginSetError) -> [(path: String, step: BuildStep)] {
    if variant == .embedded {
      // The plugins want nothing of the library: it is trimmed for the host alone.
      let host = host(try library(0, profile))
      let runtime = try trimmedLibrary(for: [host], 0, profile)
      return [(RuntimeLinker.libraryName, runtime), ("bench-probe", host)]
        + (1...count).map { number in
          ("plugins/" + PluginSource.fileName(number), embeddedPlugin(number, profile))
        }
    }
    let files = try files(count, profile)
    let runtime =
      try variant == .sharedTrimmed
      ? trimmedLibrary(for: files.map(\.step), count, profile) : library(count, profile)
    return [(RuntimeLinker.libraryName, runtime)] + files
  }

  // MARK: Libraries

  /// The library with the modules that the first `count` plugins, the host and the runtime import; with
  /// none, those of a host whose plugins are Embedded.
  private func library(_ count: Int, _ profile: Profile) throws(PluginSetError) -> BuildStep {
    if let known = libraries[count] { return known }
    let plugins = (0..<count).map { path(of: recipe.object($0 + 1, profile)) }
    let users = count == 0 ? [] : recipe.kitObjects + plugins
    let imports = try RuntimeImports(of: recipe.probeObjects + users)
    let step = try runtimes.merged(importing: imports.names)
    libraries[count] = step
    return step
  }

  /// The library with what the files made by `users` import and nothing else.
  private func trimmedLibrary(
    for users: [BuildStep], _ count: Int, _ profile: Profile
  ) throws(PluginSetError) -> BuildStep {
    let whole = path(of: try library(count, profile))
    return try runtimes.trimmed(for: RuntimeImports(of: users.map(path)).defined(by: whole))
  }

  // MARK: What runs on them

  private func files(
    _ count: Int, _ profile: Profile
  ) throws(PluginSetError) -> [(path: String, step: BuildStep)] {
    let runtime = try library(count, profile)
    return [("bench-probe", host(runtime))]
      + (try (1...count).map { number throws(PluginSetError) in
        ("plugins/" + PluginSource.fileName(number), try plugin(number, profile, runtime))
      })
  }

  private func host(_ runtime: BuildStep) -> BuildStep {
    recipe.step(
      "the host (merged)", file: "bench-probe", inputs: [recipe.hostKey, runtime.key],
      sources: [("exports.map", "{ local: *; };\n"), (RuntimeSteps.orderName, recipe.order)],
      commands: [
        runtimes.linker.host(
          recipe.probeObjects, ["-Wl,--defsym=main=bench_probe_main"],
          runtimeIn: Path.parent(of: recipe.storePath(runtime)),
          exports: BuildStep.work + "exports.map", order: BuildStep.work + RuntimeSteps.orderName)
      ], size: 1_000_000)
  }

  private func plugin(
    _ number: Int, _ profile: Profile, _ runtime: BuildStep
  ) throws(PluginSetError) -> BuildStep {
    let object = recipe.object(number, profile)
    let kit = try recipe.kit()
    return recipe.step(
      "plugin \(number) (merged)", file: PluginSource.fileName(number),
      inputs: [object.key, kit.key, runtime.key],
      sources: [("exports.map", LinkOption.versionScript)],
      commands: [
        runtimes.linker.plugin(
          [recipe.storePath(object), recipe.storePath(kit)] + Self.asShipped, linked: recipe.link,
          runtimeIn: Path.parent(of: recipe.storePath(runtime)),
          exports: BuildStep.work + "exports.map")
      ], size: Variant.sharedMerged.estimatedPluginSize)
  }

  private func embeddedPlugin(_ number: Int, _ profile: Profile) -> BuildStep {
    let object = recipe.embeddedObject(number, profile)
    return recipe.step(
      "plugin \(number) (embedded)", file: PluginSource.fileName(number),
      inputs: [recipe.hostKey, object.key],
      sources: [("exports.map", LinkOption.versionScript)],
      commands: [
        runtimes.linker.embeddedPlugin(
          [recipe.storePath(object)] + recipe.embeddedObjects + Self.asShipped,
          linked: recipe.link, exports: BuildStep.work + "exports.map")
      ], size: Variant.embedded.estimatedPluginSize)
  }

  /// Symbols are left out of what is shipped; whoever wants them keeps a copy.
  private static let asShipped = ["-Wl,-s"]

  private func path(of step: BuildStep) -> String { store.path(step.key, step.file) }
}
