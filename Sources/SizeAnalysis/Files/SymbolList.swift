/// The symbols of a file, each in half the room of a ``SymbolCost``.
///
/// Most figures are small: those that fit into 16 bits (a body into 32) lie side by side; a symbol with one
/// that does not is kept as it is, apart.
public struct SymbolList: RandomAccessCollection, MutableCollection, Sendable,
  ExpressibleByArrayLiteral
{
  private struct Short {
    var name: UInt32
    var body: UInt32
    /// ``wide`` where the symbol is kept apart; ``noPart`` for ``SymbolCost/noPart``.
    var part: UInt16
    var owner: Owner
    var traits: SymbolCost.Traits
    var tables: UInt16
    var names: UInt16
    var relocations: UInt16
    var unwind: UInt16
    var exceptions: UInt16
    var linkage: UInt16

    static let noPart = UInt16.max
    static let wide = UInt16.max - 1

    /// nil where a figure is too large.
    init?(_ symbol: SymbolCost) {
      guard symbol.part == SymbolCost.noPart || symbol.part < UInt32(Self.wide),
        symbol.body <= UInt64(UInt32.max),
        symbol.names | symbol.relocations | symbol.unwind | symbol.exceptions | symbol.linkage
          <= UInt32(UInt16.max)
      else { return nil }
      name = symbol.name.index
      body = UInt32(truncatingIfNeeded: symbol.body)
      part = symbol.part == SymbolCost.noPart ? Self.noPart : UInt16(symbol.part)
      owner = symbol.owner
      traits = symbol.traits
      tables = symbol.tables
      names = UInt16(truncatingIfNeeded: symbol.names)
      relocations = UInt16(truncatingIfNeeded: symbol.relocations)
      unwind = UInt16(truncatingIfNeeded: symbol.unwind)
      exceptions = UInt16(truncatingIfNeeded: symbol.exceptions)
      linkage = UInt16(truncatingIfNeeded: symbol.linkage)
    }

    /// Stands where a symbol that is kept apart would.
    init() {
      name = 0
      body = 0
      part = Self.wide
      owner = .own
      traits = []
      (tables, names, relocations, unwind, exceptions, linkage) = (0, 0, 0, 0, 0, 0)
    }

    func symbol(sourceFile: UInt32) -> SymbolCost {
      SymbolCost(
        name: NameID(index: name), part: part == Self.noPart ? SymbolCost.noPart : UInt32(part),
        owner: owner, traits: traits, sourceFile: sourceFile, body: UInt64(body), tables: tables,
        names: UInt32(names), relocations: UInt32(relocations), unwind: UInt32(unwind),
        exceptions: UInt32(exceptions), linkage: UInt32(linkage))
    }
  }

  private var short: [Short] = []
  /// The symbols that are kept apart, by position.
  private var wide: [Int: SymbolCost] = [:]
  /// Empty as long as none is known.
  private var sourceFiles: [UInt32] = []

  public init() {}

  public init(arrayLiteral elements: SymbolCost...) { self.init(elements) }

  public init(_ symbols: some Sequence<SymbolCost>) {
    for symbol in symbols { append(symbol) }
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { short.count }

  mutating func reserveCapacity(_ count: Int) { short.reserveCapacity(count) }

  public mutating func append(_ symbol: SymbolCost) {
    short.append(Short())
    if !sourceFiles.isEmpty { sourceFiles.append(SymbolCost.noFile) }
    self[short.count - 1] = symbol
  }

  public subscript(index: Int) -> SymbolCost {
    get {
      let symbol = short[index]
      if symbol.part == Short.wide { return wide[index]! }
      return symbol.symbol(sourceFile: sourceFiles.isEmpty ? SymbolCost.noFile : sourceFiles[index])
    }
    set {
      guard let symbol = Short(newValue) else {
        short[index] = Short()
        wide[index] = newValue
        return
      }
      if short[index].part == Short.wide { wide[index] = nil }
      short[index] = symbol
      guard newValue.sourceFile != SymbolCost.noFile || !sourceFiles.isEmpty else { return }
      if sourceFiles.isEmpty {
        sourceFiles = [UInt32](repeating: SymbolCost.noFile, count: short.count)
      }
      sourceFiles[index] = newValue.sourceFile
    }
  }
}
