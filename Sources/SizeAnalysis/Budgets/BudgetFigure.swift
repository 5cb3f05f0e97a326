internal import ELFInspection

/// What a budget limits of a file.
public enum BudgetFigure: Hashable, Sendable, CustomStringConvertible {
  case fileSize
  /// Bytes of address space that loading takes.
  case memorySize
  /// The sections of one name: their bytes in the file, or in memory where the file has none.
  case section(String)
  /// What is defined in the file by this owner. Symbols that are imported are nobody's.
  case owner(Owner)
  /// Entries that the loader applies.
  case relocations
  /// Pages that loading certainly makes private to the process.
  case dirtyPages
  /// Symbols that are defined for others to import.
  case exports
  /// Functions that run when the file is loaded.
  case constructors

  /// Those that a single word names.
  private static let words: [(name: String, figure: BudgetFigure)] =
    [("file-size", .fileSize), ("memory-size", .memorySize)]
    + Owner.allCases.map { ($0.rawValue, .owner($0)) }
    + [
      ("relocations", .relocations), ("dirty-pages", .dirtyPages), ("exports", .exports),
      ("constructors", .constructors),
    ]

  /// What a rule can begin with: the words for figures, and `section`.
  static let names = words.map(\.name) + [sectionWord]
  static let sectionWord = "section"

  init?(word: String) {
    guard let match = Self.words.first(where: { $0.name == word }) else { return nil }
    self = match.figure
  }

  /// As the budget has it.
  public var description: String {
    if case .section(let name) = self { return "\(Self.sectionWord) \(name)" }
    return Self.words.first { $0.figure == self }?.name ?? ""
  }

  /// It is in bytes, and not a count.
  public var isSize: Bool {
    switch self {
    case .fileSize, .memorySize, .section, .owner: true
    case .relocations, .dirtyPages, .exports, .constructors: false
    }
  }
}

extension BudgetFigure {
  /// The value for one file.
  ///
  /// - Throws: where what was read does not tell.
  /// - Complexity: O(symbols) for owners, else O(parts).
  func value(of file: FileAnalysis) throws(BudgetResult.NoVerdict) -> Int64 {
    switch self {
    case .fileSize: return Int64(clamping: file.fileSize)
    case .memorySize: return Int64(clamping: file.memorySize)
    case .section(let name):
      let sizes = file.parts.filter { PartChange.Kind($0.kind) == .section && $0.name == name }
        .map { SizeChange(new: $0.fileSize > 0 ? $0.fileSize : $0.memorySize) }
      return Int64(clamping: sizes.total().new)
    case .owner(let owner):
      guard let ownership = file.ownership() else { throw .symbolsNotRead }
      guard !file.isStripped else { throw .stripped }
      return Int64(clamping: ownership[owner])
    case .relocations: return Int64(file.relocations.total)
    case .dirtyPages: return Int64(file.loading.dirtyPages)
    case .exports:
      guard let symbols = file.symbols else { throw .symbolsNotRead }
      return Int64(symbols.exports)
    case .constructors: return Int64(file.dynamic?.constructorCount ?? 0)
    }
  }
}
