/// Sums of ``FileComparison/symbols`` and remainders by whom and what they are for.
public struct ChangeRollup: Sendable {
  /// By whom they are for; the sum is the change of all files that are summed up.
  public private(set) var byHolder: [ByteHolder: SizeChange] = [:]
  /// By module; the sum is the same.
  public private(set) var byModule: [ModuleHolder: SizeChange] = [:]

  /// - Parameter names: of the set that the files are in.
  /// - Complexity: O(symbols).
  public init(_ files: some Sequence<FileComparison>, names: NameFacts) {
    var modules: [Int: SizeChange] = [:]
    for file in files {
      for part in file.parts {
        guard let remainder = part.remainder else { continue }
        byHolder[.unnamed, default: SizeChange()] += remainder
        byModule[.unnamed, default: SizeChange()] += remainder
      }
      for symbol in file.symbols ?? [] {
        // What changed hands is taken from one and given to the other.
        if let old = symbol.old { add(old, SizeChange(old: old.fileSize), &modules, names) }
        if let new = symbol.new { add(new, SizeChange(new: new.fileSize), &modules, names) }
      }
    }
    for (index, change) in modules {
      byModule[.module(names.context(index)), default: SizeChange()] += change
    }
  }

  private mutating func add(
    _ symbol: SymbolCost, _ change: SizeChange, _ modules: inout [Int: SizeChange],
    _ names: NameFacts
  ) {
    let holder = symbol.holder
    byHolder[holder, default: SizeChange()] += change
    if holder == .imports {
      byModule[.imports, default: SizeChange()] += change
    } else {
      modules[names.moduleIndex(symbol.name), default: SizeChange()] += change
    }
  }
}
