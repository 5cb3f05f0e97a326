internal import ELFInspection
internal import Platform

/// How the files of each variant are compiled and linked.
///
/// The plugins' object files are the same for all Swift variants; only how they are linked differs.
struct Recipe {
  let toolchain: Toolchain
  let products: BuildProducts
  let templates: PluginTemplates
  /// Of everything that SwiftPM has built and that plugins are compiled against.
  let interfaceKey: ContentKey
  let hostKey: ContentKey
  /// Of everything that is not in the store and that its files are built from.
  let inputKey: ContentKey
  /// How the plugins are linked that share a runtime.
  let link: LinkRecipe
  /// See ``BuildProducts/startUpOrder()``.
  let order: String
  let runtimeObjects: [String]
  let kitObjects: [String]
  let embeddedObjects: [String]
  let probeObjects: [String]
  private let floorObjects: [String]

  init(
    toolchain: Toolchain, products: BuildProducts, link: LinkRecipe
  ) throws(PluginSetError) {
    self.link = link
    self.toolchain = toolchain
    self.products = products
    templates = try PluginTemplates(directory: products.templates)
    order = try products.startUpOrder()
    runtimeObjects = try products.objects(of: "PluginRuntime")
    kitObjects = try products.objects(ofTarget: "PluginKit")
    embeddedObjects = try products.objects(ofTarget: "CEmbeddedPlugin")
    probeObjects = try products.objects(of: "bench-probe")
    floorObjects = try products.objects(of: "bench-probe-floor")
    interfaceKey = try products.key(
      ofFiles: ["PluginKit", "PluginRuntime"]
        .map { Path.join(products.modules, $0 + ".swiftmodule") } + products.includeDirectories)
    hostKey = try products.key(
      ofFiles: runtimeObjects + kitObjects + embeddedObjects + probeObjects + floorObjects)
    inputKey = ContentKey([interfaceKey.description, hostKey.description])
  }

  // MARK: Files of a set

  /// The steps that make the files of `variant` with `count` plugins, and where each file goes in the
  /// set's folder.
  ///
  /// - Precondition: the standard library is not inside the runtime: see ``MergedRecipe`` for that.
  func steps(
    _ variant: Variant, count: Int, profile: Profile
  ) throws(PluginSetError) -> [(path: String, step: BuildStep)] {
    switch variant {
    case .floor:
      return [("bench-probe-floor", floorProbe())]
        + (1...count).map { number in
          ("plugins/" + PluginSource.fileName(number), floorPlugin(number, profile))
        }
    case .shared, .static, .staticTuned:
      let runtime = runtimeLibrary()
      var files = [("bench-probe", host(variant, runtime: runtime))]
      if variant == .shared { files.append(("libPluginRuntime.so", runtime)) }
      for number in 1...count {
        files.append(
          (
            "plugins/" + PluginSource.fileName(number),
            try plugin(number, profile, variant, runtime)
          ))
      }
      return files
    case .sharedMerged, .sharedTrimmed, .embedded:
      preconditionFailure("what goes into '\(variant.rawValue)' is only known during the build")
    case .builtin:
      return [("bench-probe", try builtinHost(count: count, profile: profile))]
    }
  }

  /// The steps that must have run before those of ``steps(_:count:profile:)``, in two waves.
  func prerequisites(
    _ variants: [Variant], count: Int, profile: Profile
  ) throws(PluginSetError) -> [[BuildStep]] {
    var objects: [BuildStep] = []
    if variants.contains(where: { $0 != .floor && $0 != .embedded }) {
      objects = (1...count).map { object($0, profile) } + [try kit()]
    }
    if variants.contains(.embedded) {
      objects += (1...count).map { embeddedObject($0, profile) }
    }
    var second: [BuildStep] = []
    if variants.contains(.shared) { second.append(runtimeLibrary()) }
    if variants.contains(.builtin) {
      for number in 1...count { second.append(try builtinObject(number, profile)) }
    }
    return [objects, second]
  }

  // MARK: Objects

  func object(_ number: Int, _ profile: Profile) -> BuildStep {
    let source = templates.source(number, profile: profile)
    let command =
      [
        toolchain.swiftc, "-c", "-O", "-wmo", "-parse-as-library", "-suppress-warnings",
        "-module-name", source.module, "-I", products.modules,
      ] + products.includeDirectories.flatMap { ["-I", $0] } + [
        BuildStep.work + "plugin.swift", "-o", "OUTPUT",
      ]
    return step(
      "plugin \(number)", file: "plugin.o", inputs: [interfaceKey, ContentKey([source.swift])],
      sources: [("plugin.swift", source.swift)], commands: [command], size: 60_000)
  }

