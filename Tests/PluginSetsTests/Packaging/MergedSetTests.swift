import ELFInspection
import Platform
import TestSupport
import Testing

@testable import PluginSets

/// Three plugins on a library that holds everything and on one that is trimmed, built once.
private enum MergedSets {
  static let cache = try? TemporaryDirectory()

  static func build() throws -> (merged: PluginSet, trimmed: PluginSet) {
    let builder = try PluginSetBuilder(
      executable: Path.join(TestBuild.directory, "bench-runtime"),
      cacheDirectory: try #require(cache).path, environment: environmentVariables())
    let (sets, _) = try builder.build(
      [.sharedMerged, .sharedTrimmed], counts: [3], profile: .tiny, width: 2)
    return (sets[0], sets[1])
  }

  static func library(of set: PluginSet) -> String {
    Path.join(set.directory, "libPluginRuntime.so")
  }
}

@Suite("Plugin sets on a runtime that holds the standard library", .serialized)
struct MergedSetTests {
  @Test("need that library and those of the system, and no library of the Swift toolchain")
  func needsNoSwiftLibrary() throws {
    let sets = try MergedSets.build()
    for set in [sets.merged, sets.trimmed] {
      #expect(
        try Files.list(set.directory) == ["bench-probe", "libPluginRuntime.so", "plugins"])
      for path in try set.files() {
        let dynamic = try #require(try ELFFile(path: path).dynamicSection())
        #expect(!dynamic.needed.contains { $0.hasPrefix("libswift") }, "\(path)")
        #expect(!dynamic.needed.contains { $0.hasPrefix("libstdc++") }, "\(path)")
        // Untrimmed, it holds Swift's whole module of the C library, which hands on to all of libm.
        if set.directory == sets.trimmed.directory {
          #expect(!dynamic.needed.contains { $0.hasPrefix("libm.") }, "\(path)")
        }
        if path == MergedSets.library(of: set) {
          #expect(dynamic.soname == "libPluginRuntime.so")
          #expect(dynamic.isNoDelete)
        } else {
          #expect(dynamic.needed.contains("libPluginRuntime.so"), "\(path)")
        }
      }
    }
  }

