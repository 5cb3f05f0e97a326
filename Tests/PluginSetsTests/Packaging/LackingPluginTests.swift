import ELFInspection
import Platform
import TestSupport
import Testing

@testable import PluginSets

/// `plugin-host` on a runtime that is trimmed for it alone, made once.
private enum TrimmedHost {
  static let directory = try? TemporaryDirectory()
  static let host = Result {
    let folder = try #require(directory).file("trimmed")
    let host = try MergedHost.build(in: folder)
    _ = try MergedHost.packager().package(.trimmed, for: [host], into: folder)
    return host
  }

  /// A plugin that wants `symbols` besides what it needs to be one.
  static func plugin(wanting symbols: [String]) throws -> String {
    let source = Path.join(try TemporaryDirectory.make("lacking"), "wants.c")
    let text = symbols.enumerated().map { number, symbol in
      "extern char wanted_\(number) __asm__(\"\(symbol)\"); char *keep_\(number) = &wanted_\(number);\n"
    }
    try Files.replace(source, with: Array(text.joined().utf8))
    return try Fixture("well-behaved-c", flags: [source]).path()
  }
}

@Suite("A plugin that needs more than a trimmed runtime has", .serialized)
struct LackingPluginTests {
  /// Of the standard library, and of Foundation, which the runtime does not hold.
  static let wanted = ["swift_getFunctionFullNameFromMangledName", "CFStringCreateCopy"]

  @Test(
    "is refused before the loader sees it, with all that is missing and what widens the runtime")
  func isRefused() throws {
    let host = try TrimmedHost.host.get()
    let plugin = try TrimmedHost.plugin(wanting: Self.wanted + ["malloc"])
    let run = try HostRun(host, plugin)
    #expect(run.run.status == .exited(2), "\(run.run.output)\(run.run.errors.suffix(2000))")
    #expect(run.run.output.contains("symbol-missing"))
    for symbol in Self.wanted { #expect(run.run.output.contains(symbol), "\(run.run.output)") }
    #expect(!run.run.output.contains("malloc"))
    let folder = Path.parent(of: host)
    #expect(
      run.run.output.contains(
        "tools/package-runtime --packaging trimmed --widen --for '\(plugin)' --output '\(folder)'"),
      "\(run.run.output)")
    // Not even opened by it.
    #expect(!run.hasRun(plugin))
    #expect(!run.run.errors.contains("file=\(plugin)"))
  }

  @Test("is told of by verify, which loads nothing")
  func isVerified() throws {
    let host = try TrimmedHost.host.get()
    let plugin = try TrimmedHost.plugin(wanting: Self.wanted)
    let run = try CommandRun(
      [host, "verify", "--format", "json", plugin], environment: ["LD_DEBUG=files"])
    #expect(run.status == .exited(2), "\(run.output)\(run.errors.suffix(2000))")
    for symbol in Self.wanted { #expect(run.output.contains(symbol), "\(run.output)") }
    #expect(!run.errors.contains("file=\(plugin)"))
  }

  @Test("runs where it needs no more, and where what it needs comes with a library of its own")
  func runsOtherwise() throws {
    let host = try TrimmedHost.host.get()
    let plugin = try TrimmedHost.plugin(wanting: ["malloc", "plr_attach"])
    let run = try HostRun(host, plugin)
    #expect(run.run.status == .exited(0), "\(run.run.output)\(run.run.errors.suffix(2000))")
    #expect(run.hasRun(plugin))
    let folder = try TemporaryDirectory.make("brought")
    let source = Path.join(folder, "brought.c")
    try Files.replace(source, with: Array("int brought_along(void) { return 1; }\n".utf8))
    let library = Path.join(folder, "libbrought.so")
    try Tool.run(["cc", "-shared", "-fPIC", source, "-o", library])
    let user = Path.join(folder, "user.c")
    try Files.replace(
      user, with: Array("extern int brought_along(void); void *keep = brought_along;\n".utf8))
    let other = try Fixture(
      "well-behaved-c", flags: [user, "-L", folder, "-lbrought", "-Wl,-rpath," + folder]
    ).path()
    let second = try HostRun(host, other)
    #expect(
      second.run.status == .exited(0), "\(second.run.output)\(second.run.errors.suffix(2000))")
    #expect(second.hasRun(other))
  }
}
