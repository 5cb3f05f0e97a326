internal import Platform

/// A plugin as its author builds it: by `swift build`, in a package of its own outside the checkout
/// that depends on this package by its path.
public enum OutOfTreePackage {
  /// Builds the plugin, with the name `manifestName`.
  ///
  /// - Parameters:
  ///   - linkerSettings: an argument of the target's declaration, as text: `linkerSettings: […]`.
  ///   - exports: the text of `plugin.exports` beside its Package.swift.
  /// - Returns: the plugin's file. Beside it lies the copy of the runtime that SwiftPM has made for
  ///   it.
  public static func build(
    manifestName: String, linkerSettings: String? = nil, exports: String? = nil
  ) throws -> String {
    let directory = try TemporaryDirectory.make("out-of-tree")
    let fixtures = Path.join(TestBuild.root, "Tests/Fixtures")
    let sources = Path.join(directory, "Sources/OutOfTreePlugin")
    try Files.makeDirectory(sources)

    let package = try Files.readText(
      Path.join(fixtures, "out-of-tree-package/Package.swift.template")
    )
    .replacing("{{root}}", with: TestBuild.root)
    .replacing("{{linker settings}}", with: linkerSettings.map { ",\n" + $0 } ?? "")
    if let exports {
      try FileEdits.write(Array(exports.utf8), to: Path.join(directory, "plugin.exports"))
    }
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