  /// PluginKit as the library that it is: what a plugin does not use of it stays out.
  func kit() throws(PluginSetError) -> BuildStep {
    step(
      "PluginKit", file: "libPluginKit.a", inputs: [hostKey],
      commands: [[try toolchain.companion("llvm-ar"), "crsD", "OUTPUT"] + kitObjects], size: 200_000
    )
  }

  private func builtinObject(_ number: Int, _ profile: Profile) throws(PluginSetError) -> BuildStep
  {
    let plain = object(number, profile)
    return step(
      "plugin \(number) (builtin)", file: "plugin.o", inputs: [plain.key],
      commands: [
        [
          try toolchain.companion("llvm-objcopy"), "--redefine-sym",
          "plugin_entry=\(Self.builtinEntry(number))", storePath(plain), "OUTPUT",
        ]
      ], size: 60_000)
  }

  private static func builtinEntry(_ number: Int) -> String { "builtin_plugin_entry_\(number)" }

  // MARK: Linking

  /// Debug information is left out everywhere, so that sizes compare code with code.
  private static let common = ["-Xlinker", "--gc-sections", "-Xlinker", "-S"]

  /// Everything the linker can save, of the toolchain's files as they come, and functions in the same order
  /// as in the libraries that hold the standard library.
  private var tuned: [String] {
    [
      "-static-stdlib", "-use-ld=lld", "-Xlinker", "--gc-sections", "-Xlinker", "--icf=all",
      "-Xlinker", "-s", "-Xlinker", "-z", "-Xlinker", "separate-code", "-Xclang-linker",
      "-static-libgcc", "-Xlinker", "--symbol-ordering-file", "-Xlinker",
      BuildStep.work + RuntimeSteps.orderName, "-Xlinker", "--no-warn-symbol-ordering",
    ] + toolchain.relocationPacking.flatMap { ["-Xlinker", "-z", "-Xlinker", $0] }
  }

  /// Those of the runtime's own package.
  private static let runtimeFlags = [
    "-Xlinker", "-z", "-Xlinker", "nodelete", "-Xlinker", "-soname", "-Xlinker",
    "libPluginRuntime.so",
  ]

  func runtimeLibrary() -> BuildStep {
    step(
      "the runtime", file: "libPluginRuntime.so", inputs: [hostKey],
      commands: [
        [toolchain.swiftc, "-emit-library", "-module-name", "PluginRuntime"] + runtimeObjects
          + Self.common + Self.runtimeFlags + rpath("$ORIGIN") + ["-o", "OUTPUT"]
      ], size: 400_000)
  }

  private func host(_ variant: Variant, runtime: BuildStep) -> BuildStep {
    var command = [toolchain.swiftc, "-emit-executable"] + probeObjects + Self.executable
    var inputs = [hostKey]
    switch variant {
    case .shared:
      inputs.append(runtime.key)
      command += Self.common + linkAgainst(runtime) + rpath("$ORIGIN")
    case .staticTuned:
      command += runtimeObjects + tuned + Self.noExports
    default:
      command += runtimeObjects + ["-static-stdlib"] + Self.common + Self.noExports
    }
    return step(
      "the host (\(variant.rawValue))", file: "bench-probe", inputs: inputs,
      sources: [("exports.map", "{ local: *; };\n")] + orderSource(variant),
      commands: [command + ["-o", "OUTPUT"]], size: 10_000_000)
  }

  /// The host of ``Variant/static``: also what a host with builtin plugins is without them.
  func staticHost() -> BuildStep { host(.static, runtime: runtimeLibrary()) }

  private func plugin(
    _ number: Int, _ profile: Profile, _ variant: Variant, _ runtime: BuildStep
  ) throws(PluginSetError) -> BuildStep {
    let object = object(number, profile)
    let kit = try kit()
    var command = [toolchain.swiftc, "-emit-library", storePath(object), storePath(kit)]
    var inputs = [hostKey, object.key, kit.key]
    switch variant {
    case .shared:
      inputs.append(runtime.key)
      command += Self.common + linkAgainst(runtime) + rpath("$ORIGIN/..") + pluginLink
    case .staticTuned:
      // What plugins on a shared runtime are linked with, these are as well.
      command += runtimeObjects + tuned + pluginLink
      command += [
        "-Xlinker", "-Bsymbolic", "-Xlinker", "--version-script", "-Xlinker",
        BuildStep.work + "exports.map",
      ]
    default:
      command += runtimeObjects + ["-static-stdlib"] + Self.common
    }
    return step(
      "plugin \(number) (\(variant.rawValue))", file: PluginSource.fileName(number), inputs: inputs,
      sources: [("exports.map", LinkOption.versionScript)] + orderSource(variant),
      commands: [command + ["-module-name", "BenchPlugin", "-o", "OUTPUT"]],
      size: variant.estimatedPluginSize)
  }

