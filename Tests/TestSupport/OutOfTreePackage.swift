internal import Platform

/// A plugin as its author builds it: by `swift build`, in a package of its own outside the checkout
/// that depends on this package by its path.
public enum OutOfTreePackage {
  /// Builds the plugin, with the name `manifestName`.
  ///
  /// - Returns: the plugin's file. Beside it lies the copy of the runtime that SwiftPM has made for
  ///   it.
  public static func build(manifestName: String) throws -> String {
    let directory = try TemporaryDirectory.make("out-of-tree")
    let fixtures = Path.join(TestBuild.root, "Tests/Fixtures")
    let sources = Path.join(directory, "Sources/OutOfTreePlugin")
    try Files.makeDirectory(sources)

    let package = try Files.readText(
      Path.join(fixtures, "out-of-tree-package/Package.swift.template")
    )
    .replacing("{{root}}", with: TestBuild.root)
    try FileEdits.write(Array(package.utf8), to: Path.join(directory, "Package.swift"))
    let plugin = Fixture.filledIn(
      try Files.readText(Path.join(fixtures, "well-behaved-swift/plugin.swift.template")),
      manifestName: manifestName)
    try FileEdits.write(Array(plugin.utf8), to: Path.join(sources, "plugin.swift"))

    let scratch = Path.join(directory, "build")
    let command = [
      "swift", "build", "--package-path", directory, "--scratch-path", scratch, "--disable-sandbox",
      "--disable-automatic-resolution", "--product", "OutOfTreePlugin",
    ]
    try Tool.run(command)
    return Path.join(scratch, "debug/libOutOfTreePlugin.so")
  }
}
