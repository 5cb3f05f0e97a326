internal import Platform

/// How the runtime libraries that hold the standard library are built, cached like everything else.
struct RuntimeSteps {
  let linker: RuntimeLinker
  let toolchain: Toolchain
  private let objects: [String]
  private let inputs: [ContentKey]
  /// The path of `llvm-objdump`; nil where the toolchain comes without.
  private let disassembler: String?
  /// See `Benchmarks/start-up-order`.
  private let order: (name: String, text: String)

  init(toolchain: Toolchain, products: BuildProducts) throws(PluginSetError) {
    self.toolchain = toolchain
    linker = try RuntimeLinker(toolchain)
    disassembler = try? toolchain.companion("llvm-objdump")
    objects =
      try products.objects(of: "PluginRuntime") + products.objects(ofTarget: "CLazyMath")
    inputs = [try products.key(ofFiles: objects), linker.libraries.key]
    order = (Self.orderName, try products.startUpOrder())
  }

  static let orderName = "start-up.order"

  /// The library with the modules that define something of `names`, whole, and with those in `modules`.
  ///
  /// What the runtime itself imports need not be among `names`.
  func merged(
    importing names: [String], modules: [String] = [], keepsSymbols: Bool = false
  ) throws(PluginSetError) -> BuildStep {
    let core = linker.libraries.core
    let taken = try taken(importing: names, modules: modules)
    return BuildStep(
      "the runtime (merged)", file: RuntimeLinker.libraryName, inputs: inputs,
      sources: [("wanted.ld", RuntimeLinker.wanting(taken.symbols)), order],
      archives: (
        [core] + taken.archives, RetaggedArchive(releases: false, disassembler: disassembler)
      ),
      commands: [
        linker.library(
          objects, core: Self.copy(core), modules: taken.archives.map(Self.copy),
          wanted: BuildStep.work + "wanted.ld", exports: nil,
          order: BuildStep.work + Self.orderName, keepsSymbols: keepsSymbols)
      ], size: 9_000_000, toolchain: toolchain)
  }

  /// The library that exports `imports` and the C interface of the runtime, and nothing else; linked
  /// from copies of the archives that let go of what nobody refers to.
  func trimmed(
    for imports: RuntimeImports, keepsSymbols: Bool = false, dropsUnwinding: Bool = false
  ) throws(PluginSetError) -> BuildStep {
    let core = linker.libraries.core
    let modules = try taken(importing: imports.names, modules: []).archives
    return BuildStep(
      "the runtime (trimmed)", file: RuntimeLinker.libraryName, inputs: inputs,
      sources: [
        ("wanted.ld", RuntimeLinker.wanting(imports.names)),
        ("exports.map", RuntimeLinker.exporting(imports.names)), order,
      ],
      archives: (
        [core] + modules,
        RetaggedArchive(dropsUnwinding: dropsUnwinding, disassembler: disassembler)
      ),
      commands: [
        linker.library(
          objects, core: Self.copy(core), modules: modules.map(Self.copy),
          wanted: BuildStep.work + "wanted.ld", exports: BuildStep.work + "exports.map",
          order: BuildStep.work + Self.orderName, keepsSymbols: keepsSymbols)
      ], size: 7_000_000, toolchain: toolchain)
  }

  private static func copy(_ archive: String) -> String {
    BuildStep.work + Path.name(of: archive)
  }

  /// The archives of the modules that a library for `names` holds, beside the standard library itself,
  /// and their symbols.
  func taken(
    importing names: [String], modules: [String]
  ) throws(PluginSetError) -> (archives: [String], symbols: [String]) {
    let own = try RuntimeImports(of: objects).names
    return try linker.libraries.modules(defining: Set(names).union(own), named: modules)
  }

  /// A library that goes by `name` and hands on to `runtime`, which is built.
  func forwarding(_ name: String, to runtime: BuildStep) -> BuildStep {
    BuildStep(
      "the library that goes by \(name)", file: name, inputs: [runtime.key],
      commands: [linker.forwarding(name, runtimeIn: BuildStep.store + runtime.key.description)],
      size: 4_000, toolchain: toolchain)
  }
}