  private var pluginLink: [String] {
    link.arguments(
      for: .swiftc, exports: BuildStep.work + "exports.map",
      packsRelocations: !toolchain.relocationPacking.isEmpty)
  }

  private func orderSource(_ variant: Variant) -> [(name: String, text: String)] {
    variant == .staticTuned ? [(RuntimeSteps.orderName, order)] : []
  }

  private func builtinHost(count: Int, profile: Profile) throws(PluginSetError) -> BuildStep {
    let kit = try kit()
    var objects: [BuildStep] = []
    for number in 1...count { objects.append(try builtinObject(number, profile)) }
    let names = (1...count).map(Self.builtinEntry)
    let table =
      "#include <stddef.h>\n#include <stdint.h>\n"
      + names.map { "extern const void *\($0)(void);\n" }.joined()
      + "typedef const void *(*entry)(void);\nstatic const entry entries[] = {\n"
      + names.map { "  \($0),\n" }.joined() + "};\n"
      + "uint32_t probe_builtin_count(void) { return \(count); }\n"
      + "const void *probe_builtin_entry(uint32_t index) {\n"
      + "  return index < \(count) ? (const void *)entries[index] : NULL;\n}\n"
    return step(
      "the host (builtin, \(count) plugins)", file: "bench-probe",
      inputs: [hostKey, kit.key] + objects.map(\.key),
      sources: [
        ("builtins.c", table), ("exports.map", "{ local: *; };\n"),
      ],
      commands: [
        [
          toolchain.cc, "-O2", "-c", BuildStep.work + "builtins.c", "-o",
          BuildStep.work + "builtins.o",
        ],
        [toolchain.swiftc, "-emit-executable"] + probeObjects + runtimeObjects
          + Self.executable + [BuildStep.work + "builtins.o"] + objects.map(storePath)
          + [storePath(kit), "-static-stdlib"] + Self.common + Self.noExports + ["-o", "OUTPUT"],
      ], size: 10_000_000 + UInt64(count) * Variant.builtin.estimatedPluginSize)
  }

  func floorProbe() -> BuildStep {
    step(
      "the host (floor)", file: "bench-probe-floor", inputs: [hostKey],
      commands: [[toolchain.cc] + floorObjects + ["-Wl,-S", "-ldl", "-o", "OUTPUT"]], size: 20_000)
  }

  private func floorPlugin(_ number: Int, _ profile: Profile) -> BuildStep {
    let source = templates.source(number, profile: profile)
    return step(
      "plugin \(number) (floor)", file: PluginSource.fileName(number),
      inputs: [interfaceKey, ContentKey([source.c])], sources: [("plugin.c", source.c)],
      commands: [
        [toolchain.cc, "-O2", "-fPIC", "-shared", "-Wl,-S"]
          + products.includeDirectories.flatMap { ["-I", $0] } + [
            BuildStep.work + "plugin.c", "-o", "OUTPUT",
          ]
      ], size: Variant.floor.estimatedPluginSize)
  }

  // MARK: Parts

  /// SwiftPM renames `main` of an executable, so that tests can link it.
  private static let executable = ["-Xlinker", "--defsym=main=bench_probe_main"]

  /// A host that carries a runtime of its own must not lend it to plugins that carry theirs: what an
  /// executable exports, the loader prefers.
  private static let noExports = [
    "-Xlinker", "--version-script", "-Xlinker", BuildStep.work + "exports.map",
  ]

  private func linkAgainst(_ runtime: BuildStep) -> [String] {
    ["-L", Path.parent(of: storePath(runtime)), "-lPluginRuntime"]
  }

  private func rpath(_ path: String) -> [String] {
    ["-no-toolchain-stdlib-rpath", "-Xlinker", "-rpath", "-Xlinker", path]
  }

  func step(
    _ label: String, file: String, inputs: [ContentKey],
    sources: [(name: String, text: String)] = [], commands: [[String]], size: UInt64
  ) -> BuildStep {
    BuildStep(
      label, file: file, inputs: inputs, sources: sources, commands: commands, size: size,
      toolchain: toolchain)
  }

  /// Where the store keeps what `step` makes. Relative to the store, so that keys do not depend on
  /// where the cache lies: see ``BuildStep/commands``.
  func storePath(_ step: BuildStep) -> String {
    BuildStep.store + "\(step.key)/\(step.file)"
  }
}
