import Platform
import TestSupport
import Testing

@Suite("A host in C")
struct CHostTests {
  @Test("opens the runtime by name, uses it and leaves")
  func host() throws {
    let directory = try TemporaryDirectory()
    let sanitizer = try SwiftToolchain.sanitizerOptions()
    // What a sanitizer needs of an executable only the compiler it came with knows: Swift's own.
    let clang = Path.join(try SwiftToolchain.runtimeLibraryPath(), "../../../bin/clang")
    let compiled = try CommandRun(
      [sanitizer.isEmpty ? "cc" : clang, "-std=c11", "-Wall", "-Wextra", "-Werror"]
        + [
          "-I", Compiler.headers, Path.join(TestBuild.root, "Tests/Fixtures/host-in-c/host.c"),
          "-ldl", "-o", directory.file("host"),
        ] + sanitizer)
    try #require(compiled.status.isSuccess, "\(compiled.errors)")

    let libraries = "\(TestBuild.directory):\(try SwiftToolchain.runtimeLibraryPath())"
    let run = try CommandRun(
      [directory.file("host")],
      environment: ["LD_LIBRARY_PATH=\(libraries)", "SWIFT_BACKTRACE=enable=no"])
    #expect(run.status == .exited(0), "\(run.errors)")
    // Standard error is the sink that every runtime starts with.
    let lines = run.errors.split(separator: "\n")
    try #require(lines.count == 3, "\(run.errors)")
    #expect(lines[0].hasSuffix("Z info     [host-in-c] level: seen"))
    #expect(lines[1].hasSuffix("Z debug    [host-in-c] level: debug is seen"))
    #expect(lines[2].hasSuffix("Z debug    [host-in-c] inherited again"))
  }
}
