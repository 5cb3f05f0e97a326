import CAllKinds
import CPluginABI
import Platform
import PluginHost
import PluginMacros
import TestSupport
import Testing

/// A language that implements `test.all-kinds`, in a plugin of its own.
enum AllKindsLanguage: String {
  case cxx = "C++"
  case rust = "Rust"
  case embeddedSwift = "Embedded Swift"

  private static let fixtures = Path.join(TestBuild.root, "Tests/Fixtures/all-kinds")
  private static let abi = Path.join(TestBuild.root, "Sources/Runtime/CPluginABI/include")

  static let hasCargo = (try? CommandRun(["cargo", "--version"]))?.status.isSuccess == true

  /// Builds a plugin that uses the interface's headers for C++.
  static func compileCxx(_ source: String, in directory: String) throws -> String {
    let output = Path.join(directory, "all-kinds.so")
    try Tool.run([
      "g++", "-std=c++17", "-O1", "-fPIC", "-fvisibility=hidden", "-shared", "-Wall", "-Wextra",
      "-Werror", "-I", abi, "-I", fixtures, "-I", Path.join(fixtures, "cxx"), source, "-o", output,
      "-Wl,--version-script=\(TestBuild.root)/Sources/Runtime/Installed/plugin.exports",
    ])
    return output
  }

  /// Builds the crate of a fixture; where its library is.
  static func buildCrate(_ sources: String, in directory: String) throws -> String {
    // The lock is written beside the sources: these are a copy.
    let crate = Path.join(directory, "rust")
    try Files.makeDirectory(crate)
    for file in try Files.list(sources) {
      var text = try Files.readText(Path.join(sources, file))
      text = text.replacing("../../../../Examples", with: Path.join(TestBuild.root, "Examples"))
      text = text.replacing("../../all-kinds", with: fixtures)
      try Files.replace(Path.join(crate, file), with: Array(text.utf8))
    }
    try Tool.run(["cargo", "build", "--offline", "--manifest-path", crate + "/Cargo.toml"])
    return Path.join(crate, "target/debug")
  }

  /// Builds the plugin, with the commands of its language.
  func build(in directory: String) throws -> String {
    let output = Path.join(directory, "all-kinds.so")
    switch self {
    case .cxx:
      return try Self.compileCxx(Path.join(Self.fixtures, "cxx/all_kinds.cpp"), in: directory)
    case .rust:
      return Path.join(
        try Self.buildCrate(Path.join(Self.fixtures, "rust"), in: directory), "liball_kinds.so")
    case .embeddedSwift:
      let swift = Path.join(TestBuild.root, "Tests/PluginMacrosTests")
      try Tool.run([
        Path.join(TestBuild.root, "tools/build-embedded-plugin"), "-o", output, "--macros",
        Path.join(TestBuild.directory, "PluginMacroExpansion-tool"), "-I", Self.fixtures,
        // The same sources that full Swift is tested with, and an entry.
        Path.join(swift, "AllKinds.swift"), Path.join(swift, "AllKindsInSwift.swift"),
        Path.join(Self.fixtures, "embedded/plugin.swift"),
      ])
    }
    return output
  }
}

/// Each in a process of its own: other tests look at what is registered in theirs.
@Suite(
  "One interface with all kinds of parameters, in other languages: 1,000 generated cases from Swift and 10,000 from C"
)
struct AllKindsLanguagesTests {
  @Test("agree in C++")
  func cxx() async {
    await #expect(processExitsWith: .success) { try AllKindsLanguagesTests.check(.cxx) }
  }

  @Test("agree in Rust")
  func rust() async {
    guard AllKindsLanguage.hasCargo else {
      print("cargo is missing: test.all-kinds was not tested in Rust")
      return
    }
    await #expect(processExitsWith: .success) { try AllKindsLanguagesTests.check(.rust) }
  }

  @Test("agree in Embedded Swift, from the source that is tested in Swift")
  func embeddedSwift() async {
    await #expect(processExitsWith: .success) { try AllKindsLanguagesTests.check(.embeddedSwift) }
  }

  static func check(_ language: AllKindsLanguage) throws {
    let directory = try TemporaryDirectory()
    let host = try PluginHost(name: "all kinds in \(language.rawValue)")
    let plugin = try host.load(try language.build(in: directory.path))
    try unsafe AllKindsProxy.withFound(host.account) { found in
      try #require(found.misfits.isEmpty && found.fitting.count == 1, "\(found.misfits)")
      // No Swift value is behind it, so it is called through its table.
      #expect(found.fitting[0].way != .native)
      for seed in 0..<1000 as Range<UInt64> {
        try AllKindsTests.check(found.fitting[0].interface, seed: seed, language.rawValue)
      }
    }
    let account = try Account()
    var caller = unsafe AllKindsTests.state(account)
    let table = unsafe try #require(
      try host.interface(of: plugin, "test.all-kinds", revision: 1))
    var first: UnsafePointer<CChar>?
    let wrong = unsafe all_kinds_call(
      table.assumingMemoryBound(to: test_all_kinds.self), &caller, 1, 10_000, &first)
    let name = unsafe first.map { unsafe String(cString: $0) }
    #expect(wrong == 0, "first in \(name ?? "")")
    #expect(account.liveBlocks == 0, "what was given away was not freed")
    // The plugin goes with a closure of the host's: it gives it back, and whoever holds nothing of it notices nothing.
    let gone = Tally()
    let asHost = unsafe AllKindsTests.proxy(table, account)
    try asHost.keep { [witness = Witness(gone)] text, _ throws(PluginError) in
      withExtendedLifetime(witness) { text + text }
    }
    #expect(try asHost.callKept("ab", nil) == "abab" && gone.count == 0)
    let report = try host.unload(plugin)
    #expect(gone.count == 1, "the closure was not given back, or twice")
    #expect(report.leakedBlocks == 0)
    #expect(report.isUnmapped == (language != .rust))
  }
}
