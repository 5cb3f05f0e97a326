internal import Platform

/// A C or C++ compiler on this machine.
public struct Compiler: Sendable, CustomStringConvertible {
  public let name: String
  public let standard: String
  public var isCPlusPlus: Bool { standard.hasPrefix("c++") }
  public var description: String { "\(name) -std=\(standard)" }

  /// Every pair of compiler and standard that the ABI promises to compile with and that is there.
  public static let all: [Compiler] = [
    ("gcc", "c11"), ("gcc", "c17"), ("clang", "c11"), ("clang", "c17"), ("g++", "c++17"),
    ("g++", "c++20"), ("clang++", "c++17"), ("clang++", "c++20"),
  ].filter { isInstalled($0.0) }.map { Compiler(name: $0.0, standard: $0.1) }

  /// One standard of each compiler.
  public static let oneEach: [Compiler] = all.filter { ["c11", "c++17"].contains($0.standard) }

  /// Where the headers of the ABI lie.
  public static let headers = Path.join(TestBuild.root, "Sources/Runtime/CPluginABI/include")

  /// Compiles `arguments` as this compiler's language.
  public func run(_ arguments: [String]) throws -> CommandRun {
    try CommandRun([name, "-std=\(standard)", "-x", isCPlusPlus ? "c++" : "c"] + arguments)
  }

  private static func isInstalled(_ name: String) -> Bool {
    (environmentVariables()["PATH"] ?? "").split(separator: ":")
      .contains { Files.exists(Path.join(String($0), name)) }
  }
}

/// The toolchain that built the tests.
public enum SwiftToolchain {
  /// Where its runtime libraries lie, as `swiftc -print-target-info` says.
  public static func runtimeLibraryPath() throws -> String {
    let output = try CommandRun(["swiftc", "-print-target-info"]).output
    guard let field = output.range(after: "\"runtimeLibraryPaths\""),
      let open = output[field...].firstIndex(of: "["),
      case let parts = output[open...].split(separator: "\"", maxSplits: 2), parts.count == 3
    else { throw SystemError("read", "swiftc -print-target-info", code: 22) }
    return String(parts[1])
  }

  /// The sanitizer that the products under test were built with, as a compiler's options.
  public static func sanitizerOptions() throws -> [String] {
    let symbols = try CommandRun(
      ["nm", "-D", "--undefined-only", Path.join(TestBuild.directory, "libPluginRuntime.so")]
    ).output
    if symbols.contains("__tsan_") {
      // Its interceptors of libdispatch are in the archive, and libdispatch is not.
      let libraries = try runtimeLibraryPath()
      return [
        "-fsanitize=thread", "-rdynamic", "-Wl,-u,__tsan_external_write", "-L", libraries,
        "-ldispatch", "-lBlocksRuntime",
      ]
    }
    if symbols.contains("__asan_") { return ["-fsanitize=address"] }
    return []
  }
}

extension String {
  /// Where what follows `text` begins; nil where `text` is not there.
  fileprivate func range(after text: String) -> Index? {
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(text) { return rest.index(rest.startIndex, offsetBy: text.count) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
