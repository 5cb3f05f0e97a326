import CPluginABI
import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("A manifest is read from the file alone")
struct ManifestTests {
  @Test func aPluginInC() throws {
    let file = try ELFFile(path: try Fixture.wellBehavedC.path())
    guard case .found(let manifest) = file.findManifest() else {
      Issue.record("\(file.findManifest())")
      return
    }
    #expect(manifest.name == "well-behaved-c")
    #expect(manifest.version == "1.2.3")
    #expect(manifest.abiMajor == 1 && manifest.abiMinor == 0)
    #expect(manifest.unloadClass == PLR_UNLOAD_UNLOADABLE)
    #expect(manifest.features == 0)
    #expect(!manifest.toolchain.isEmpty)
  }

  @Test(arguments: [Fixture.wellBehavedSwift, .wellBehavedEmbedded])
  func aPluginInSwift(_ fixture: Fixture) throws {
    let file = try ELFFile(path: try fixture.path())
    guard case .found(let manifest) = file.findManifest() else {
      Issue.record("\(file.findManifest())")
      return
    }
    #expect(manifest.name == fixture.name)
    #expect(unsafe manifest.toolchain == String(cString: plugin_toolchain()))
  }

  @Test func aLibraryHasNone() throws {
    #expect(try ELFFile(path: Readelf.runtime).findManifest() == .missing)
  }

  @Test func itIsFoundInItsSectionWhenNoSegmentShowsIt() throws {
    let target = Path.join(try TemporaryDirectory.make(), "plugin.so")
    try FileEdits.copy(try Fixture.wellBehavedC.path(), to: target) { bytes in
      bytes.hideSegments(ofType: 4)
    }
    let file = try ELFFile(path: target)
    #expect(!file.segments.contains { $0.type == 4 })
    guard case .found = file.findManifest() else {
      Issue.record("\(file.findManifest())")
      return
    }
  }

  /// What is put where in the manifest, and what is said of it.
  static let lies: [(offset: Int, bytes: [UInt8], field: String)] = [
    (0, [0, 2, 0, 0], "manifest.size"), (0, [200, 0, 0, 0], "manifest.size"),
    (8, [7, 0, 0, 0], "manifest.unload_class"), (16, [0], "manifest.name"),
    (16, Array(repeating: 0x41, count: 64), "manifest.name"), (17, [0x0a], "manifest.name"),
    (17, [0xff], "manifest.name"), (17, [0xc2, 0x9b], "manifest.name"),
    (80, Array(repeating: 0x31, count: 32), "manifest.version"),
    (112, Array(repeating: 0x32, count: 128), "manifest.toolchain"),
  ]

  @Test(arguments: lies.indices) func aLieIsNamed(_ index: Int) throws {
    let lie = Self.lies[index]
    let target = Path.join(try TemporaryDirectory.make(), "plugin.so")
    try FileEdits.copy(try Fixture.wellBehavedC.path(), to: target) { bytes in
      let manifest = bytes.offsets(of: Array("PluginRuntime\0\0\0".utf8))[0] + 16
      bytes.overwrite(at: manifest + lie.offset, with: lie.bytes)
    }
    let file = try ELFFile(path: target)
    guard case .malformed(let field, _, _) = file.findManifest() else {
      Issue.record("\(file.findManifest())")
      return
    }
    #expect(field == lie.field)
  }
}
