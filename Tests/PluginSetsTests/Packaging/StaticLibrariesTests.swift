import Platform
import TestSupport
import Testing

@testable import PluginSets

@Suite("The toolchain's static libraries")
struct StaticLibrariesTests {
  @Test("are found where the compiler says, with what every Swift image begins with")
  func findsLibraries() throws {
    let libraries = try Toolchain(environment: environmentVariables()).staticLibraries()
    #expect(Files.exists(libraries.startFile))
    #expect(Path.name(of: libraries.core) == "libswiftCore.a")
    #expect(!libraries.others.contains(libraries.core))
  }

  @Test("a module is taken as a whole where one of its own symbols is wanted, and only then")
  func choosesModules() throws {
    let libraries = try Toolchain(environment: environmentVariables()).staticLibraries()
    let mutex = "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
    let modules = try libraries.modules(defining: [mutex, "swift_retain", "memcpy"])
    #expect(modules.archives.map(Path.name) == ["libswiftSynchronization.a"])
    #expect(modules.symbols.contains(mutex))
    #expect(modules.symbols.count > 100)
    #expect(!modules.symbols.contains("swift_retain"))
    let none = try libraries.modules(defining: ["swift_retain", "memcpy"])
    #expect(none.archives.isEmpty && none.symbols.isEmpty)
  }

  @Test("a toolchain without them is one sentence that names the file")
  func namesMissing() throws {
    let directory = try TemporaryDirectory()
    try Files.replace(directory.file("swiftrt.o"), with: [])
    let error = #expect(throws: PluginSetError.self) {
      try StaticLibraries(
        directories: [directory.path], startFileDirectories: [directory.path])
    }
    #expect(error == .noStaticLibrary(path: directory.file("libswiftCore.a")))
    #expect(error?.description.contains("static standard library") == true)
  }

  @Test("a toolchain without lld is one sentence that names it")
  func namesMissingLinker() throws {
    let directory = try TemporaryDirectory()
    // Answers as the compiler does, of a toolchain that lies here.
    let compiler = directory.file("swiftc")
    let linux = directory.file("usr/lib/swift_static/linux")
    try Files.makeDirectory(linux)
    for name in ["swiftrt.o", "libswiftCore.a"] {
      try Files.replace(Path.join(linux, name), with: [])
    }
    try Files.replace(
      compiler,
      with: Array(
        """
        #!/bin/sh
        echo '{"compilerVersion": "Swift version 6.3.1", "target": {"triple": "x86_64-linux"},'
        echo ' "paths": {"runtimeLibraryPaths": ["\(linux)"],'
        echo ' "runtimeLibraryImportPaths": ["\(linux)"],'
        echo ' "runtimeResourcePath": "\(directory.file("usr/lib/swift_static"))"}}'

        """.utf8))
    let mode = try CommandRun(["chmod", "+x", compiler])
    #expect(mode.status.isSuccess)
    var environment = environmentVariables()
    environment["SWIFTC"] = compiler
    let toolchain = try Toolchain(environment: environment)
    let error = #expect(throws: PluginSetError.self) { try RuntimeLinker(toolchain) }
    #expect(error == .noTool(path: directory.file("usr/bin/ld.lld")))
    #expect(error?.description.contains("install the whole Swift toolchain") == true)
  }
}
