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
}
