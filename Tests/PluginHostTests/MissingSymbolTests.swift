import Platform
import PluginHost
import TestSupport
import Testing

@Suite("A refusal for symbols that are missing")
struct MissingSymbolTests {
  /// What the fixture needs, by what a person reads; the last takes gigabytes to be read.
  static let names = [
    "$s9elsewhere5tally2ofS2i_tF": "elsewhere.tally(of: Swift.Int) -> Swift.Int",
    "_ZN9elsewhere5tallyEm": "elsewhere::tally(unsigned long)",
    "$s2\u{f3}a0a0$Aa0ATf4nncdisp": "$s2\u{f3}a0a0$Aa0ATf4nncdisp",
  ]

  @Test("is read with their demangled names, and keeps the mangled ones")
  func demangled() throws {
    let path = try Fixture("missing-mangled-symbols").path()
    let reason = try #require(Admission.check(path).reasons.first)
    #expect(reason.code == .symbolMissing)
    #expect(Set(reason.symbols) == Set(Self.names.keys))
    #expect(reason.demangledSymbols == reason.symbols.map { Self.names[$0] })
    for (mangled, demangled) in Self.names {
      #expect(reason.description.contains(demangled), "\(reason)")
      #expect(mangled == demangled || !reason.description.contains(mangled), "\(reason)")
    }
    // What scripts compare stays.
    #expect(reason.field == "symbol " + reason.symbols[0])
    #expect(reason.found.hasSuffix(reason.symbols.dropFirst().joined(separator: ", ")))
  }

  @Test("takes neither time nor memory, whatever the names are and however many")
  func bounded() {
    var reason = Refusal(.symbolMissing, field: "", found: "", expected: "", fix: "")
    // Each says all that was said before it twice.
    let long =
      "$s4main1fyySDyS2iG"
      + (1..<14).map { "SDyA\(letter($0))A\(letter($0))G" }.joined() + "F"
    reason.symbols = (0..<10_000).map { "$s4main\(String($0).count + 1)n\($0)yyF" + long }
    let start = monotonicNanoseconds()
    #expect(reason.demangledSymbols.reduce(0) { $0 + $1.utf8.count } < 32 << 20)
    #expect(monotonicNanoseconds() - start < 5_000_000_000)
  }

  private func letter(_ index: Int) -> Character { Character(UnicodeScalar(UInt8(0x41 + index))) }

  @Test("is read as it is where it is for another reason")
  func others() {
    let reason = Refusal(
      .manifestMissing, field: "manifest", found: "no note", expected: "one", fix: "add it")
    #expect(reason.demangledSymbols.isEmpty)
    #expect(reason.description == "manifest is no note, expected one [manifest-missing]: add it")
  }
}
