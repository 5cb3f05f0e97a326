import CAllKinds
import CPluginABI
import Platform
import PluginHost
import PluginMacros
import PluginRuntime
import TestSupport
import Testing

/// In processes of their own: other tests look at what is registered in theirs.
@Suite("A plugin that hands out closures")
struct ForeignClosureTests {
  @Test(
    "lends and gives function objects of C++: what they throw stops at the boundary, and they go with the plugin"
  )
  func cxx() async {
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      let fixtures = Path.join(TestBuild.root, "Tests/Fixtures")
      try ForeignClosureTests.check(
        AllKindsLanguage.compileCxx(
          Path.join(fixtures, "gives-closures/gives.cpp"), in: directory.path),
        named: "gives-closures", made: 3, failing: "throw", isUnloadable: true)
    }
  }

  @Test(
    "lends and gives closures of Rust: a panic stops at the boundary, and they go with the plugin")
  func rust() async {
    guard AllKindsLanguage.hasCargo else {
      print("cargo is missing: closures of Rust were not tested")
      return
    }
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      let crate = Path.join(TestBuild.root, "Tests/Fixtures/gives-closures/rust")
      try ForeignClosureTests.check(
        Path.join(
          AllKindsLanguage.buildCrate(crate, in: directory.path), "libgives_closures.so"),
        named: "gives-closures-rust", made: 2, failing: "panic", isUnloadable: false)
    }
  }

  private static func closures(of plugin: String) -> InstanceCount? {
    unsafe InstanceCounts.all().first { $0.interface == "closures" && $0.plugin == plugin }
  }

  static func check(
    _ library: String, named name: String, made: UInt64, failing: String, isUnloadable: Bool
  ) throws {
    let host = try PluginHost(name: "host of \(name)")
    let keeper = try Account("keeper of closures of others")
    let export = unsafe AllKindsExport(AllKindsInSwift(), account: keeper.host)
    try #require(
      unsafe plr_registry_add(keeper.host, TEST_ALL_KINDS_ID, 1, 0, export.table, nil) == PLR_OK)
    let peer = unsafe AllKindsTests.proxy(export.table, keeper)
    // The plugin checks what it has lent itself.
    let plugin = try host.load(library)
    #expect(closures(of: name).map { $0.made == made && $0.live == 1 } == true)
    #expect(try peer.callKept("ü", nil) == "ü 1")
    #expect(try peer.callKept("x", nil) == "x 2")
    let thrown = #expect(throws: PluginError.self) { try peer.callKept(failing, nil) }
    #expect(thrown?.code == PLR_ERROR_PLUGIN && thrown?.message == "as was asked", "\(thrown!)")
    let report = try host.unload(plugin)
    #expect(report.isUnmapped == isUnloadable && report.leakedBlocks == 0)
    // What the plugin still had given away went with it, and was counted.
    #expect(closures(of: name).map(\.live) ?? 0 == 0)
    let gone = #expect(throws: PluginError.self) { try peer.callKept("x", nil) }
    #expect(gone?.code == PLR_ERROR_RETIRED)
    #expect(peer.drop(), "and it is not released either")
    unsafe plr_registry_remove(keeper.host, TEST_ALL_KINDS_ID, 1, export.table)
    withExtendedLifetime(export) {}
  }
}
