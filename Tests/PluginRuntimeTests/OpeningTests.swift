import Platform
import TestSupport
import Testing

@Suite("A program in C that opens the runtime")
struct OpeningTests {
  private func run(_ arguments: [String], environment: [String] = []) throws -> CommandRun {
    let directory = try TemporaryDirectory()
    let sanitizer = try SwiftToolchain.sanitizerOptions()
    let clang = Path.join(try SwiftToolchain.runtimeLibraryPath(), "../../../bin/clang")
    let compiled = try CommandRun(
      [sanitizer.isEmpty ? "cc" : clang, "-std=c11", "-Wall", "-Wextra", "-Werror"]
        + [
          "-I", Compiler.headers,
          Path.join(TestBuild.root, "Tests/Fixtures/opens-the-runtime/host.c"), "-ldl", "-o",
          directory.file("host"),
        ] + sanitizer)
    try #require(compiled.status.isSuccess, "\(compiled.errors)")
    let libraries = "\(TestBuild.directory):\(try SwiftToolchain.runtimeLibraryPath())"
    return try CommandRun(
      [directory.file("host")] + arguments,
      environment: ["LD_LIBRARY_PATH=\(libraries)"] + environment)
  }

  @Test(
    "keeps its signals, threads, descriptors and environment", arguments: [[], ["own-handler"]])
  func unharmed(_ arguments: [String]) throws {
    let run = try run(arguments)
    #expect(run.status == .exited(0), "differs: \(run.output)\(run.errors)")
  }

  /// A file in Swift, as a plugin is that knows nothing of the runtime.
  private static func swiftLibrary(in directory: TemporaryDirectory) throws -> String {
    let source = directory.file("first.swift")
    try FileEdits.write(
      Array("@c(first) public func first() -> Int { [1, 2].reduce(0, +) }\n".utf8), to: source)
    try Tool.run([
      "swiftc", "-emit-library", "-parse-as-library", "-module-name", "First", source, "-o",
      directory.file("libfirst.so"),
    ])
    return directory.file("libfirst.so")
  }

  @Test(
    "keeps its signals where a plugin has brought Swift's runtime before",
    arguments: [[], ["own-handler"]])
  func swiftCameFirst(_ arguments: [String]) throws {
    let directory = try TemporaryDirectory()
    let first = try Self.swiftLibrary(in: directory)
    let run = try run(arguments + [first])
    #expect(run.status == .exited(0), "differs: \(run.output)\(run.errors)")
    let asked = try self.run([first], environment: ["SWIFT_BACKTRACE=enable=yes"])
    #expect(asked.output.contains("the action of signal 11"), "\(asked.output)")
  }

  /// Also shows that there was something to give back: that this toolchain has a backtracer.
  @Test("has Swift's backtracer where it asks for it")
  func backtracer() throws {
    let run = try run([], environment: ["SWIFT_BACKTRACE=enable=yes"])
    #expect(run.status == .exited(1), "\(run.errors)")
    #expect(run.output.contains("the action of signal 11"), "\(run.output)")
  }
}
