import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("A plugin is resident unless proven unloadable")
struct UnloadVerdictTests {
  private func verdict(_ fixture: Fixture) throws -> UnloadVerdict? {
    let file = try ELFFile(path: try fixture.path())
    guard case .found(let manifest) = file.findManifest() else { return nil }
    return file.unloadVerdict(manifest: manifest)
  }

  @Test(arguments: [Fixture.wellBehavedC, .wellBehavedEmbedded])
  func unloadable(_ fixture: Fixture) throws {
    #expect(try verdict(fixture)?.because == [])
  }

  @Test func whoDoesNotPromiseIt() throws {
    #expect(try verdict(.wellBehavedSwift)?.because == ["its manifest does not promise it"])
  }

  @Test func whoIsKnownToTheSwiftRuntime() throws {
    let because = try #require(try verdict(.claimsUnloadable)).because
    #expect(because.contains { $0.contains("swift5_protocol_conformances") })
  }

  /// The verdict on a library with no more than this in it.
  private func obstacles(_ source: String, _ flags: [String] = []) throws -> [String] {
    let path = Path.join(try TemporaryDirectory.make("unload"), "library.so")
    try NativeBuild.library(source, to: path, compiler: "gcc", ["-O1", "-nostdlib"] + flags)
    return try ELFFile(path: path).unloadObstacles()
  }

  private static let plain = "int call(int v) { return v + 1; }"

  @Test func whoSaysNothingAgainstIt() throws {
    #expect(try obstacles(Self.plain) == [])
  }

  @Test func whoDefinesAUniqueSymbol() throws {
    let source = """
      __asm__(".globl one\\n.type one, @gnu_unique_object\\n.data\\none: .long 1\\n.size one, 4\\n.text");
      \(Self.plain)
      """
    #expect(
      try obstacles(source)
        == ["it defines STB_GNU_UNIQUE symbols, which the loader never unmaps"])
  }

  @Test func whoUsesStaticThreadLocals() throws {
    let source = "_Thread_local int depth; int enter(void) { return ++depth; }"
    let reason = "it uses static thread-local storage, which the loader never gives back"
    #expect(try obstacles(source, ["-ftls-model=initial-exec"]) == [reason])
    #expect(try obstacles(source, ["-mtls-dialect=gnu"]) == [])
    #expect(try obstacles(source, ["-mtls-dialect=gnu2"]) == [])
  }

  @Test func whoBringsADispatchLibrary() throws {
    let source = "void dispatch_async_f(void *q, void *c, void (*w)(void *)) { w(c); }"
    #expect(
      try obstacles(source) == ["it brings a dispatch library whose threads never end"])
    // Whoever only calls it has it from a library that stays.
    let caller = """
      extern void dispatch_async_f(void *, void *, void (*)(void *));
      void start(void (*work)(void *)) { dispatch_async_f(0, 0, work); }
      """
    #expect(try obstacles(caller) == [])
  }

  @Test func whoIsLinkedNotToBe() throws {
    #expect(try verdict(.nodelete)?.because == ["it is linked with -z nodelete"])
  }
}
