public import ELFInspection

/// What a file is made of and what it would cost to load.
public struct FileAnalysis: Sendable {
  /// As it was given.
  public var path: String
  public var fileSize: UInt64
  /// Bytes of address space that loading takes.
  public var memorySize: UInt64
  public var header: ELFFile.Header
  public var buildID: String?
  /// It can be started: it names an interpreter, or is not a shared object.
  public var isProgram: Bool
  public var segments: [ELFFile.Segment]
  /// All bytes of the file, each in exactly one part.
  public var parts: [Part]
  /// nil where the symbols were not asked for.
  public var symbols: SymbolAnalysis?
  /// The `swift5_…` sections by module; empty where the symbols were not asked for.
  public var swiftMetadata: [SwiftMetadata.Share]
  public var relocations: RelocationSummary
  public var loading: LoadingCost
  public var dynamic: DynamicSection?
  /// nil where there is none, or not exactly one that can be read.
  public var manifest: PluginManifest?
  public var unload: UnloadVerdict
  /// nil for a relocatable file: what it becomes decides.
  public var hardening: Hardening?
  /// The versions of symbols that the file needs of others, by library.
  public var neededVersions: [(library: String, versions: [String])]
  public var notes: Notes
  /// What the file says of itself and is not so; symbols, unwinding, metadata and debug information are
  /// looked at only where the symbols were asked for.
  public var flaws: [Flaw]

  /// The part the file plays among others.
  public var role: Role {
    if header.isRelocatable { return .object }
    if manifest != nil { return .plugin }
    if dynamic?.soname == "libPluginRuntime.so" { return .runtime }
    return isProgram && dynamic?.soname == nil ? .program : .library
  }

  public enum Role: String, Sendable {
    case program, runtime, plugin, library, object
  }

  /// The sum over all parts; the same as ``fileSize``, or the accounting is wrong.
  public var accountedFileSize: UInt64 { parts.reduce(0) { $0 + $1.fileSize } }

  /// A run of bytes with one label, or several that have the same.
  public struct Part: Equatable, Sendable {
    public var name: String
    public var kind: Kind
    public var fileSize: UInt64
    /// Bytes in memory; 0 for what is not loaded.
    public var memorySize: UInt64
    /// What a compressed section says that it holds once it is expanded; nil for all others.
    public var uncompressedSize: UInt64?

    public enum Kind: Equatable, Sendable {
      /// By position in the file's table.
      case section(Int)
      /// The ELF header or one of the two tables.
      case header
      /// Zeros between two structures.
      case padding
      /// In a segment and in no section.
      case segment(Int)
      /// In nothing.
      case unmapped
    }
  }
}

/// What the symbols of a file cost, and what is left of its parts without them.
public struct SymbolAnalysis: Sendable {
  /// In no particular order. What a name appears for twice, in the table for debuggers and in that
  /// for the loader, is one.
  public var symbols: SymbolList
  /// Bytes of each part of ``FileAnalysis/parts`` that no symbol is charged with.
  public var remainders: [UInt64]
  /// Names of source files, where there is debug information.
  public var sourceFiles: [String]
  /// Defined for others to import.
  public var exports: Int
  /// Entries of the table that debuggers read, the empty first one included; 0 of a stripped file.
  public var entries: Int
  /// The file holds a Swift runtime of its own.
  public var definesSwiftRuntime: Bool
  /// Of debug information.
  var flaws: [Flaw] = []
  /// For each of ``symbols`` a number that it shares, in whatever file, with what says the same; 0 for
  /// what has no bytes in the file, 1 for another name of the symbol before. Empty where bodies were
  /// not to be compared.
  var contents: [UInt64] = []

  static let sameAsBefore: UInt64 = 1

  /// Positions in ``symbols``, the largest symbol first, of equal ones the first.
  ///
  /// - Complexity: O(*n* log *n*).
  public var bySize: [Int] {
    // Sizes are sums: each is taken once, and not for each comparison.
    let sizes = symbols.indices.map { (size: symbols[$0].fileSize, index: $0) }
    return sizes.sorted { $0.size != $1.size ? $0.size > $1.size : $0.index < $1.index }
      .map(\.index)
  }
}

/// What exists in a file for one symbol.
public struct SymbolCost: Sendable {
  public var name: NameID
  /// By position in ``FileAnalysis/parts``; ``noPart`` where it is not defined or lies in none.
  public var part: UInt32
  public var owner: Owner
  public var traits: Traits
  /// The source file of its code, by position in ``SymbolAnalysis/sourceFiles``; ``noFile`` where
  /// debug information does not say.
  public var sourceFile: UInt32
  /// Bytes of code or data, in the file or, where ``Traits/isZeroFilled``, only in memory. Symbols
  /// for the same bytes share them.
  public var body: UInt64
  /// Its entries in symbol, version and hash tables.
  public var tables: UInt16
  /// Its name.
  public var names: UInt32
  /// The relocations of its bytes; of one that is imported, those that refer to it.
  public var relocations: UInt32
  /// The entries that unwind it.
  public var unwind: UInt32
  /// What catches and clean-up look up when it is unwound (`.gcc_except_table`).
  public var exceptions: UInt32
  /// Slots of the global offset table and of the procedure linkage table.
  public var linkage: UInt32

  public static let noPart = UInt32.max
  public static let noFile = UInt32.max

  public struct Traits: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let isFunction = Traits(rawValue: 1)
    public static let isData = Traits(rawValue: 2)
    public static let isThreadLocal = Traits(rawValue: 4)
    /// Its bytes are zeros that only memory holds.
    public static let isZeroFilled = Traits(rawValue: 8)
    /// Defined in another file.
    public static let isImported = Traits(rawValue: 16)
    /// Defined here for others.
    public static let isExported = Traits(rawValue: 32)
  }

  /// Bytes of the file that exist for the symbol.
  public var fileSize: UInt64 { bodyInFile + charges }

  public var bodyInFile: UInt64 { traits.contains(.isZeroFilled) ? 0 : body }

  /// What exists for it besides its own bytes.
  public var charges: UInt64 {
    UInt64(tables) + UInt64(names) + UInt64(relocations) + UInt64(unwind) + UInt64(exceptions)
      + UInt64(linkage)
  }
}
