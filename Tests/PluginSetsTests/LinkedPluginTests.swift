import ELFInspection
import Platform
import PluginHost
import TestSupport
import Testing

@testable import PluginSets

/// Sets of two plugins by recipe, built once.
private enum LinkedSets {
  static let cache = try? TemporaryDirectory()

  static func build(_ variant: Variant, _ recipe: LinkRecipe) throws -> PluginSet {
    let builder = try PluginSetBuilder(
      executable: Path.join(TestBuild.directory, "bench-runtime"),
      cacheDirectory: try #require(cache).path, environment: environmentVariables(), link: recipe)
    return try builder.build([variant], counts: [2], profile: .tiny, width: 2).sets[0]
  }
}

@Suite("A plugin that is linked by a preset", .serialized)
struct LinkedPluginTests {
  static let variants: [Variant] = [.shared, .sharedTrimmed, .embedded]

  private func hardening(_ variant: Variant, _ preset: LinkPreset) throws -> Hardening {
    let set = try LinkedSets.build(variant, LinkRecipe(preset))
    let hardening = try ELFFile(path: set.plugins[0]).hardening()
    return try #require(hardening)
  }

  @Test(
    "is protected like others with 'compatible' and 'small', and not with 'smallest'",
    arguments: variants)
  func isProtected(variant: Variant) throws {
    for preset in [LinkPreset.compatible, .small] {
      let found = try hardening(variant, preset)
      #expect(found.relro == .full)
      let findings = found.findings.map(\.code)
      for code in [
        HardeningFinding.Code.noRELRO, .partialRELRO, .writableCode, .textRelocations,
        .executableStack, .sharedCodePages,
      ] {
        #expect(!findings.contains(code), "\(variant) \(preset): \(code)")
      }
    }
    let smallest = try hardening(variant, .smallest)
    #expect(smallest.relro == .none)
    #expect(smallest.findings.map(\.code).contains(.noRELRO))
    #expect(smallest.findings.map(\.code).contains(.sharedCodePages))
  }

  @Test("is admitted, and exports its entry alone", arguments: variants)
  func isAdmitted(variant: Variant) throws {
    for preset in LinkPreset.allCases {
      let set = try LinkedSets.build(variant, LinkRecipe(preset))
      for plugin in set.plugins {
        #expect(try ELFFile(path: plugin).definedDynamicSymbols() == ["plugin_entry"])
      }
      // The set's own host, since this process has a Swift runtime already.
      let run = try CommandRun(
        ["/bin/sh", "-c", "exec \"$0\" \"$1\" 3>&1", set.probe[0], set.probe[1]])
      #expect(run.output.contains("\nplugins 2\n"), "\(preset): \(run.output)")
      #expect(run.output.hasSuffix("end\n"), "\(preset): \(run.output)")
    }
  }

  @Test("is smaller, and dirties fewer pages, the smaller its preset", arguments: variants)
  func isSmaller(variant: Variant) throws {
    var sizes: [Int] = []
    var pages: [Int] = []
    for preset in LinkPreset.allCases {
      let file = try ELFFile(path: LinkedSets.build(variant, LinkRecipe(preset)).plugins[0])
      sizes.append(file.fileSize)
      pages.append(file.relocations().dirtyPages)
    }
    #expect(sizes[0] > sizes[1] && sizes[1] >= sizes[2], "\(sizes)")
    #expect(pages[2] == 1 && pages[0] >= pages[1] && pages[1] >= pages[2], "\(pages)")
  }

  @Test("carries nothing of PluginKit that it does not use")
  func leavesOutWhatItDoesNotUse() throws {
    let plain = try LinkedSets.build(.shared, LinkRecipe("plain"))
    let symbols = try CommandRun(["nm", plain.plugins[0]]).output
    #expect(symbols.contains("BenchPlugin0001"))
    // The plugin unregisters nothing; what it uses is inlined into it.
    #expect(!symbols.contains("9PluginKit0A7ContextV10unregister"))
  }
}
