internal import CElf

/// One place that the loader, or for a relocatable file the linker, writes to.
public struct Relocation: Equatable, Sendable {
  /// An address; in a relocatable file an offset into the section that is relocated.
  public var offset: UInt64
  public var kind: Kind
  /// By position in the symbol table; 0 where it needs none.
  public var symbol: UInt32
  /// nil where it stands at the place itself.
  public var addend: Int64?

  /// What is written there.
  public enum Kind: Int, CaseIterable, Sendable {
    /// An address in this file.
    case relative
    /// An address of a symbol, in data.
    case symbolic
    /// An address of a symbol, in the global offset table.
    case globalOffset
    /// The address of a function that is called through the procedure linkage table.
    case jumpSlot
    /// The contents of a symbol of another file.
    case copy
    /// The address that a function of this file returns.
    case indirect
    /// A module or an offset of thread-local storage.
    case threadLocal
    /// A descriptor of thread-local storage: a function that finds it, and what to give to it.
    case threadLocalDescriptor
    /// An offset from the thread's pointer, fixed when the file is loaded: static TLS.
    case staticThreadLocal
    /// What only a linker resolves, or a machine that is not known here.
    case other
  }
}

/// What the loader has to relocate, as the file tells it.
public struct RelocationSummary: Equatable, Sendable {
  /// Entries of all kinds, RELR decoded.
  public var total = 0
  /// Those that RELR packs.
  public var relr = 0
  /// By ``Relocation/Kind``.
  public var byKind = [Int](repeating: 0, count: Relocation.Kind.allCases.count)
  /// The distinct 4096-byte pages that relocating writes to, and so makes private to a process: by
  /// number, in ascending order.
  public var pages: [UInt64] = []
  public var dirtyPages: Int { pages.count }
  /// Those that would write to what no segment loads.
  public var outside = 0
  /// Those that refer to a symbol that the table of dynamic symbols does not have.
  public var withoutSymbol = 0
  /// A table of packed ones begins with a bitmap, which says nothing without an address.
  public var isWithoutAddress = false
  /// False where a table does not lie in the file, or is one of RELR of which more is claimed than is
  /// decoded: 16 MiB, which can stand for 132 million places.
  public var isComplete = true

  public init() {}

  public func count(_ kinds: Relocation.Kind...) -> Int {
    kinds.reduce(0) { $0 + byKind[$1.rawValue] }
  }

  /// All that have to do with thread-local storage.
  public var threadLocal: Int { count(.threadLocal, .threadLocalDescriptor, .staticThreadLocal) }
}

extension ELFFile.Section {
  /// `SHT_RELR`, which older headers do not name.
  fileprivate static var packedRelocations: UInt32 { 19 }

  /// Relative relocations, packed into bitmaps (`SHT_RELR`).
  public var isPackedRelocations: Bool { type == Self.packedRelocations }

  public var holdsRelocations: Bool {
    type == UInt32(SHT_RELA) || type == UInt32(SHT_REL) || isPackedRelocations
  }
}
