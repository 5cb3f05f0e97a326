/// Numbers that names share which differ only in what a change of the source changes easily.
struct LooseNames {
  private let names: NameFacts
  private var pool = NamePool()
  private var name = LooseName()

  /// A name without parameters and the like: its number, 0 for what has no name.
  struct Signature {
    fileprivate var number: UInt32 = 0
    fileprivate var isMangled = false
  }

  init(_ names: NameFacts) { self.names = names }

  /// - Complexity: O(*n*) in the length of the name.
  mutating func signature(_ symbol: SymbolCost) -> Signature {
    var result = Signature()
    guard symbol.name != .none else { return result }
    unsafe names.withDemangled(symbol.name) {
      result.isMangled = $1
      unsafe name.read($0, isMangled: $1)
    }
    result.number = numberOfName()
    return result
  }

  /// What symbols share whose names are the same but for parameters and the like; nil for what has no
  /// name.
  func key(_ signature: Signature, of symbol: SymbolCost) -> UInt64? {
    signature.number == 0 ? nil : key(signature.number, symbol)
  }

  /// What symbols share whose names are the same but for that and the module; nil for what has no name.
  ///
  /// - Complexity: O(*n*) in the length of the name.
  mutating func keyWithoutModule(_ signature: Signature, of symbol: SymbolCost) -> UInt64? {
    guard signature.number != 0 else { return nil }
    unsafe pool.withBytes(of: signature.number) {
      unsafe name.restore($0, isMangled: signature.isMangled)
    }
    name.removeModule(signature.isMangled ? "" : names.module(symbol.name))
    return key(numberOfName(), symbol)
  }

  private mutating func numberOfName() -> UInt32 {
    unsafe name.text.withUnsafeBytes { unsafe pool.add($0) }
  }

  /// Functions match functions only, data data, and imports imports.
  private func key(_ number: UInt32, _ symbol: SymbolCost) -> UInt64 {
    let kinds: SymbolCost.Traits = [.isFunction, .isData, .isImported]
    return UInt64(number) << 8 | UInt64(symbol.traits.intersection(kinds).rawValue)
  }
}
