internal import CElf

/// A symbol that a file uses and does not define.
public struct ImportedSymbol: Hashable, Sendable {
  public var name: String
  /// It may be missing: its address is 0 then.
  public var isWeak: Bool

  public init(name: String, isWeak: Bool) {
    self.name = name
    self.isWeak = isWeak
  }
}

extension ELFFile {
  /// The symbols that somebody else must define: of a relocatable file all that the linker looks
  /// for, of any other those that the loader looks for.
  ///
  /// A version that a symbol is asked for in is not part of its name.
  ///
  /// - Complexity: O(symbols).
  public func importedSymbols() -> [ImportedSymbol] {
    guard let table = header.isRelocatable ? symbolTable : dynamicSymbolTable else { return [] }
    return withStrings(of: table) { strings in
      var imports: [ImportedSymbol] = []
      // What all names together may take, in a file that names one long string again and again.
      var budget = 64 << 20
      for symbol in symbols(of: table) where symbol.isUndefined && symbol.binding != .local {
        guard let name = strings.text(at: UInt64(symbol.nameOffset), budget: &budget), !name.isEmpty
        else { continue }
        imports.append(ImportedSymbol(name: name, isWeak: symbol.binding == .weak))
      }
      return imports
    } ?? []
  }

  /// The names of what a relocatable file defines for others; none of any other file.
  ///
  /// - Complexity: O(symbols).
  public func definedLinkSymbols() -> [String] {
    guard header.isRelocatable, let table = symbolTable else { return [] }
    return definedNames(in: table)
  }
}
