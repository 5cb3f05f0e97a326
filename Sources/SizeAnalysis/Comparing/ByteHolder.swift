/// For whom a byte of a file is there.
public enum ByteHolder: Hashable, Sendable, CaseIterable {
  /// Code and data that are defined in the file.
  case owner(Owner)
  /// What the file keeps in order to import symbols: entries, names, relocations and slots.
  case imports
  /// Headers, padding and all that no symbol is charged with.
  case unnamed

  public static let allCases: [ByteHolder] =
    Owner.allCases.map(ByteHolder.owner) + [.imports, .unnamed]
}

/// The module for which a byte of a file is there.
public enum ModuleHolder: Hashable, Sendable {
  /// A Swift module; empty for names that do not say, as those of C.
  case module(String)
  case imports
  case unnamed
}

extension SymbolCost {
  /// For whom its bytes are there.
  public var holder: ByteHolder { traits.contains(.isImported) ? .imports : .owner(owner) }
}
