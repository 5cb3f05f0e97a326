internal import ConcurrentMap
public import ELFInspection
internal import Platform

/// Files that are looked at together: a host, its runtime and its plugins.
public struct FileSet: Sendable {
  /// In the order they were given.
  public private(set) var files: [FileAnalysis]
  /// Those that could not be read, and why.
  public private(set) var failures: [ELFError]
  /// Of the symbols in ``files``, and in those of the sets that were read together with this one.
  public let names: NameFacts

  /// Reads the files of several sets, on all processors; the sets share their names, and so can be
  /// compared.
  ///
  /// - Parameters:
  ///   - comparesBodies: reads the bytes of functions and constants too: ``duplicates()`` needs that.
  ///     It takes as long again as all else, and 8 bytes more for each symbol.
  ///   - progress: called on any thread, with the number of files that are done.
  /// - Complexity: O(*n* log *n*) in symbols and relocations of all files. Memory: 24 bytes for each
  ///   symbol, every different name once, and what one file's tables take for each processor.
  public static func read(
    _ lists: [[String]], depth: Depth, comparesBodies: Bool = false,
    progress: @Sendable (_ done: Int) -> Void = { _ in }
  ) -> [FileSet] {
    let paths = lists.flatMap { $0 }
    let names = SymbolNames()
    let done = Counter()
    var results: [Result<FileAnalysis, ELFError>?] = concurrentMap(count: paths.count) { index in
      let result = Result { () throws(ELFError) in
        try FileAnalysis(
          path: paths[index], depth: depth, comparesBodies: comparesBodies, names: names)
      }
      progress(done.increment())
      return result
    }
    let facts = names.facts()
    var next = 0
    return lists.map { list in
      var set = FileSet(names: facts)
      for _ in list {
        // Taken out, so that the symbols are changed where they are and not copied.
        set.add(results[next].take())
        next += 1
      }
      return set
    }
  }

  private init(names: NameFacts) {
    files = []
    failures = []
    self.names = names
  }

  private mutating func add(_ result: consuming Result<FileAnalysis, ELFError>?) {
    switch consume result {
    case .success(var file):
      file.symbols?.assignOwners(names)
      files.append(file)
    case .failure(let error): failures.append(error)
    case nil: break
    }
  }

  /// The files of sets that were read together.
  public init(joining sets: [FileSet]) {
    files = sets.flatMap(\.files)
    failures = sets.flatMap(\.failures)
    names = sets.first?.names ?? SymbolNames().facts()
  }
}

extension SymbolAnalysis {
  /// Says whose each symbol is, by its name.
  ///
  /// What it takes to import is the author's. A file that holds a Swift runtime of its own is a harder
  /// case: what it imports is mostly the runtime's, and C and C++ names can be anybody's; those go by
  /// what lies before them, as linkers keep the code of one library together.
  mutating func assignOwners(_ names: NameFacts) {
    var last: (part: UInt32, owner: Owner)?
    for index in symbols.indices {
      let symbol = symbols[index]
      let owner = names.owner(symbol.name)
      if symbol.traits.contains(.isImported) {
        symbols[index].owner = definesSwiftRuntime ? owner ?? .other : .own
        continue
      }
      if let owner {
        symbols[index].owner = owner
        if symbol.part != SymbolCost.noPart { last = (symbol.part, owner) }
      } else if definesSwiftRuntime, let last, last.part == symbol.part {
        symbols[index].owner = last.owner
      }
    }
  }
}
