import ELFInspection
import Platform
import TestSupport
import Testing

/// A second opinion on what the accounting is made of, on a sample of the same files; `Tests/evidence`
/// asks for it on all of them.
@Suite("Of files that others built, ELFInspection and binutils say the same")
struct BinutilsAgreementTests {
  /// Some of each kind. What is missing here, ``RealBinariesTests`` names.
  static let paths: [String] = [
    (RealBinaries.toolchain, 8), (RealBinaries.ladspa, 9), (RealBinaries.gconv, 8),
    (RealBinaries.python, 8), (RealBinaries.systemLibraries, 12), (RealBinaries.programs, 9),
  ].flatMap { RealBinaries.sample(of: $0.0, count: $0.1) }

  private func subjects() throws -> [String] { try Self.paths + Objects.paths() }

  @Test("sections and segments, by name, place and size")
  func sectionsAndSegments() throws {
    var opinion = SecondOpinion()
    for path in try subjects() {
      try opinion.compareTables(of: path)
      if ElfutilsReadelf.isInstalled { try opinion.compareTablesWithElfutils(of: path) }
    }
    #expect(opinion.disagreements == [])
    #expect(opinion.sections > 500 && opinion.segments > 200)
  }

  @Test("how many relocations there are, of all sections and of those the loader applies")
  func relocations() throws {
    var opinion = SecondOpinion()
    for path in try subjects() { try opinion.compareRelocations(of: path) }
    #expect(opinion.disagreements == [])
    #expect(opinion.relocations > 1000)
  }

  @Test("every symbol's name, place and size")
  func symbols() throws {
    var opinion = SecondOpinion()
    for path in try subjects() { try opinion.compareSymbols(of: path) }
    #expect(opinion.disagreements == [])
    #expect(opinion.symbols > 1000)
  }

  @Test("bytes of code and data: those that nm's symbols cover, and of a single symbol its size")
  func bodies() throws {
    var opinion = SecondOpinion()
    try opinion.compareBodies(of: try subjects().filter { !$0.hasSuffix(".o") })
    #expect(opinion.disagreements == [])
    #expect(opinion.bodies > 1000)
  }
}