  @Test("there is one Swift runtime and one of ours: only the library defines them")
  func definesOneRuntime() throws {
    let sets = try MergedSets.build()
    for set in [sets.merged, sets.trimmed] {
      for path in try set.files() {
        let defined = try ELFFile(path: path).definedDynamicSymbols()
        #expect(
          defined.contains("swift_retain") == (path == MergedSets.library(of: set)), "\(path)")
        #expect(
          defined.contains { $0.hasPrefix("plr_") } == (path == MergedSets.library(of: set)),
          "\(path)")
      }
      for plugin in set.plugins {
        #expect(try ELFFile(path: plugin).definedDynamicSymbols() == ["plugin_entry"])
      }
    }
  }

  @Test(
    "trimming keeps what is imported and the C interface, drops the rest, and changes nothing else")
  func trims() throws {
    let (merged, trimmed) = try MergedSets.build()
    let all = Set(try ELFFile(path: MergedSets.library(of: merged)).definedDynamicSymbols())
    let kept = Set(try ELFFile(path: MergedSets.library(of: trimmed)).definedDynamicSymbols())
    #expect(kept.isSubset(of: all))
    #expect(kept.count * 10 < all.count)
    let users = trimmed.plugins + [Path.join(trimmed.directory, "bench-probe")]
    let imports = Set(try RuntimeImports(of: users).names).intersection(all)
    #expect(kept.filter { !$0.hasPrefix("plr_") } == imports.filter { !$0.hasPrefix("plr_") })
    #expect(all.filter { $0.hasPrefix("plr_") } == kept.filter { $0.hasPrefix("plr_") })
    let sizes = try (merged.facts(), trimmed.facts())
    #expect(sizes.1.runtimeBytes < sizes.0.runtimeBytes)
    #expect(sizes.1.pluginBytes == sizes.0.pluginBytes)
    for (one, other) in zip(merged.plugins, trimmed.plugins) {
      #expect(try Files.read(one) == Files.read(other))
    }
  }

  @Test("every file of a set runs on its library, and is told so")
  func fits() throws {
    let (merged, trimmed) = try MergedSets.build()
    for set in [merged, trimmed] {
      for path in try set.files() where path != MergedSets.library(of: set) {
        let fit = try RuntimeFit(of: path, on: MergedSets.library(of: set))
        #expect(fit.fits, "\(fit)")
      }
    }
  }

  @Test("a plugin that needs more than a trimmed library has is told with what is missing")
  func tellsMissing() throws {
    let (merged, trimmed) = try MergedSets.build()
    let directory = try TemporaryDirectory()
    let source = directory.file("larger.c")
    // A function of the standard library that no plugin of the set calls.
    try Files.replace(
      source,
      with: Array(
        """
        extern char *swift_demangle(const char *, unsigned long, char *, unsigned long *, unsigned);
        extern void plr_attach(void);
        void *plugin_entry(void) { plr_attach(); return swift_demangle("", 0, 0, 0, 0); }
        """.utf8))
    let plugin = directory.file("larger.so")
    let link = try CommandRun([
      "cc", "-shared", "-fPIC", source, "-o", plugin, "-L", merged.directory, "-lPluginRuntime",
      "-Wl,-rpath," + merged.directory,
    ])
    #expect(link.status.isSuccess, "\(link.errors)")
    #expect(try RuntimeFit(of: plugin, on: MergedSets.library(of: merged)).fits)
    let fit = try RuntimeFit(of: plugin, on: MergedSets.library(of: trimmed))
    #expect(fit.missingSymbols == ["swift_demangle"])
    #expect(fit.description.contains("needs 1 symbol that"))
    #expect(fit.description.contains("'swift_demangle'"))
  }

  @Test("a plugin that brings the toolchain's standard library along is told")
  func tellsSecondRuntime() throws {
    let (merged, _) = try MergedSets.build()
    let directory = try TemporaryDirectory()
    let source = directory.file("own.swift")
    try Files.replace(source, with: Array("public func f() { print(\"\") }\n".utf8))
    let plugin = directory.file("own.so")
    let build = try CommandRun(["swiftc", "-emit-library", source, "-o", plugin])
    #expect(build.status.isSuccess, "\(build.errors)")
    let fit = try RuntimeFit(of: plugin, on: MergedSets.library(of: merged))
    #expect(fit.foreignLibraries.contains("libswiftCore.so"))
    #expect(fit.description.contains("a process must have one"))
  }

  /// What the measured process of a set tells on its report descriptor.
  private func report(of host: String, _ plugins: String) throws -> String {
    try CommandRun(["/bin/sh", "-c", "exec \"$0\" \"$1\" 3>&1", host, plugins]).output
  }

  /// A folder with a host, the library and plugins.
  private func copy(_ set: PluginSet, library: String) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    try Files.makeDirectory(directory.file("plugins"))
    let host = directory.file("bench-probe")
    let run = try CommandRun(["cp", Path.join(set.directory, "bench-probe"), host])
    #expect(run.status.isSuccess)
    try Files.replace(directory.file("libPluginRuntime.so"), with: try Files.read(library))
    let record = Path.join(Path.parent(of: library), "libPluginRuntime.imports")
    if Files.exists(record) {
      try Files.replace(directory.file("libPluginRuntime.imports"), with: try Files.read(record))
    }
    return directory
  }

  @Test("a host refuses a plugin that its trimmed runtime lacks something for, and names all of it")
  func refusesTooLarge() throws {
    let (_, trimmed) = try MergedSets.build()
    let packages = try TemporaryDirectory()
    let packager = try RuntimePackager(
      executable: Path.join(TestBuild.directory, "bench-runtime"),
      cacheDirectory: try #require(MergedSets.cache).path, environment: environmentVariables())
    let package = try packager.package(
      .trimmed, for: [Path.join(trimmed.directory, "bench-probe")], into: packages.path)
    let folder = try copy(trimmed, library: package.path)
    let plugin = folder.file("plugins/plugin-0001.so")
    try Files.replace(plugin, with: try Files.read(trimmed.plugins[0]))
    let missing = try RuntimeFit(of: plugin, on: package.path).missingSymbols
    #expect(missing.count > 1)
    let report = try report(of: folder.file("bench-probe"), folder.file("plugins"))
    #expect(report.contains("symbol-missing"), "\(report)")
    #expect(report.contains("--widen --for '\(plugin)'"), "\(report)")
    for symbol in missing { #expect(report.contains(symbol), "\(symbol)") }
  }

  @Test(
    "a host whose runtime holds the standard library refuses a plugin that asks for the toolchain's"
  )
  func refusesSecondRuntime() throws {
    let (merged, _) = try MergedSets.build()
    let builder = try PluginSetBuilder(
      executable: Path.join(TestBuild.directory, "bench-runtime"),
      cacheDirectory: try #require(MergedSets.cache).path, environment: environmentVariables())
    let shared = try builder.build([.shared], counts: [1], profile: .tiny, width: 2).sets[0]
    let folder = try copy(merged, library: MergedSets.library(of: merged))
    try Files.replace(
      folder.file("plugins/plugin-0001.so"), with: try Files.read(shared.plugins[0]))
    let report = try report(of: folder.file("bench-probe"), folder.file("plugins"))
    // Its own path leads to no library of the toolchain: none may be found elsewhere either.
    #expect(report.contains("needed library libswiftCore.so is not to be found"), "\(report)")
    #expect(report.contains("--forwarding"), "\(report)")
  }
}
