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

  @Test("is not longer than its bound, as no name of the toolchain's libraries is, nor refused")
  func bounds() throws {
    let library = Path.join(try SwiftToolchain.runtimeLibraryPath(), "libswiftCore.so")
    let names = try Tool.run(["nm", "-D", "--defined-only", library]).split(separator: "\n")
      .compactMap { $0.split(separator: " ").last }
    var demangler = Demangler()
    var (count, refused) = (0, 0)
    for name in names {
      let bytes = Array(name.utf8)
      unsafe bytes.withUnsafeBytes { bytes in
        guard let scheme = unsafe ManglingScheme(bytes) else { return }
        count += 1
        let bound = unsafe Expansion.bound(bytes, scheme)
        guard bound < Expansion.limit else {
          refused += 1
          return
        }
        var text: [UInt8] = []
        _ = unsafe demangler.append(bytes, scheme, to: &text)
        #expect(Double(text.count) <= bound, "\(name)")
      }
    }
    #expect(count > 10_000)
    #expect(refused * 1000 <= count, "\(refused) of \(count)")
  }

  @Test("is not longer than its bound where a number says how many parameters or types there are")
  func counts() {
    var demangler = Demangler()
    for name in [
      "$sS12z_", "$S" + String(repeating: "8", count: 133) + "wS", "$sSfr99_ls",
      "$s4main1fyyr_99_lF", "$s4main1fyyrz99_lF",
    ] {
      let bytes = Array(name.utf8)
      unsafe bytes.withUnsafeBytes { bytes in
        var text: [UInt8] = []
        _ = unsafe demangler.append(bytes, .swift, to: &text)
        let bound = unsafe Expansion.bound(bytes, .swift)
        #expect(Double(text.count) <= bound, "\(name)")
      }
    }
  }

  @Test("is not longer than its bound where what looks like an identifier is a list of types")
  func typesLikeIdentifiers() {
    // The digits behind "__cxx" are read as one number, and then all that follows may be a name.
    let name = Array(
      ("_ZSt7__cxx1112basic_stringIc" + String(repeating: "t", count: 500) + "E").utf8)
    var demangler = Demangler()
    unsafe name.withUnsafeBytes { name in
      var text: [UInt8] = []
      let isDemangled = unsafe demangler.append(name, .cxx, to: &text)
      #expect(isDemangled && text.count > 500 * 14)
      let bound = unsafe Expansion.bound(name, .cxx)
      #expect(Double(text.count) <= bound)
    }
  }

  @Test("is refused where its list of specialized parameters has no end")
  func openSpecialization() {
    let name = Array("$s2\u{f3}a0a0$Aa0ATf4nncdisp".utf8)
    unsafe name.withUnsafeBytes { name in
      let isHarmless = unsafe Expansion.isHarmless(name, .swift)
      #expect(!isHarmless)
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
