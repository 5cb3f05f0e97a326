internal import ELFInspection
internal import Platform
internal import SizeAnalysis

/// What is read of files that others built, held against what binutils, elfutils and the system say of
/// them. What is compared is counted; what differs is a sentence.
public struct SecondOpinion: Sendable {
  public var files = 0
  public var bytes: UInt64 = 0
  public var sections = 0
  public var segments = 0
  public var relocations = 0
  public var symbols = 0
  /// Bodies of symbols that are alone under their names and at their places.
  public var bodies = 0
  /// Bytes of code and data that symbols cover.
  public var covered: UInt64 = 0
  /// One for each thing that differs.
  public private(set) var disagreements: [String] = []

  public init() {}

  mutating func expect(_ isSo: Bool, _ path: String, _ sentence: @autoclosure () -> String) {
    if !isSo { disagreements.append("\(path): \(sentence())") }
  }

  /// Holds the sums of the accounting against the file's size as the system tells it.
  ///
  /// - Complexity: O(*n* log *n*) in symbols of all files.
  public mutating func compareAccounting(of paths: [String]) throws {
    let set = FileSet.read([paths], depth: .symbols)[0]
    disagreements += set.failures.map(\.description)
    for file in set.files {
      let size = try Files.status(file.path).map { UInt64($0.byteCount) } ?? 0
      files += 1
      bytes += size
      expect(file.fileSize == size, file.path, "fileSize \(file.fileSize), stat \(size)")
      expect(
        file.accountedFileSize == size, file.path,
        "accountedFileSize \(file.accountedFileSize), stat \(size)")
      let loaded = file.segmentSizes().reduce(0) { $0 + $1.fileSize }
      expect(loaded == size, file.path, "segments and what is not loaded \(loaded), stat \(size)")
      let named = (file.symbols?.symbols ?? []).reduce(UInt64(0)) { $0 + $1.fileSize }
      let left = (file.symbols?.remainders ?? []).reduce(0, +)
      expect(
        named + left == size, file.path, "symbols and remainders \(named + left), stat \(size)")
      expect(file.ownership()?.total == size, file.path, "owners do not add up to \(size)")
      expect(file.flaws.isEmpty, file.path, "flaws: \(file.flaws.map(\.description))")
    }
  }

  /// Compares sections and segments with `readelf`.
  public mutating func compareTables(of path: String) throws {
    let file = try ELFFile(path: path)
    let readelf = Readelf(path)
    let expected = try readelf.sections()
    expect(
      expected.count == file.sections.count, path,
      "\(file.sections.count) sections, readelf \(expected.count)")
    for ((section, name), expected) in zip(zip(file.sections, file.sectionNames()), expected) {
      let range = Readelf.Range(
        address: section.address, offset: section.offset, size: section.size)
      expect(
        name == expected.name && range == expected.range, path,
        "section \(section.index) \(name) \(range), readelf \(expected)")
    }
    let found = file.segments.map { [$0.offset, $0.address, $0.fileSize, $0.memorySize] }
    let segments = try readelf.segments()
    expect(segments == found, path, "segments \(found), readelf \(segments)")
    sections += file.sections.count
    self.segments += file.segments.count
  }

  /// Compares sections and segments with `eu-readelf`, whose library this is a view over.
  public mutating func compareTablesWithElfutils(of path: String) throws {
    let file = try ELFFile(path: path)
    let other = ElfutilsReadelf(path)
    let expected = try other.sections()
    let found = zip(file.sections, file.sectionNames()).map { section, name in
      ElfutilsReadelf.Section(
        name: name, address: section.address, offset: section.offset, size: section.size)
    }
    expect(found == expected, path, "sections \(found), eu-readelf \(expected)")
    let segments = try other.segments()
    let own = file.segments.map { [$0.offset, $0.address, $0.fileSize, $0.memorySize] }
    expect(own == segments, path, "segments \(own), eu-readelf \(segments)")
  }

  /// Compares the number of relocations with `readelf`: of all sections, and of what the loader applies.
  public mutating func compareRelocations(of path: String) throws {
    let file = try ELFFile(path: path)
    let expected = try Readelf(path).relocationCount()
    var all = 0
    for section in file.sections where section.holdsRelocations {
      file.forEachRelocation(in: section) { _, _ in all += 1 }
    }
    expect(all == expected, path, "\(all) relocations, readelf \(expected)")
    // A linker's relocations are no loader's.
    if !file.header.isRelocatable {
      let applied = file.relocations().total
      expect(applied == expected, path, "\(applied) relocations to apply, readelf \(expected)")
    }
    relocations += expected
  }

  /// Compares every symbol's name, place and size with `nm -S`.
  public mutating func compareSymbols(of path: String) throws {
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
    let extra = found.subtracting(expected)
    let missing = expected.subtracting(found)
    expect(extra.isEmpty, path, "\(extra.count) symbols that nm does not list: \(extra.prefix(3))")
    expect(missing.isEmpty, path, "\(missing.count) symbols only of nm: \(missing.prefix(3))")
    symbols += expected.count
  }
}
