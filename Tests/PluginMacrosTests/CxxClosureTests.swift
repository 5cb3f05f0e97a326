import CAllKinds
import CPluginABI
import Platform
import PluginHost
import PluginMacros
import PluginRuntime
import TestSupport
import Testing

/// In a process of its own: other tests look at what is registered in theirs.
@Suite("A plugin in C++ that hands out function objects")
struct CxxClosureTests {
  @Test(
    "lends and gives them as closures: what they throw stops at the boundary, and they go with the plugin"
  )
  func closures() async {
    await #expect(processExitsWith: .success) { try CxxClosureTests.check() }
  }

  private static func closures(of plugin: String) -> InstanceCount? {
    unsafe InstanceCounts.all().first { $0.interface == "closures" && $0.plugin == plugin }
  }

  static func check() throws {
    let directory = try TemporaryDirectory()
    let fixtures = Path.join(TestBuild.root, "Tests/Fixtures")
    let library = try AllKindsLanguage.compileCxx(
      Path.join(fixtures, "gives-closures/gives.cpp"), in: directory.path)
    let host = try PluginHost(name: "host of gives-closures")
    let keeper = try Account("keeper of closures in C++")
    let export = unsafe AllKindsExport(AllKindsInSwift(), account: keeper.host)
    try #require(
      unsafe plr_registry_add(keeper.host, TEST_ALL_KINDS_ID, 1, 0, export.table, nil) == PLR_OK)
    let peer = unsafe AllKindsTests.proxy(export.table, keeper)
    // The plugin checks what it has lent itself.
    let plugin = try host.load(library)
    #expect(closures(of: "gives-closures").map { $0.made == 2 && $0.live == 1 } == true)
    #expect(try peer.callKept("ü", nil) == "ü 1")
    #expect(try peer.callKept("x", nil) == "x 2")
    let thrown = #expect(throws: PluginError.self) { try peer.callKept("throw", nil) }
    #expect(thrown?.code == PLR_ERROR_PLUGIN && thrown?.message == "as was asked", "\(thrown!)")
    let report = try host.unload(plugin)
    #expect(report.isUnmapped && report.leakedBlocks == 0)
    let gone = #expect(throws: PluginError.self) { try peer.callKept("x", nil) }
    #expect(gone?.code == PLR_ERROR_RETIRED)
    #expect(peer.drop(), "and it is not released either")
    unsafe plr_registry_remove(keeper.host, TEST_ALL_KINDS_ID, 1, export.table)
    withExtendedLifetime(export) {}
  }
}
