import ELFInspection
import Platform
import TestSupport
import Testing

@testable import PluginSets

/// What is built once: a plugin by plain `swift build`, and a host that needs nothing of the toolchain.
private enum DropIn {
  static let name = "drop-in"
  static let plugin = Result { try OutOfTreePackage.build(manifestName: name) }
  static let directory = try? TemporaryDirectory()
  static let host = Result {
    try MergedHost.build(in: try #require(directory).file("host"))
  }

  /// A folder of its own with the host and its runtime, and forwarding libraries where asked for.
  static func folder(forwarding: Bool) throws -> TemporaryDirectory {
    let folder = try TemporaryDirectory()
    let source = Path.parent(of: try host.get())
    for file in ["plugin-host", "libPluginRuntime.so"] {
      try Tool.run(["cp", Path.join(source, file), folder.file(file)])
    }
    if forwarding { try forward(into: folder.path) }
    return folder
  }

  static func forward(into folder: String) throws {
    let source = try #require(directory).file("forwarding")
    if !Files.exists(source) {
      let products = try BuildProducts(executable: Path.join(TestBuild.directory, "bench-runtime"))
      _ = try MergedHost.packager().package(
        .merged, for: try products.objects(of: "plugin-host") + [try plugin.get()], forwards: true,
        into: source)
    }
    for file in try Files.list(source) where file != "libPluginRuntime.so" {
      try Tool.run(["cp", Path.join(source, file), Path.join(folder, file)])
    }
  }
}

@Suite("A plugin that plain SwiftPM built", .serialized)
struct DropInTests {
  @Test(
    "runs on a runtime that holds the standard library, as it is, wherever its own path would lead")
  func runs() throws {
    let plugin = try DropIn.plugin.get()
    let toolchain = try SwiftToolchain.runtimeLibraryPath()
    let dynamic = try #require(try ELFFile(path: plugin).dynamicSection())
    #expect(dynamic.needed.contains("libswiftCore.so"))
    #expect(dynamic.runpath?.contains(toolchain) == true)
    let folder = try DropIn.folder(forwarding: true)
    let run = try HostRun(folder.file("plugin-host"), plugin)
    #expect(run.run.status.isSuccess, "\(run.run.output)\(run.run.errors.suffix(2000))")
    #expect(run.run.output.contains("\"name\" : \"\(DropIn.name)\""))
    #expect(run.hasRun(plugin))
    // The process has one Swift runtime.
    #expect(run.hasRun(folder.file("libPluginRuntime.so")))
    #expect(!run.initialized.contains { $0.hasPrefix(toolchain) }, "\(run.initialized)")
  }

  @Test("is refused before anything of it runs where no library hands on to the runtime")
  func refusedWithout() throws {
    let plugin = try DropIn.plugin.get()
    let folder = try DropIn.folder(forwarding: false)
    let run = try HostRun(folder.file("plugin-host"), plugin)
    #expect(run.run.status == .exited(2), "\(run.run.errors.suffix(2000))")
    #expect(run.run.output.contains("toolchain-mismatch"))
    let real = Path.join(try SwiftToolchain.runtimeLibraryPath(), "libswiftCore.so")
    #expect(run.run.output.contains("a second Swift runtime, '\(real)'"), "\(run.run.output)")
    #expect(run.run.output.contains("tools/package-runtime --forwarding"))
    #expect(!run.hasRun(plugin) && !run.hasRun(real))
  }

  @Test(
    "is refused where the loader would take the toolchain's libraries first, and not where it would take those that hand on"
  )
  func refusedWhereRealComesFirst() throws {
    let plugin = try DropIn.plugin.get()
    let toolchain = try SwiftToolchain.runtimeLibraryPath()
    let folder = try DropIn.folder(forwarding: false)
    // Somewhere else, so that only a search finds them.
    let others = try TemporaryDirectory()
    try DropIn.forward(into: others.path)
    let host = folder.file("plugin-host")
    for (path, isLoaded) in [
      (others.path, true), ("\(others.path):\(toolchain)", true),
      ("\(toolchain):\(others.path)", false),
    ] {
      let run = try HostRun(host, plugin, environment: ["LD_LIBRARY_PATH": path])
      #expect(
        run.run.status == .exited(isLoaded ? 0 : 2), "\(path): \(run.run.errors.suffix(2000))")
      #expect(run.hasRun(plugin) == isLoaded, "\(path)")
      #expect(run.initialized.contains { $0.hasPrefix(toolchain) } == false, "\(path)")
    }
  }

  @Test("finds no help in a real library beside the runtime: the file counts, not its name")
  func refusesRealLibraryBesideRuntime() throws {
    let plugin = try DropIn.plugin.get()
    let folder = try DropIn.folder(forwarding: false)
    let real = Path.join(try SwiftToolchain.runtimeLibraryPath(), "libswiftCore.so")
    try Tool.run(["cp", real, folder.file("libswiftCore.so")])
    let run = try HostRun(folder.file("plugin-host"), plugin)
    #expect(run.run.status == .exited(2), "\(run.run.errors.suffix(2000))")
    #expect(run.run.output.contains("a second Swift runtime"))
    #expect(!run.hasRun(folder.file("libswiftCore.so")))
  }

