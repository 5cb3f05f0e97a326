import Platform
import TestSupport
import Testing

@testable import SizeAnalysis

@Suite("A mangled name that stands for more than there is memory", .serialized)
struct HostileNameTests {
  /// A name of one part that is repeated: with each it becomes twice as long.
  struct Family: CustomTestStringConvertible, Sendable {
    var claim: String
    var start: String
    var step: @Sendable (Int) -> String
    var end: String

    var testDescription: String { claim }

    func name(_ count: Int) -> String { start + (0..<count).map(step).joined() + end }
  }

  /// The letters of the reference with a number in a Swift name.
  private static func reference(_ index: Int) -> String {
    index < 26 ? "A" + String(UnicodeScalar(UInt8(0x41 + index))) : "A\(index - 26)_"
  }

  private static func cxxReference(_ index: Int) -> String {
    index == 0 ? "S_" : "S" + String(index - 1, radix: 36, uppercase: true) + "_"
  }

  static let families: [Family] = [
    Family(
      claim: "generic arguments", start: "$s4main1SVyS2iG",
      step: { "1S\(reference($0 + 1))" }, end: "D"),
    Family(
      claim: "dictionaries of dictionaries", start: "$s4main1fyySDyS2iG",
      step: { "SDy\(reference($0 + 2))\(reference($0 + 2))G" }, end: "F"),
    Family(
      claim: "types within functions of types", start: "$s4main1SV",
      step: { "1fy\(reference($0 + 1))_\(reference($0 + 1))tF1TL_V" }, end: "D"),
    Family(
      claim: "one reference many times", start: "$s4main4\(String(repeating: "n", count: 4))V",
      step: { _ in "A2047aA" }, end: "D"),
    Family(
      claim: "words of one long word", start: "$s4main2000" + String(repeating: "w", count: 2000),
      step: { _ in "0bbbbbbbbbbbbbbbbbbbbbbbbB" }, end: "V"),
    Family(
      claim: "a specialized closure that is such a name",
      start: "$s4main1fyyF", step: { _ in "15$s4main1fyySDyF" }, end: "Tf4nnc_n"),
    Family(
      claim: "pairs of pairs", start: "_Z1fSt4pairIiiE",
      step: { "St4pairI\(cxxReference($0))\(cxxReference($0))E" }, end: ""),
    Family(
      claim: "templates of their own arguments", start: "_Z1fI1AIiiE", step: { _ in "1AIT_T_E" },
      end: "EvT_"),
    Family(
      claim: "references that stand in an identifier too",
      start: "_Z40SZ_S1Z_S9_S8_S7_S6_S5_S4_S3_S2_S1_S0_S_x1AIiiE",
      step: { "1AI\(cxxReference($0))\(cxxReference($0))E" }, end: ""),
  ]

  @Test("takes neither time nor memory", arguments: families)
  func takesNothing(_ family: Family) {
    for count in [1, 3, 10, 20, 30, 40, 60, 100] {
      let name = Array(family.name(count).utf8)
      var pool = NamePool()
      let id = NameID(index: pool.add(name))
      let start = monotonicNanoseconds()
      let facts = NameFacts(pool)
      #expect(facts.demangled(id).utf8.count <= 64 << 10)
      #expect(monotonicNanoseconds() - start < 1_000_000_000, "\(count)")
    }
  }

  @Test("however many of them there are")
  func manyNames() {
    var pool = NamePool()
    for index in 0..<20_000 {
      // Each becomes some hundred kilobytes.
      let name =
        "$s4main\(String(index).utf8.count + 1)n\(index)VyS2iG"
        + (1..<14).map {
          "SDyA\(UnicodeScalar(UInt8(0x41 + $0)))A\(UnicodeScalar(UInt8(0x41 + $0)))G"
        }
        .joined() + "D"
      _ = pool.add(Array(name.utf8))
    }
    let start = monotonicNanoseconds()
    let facts = NameFacts(pool)
    #expect(facts.count == 20_001)
    #expect(monotonicNanoseconds() - start < 10_000_000_000)
  }
}
