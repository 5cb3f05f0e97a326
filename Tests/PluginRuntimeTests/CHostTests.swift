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
    try #require(lines.count == 4, "\(run.errors)")
    #expect(lines[0].hasSuffix("Z info     [host-in-c] level: seen"))
    #expect(lines[1].hasSuffix("Z debug    [host-in-c] level: debug is seen"))
    #expect(lines[2].hasSuffix("Z debug    [host-in-c] inherited again"))
    #expect(lines[3].hasSuffix(#"Z info     [host-in-c] gate: opened bytes=7 path="a\nb""#))
  }

  @Test("sees colours on a terminal from every sink, unless NO_COLOR is set", arguments: ["", "1"])
  func colors(_ noColor: String) throws {
    guard try SwiftToolchain.sanitizerOptions().isEmpty else { return }
    let directory = try TemporaryDirectory()
    let libraries = try SwiftToolchain.runtimeLibraryPath()
    let compiled = try CommandRun([
      "cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I", Compiler.headers,
      Path.join(TestBuild.root, "Tests/Fixtures/logs-to-a-terminal/host.c"), "-L",
      TestBuild.directory, "-lPluginRuntime", "-Wl,-rpath-link,\(libraries)", "-o",
      directory.file("host"),
    ])
    try #require(compiled.status.isSuccess, "\(compiled.errors)")
    let run = try CommandRun(
      [directory.file("host")],
      environment: [
        "LD_LIBRARY_PATH=\(TestBuild.directory):\(libraries)", "SWIFT_BACKTRACE=enable=no",
        "NO_COLOR=\(noColor)",
      ])
    try #require(run.status == .exited(0), "\(run.errors)")
    // A terminal ends lines with two characters, which Swift takes for one.
    let lines = run.output.split(whereSeparator: \.isNewline)
    #expect(lines.count == 2)
    for line in lines { #expect(line.contains("\u{1b}[31merror") == noColor.isEmpty) }
    #expect(lines.first?.contains("immediate") == true)
  }
}
