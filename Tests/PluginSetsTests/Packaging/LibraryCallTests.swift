import Platform
import TestSupport
import Testing

/// The example of `docs/packaging.md`, in a package of its own.
@Suite("A program of somebody else's")
struct LibraryCallTests {
  private static func example() throws -> String {
    let page = try Files.readText(Path.join(TestBuild.root, "docs/packaging.md"))
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex(of: "```swift"))
    let rest = lines[(start + 1)...]
    return rest[..<(try #require(rest.firstIndex(of: "```")))].joined(separator: "\n")
  }

  @Test("makes a runtime by the call of docs/packaging.md, from a package that depends on this one")
  func callsLibrary() throws {
    let directory = try TemporaryDirectory()
    let sources = directory.file("Sources/Packager")
    try Files.makeDirectory(sources)
    let package = try Files.readText(
      Path.join(TestBuild.root, "Tests/Fixtures/out-of-tree-package/Packager.swift.template")
    ).replacing("{{root}}", with: TestBuild.root)
    try Files.replace(directory.file("Package.swift"), with: Array(package.utf8))
    try Files.replace(
      Path.join(sources, "example.swift"), with: Array(try Self.example().utf8))
    try Files.replace(
      Path.join(sources, "main.swift"),
      with: Array(
        """
        import Glibc
        import PluginSets

        let words = CommandLine.arguments
        let path = unsafe String(cString: getenv("PATH")!)
        do {
          let package = try makeRuntime(
            for: [words[2]], in: words[3], build: words[1], cache: words[4],
            environment: ["PATH": path])
          print(package.path, package.packaging)
        } catch {
          print(error)
          exit(1)
        }

        """.utf8))
    let scratch = directory.file("build")
    try Tool.run([
      "swift", "build", "--package-path", directory.path, "--scratch-path", scratch,
      "--disable-sandbox", "--disable-automatic-resolution", "--product", "Packager",
    ])
    let object = directory.file("plugin.o")
    let source = directory.file("plugin.swift")
    try Files.replace(
      source, with: Array("@c(plugin_entry) public func entry() { print(1) }\n".utf8))
    try Tool.run(["swiftc", "-c", "-O", "-parse-as-library", source, "-o", object])
    let folder = directory.file("out")
    let run = try CommandRun([
      Path.join(scratch, "debug/Packager"), Path.join(TestBuild.directory, "bench-runtime"), object,
      folder, directory.file("cache"),
    ])
    #expect(run.status.isSuccess, "\(run.output)\(run.errors)")
    #expect(run.output == "\(Path.join(folder, "libPluginRuntime.so")) trimmed\n")
    #expect(
      try Files.list(folder) == ["libPluginRuntime.imports", "libPluginRuntime.so"])
  }
}
