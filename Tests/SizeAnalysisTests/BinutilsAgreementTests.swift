import ELFInspection
import Platform
import SizeAnalysis
import TestSupport
import Testing

/// A second opinion on what the accounting is made of, on a sample of the same files.
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
    let paths = try subjects()
    for path in paths {
      let file = try ELFFile(path: path)
      let readelf = Readelf(path)
      let expected = try readelf.sections()
      try #require(expected.count == file.sections.count, "\(path)")
      for ((section, name), expected) in zip(zip(file.sections, file.sectionNames()), expected) {
        #expect(name == expected.name, "\(path)")
        #expect(
          Readelf.Range(
            address: section.address, offset: section.offset, size: section.size)
            == expected.range, "\(path): \(name)")
      }
      #expect(
        try readelf.segments()
          == file.segments.map { [$0.offset, $0.address, $0.fileSize, $0.memorySize] }, "\(path)")
    }
    print("sections and segments of \(paths.count) files compared")
  }

  @Test("how many relocations there are, of all sections and of those the loader applies")
  func relocations() throws {
    let paths = try subjects()
    var count = 0
    for path in paths {
      let file = try ELFFile(path: path)
      let expected = try Readelf(path).relocationCount()
      var all = 0
      for section in file.sections where section.holdsRelocations {
        file.forEachRelocation(in: section) { _, _ in all += 1 }
      }
      #expect(all == expected, "\(path)")
      // A linker's relocations are no loader's.
      if !file.header.isRelocatable { #expect(file.relocations().total == expected, "\(path)") }
      count += expected
    }
    print("\(count) relocations of \(paths.count) files compared")
  }

  @Test("every symbol's name, place and size")
  func symbols() throws {
    let paths = try subjects()
    var count = 0
    for path in paths {
      let file = try ELFFile(path: path)
      var found: Set<NM.Symbol> = []
      for table in [file.symbolTable, file.dynamicSymbolTable].compactMap({ $0 }) {
        let symbols = file.symbols(of: table).filter { $0.section != 0 && $0.size > 0 }
        _ = file.withNames(of: table) { strings in
          for symbol in symbols where symbol.section != Symbol.noSection {
            guard let end = strings.end(of: symbol.nameOffset) else { continue }
            let name = unsafe strings[Int(symbol.nameOffset)..<end]
              .prefix { $0 != UInt8(ascii: "@") }
            unsafe found.insert(
              NM.Symbol(
                name: String(decoding: name, as: UTF8.self), value: symbol.value,
                size: symbol.size))
          }
        }
      }
      let expected = try NM(path).symbols
      #expect(Array(found.subtracting(expected).prefix(3)) == [], "\(path): not in nm's list")
      #expect(Array(expected.subtracting(found).prefix(3)) == [], "\(path): only in nm's list")
      count += expected.count
    }
    print("\(count) symbols of \(paths.count) files compared")
  }

  @Test("bytes of code and data: those that nm's symbols cover, and of a single symbol its size")
  func bodies() throws {
    let paths = try subjects().filter { !$0.hasSuffix(".o") }
    let set = FileSet.read([paths], depth: .symbols)[0]
    var single = 0
    for (path, file) in zip(paths, set.files) {
      let symbols = try #require(file.symbols).symbols
      let image = try ELFFile(path: path)
      let sections = image.sections
      // The value of a thread-local symbol is an offset into each thread's block, not an address.
      let threads = Set(
        [image.symbolTable, image.dynamicSymbolTable].compactMap { $0 }
          .flatMap { image.symbols(of: $0) }.filter { $0.kind == .threadLocal }
          .map { Place(value: $0.value, size: $0.size) })
      let listed = try NM(path).symbols.filter {
        !Self.linkersOwn.contains($0.name)
          && !threads.contains(Place(value: $0.value, size: $0.size))
      }
      let isThreads = { (part: Int) in sections[part].flags & Self.threadLocal != 0 }
      for (index, part) in file.parts.enumerated() {
        guard case .section(let number) = part.kind, sections[number].isLoaded,
          !isThreads(number)
        else { continue }
        let start = sections[number].address
        let covered = coverage(listed, in: start..<start + sections[number].size)
        let bodies = symbols.filter { $0.part == UInt32(index) }.reduce(0) { $0 + $1.body }
        #expect(bodies == covered, "\(path): \(part.name)")
      }
      // Alone under its name and alone at its place.
      let names = Dictionary(grouping: listed, by: \.name).filter { $0.value.count == 1 }
      let starts = listed.sorted { ($0.value, $0.size) < ($1.value, $1.size) }
      var alone: [String: UInt64] = [:]
      for (index, symbol) in starts.enumerated() where names[symbol.name] != nil {
        let isBehind =
          index == 0
          || starts[..<index].suffix(50).allSatisfy {
            $0.value + $0.size <= symbol.value
          }
        let isBefore =
          index + 1 == starts.count
          || starts[index + 1].value >= symbol.value + symbol.size
        if isBehind && isBefore { alone[symbol.name] = symbol.size }
      }
      for symbol in symbols where symbol.part != SymbolCost.noPart && symbol.body > 0 {
        guard let size = alone[set.names.name(symbol.name)] else { continue }
        #expect(symbol.body == size, "\(path): \(set.names.name(symbol.name))")
        single += 1
      }
    }
    print("\(single) bodies of \(set.files.count) files compared with nm's sizes")
  }

  private struct Place: Hashable {
    var value: UInt64
    var size: UInt64
  }

  /// Bytes of `range` that at least one symbol has.
  private func coverage(_ symbols: Set<NM.Symbol>, in range: Range<UInt64>) -> UInt64 {
    var covered: UInt64 = 0
    var end = range.lowerBound
    let inside = symbols.filter { range.contains($0.value) }.sorted { $0.value < $1.value }
    for symbol in inside {
      let stop = min(symbol.value + symbol.size, range.upperBound)
      if stop > end {
        covered += stop - max(end, symbol.value)
        end = stop
      }
    }
    return covered
  }

  /// `SHF_TLS`.
  private static let threadLocal: UInt64 = 0x400
  private static let linkersOwn = ["_GLOBAL_OFFSET_TABLE_", "_DYNAMIC"]
}
