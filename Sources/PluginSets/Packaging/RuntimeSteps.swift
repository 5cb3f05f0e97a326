/// How the runtime libraries that hold the standard library are built, cached like everything else.
struct RuntimeSteps {
  let linker: RuntimeLinker
  private let toolchain: Toolchain
  private let objects: [String]
  private let inputs: [ContentKey]

  init(toolchain: Toolchain, products: BuildProducts) throws(PluginSetError) {
    self.toolchain = toolchain
    linker = try RuntimeLinker(toolchain)
    objects = try products.objects(of: "PluginRuntime")
    inputs = [try products.key(ofFiles: objects), linker.libraries.key]
  }

  /// The library with the modules that define something of `names`, whole, and with those in `modules`.
  ///
  /// What the runtime itself imports need not be among `names`.
  func merged(
    importing names: [String], modules: [String] = []
  ) throws(PluginSetError) -> BuildStep {
    let own = try RuntimeImports(of: objects).names
    let taken = try linker.libraries.modules(defining: Set(names).union(own), named: modules)
    return BuildStep(
      "the runtime (merged)", file: RuntimeLinker.libraryName, inputs: inputs,
      sources: [("wanted.ld", RuntimeLinker.wanting(taken.symbols))],
      commands: [
        linker.library(
          objects, modules: taken.archives, wanted: BuildStep.work + "wanted.ld", exports: nil)
      ], size: 9_000_000, toolchain: toolchain)
  }

  /// The library that exports `imports` and the C interface of the runtime, and nothing else.
  func trimmed(for imports: RuntimeImports) throws(PluginSetError) -> BuildStep {
    let modules = try linker.libraries.modules(defining: Set(imports.names))
    return BuildStep(
      "the runtime (trimmed)", file: RuntimeLinker.libraryName, inputs: inputs,
      sources: [
        ("wanted.ld", RuntimeLinker.wanting(imports.names)),
        ("exports.map", RuntimeLinker.exporting(imports.names)),
      ],
      commands: [
        linker.library(
          objects, modules: modules.archives, wanted: BuildStep.work + "wanted.ld",
          exports: BuildStep.work + "exports.map")
      ], size: 7_000_000, toolchain: toolchain)
  }
}
