/// Numbers that names share which differ only in what a change of the source changes easily.
struct LooseNames {
  private let names: NameFacts
  private var pool = NamePool()
  private var name = LooseName()

  init(_ names: NameFacts) { self.names = names }

  /// The number of a name without parameters and the like; nil for what has no name.
  ///
  /// - Complexity: O(*n*) in the length of the name.
  mutating func signature(_ symbol: SymbolCost) -> UInt64? {
    guard read(symbol) else { return nil }
    return key(symbol)
  }

  /// The number of a name without that and without its module; nil for what has no name.
  ///
  /// - Complexity: O(*n*) in the length of the name.
  mutating func withoutModule(_ symbol: SymbolCost) -> UInt64? {
    guard read(symbol) else { return nil }
    name.removeModule(names.module(symbol.name))
    return key(symbol)
  }

  private mutating func read(_ symbol: SymbolCost) -> Bool {
    guard symbol.name != .none else { return false }
    let name = names.name(symbol.name)
    let demangled = names.demangled(symbol.name)
    self.name.read(demangled, isMangled: name.utf8.count != demangled.utf8.count)
    return !self.name.text.isEmpty
  }

  /// Functions match functions only, data data, and imports imports.
  private mutating func key(_ symbol: SymbolCost) -> UInt64 {
    let kinds: SymbolCost.Traits = [.isFunction, .isData, .isImported]
    return UInt64(pool.add(name.text)) << 8 | UInt64(symbol.traits.intersection(kinds).rawValue)
  }
}
