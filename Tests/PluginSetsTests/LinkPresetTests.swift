import Platform
import TestSupport
import Testing

@testable import PluginSets

@Suite("A link preset")
struct LinkPresetTests {
  @Test("takes all that the smaller ones take, and more")
  func isCumulative() {
    for (smaller, larger) in zip(LinkPreset.allCases, LinkPreset.allCases.dropFirst()) {
      #expect(larger.options.starts(with: smaller.options))
      #expect(larger.options.count > smaller.options.count)
    }
  }

  @Test("compatible, the default, gives nothing up; what each other adds gives something up")
  func saysWhatItCosts() {
    #expect(LinkPreset.compatible.options.allSatisfy { $0.cost == nil })
    for preset in [LinkPreset.small, .smallest] {
      let added = preset.options.filter { !LinkPreset.compatible.options.contains($0) }
      #expect(added.allSatisfy { $0.cost != nil })
    }
  }

  @Test("keeps the protection of the process up to small")
  func saysWhoseProtectionItTakes() {
    func takesProtection(_ preset: LinkPreset) -> Bool {
      preset.options.contains { $0.cost?.hasPrefix("protection") == true }
    }
    #expect(LinkPreset.allCases.filter(takesProtection) == [.smallest])
  }

  @Test(
    "is told by its name, with single options behind it",
    arguments: [
      ("compatible", LinkPreset.compatible.options),
      ("smallest", LinkPreset.smallest.options),
      ("plain", []),
      ("plain+icf+relr", [.foldCode, .packRelocations]),
      ("small+norelro", LinkPreset.small.options + [.noRelro]),
      ("small+strip", LinkPreset.small.options),
    ])
  func reads(text: String, options: [LinkOption]) throws {
    let recipe = try LinkRecipe(text)
    #expect(recipe.options == options)
    #expect(recipe.description == text)
  }

  @Test(
    "a word that means nothing is named, with those that do",
    arguments: [
      ("tiny", "tiny", "smallest"), ("", "", "compatible"), ("small+", "", "norelro"),
      ("small+warp", "warp", "norelro"), ("icf", "icf", "plain"),
    ])
  func refuses(text: String, word: String, other: String) {
    let error = #expect(throws: PluginSetError.self) { try LinkRecipe(text) }
    #expect(error?.description.hasPrefix("'\(word)' is no way to link a plugin") == true)
    #expect(error?.description.contains(other) == true)
  }

  @Test("asks clang and swiftc for the same")
  func spellsForDrivers() {
    for preset in LinkPreset.allCases {
      func linkerWords(_ driver: LinkRecipe.Driver) -> [String] {
        LinkRecipe(preset).arguments(for: driver, exports: "e.map").flatMap { word in
          word.hasPrefix("-Wl,") ? word.dropFirst(4).split(separator: ",").map(String.init) : [word]
        }.filter { $0 != "-Xlinker" && $0 != "-Xclang-linker" }
      }
      #expect(linkerWords(.clang).dropFirst() == linkerWords(.swiftc).dropFirst())
      #expect(linkerWords(.clang).first == "-fuse-ld=lld")
      #expect(linkerWords(.swiftc).first == "-use-ld=lld")
    }
  }

  @Test("does not pack relocations for a loader that refuses them")
  func knowsTheLoader() {
    let words = LinkRecipe(.smallest)
      .arguments(for: .clang, exports: "e.map", packsRelocations: false)
    #expect(!words.contains { $0.contains("pack") })
    #expect(words.contains { $0.contains("norelro") })
  }

  @Test("is documented: each option, and whether it gives something up")
  func isDocumented() throws {
    let page = try Files.readText(Path.join(TestBuild.root, "docs/packaging.md"))
    for option in Set(LinkPreset.allCases.flatMap(\.options)) {
      let row = try #require(
        page.split(separator: "\n").first {
          $0.hasPrefix("| `\(option.rawValue)` |") && $0.split(separator: "|").count >= 3
        }, "\(option.rawValue)")
      #expect(row.hasSuffix("| nothing |") == (option.cost == nil), "\(row)")
    }
  }
}
