import CFixture
import CPluginABI
import Platform
import PluginHost
import TestSupport
import Testing

extension Tag {
  /// Builds a package of its own, which takes up to two minutes.
  @Tag static var buildsAPackage: Self
}

@Suite("Host and plugins share one runtime, whoever built them")
struct OneRuntimeTests {
  /// The functions of the runtime that a file defines for others.
  private func runtimeFunctions(definedIn path: String, _ options: String...) throws -> [String] {
    try Tool.run(["nm", "--defined-only", "--extern-only"] + options + [path])
      .split(separator: "\n")
      .compactMap { $0.split(separator: " ").last.map(String.init) }
      .filter { $0.hasPrefix("plr_") }
  }

  @Test(.tags(.buildsAPackage)) func oneRegistryOneLogOneAllocator() throws {
    let hostName = HostedFixture.uniqueName("host")
    let outOfTreeName = HostedFixture.uniqueName("out-of-tree")
    let outOfTree = HostedFixture(
      path: try OutOfTreePackage.build(manifestName: outOfTreeName), name: outOfTreeName)
    let plugins = [
      try HostedFixture(.wellBehavedSwift), try HostedFixture(.wellBehavedC), outOfTree,
    ]
    // SwiftPM has made a runtime for the plugin, which lies where the plugin looks first.
    let ownRuntime = Path.join(Path.parent(of: outOfTree.path), "libPluginRuntime.so")
    #expect(Files.exists(ownRuntime))

    let log = LogCollector(names: plugins.map(\.name) + [hostName])
    defer { log.stop() }
    let host = try PluginHost(name: hostName)
    host.log(PLR_LOG_NOTICE, "init")
    nonisolated(unsafe) let block = unsafe plr_allocate(host.account, 640, 0)
    defer { unsafe plr_deallocate(host.account, block) }
    let own = UnsafeMutablePointer<fixture_unit>.allocate(capacity: 1)
    defer { unsafe own.deallocate() }
    unsafe own.initialize(
      to: fixture_unit(
        size: UInt32(MemoryLayout<fixture_unit>.size), revision: 1, answer: { 3 * $0 + 1 },
        log: { _, _ in }, runtime: { unsafe plr_runtime_identity() }))
    let registered = unsafe plr_registry_add(host.account, hostName, 1, 0, own, nil)
    #expect(registered == PLR_OK)
    let ids = try plugins.map { try host.load($0.path) }

    // One registry: the host finds all four in it, and each knows the same runtime.
    for name in [hostName] + plugins.map(\.name) {
      var reference = unsafe plr_reference()
      let status = unsafe plr_registry_acquire(host.account, name, 1, 0, &reference)
      try #require(status == PLR_OK, "\(name)")
      let unit = unsafe reference.table.assumingMemoryBound(to: fixture_unit.self).pointee
      #expect(unit.answer(13) == 40)
      let isTheHosts = unsafe unit.runtime() == plr_runtime_identity()
      #expect(isTheHosts, "\(name) has a runtime of its own")
      unsafe plr_registry_release(host.account, &reference)
    }
    // One log: its sink has heard all four.
    #expect(
      log.records.filter { $0.message == "init" }.map(\.plugin) == [hostName] + plugins.map(\.name))
    // One allocator: the host's statistics know what each has allocated.
    for id in ids {
      #expect(try host.allocations(of: id) == (1, UInt64(FIXTURE_BLOCK_SIZE)))
    }
    var statistics = plr_allocation_statistics()
    statistics.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
    let known = unsafe plr_allocator_statistics(host.account, &statistics)
    #expect(known == PLR_OK && statistics.live_blocks == 1)

    // One library: it alone defines the runtime's functions, and it is mapped once.
    let runtime = Path.join(TestBuild.directory, "libPluginRuntime.so")
    #expect(try runtimeFunctions(definedIn: runtime, "-D").count > 10)
    for path in [try executablePath()] + plugins.map(\.path) {
      #expect(try runtimeFunctions(definedIn: path) == [], "\(path)")
      #expect(try runtimeFunctions(definedIn: path, "-D") == [], "\(path)")
    }
    let mapped = Set(
      try Files.readText("/proc/self/maps").split(separator: "\n")
        .filter { $0.hasSuffix("/libPluginRuntime.so") }
        .compactMap { line in line.firstIndex(of: "/").map { String(line[$0...]) } })
    #expect(mapped == [try Files.resolve(runtime)])
    for id in ids { try host.unload(id) }
  }

  @Test(
    "a plugin that carries a Swift runtime of its own is refused where the toolchain's is there")
  func refusesSecondSwiftRuntime() throws {
    let plugin = try Fixture("well-behaved-swift", flags: ["-static-stdlib"]).path()
    let verdict = Admission.check(plugin)
    #expect(verdict.reasons.map(\.code) == [.toolchainMismatch], "\(verdict.reasons)")
    #expect(verdict.reasons.first?.expected.contains("libswiftCore.so") == true)
    let run = try CommandRun(
      [Path.join(TestBuild.directory, "plugin-host"), "load", "--format", "json", plugin],
      environment: ["LD_DEBUG=files"])
    #expect(run.status == .exited(2), "\(run.output)\(run.errors.suffix(2000))")
    #expect(run.output.contains("without -static-stdlib"), "\(run.output)")
    #expect(!run.errors.contains("file=\(plugin)"))
    #expect(Admission.check(try Fixture.wellBehavedSwift.path()).isAdmitted)
  }
}
