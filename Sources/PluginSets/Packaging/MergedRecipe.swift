internal import ELFInspection
internal import Platform

/// How the files of the variants are linked whose runtime library holds the standard library.
///
/// What goes into the library depends on what host and plugins import, which is read from files that
/// are already built; so the steps come in waves, and each wave may ask for those before it. Host and
/// plugins of `shared-trimmed` are the files of `shared-merged`: only the library differs.
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
    guard variants.contains(.sharedTrimmed) else { return [merged] }
    return [merged, linked]

    func merged() throws(PluginSetError) -> [BuildStep] {
      try counts.map { count throws(PluginSetError) in try library(count, profile) }
    }
    func linked() throws(PluginSetError) -> [BuildStep] {
      var steps: [BuildStep] = []
      for count in counts { steps += try files(count, profile).map(\.step) }
      return steps
    }
  }

  /// The steps that make the files of `variant`, and where each file goes in the set's folder.
  func steps(
    _ variant: Variant, count: Int, profile: Profile
  ) throws(PluginSetError) -> [(path: String, step: BuildStep)] {
    let files = try files(count, profile)
    let runtime =
      try variant == .sharedTrimmed
      ? trimmedLibrary(for: files.map(\.step), count, profile) : library(count, profile)
    return [(RuntimeLinker.libraryName, runtime)] + files
  }

  // MARK: Libraries

  /// The library with the modules that the first `count` plugins, the host and the runtime import.
  private func library(_ count: Int, _ profile: Profile) throws(PluginSetError) -> BuildStep {
    if let known = libraries[count] { return known }
    let plugins = (1...count).map { path(of: recipe.object($0, profile)) }
    let imports = try RuntimeImports(of: recipe.kitObjects + recipe.probeObjects + plugins)
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
      + (1...count).map { number in
        ("plugins/" + PluginSource.fileName(number), plugin(number, profile, runtime))
      }
  }

  private func host(_ runtime: BuildStep) -> BuildStep {
    recipe.step(
      "the host (merged)", file: "bench-probe", inputs: [recipe.hostKey, runtime.key],
      sources: [("exports.map", "{ local: *; };\n")],
      commands: [
        runtimes.linker.host(
          recipe.probeObjects, ["-lelf", "-Wl,--defsym=main=bench_probe_main"],
          runtimeIn: Path.parent(of: recipe.storePath(runtime)),
          exports: BuildStep.work + "exports.map")
      ], size: 1_000_000)
  }

  private func plugin(_ number: Int, _ profile: Profile, _ runtime: BuildStep) -> BuildStep {
    let object = recipe.object(number, profile)
    return recipe.step(
      "plugin \(number) (merged)", file: PluginSource.fileName(number),
      inputs: [recipe.hostKey, object.key, runtime.key],
      sources: [("exports.map", "{ global: plugin_entry; local: *; };\n")],
      commands: [
        runtimes.linker.plugin(
          [recipe.storePath(object)] + recipe.kitObjects,
          runtimeIn: Path.parent(of: recipe.storePath(runtime)),
          exports: BuildStep.work + "exports.map")
      ], size: Variant.sharedMerged.estimatedPluginSize)
  }

  private func path(of step: BuildStep) -> String { store.path(step.key, step.file) }
}
