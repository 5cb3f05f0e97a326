import Platform
import TestSupport
import Testing

@testable import PluginSets

@Suite("The source of a plugin")
struct PluginSourceTests {
  let templates: PluginTemplates

  init() throws {
    templates = try PluginTemplates(
      directory: Path.join(TestBuild.root, "Benchmarks/PluginTemplates"))
  }

  @Test("has as many types as its profile says", arguments: Profile.allCases)
  func hasTypes(profile: Profile) {
    let source = templates.source(7, profile: profile)
    for text in [source.swift, source.embedded] {
      let conforming = text.split(separator: "\n").filter {
        $0.contains(": Part0007,") && $0.hasSuffix("{")
      }
      #expect(conforming.count == profile.typeCount)
    }
    #expect(
      source.c.split(separator: "\n").count { $0.hasPrefix("static const part_class class_") }
        == profile.typeCount)
  }

  @Test("is filled in without rest", arguments: Profile.allCases)
  func isFilledIn(profile: Profile) {
    let source = templates.source(2000, profile: profile)
    for text in [source.swift, source.embedded] {
      #expect(!text.contains("{{") && !text.contains("}}"))
    }
    #expect(!source.c.contains("{{"))
  }

  @Test("is the same text each time, and another for each plugin")
  func isDistinct() {
    let texts = (1...60).map { templates.source($0, profile: .tiny).swift }
    #expect(Set(texts).count == 60)
    #expect(texts[4] == templates.source(5, profile: .tiny).swift)
    #expect(Set((1...60).map { templates.source($0, profile: .tiny).module }).count == 60)
  }

  @Test("file names sort as the numbers do")
  func namesSort() {
    let names = (1...2000).map(PluginSource.fileName)
    #expect(names == names.sorted())
  }
}
