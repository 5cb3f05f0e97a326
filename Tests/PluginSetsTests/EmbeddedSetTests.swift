import CBenchUnit
import CPluginABI
import CProbe
import ELFInspection
import Platform
import PluginHost
import PluginRuntime
import TestSupport
import Testing

@testable import PluginSets

private enum EmbeddedSet {
  static let cache = try? TemporaryDirectory()

  static func build() throws -> PluginSet {
    let builder = try PluginSetBuilder(
      executable: Path.join(TestBuild.directory, "bench-runtime"),
      cacheDirectory: try #require(cache).path, environment: environmentVariables())
    return try builder.build([.embedded], counts: [2], profile: .tiny, width: 2).sets[0]
  }
}

/// Loads the plugin, calls it and unloads it, `count` times.
///
/// - Parameter answers: it offers a unit of the bench, which is called.
/// - Returns: nil where all went well each time, or what did not.
private func cycle(
  _ path: String, in host: PluginHost, count: Int, answers: Bool = true
) throws -> String? {
  for round in 0..<count {
    let id = try host.load(path)
    if answers {
      let table = unsafe try host.interface(
        of: id, BENCH_UNIT_ID, revision: UInt32(BENCH_UNIT_REVISION))
      guard let table = unsafe table else { return "round \(round): no unit" }
      _ = unsafe table.assumingMemoryBound(to: bench_unit.self).pointee.answer(UInt64(round))
    }
    let report = try host.unload(id)
    guard report.isUnmapped, report.leakedBlocks == 0 else {
      return "round \(round): \(report.leakedBlocks) blocks left, unmapped: \(report.isUnmapped)"
    }
  }
  return try Files.readText("/proc/self/maps").contains(path) ? "still mapped" : nil
}

private func anonymousBytes() -> UInt64? {
  var metrics = process_metrics()
  return unsafe process_metrics_read(&metrics) == 0 ? metrics.anonymous : nil
}

/// How often plugins have allocated in this process.
private func totalAllocations() -> UInt64 {
  var statistics = plr_allocation_statistics()
  statistics.size = UInt32(MemoryLayout<plr_allocation_statistics>.size)
  return unsafe plr_allocator_statistics(nil, &statistics) == PLR_OK
    ? statistics.total_allocations : 0
}

@Suite("Plugins in Embedded Swift", .serialized)
struct EmbeddedSetTests {
  @Test("need no Swift runtime and none of ours, and export their entry alone")
  func needNothing() throws {
    let set = try EmbeddedSet.build()
    #expect(try Files.list(set.directory) == ["bench-probe", "libPluginRuntime.so", "plugins"])
    for plugin in set.plugins {
      let file = try ELFFile(path: plugin)
      let needed = file.dynamicSection()?.needed ?? []
      #expect(!needed.isEmpty)
      #expect(needed.allSatisfy { $0.hasPrefix("libc.") || $0.hasPrefix("libm.") }, "\(needed)")
      #expect(file.definedDynamicSymbols() == ["plugin_entry"])
      let imports = file.importedSymbols().map(\.name)
      #expect(!imports.contains { $0.hasPrefix("swift_") || $0.hasPrefix("$s") }, "\(imports)")
    }
  }

  @Test("allocate by their host's table: the C library's heap is not even imported")
  func allocateByTheirHost() async throws {
    let path = try EmbeddedSet.build().plugins[0]
    let imports = try ELFFile(path: path).importedSymbols().map(\.name)
    for name in ["malloc", "posix_memalign", "free", "calloc", "realloc"] {
      #expect(!imports.contains(name))
    }
    // A process of its own: the runtime counts for all plugins together.
    await #expect(processExitsWith: .success) { [path = path as String] in
      let host = try PluginHost()
      let id = try host.load(path)
      // The buffer of its init.
      #expect(try host.allocations(of: id) == (1, 256))
      let table = unsafe try host.interface(
        of: id, BENCH_UNIT_ID, revision: UInt32(BENCH_UNIT_REVISION))
      let unit = unsafe try #require(table).assumingMemoryBound(to: bench_unit.self)
      let before = totalAllocations()
      _ = unsafe unit.pointee.answer(1)
      // Three boxes, a class in one of them, an array, a dictionary and the labels.
      #expect(totalAllocations() - before >= 6)
      #expect(try host.allocations(of: id) == (1, 256))
      #expect(try host.unload(id).isUnmapped)
    }
  }

  @Test("are unloadable, from their files and when asked for by name")
  func areUnloadable() throws {
    let set = try EmbeddedSet.build()
    for plugin in set.plugins {
      let verdict = Admission.check(plugin)
      #expect(verdict.isAdmitted, "\(verdict.reasons)")
      #expect(verdict.unload?.isUnloadable == true)
    }
    for command in [["plugin-host", "verify"], ["size-report"]] {
      let run = try CommandRun(
        [Path.join(TestBuild.directory, command[0])] + command.dropFirst() + ["--format", "json"]
          + set.plugins)
      #expect(run.status.isSuccess, "\(run.errors)")
      let lines = run.output.split(separator: "\n").filter { $0.contains("\"class\"") }
      #expect(lines.count >= 2 && lines.allSatisfy { $0.contains("\"unloadable\"") }, "\(lines)")
    }
  }

  @Test("are gone when they are unloaded: 2000 times over, no more is left than of one in C")
  func unloadForGood() async throws {
    let path = try EmbeddedSet.build().plugins[0]
    let inC = try Fixture.wellBehavedC.copy(to: TemporaryDirectory.make("unloading"))
    // A process of its own: others allocate in this one.
    await #expect(processExitsWith: .success) { [path = path as String, inC = inC as String] in
      let host = try PluginHost()
      func growth(_ plugin: String, answers: Bool) throws -> Int {
        #expect(try cycle(plugin, in: host, count: 200, answers: answers) == nil)
        let before = try #require(anonymousBytes())
        #expect(try cycle(plugin, in: host, count: 2000, answers: answers) == nil)
        let after = try #require(anonymousBytes())
        return Int(after) - Int(before)
      }
      // The account of a plugin that is gone is its next life's: nothing is left but the C library's own
      // fragments.
      let ofC = try growth(inC, answers: false)
      let ofEmbedded = try growth(path, answers: true)
      #expect(ofEmbedded <= ofC + 64 << 10, "\(ofEmbedded) bytes against \(ofC)")
      #expect(ofEmbedded <= 128 << 10, "\(ofEmbedded) bytes")
    }
  }
}
