import ELFInspection
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

  @Test func whoIsLinkedNotToBe() throws {
    #expect(try verdict(.nodelete)?.because == ["it is linked with -z nodelete"])
  }
}
