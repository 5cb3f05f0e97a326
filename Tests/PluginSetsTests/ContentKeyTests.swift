import Testing

@testable import PluginSets

@Suite("A content key")
struct ContentKeyTests {
  @Test("is the same for the same parts and differs where a boundary moves")
  func dependsOnParts() {
    #expect(ContentKey(["ab", "c"]) == ContentKey(["ab", "c"]))
    #expect(ContentKey(["ab", "c"]) != ContentKey(["a", "bc"]))
    #expect(ContentKey(["a"]) != ContentKey(["a", ""]))
    #expect(ContentKey([]) != ContentKey([""]))
  }

  @Test("is 40 hexadecimal digits")
  func hasFixedForm() {
    let text = ContentKey(["x"]).description
    #expect(text.utf8.count == 40)
    #expect(text.allSatisfy { "0123456789abcdef".contains($0) })
  }

  @Test("of nothing is what BLAKE2b-160 is published to be")
  func matchesPublishedValue() {
    #expect(
      ContentKey(hashing: []).description == "3345524abf6bbe1809449224b5972c41790b6cf2")
  }
}
