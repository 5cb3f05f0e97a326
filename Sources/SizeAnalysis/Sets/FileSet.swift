public import ELFInspection
internal import Platform

/// Files that are looked at together: a host, its runtime and its plugins.
public struct FileSet: Sendable {
  /// In the order they were given; those of a directory by path.
  public private(set) var files: [FileAnalysis] = []
  /// Those that could not be read, and why.
  public private(set) var failures: [ELFError] = []
  public private(set) var names: NameFacts

  /// Reads all files, several at the same time.
  ///
  /// - Parameter progress: called on any thread, with the number of files that are done.
  /// - Complexity: O(*n* log *n*) in symbols and relocations of all files. Memory: the symbols of
  ///   all files at 40 bytes each, every different name once, and what one file's tables take for
  ///   each processor.
  public init(
    paths: [String], depth: Depth, progress: @Sendable (_ done: Int) -> Void = { _ in }
  ) {
    let names = SymbolNames()
    let done = Counter()
    let results = concurrentMap(count: paths.count) { index in
      let result = Result { () throws(ELFError) in
        try FileAnalysis(path: paths[index], depth: depth, names: names)
      }
      progress(done.increment())
      return result
    }
    for result in results {
      switch result {
      case .success(let file): files.append(file)
      case .failure(let error): failures.append(error)
      }
    }
    self.names = names.facts()
    for index in files.indices { files[index].symbols?.assignOwners(self.names) }
  }
}

extension SymbolAnalysis {
  /// Says whose each symbol is: by its name, and where that says nothing, in a file that holds a
  /// Swift runtime of its own, by what lies before it. Linkers keep the code of one library
  /// together; what belongs to nobody known is the author's.
  mutating func assignOwners(_ names: NameFacts) {
    var last: (part: UInt32, owner: Owner)?
    for index in symbols.indices {
      let symbol = symbols[index]
      if let owner = names.owner(symbol.name) {
        symbols[index].owner = symbol.traits.contains(.isImported) ? .own : owner
        if symbol.part != SymbolCost.noPart { last = (symbol.part, owner) }
      } else if definesSwiftRuntime, let last, last.part == symbol.part, names.module(symbol.name) == "" {
        symbols[index].owner = last.owner
      }
    }
  }
}