  @Test("a plugin whose library brings a second Swift runtime is refused like one that does itself")
  func refusesIndirectly() throws {
    let plugin = try Fixture("needs-a-swift-library").path()
    let folder = try DropIn.folder(forwarding: false)
    let run = try HostRun(folder.file("plugin-host"), plugin)
    #expect(run.run.status == .exited(2), "\(run.run.errors.suffix(2000))")
    #expect(run.run.output.contains("a second Swift runtime"), "\(run.run.output)")
    #expect(!run.hasRun(plugin))
    let forwarded = try DropIn.folder(forwarding: true)
    #expect(try HostRun(forwarded.file("plugin-host"), plugin).run.status.isSuccess)
  }

  @Test(
    "a plugin that was linked statically, and so carries a Swift runtime of its own, is refused")
  func refusesOwn() throws {
    let directory = try TemporaryDirectory()
    let source = directory.file("own.swift")
    try Files.replace(source, with: Array("public func f() { print(\"\") }\n".utf8))
    let plugin = directory.file("own.so")
    try Tool.run(["swiftc", "-emit-library", "-static-stdlib", source, "-o", plugin])
    let folder = try DropIn.folder(forwarding: true)
    let run = try HostRun(folder.file("plugin-host"), plugin)
    #expect(run.run.status == .exited(2), "\(run.run.errors.suffix(2000))")
    #expect(run.run.output.contains("one of its own, inside the plugin"), "\(run.run.output)")
    let fit = try RuntimeFit(of: plugin, on: folder.file("libPluginRuntime.so"))
    #expect(fit.foreignLibraries == ["a Swift runtime of its own"])
  }
}

@Suite("A library that hands on to the runtime", .serialized)
struct ForwardingLibraryTests {
  @Test("goes by the toolchain's name, defines nothing and needs the runtime that lies beside it")
  func isNothingElse() throws {
    let folder = try TemporaryDirectory()
    let package = try MergedHost.packager().package(
      .merged, modules: ["_Concurrency"], for: [], forwards: true, into: folder.path)
    #expect(package.forwarding.contains("libswiftCore.so"))
    #expect(package.forwarding.contains("libswift_Concurrency.so"))
    // Nobody has asked for it, and the runtime does not hold it.
    #expect(!package.forwarding.contains("libFoundation.so"))
    for name in package.forwarding {
      let file = try ELFFile(path: folder.file(name))
      let isForwarding = file.isForwarding(to: "libPluginRuntime.so")
      #expect(isForwarding, "\(name)")
      #expect(file.dynamicSection()?.soname == name)
      #expect(file.dynamicSection()?.runpath == "$ORIGIN")
      #expect(file.fileSize < 4096, "\(name): \(file.fileSize)")
      let real = try ELFFile(
        path: Path.join(try SwiftToolchain.runtimeLibraryPath(), name))
      let isRealForwarding = real.isForwarding(to: "libPluginRuntime.so")
      #expect(!isRealForwarding, "\(name)")
    }
    #expect(
      Set(package.forwarding)
        == ForwardingLibraries.names(beside: folder.file("libPluginRuntime.so")))
  }

  @Test("is removed when the runtime is packaged anew without it, and nothing else is")
  func isRemoved() throws {
    let folder = try TemporaryDirectory()
    let packager = try MergedHost.packager()
    _ = try packager.package(.merged, for: [], forwards: true, into: folder.path)
    try Files.replace(folder.file("notes.txt"), with: [])
    _ = try packager.package(.merged, for: [], into: folder.path)
    #expect(try Files.list(folder.path) == ["libPluginRuntime.so", "notes.txt"])
  }

  @Test(
    "a plugin that needs Foundation is told what a runtime without it lacks, and runs on one that has it"
  )
  func tellsOfFoundation() throws {
    let folder = try TemporaryDirectory()
    let source = folder.file("plugin.swift")
    try Files.replace(
      source,
      with: Array(
        """
        import FoundationEssentials
        @c(plugin_entry) public func entry() -> UnsafeRawPointer? { print(UUID()); return nil }
        """.utf8))
    let plugin = folder.file("plugin.so")
    try Tool.run(["swiftc", "-emit-library", "-O", source, "-o", plugin])
    let packager = try MergedHost.packager()
    let without = try packager.package(.merged, for: [], forwards: true, into: folder.file("core"))
    // As it would be with a library that hands on by that name: the symbols are what counts.
    let fit = try RuntimeFit(
      of: plugin, on: without.path,
      forwarded: Set(Files.list(try SwiftToolchain.runtimeLibraryPath())))
    #expect(!fit.fits && fit.foreignLibraries.isEmpty)
    #expect(fit.missingSymbols.contains { $0.hasPrefix("$s20FoundationEssentials4UUIDV") })
    #expect(fit.description.contains("package the library for this file as well"))
    let with = try packager.package(
      .merged, for: [plugin], forwards: true, into: folder.file("all"))
    #expect(with.forwarding.contains("libFoundationEssentials.so"))
    #expect(try RuntimeFit(of: plugin, on: with.path).fits)
  }
}
