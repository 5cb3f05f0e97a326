internal import Platform

/// Where the tests run from, and the sources they were built from.
public enum TestBuild {
  /// SwiftPM's build directory: it holds the products under test.
  public static let directory: String = {
    guard let path = try? executablePath() else { preconditionFailure("no /proc/self/exe") }
    return Path.parent(of: path)
  }()

  /// The checkout; the build directory may lie elsewhere (`--scratch-path`), this source does not.
  public static let root: String = {
    var candidate = Path.parent(of: #filePath)
    while !Files.exists(Path.join(candidate, "Sources/Runtime/Package.swift")) {
      let parent = Path.parent(of: candidate)
      precondition(parent != candidate, "no checkout above '\(#filePath)'")
      candidate = parent
    }
    return candidate
  }()

  /// How a makefile builds a plugin in Embedded Swift with the macros under test.
  public static var embedded: String {
    Path.join(root, "tools/build-embedded-plugin") + " --macros "
      + Path.join(directory, "PluginMacroExpansion-tool")
  }
}
