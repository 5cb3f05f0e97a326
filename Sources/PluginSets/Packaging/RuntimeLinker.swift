internal import Platform

/// How a runtime library that holds the standard library is linked, and what runs on it.
///
/// The compiler's driver always links the toolchain's `libswiftCore.so`; so this is done with the C++
/// driver and the linker that come with it.
struct RuntimeLinker {
  static let libraryName = "libPluginRuntime.so"
  private static let strip = "-Wl,-s"
  /// What the library holds of others' and nobody is to take from it: C++'s templates and unwinding, which
  /// whoever needs them brings along or has from the system.
  private static let hidden =
    "-Wl,--exclude-libs,libstdc++.a:libgcc.a:libgcc_eh.a:libsupc++.a"

  let libraries: StaticLibraries
  /// What all links begin with.
  private let driver: [String]
  /// What the library and its hosts are linked with.
  private let tuned: [String]
  private let packsRelocations: Bool

  init(_ toolchain: Toolchain) throws(PluginSetError) {
    libraries = try toolchain.staticLibraries()
    // The driver looks for the linker beside itself and says little where it is not.
    _ = try toolchain.companion("ld.lld")
    packsRelocations = !toolchain.relocationPacking.isEmpty
    driver = [
      try toolchain.companion("clang++"), "--target=\(toolchain.triple)", "-Wl,--as-needed",
      "-Wl,-z,defs",
    ]
    tuned =
      driver + [
        "-fuse-ld=lld", "-Wl,-O2", Self.strip, "-Wl,--icf=all", "-Wl,--gc-sections",
        // What the Swift runtime looks up by name, nothing refers to: conformances, types.
        "-Wl,-z,nostart-stop-gc",
      ] + toolchain.relocationPacking.map { "-Wl,-z," + $0 }
  }

  /// The library, of the runtime's `objects` and the whole standard library.
  ///
  /// - Parameters:
  ///   - modules: the archives that are asked first for what is wanted: modules keep copies of each
  ///     other's symbols.
  ///   - wanted: a file with the text of ``wanting(_:)``.
  ///   - core: the archive of the standard library, or a copy.
  ///   - exports: a file with the text of ``exporting(_:)``; without one, all is exported but what is
  ///     ``hidden``.
  ///   - order: a file that names functions in the order in which they are to lie.
  ///   - keepsSymbols: what only debuggers read stays in it.
  func library(
    _ objects: [String], core: String, modules: [String], wanted: String, exports: String?,
    order: String, keepsSymbols: Bool = false
  ) -> [String] {
    tuned.filter { !keepsSymbols || $0 != Self.strip }
      + ["-Wl,--build-id=sha1"].filter { _ in keepsSymbols }
      + [
        "-shared", "-static-libstdc++", "-static-libgcc", "-Wl,-Bsymbolic-functions",
        // Swift's runtime keeps addresses of every image it has seen: none may be unmapped.
        "-Wl,-z,nodelete", "-Wl,-soname," + Self.libraryName, Self.hidden,
        Self.ordering(order), libraries.startFile,
      ] + objects + ["-Wl,--whole-archive", core, "-Wl,--no-whole-archive", wanted]
      + modules + libraries.others + ["-lm", "-lpthread", "-ldl"]
      + (exports.map { ["-Wl,--version-script," + $0] } ?? []) + ["-o", "OUTPUT"]
  }

  /// A plugin that runs on the library in `directory`.
  ///
  /// - Parameter exports: a version script, for the recipes that have one.
  func plugin(
    _ objects: [String], linked recipe: LinkRecipe, runtimeIn directory: String, exports: String
  ) -> [String] {
    driver + ["-shared"] + arguments(of: recipe, exports: exports) + [libraries.startFile] + objects
      + against(directory, rpath: "$ORIGIN/..")
  }

  /// A plugin that needs no library of ours and no Swift runtime.
  func embeddedPlugin(
    _ objects: [String], linked recipe: LinkRecipe, exports: String
  ) -> [String] {
    driver + ["-shared"] + arguments(of: recipe, exports: exports) + objects
      + ["-lm", "-o", "OUTPUT"]
  }

  private func arguments(of recipe: LinkRecipe, exports: String) -> [String] {
    recipe.arguments(for: .clang, exports: exports, packsRelocations: packsRelocations)
  }

  /// A program that runs on the library in `directory`.
  ///
  /// - Parameters:
  ///   - arguments: what the objects need besides.
  ///   - exports: a version script.
  ///   - order: as for a library; nil for that of the objects.
  func host(
    _ objects: [String], _ arguments: [String], runtimeIn directory: String, exports: String,
    order: String? = nil
  ) -> [String] {
    tuned + (order.map { [Self.ordering($0)] } ?? []) + ["-pie", libraries.startFile] + objects
      + arguments
      + ["-Wl,--version-script," + exports] + against(directory, rpath: "$ORIGIN")
  }

  /// A library that goes by `name`, defines nothing, and hands on to the library in `directory`.
  func forwarding(_ name: String, runtimeIn directory: String) -> [String] {
    tuned + [
      "-shared", "-nostdlib", "-Wl,-z,noseparate-code", "-Wl,-soname," + name, "-Wl,--no-as-needed",
      "-L", directory, "-lPluginRuntime", "-Wl,-rpath,$ORIGIN", "-o", "OUTPUT",
    ]
  }

  /// Has the functions that the file names lie side by side. Names that are not there mean nothing.
  private static func ordering(_ file: String) -> String {
    "-Wl,--symbol-ordering-file,\(file),--no-warn-symbol-ordering"
  }

  private func against(_ directory: String, rpath: String) -> [String] {
    ["-L", directory, "-lPluginRuntime", "-lm", "-Wl,-rpath," + rpath, "-o", "OUTPUT"]
  }

  /// The text of a file that makes the linker take what defines `names` from archives.
  static func wanting(_ names: [String]) -> String {
    names.isEmpty ? "" : "EXTERN(\n" + names.map { "\"\($0)\"\n" }.joined() + ")\n"
  }

  /// The text of a version script that exports the C interface of the runtime and `names`.
  static func exporting(_ names: [String]) -> String {
    "{\nglobal:\nplr_*;\n" + names.map { "\"\($0)\";\n" }.joined() + "local: *;\n};\n"
  }
}
