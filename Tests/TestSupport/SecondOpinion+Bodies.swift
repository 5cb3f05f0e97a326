internal import ELFInspection
internal import SizeAnalysis

extension SecondOpinion {
  /// Compares the bytes of code and data that symbols are charged with, in sections and one by one, with
  /// those that the symbols of `nm -S` cover.
  public mutating func compareBodies(of paths: [String]) throws {
    let set = FileSet.read([paths], depth: .symbols)[0]
    for file in set.files {
      let path = file.path
      guard let symbols = file.symbols?.symbols else { continue }
      let image = try ELFFile(path: path)
      let listed = try Self.listed(image)
      for (index, part) in file.parts.enumerated() {
        // The sections of a relocatable file all begin at 0, and `nm` does not say which one it means.
        guard case .section(let number) = part.kind, image.sections[number].isLoaded,
          !image.header.isRelocatable,
          image.sections[number].flags & Self.threadLocal == 0
        else { continue }
        let start = image.sections[number].address
        let expected = Self.coverage(listed, in: start..<start + image.sections[number].size)
        let bytes = symbols.reduce(0) { $0 + ($1.part == UInt32(index) ? $1.body : 0) }
        expect(bytes == expected, path, "\(part.name) \(bytes) bytes of symbols, nm \(expected)")
        covered += expected
      }
      let alone = Self.alone(listed)
      // Of one name in several versions `nm` is read once, and here each version has its share.
      var versions: [NameID: Int] = [:]
      for symbol in symbols { versions[symbol.name, default: 0] += 1 }
      for symbol in symbols where symbol.part != SymbolCost.noPart && symbol.body > 0 {
        let name = set.names.name(symbol.name)
        guard let size = alone[name], versions[symbol.name] == 1 else { continue }
        expect(symbol.body == size, path, "\(name) \(symbol.body) bytes, nm \(size)")
        bodies += 1
      }
    }
  }

  /// What `nm` lists, without thread-local symbols, whose values are offsets into each thread's block
  /// and not addresses.
  private static func listed(_ file: borrowing ELFFile) throws -> [NM.Symbol] {
    var threads: Set<Place> = []
    for table in [file.symbolTable, file.dynamicSymbolTable].compactMap({ $0 }) {
      for symbol in file.symbols(of: table) where symbol.kind == .threadLocal {
        threads.insert(Place(value: symbol.value, size: symbol.size))
      }
    }
    return try NM(file.path).symbols.filter {
      !linkersOwn.contains($0.name) && !threads.contains(Place(value: $0.value, size: $0.size))
    }.sorted { ($0.value, $0.size) < ($1.value, $1.size) }
  }

  private struct Place: Hashable {
    var value: UInt64
    var size: UInt64
  }

  /// The sizes of symbols that share neither their name nor a byte with another; `symbols` by place.
  private static func alone(_ symbols: [NM.Symbol]) -> [String: UInt64] {
    var uses: [String: Int] = [:]
    for symbol in symbols { uses[symbol.name, default: 0] += 1 }
    var result: [String: UInt64] = [:]
    var end: UInt64 = 0
    for (index, symbol) in symbols.enumerated() {
      let next = index + 1 < symbols.count ? symbols[index + 1].value : .max
      if uses[symbol.name] == 1, symbol.value >= end, next >= symbol.value + symbol.size {
        result[symbol.name] = symbol.size
      }
      end = max(end, symbol.value + symbol.size)
    }
    return result
  }

  /// Bytes of `range` that at least one symbol has.
  private static func coverage(_ symbols: [NM.Symbol], in range: Range<UInt64>) -> UInt64 {
    var covered: UInt64 = 0
    var end = range.lowerBound
    for symbol in symbols where range.contains(symbol.value) {
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
