internal import ELFInspection
internal import Platform

/// Builds plugin sets, or finds them built.
public struct PluginSetBuilder {
  public let toolchain: Toolchain
  /// Where everything that is built lies.
  public let cacheDirectory: String
  private let recipe: Recipe
  private let store: ArtifactStore

  /// - Parameters:
  ///   - executable: the path of a program in SwiftPM's build directory.
  ///   - cacheDirectory: nil for `plugin-sets` beside SwiftPM's build directory.
  ///   - link: how the plugins are linked that share a runtime.
  public init(
    executable: String, cacheDirectory: String?, environment: [String: String],
    link: LinkRecipe = LinkRecipe(.compatible)
  ) throws(PluginSetError) {
    let products = try BuildProducts(executable: executable)
    toolchain = try Toolchain(environment: environment)
    recipe = try Recipe(toolchain: toolchain, products: products, link: link)
    store = try ArtifactStore(cacheDirectory, beside: products)
    self.cacheDirectory = store.directory
  }

  /// The sets of all `variants` with all `counts` of plugins.
  ///
  /// What is in the cache is not built again. Nothing half-built is ever found there: see
  /// ``PluginSetError`` for what can go wrong.
  /// - Parameters:
  ///   - width: how many compilers run at once.
  ///   - progress: told how many steps are done, of how many, and which one it is.
  /// - Returns: the sets, by variant in the order given and then by count, and how many steps were
  ///   run.
  public func build(
    _ variants: [Variant], counts: [Int], profile: Profile, width: Int,
    progress: @escaping (_ done: Int, _ total: Int, _ label: String) -> Void = { _, _, _ in }
  ) throws(PluginSetError) -> (sets: [PluginSet], stepsRun: Int) {
    let runner = BuildRunner(store: store, width: width, progress: progress)
    guard let most = counts.max(), !variants.isEmpty else { return ([], 0) }
    var built: [BuildStep] = []
    for wave in try recipe.prerequisites(variants, count: most, profile: profile) {
      built += try runner.run(wave)
    }
    let merged = try variants.contains(where: \.isMerged) ? MergedRecipe(recipe, store: store) : nil
    for wave in merged?.waves(variants, counts: counts, profile: profile) ?? [] {
      built += try runner.run(try wave())
    }
    var layouts: [(set: PluginSet, files: [(path: String, step: BuildStep)])] = []
    for variant in variants {
      for count in counts {
        let files =
          if let merged, variant.isMerged {
            try merged.steps(variant, count: count, profile: profile)
          } else {
            try recipe.steps(variant, count: count, profile: profile)
          }
        let key = ContentKey(files.flatMap { [$0.path, $0.step.key.description] })
        let name = "\(variant.rawValue)-\(profile.rawValue)-\(count)-\(key.description.prefix(12))"
        let set = PluginSet(
          variant: variant, pluginCount: count, directory: store.setPath(name))
        layouts.append((set, files))
      }
    }
    built += try runner.run(layouts.flatMap { $0.files.map(\.step) })
    try checkInputs(of: built)
    for layout in layouts {
      let directory = layout.set.directory
      if layout.files.allSatisfy({ Files.exists(Path.join(directory, $0.path)) }) { continue }
      // Somebody has taken files out of it.
      if Files.exists(directory) {
        try inCache { () throws(SystemError) in try Files.remove(directory) }
      }
      try assemble(layout.set, layout.files)
    }
    return (layouts.map(\.set), built.count)
  }

  /// Makes sure that what was built was built from what its keys say: linkers read SwiftPM's objects
  /// after the keys were taken, and another build may have replaced them in between.
  private func checkInputs(of built: [BuildStep]) throws(PluginSetError) {
    guard !built.isEmpty,
      try Recipe(toolchain: toolchain, products: recipe.products, link: recipe.link).inputKey
        != recipe.inputKey
    else { return }
    for step in built {
      let artefact = Path.parent(of: store.path(step.key, step.file))
      try inCache { () throws(SystemError) in try Files.remove(artefact) }
    }
    throw .changedUnderneath
  }

  /// Bytes of a host that carries a runtime of its own and no plugin.
  public func staticHostSize() throws(PluginSetError) -> Int {
    let path = try built(recipe.staticHost())
    return try inCache { () throws(SystemError) in try Files.status(path)?.byteCount ?? 0 }
  }

  /// The path of the bare C process that opens files.
  public func floorProbe() throws(PluginSetError) -> String {
    try built(recipe.floorProbe())
  }

  private func built(_ step: BuildStep) throws(PluginSetError) -> String {
    try BuildRunner(store: store, width: 1) { _, _, _ in }.run([step])
    return store.path(step.key, step.file)
  }

  /// Puts the files of a set, and the Swift libraries they need, into one folder, whole or not at all.
  private func assemble(
    _ set: PluginSet, _ files: [(path: String, step: BuildStep)]
  ) throws(PluginSetError) {
    try store.prepare()
    let folder = try store.makeWorkFolder()
    do throws(PluginSetError) {
      for file in files {
        let target = Path.join(folder, file.path)
        try inCache { () throws(SystemError) in
          try Files.makeDirectory(Path.parent(of: target))
          try Files.link(store.path(file.step.key, file.step.file), as: target)
        }
      }
      if set.variant == .shared { try addSwiftLibraries(to: folder) }
      try store.publish(folder, to: set.directory)
    } catch {
      store.removeWorkFolder(folder)
      throw error
    }
  }

  /// Copies the toolchain's libraries that the files in `folder` need, and those that these need.
  private func addSwiftLibraries(to folder: String) throws(PluginSetError) {
    var pending = try PluginSet(variant: .shared, pluginCount: 0, directory: folder).files()
    var seen: Set<String> = []
    while let path = pending.popLast() {
      let needed: [String]
      do {
        needed = try ELFFile(path: path).dynamicSection()?.needed ?? []
      } catch {
        throw .buildFailed(step: "the shared set", reason: error.description)
      }
      for name in needed where seen.insert(name).inserted {
        let found = toolchain.runtimeLibraryPaths.map { Path.join($0, name) }
          .first(where: Files.exists)
        guard let found else { continue }
        let target = Path.join(folder, name)
        try inCache { () throws(SystemError) in
          try Files.replace(target, with: try Files.read(found))
        }
        pending.append(target)
      }
    }
  }
}
