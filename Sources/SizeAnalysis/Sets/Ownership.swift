/// Bytes of a file by whose they are.
public struct Ownership: Equatable, Sendable {
  public var own: UInt64 = 0
  public var runtime: UInt64 = 0
  public var stdlib: UInt64 = 0
  public var other: UInt64 = 0
  /// What it takes to import from other files: entries, names, relocations, slots and stubs.
  public var imports: UInt64 = 0
  /// Headers, tables and what no symbol names. All of a stripped file but its exports is here.
  public var unnamed: UInt64 = 0

  public init() {}

  public subscript(owner: Owner) -> UInt64 {
    get {
      switch owner {
      case .own: own
      case .runtime: runtime
      case .stdlib: stdlib
      case .other: other
      }
    }
    set {
      switch owner {
      case .own: own = newValue
      case .runtime: runtime = newValue
      case .stdlib: stdlib = newValue
      case .other: other = newValue
      }
    }
  }

  /// What every file with a runtime of its own brings along.
  public var floor: UInt64 { runtime + stdlib + other }
  public var total: UInt64 { own + floor + imports + unnamed }

  public static func += (left: inout Ownership, right: Ownership) {
    for owner in Owner.allCases { left[owner] += right[owner] }
    left.imports += right.imports
    left.unnamed += right.unnamed
  }
}

extension FileAnalysis {
  /// Whose the bytes are; the sum is ``fileSize``. nil where the symbols were not asked for.
  ///
  /// - Complexity: O(symbols).
  public func ownership() -> Ownership? {
    guard let symbols else { return nil }
    var result = Ownership()
    for symbol in symbols.symbols {
      if symbol.traits.contains(.isImported) {
        result.imports += symbol.fileSize
      } else {
        result[symbol.owner] += symbol.fileSize
      }
    }
    result.unnamed = symbols.remainders.reduce(0, +)
    return result
  }

  /// So few of its bytes have a name that whose they are cannot be told.
  public var isStripped: Bool { !parts.contains { $0.name == ".symtab" } }
}

/// Bytes by the Swift module, or for other code the language, that they come from.
public struct ModuleSize: Sendable {
  /// A Swift module; of other code the source file, where debug information says it; else empty.
  public var module: String
  public var holder: ByteHolder
  public var symbols = 0
  public var fileSize: UInt64 = 0
  /// Of code and data alone, without what exists for them.
  public var body: UInt64 = 0
  public var memorySize: UInt64 = 0

  init(module: String, holder: ByteHolder) {
    self.module = module
    self.holder = holder
  }

  mutating func add(_ symbol: SymbolCost) {
    symbols += 1
    fileSize += symbol.fileSize
    body += symbol.bodyInFile
    memorySize += symbol.body
  }
}

extension FileSet {
  /// The modules of all files, the largest first.
  ///
  /// - Complexity: O(*n* log *n*) in symbols.
  public func modules() -> [ModuleSize] { modules(of: files) }

  /// The modules of one of the files, the largest first.
  public func modules(of file: FileAnalysis) -> [ModuleSize] { modules(of: [file]) }

  private func modules(of files: [FileAnalysis]) -> [ModuleSize] {
    let holders = ByteHolder.allCases
    var sizes: [ModuleSize?] = Array(repeating: nil, count: names.contextCount * holders.count)
    // Of code in other languages: by source file.
    var others: [String: [ByteHolder: ModuleSize]] = [:]
    for file in files {
      guard let symbols = file.symbols else { continue }
      for symbol in symbols.symbols {
        let module = names.moduleIndex(symbol.name)
        let holder = symbol.holder
        if module == 0, symbol.sourceFile != SymbolCost.noFile {
          let name = symbols.sourceFiles[Int(symbol.sourceFile)]
          others[name, default: [:]][holder, default: ModuleSize(module: name, holder: holder)]
            .add(symbol)
          continue
        }
        let index = module * holders.count + holders.firstIndex(of: holder)!
        if sizes[index] == nil {
          sizes[index] = ModuleSize(module: names.context(module), holder: holder)
        }
        sizes[index]!.add(symbol)
      }
    }
    return (sizes.compactMap { $0 } + others.values.flatMap(\.values)).sorted {
      $0.fileSize != $1.fileSize ? $0.fileSize > $1.fileSize : $0.module < $1.module
    }
  }
}
