import Platform
import TestSupport
import Testing

@Suite("The example Greeter")
struct GreeterTests {
  @Test("is built by 'swift build' and greets as its README says")
  func greets() throws {
    let package = Path.join(TestBuild.root, "Examples/Greeter")
    let directory = try TemporaryDirectory()
    let scratch = directory.file("build")
    try Tool.run([
      "swift", "build", "--package-path", package, "--scratch-path", scratch, "--disable-sandbox",
      "--disable-automatic-resolution",
    ])
    let readme = try Files.readText(Path.join(package, "README.md"))
    let plugins = ["libpolite.so", "libterse.so"].map { Path.join(scratch, "debug/\($0)") }
    let greet = Path.join(scratch, "debug/greet")
    let run = try CommandRun([greet, "Ada"] + plugins)
    #expect(run.status.isSuccess, "\(run.errors)")
    #expect(readme.contains("```\n\(run.output)```"), "\(run.output)")
    // The plugin in Swift has its own copy of the protocol's module; its greeters are called as they are.
    let how = try CommandRun([greet, "--how", "Ada"] + plugins)
    #expect(how.output.hasPrefix("native\nnative\ntable: it is not Swift\n"), "\(how.output)")
    // Both greeters of the one plugin were made, and are live while it is loaded.
    let host = Path.join(TestBuild.directory, "plugin-host")
    let stats = try CommandRun([host, "load", plugins[0], "--stats", "--format", "json"])
    for text in ["\"interface\" : \"example.greeter\"", "\"made\" : 2", "\"unmade\" : 0"] {
      #expect(stats.output.contains(text), "\(stats.output)\(stats.errors)")
    }
    let nameless = try CommandRun([greet, ""] + plugins)
    #expect(nameless.output.contains("(name: it is empty: say whom to greet)"))
  }
}
