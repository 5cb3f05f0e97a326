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

extension ELFFile {
  /// Counts the relocations that the dynamic loader applies.
  ///
  /// - Complexity: O(relocations).
  public func relocations() -> RelocationSummary {
    var summary = RelocationSummary()
    var pages: Set<UInt64> = []
    var lastPage: UInt64?
    for section in sections where section.flags & UInt64(SHF_ALLOC) != 0 {
      let isPacked = section.isPackedRelocations
      forEachRelocation(in: section) { _, relocation in
        summary.total += 1
        if isPacked { summary.relr += 1 }
        summary.byKind[relocation.kind.rawValue] += 1
        // Neighbours lie in one page more often than not.
        let page = relocation.offset >> 12
        if page != lastPage {
          lastPage = page
          pages.insert(page)
        }
      }
    }
    summary.pages = pages.sorted()
    return summary
  }

  /// Calls `body` with each relocation of a section and the position of the entry, or for RELR the
  /// word, that it comes from.
  ///
  /// - Complexity: O(relocations).
  public func forEachRelocation(
    in section: Section, _ body: (_ entry: Int, _ relocation: Relocation) -> Void
  ) {
    switch section.type {
    case UInt32(SHT_RELA), UInt32(SHT_REL):
      let hasAddend = section.type == UInt32(SHT_RELA)
      let kinds = RelocationKinds(machine: header.machine)
      let is64Bit = header.is64Bit
      let word = header.wordSize
      let width = word * (hasAddend ? 3 : 2)
      withEntries(of: section, width: width) { entries, count in
        for index in 0..<count {
          let start = index * width
          guard let offset = entries.word(at: start, is64Bit: is64Bit),
            let info = entries.word(at: start + word, is64Bit: is64Bit)
          else { return }
          var addend: Int64?
          if hasAddend {
            guard let text = entries.word(at: start + 2 * word, is64Bit: is64Bit) else { return }
            addend =
              is64Bit ? Int64(bitPattern: text) : Int64(Int32(truncatingIfNeeded: text))
          }
          // The symbol stands above the number of the kind: 32 bits of it, or 24 above 8.
          body(
            index,
            Relocation(
              offset: offset, kind: kinds[UInt32(truncatingIfNeeded: is64Bit ? info : info & 0xff)],
              symbol: UInt32(truncatingIfNeeded: info >> (is64Bit ? 32 : 8)), addend: addend))
        }
      }
    case Section.packedRelocations: forEachPackedRelocation(in: section, body)
    default: break
    }
  }

  /// Decodes RELR: an even word is an address; an odd one a bitmap of the 63 (or 31) words that
  /// follow the last address. Source: the generic ABI, "Relative relocation table".
  private func forEachPackedRelocation(
    in section: Section, _ body: (Int, Relocation) -> Void
  ) {
    // A word stands for up to 63 relocations: a table that claims more than this is not decoded.
    guard section.size <= 16 << 20 else { return }
    let width = header.is64Bit ? 8 : 4
    unsafe withBytes(at: section.offset, count: section.size) { bytes in
      let reader = unsafe ByteReader(bytes, isLittleEndian: header.isLittleEndian)
      var next: UInt64 = 0
      for entry in 0..<reader.count / width {
        guard let word = reader.word(at: entry * width, is64Bit: header.is64Bit) else { return }
        if word & 1 == 0 {
          body(entry, Relocation(offset: word, kind: .relative, symbol: 0, addend: nil))
          next = word &+ UInt64(width)
        } else {
          for bit in 1..<UInt64(width * 8) where word >> bit & 1 == 1 {
            let offset = next &+ (bit - 1) &* UInt64(width)
            body(entry, Relocation(offset: offset, kind: .relative, symbol: 0, addend: nil))
          }
          next = next &+ UInt64(width * 8 - 1) &* UInt64(width)
        }
      }
    }
  }
}

/// What a machine's relocation numbers mean to the loader.
private struct RelocationKinds {
  /// By number; they are small.
  private let kinds: [Relocation.Kind]

  subscript(type: UInt32) -> Relocation.Kind {
    type < UInt32(kinds.count) ? kinds[Int(type)] : .other
  }

  /// Source: `elf.h`, the lists `R_X86_64_…`, `R_386_…`, `R_AARCH64_…`, `R_ARM_…`, `R_RISCV_…`,
  /// `R_PPC…` and `R_390_…`.
  init(machine: UInt16) {
    let numbers: [(Relocation.Kind, [Int32])]
    switch Int32(machine) {
    case EM_X86_64:
      numbers = [
        (.relative, [R_X86_64_RELATIVE]), (.symbolic, [R_X86_64_64]),
        (.globalOffset, [R_X86_64_GLOB_DAT]), (.jumpSlot, [R_X86_64_JUMP_SLOT]),
        (.copy, [R_X86_64_COPY]), (.indirect, [R_X86_64_IRELATIVE]),
        (.threadLocal, [R_X86_64_DTPMOD64, R_X86_64_DTPOFF64]),
        (.threadLocalDescriptor, [R_X86_64_TLSDESC]),
        (.staticThreadLocal, [R_X86_64_TPOFF64]),
      ]
    case EM_386:
      numbers = [
        (.relative, [R_386_RELATIVE]), (.symbolic, [R_386_32]), (.globalOffset, [R_386_GLOB_DAT]),
        (.jumpSlot, [R_386_JMP_SLOT]), (.copy, [R_386_COPY]), (.indirect, [R_386_IRELATIVE]),
        (.threadLocal, [R_386_TLS_DTPMOD32, R_386_TLS_DTPOFF32]),
        (.threadLocalDescriptor, [R_386_TLS_DESC]),
        (.staticThreadLocal, [R_386_TLS_TPOFF, R_386_TLS_TPOFF32]),
      ]
    case EM_AARCH64:
      numbers = [
        (.relative, [R_AARCH64_RELATIVE]), (.symbolic, [R_AARCH64_ABS64]),
        (.globalOffset, [R_AARCH64_GLOB_DAT]), (.jumpSlot, [R_AARCH64_JUMP_SLOT]),
        (.copy, [R_AARCH64_COPY]), (.indirect, [R_AARCH64_IRELATIVE]),
        (.threadLocal, [R_AARCH64_TLS_DTPMOD, R_AARCH64_TLS_DTPREL]),
        (.threadLocalDescriptor, [R_AARCH64_TLSDESC]),
        (.staticThreadLocal, [R_AARCH64_TLS_TPREL]),
      ]
    case EM_ARM:
      numbers = [
        (.relative, [R_ARM_RELATIVE]), (.symbolic, [R_ARM_ABS32]),
        (.globalOffset, [R_ARM_GLOB_DAT]), (.jumpSlot, [R_ARM_JUMP_SLOT]), (.copy, [R_ARM_COPY]),
        (.indirect, [R_ARM_IRELATIVE]),
        (.threadLocal, [R_ARM_TLS_DTPMOD32, R_ARM_TLS_DTPOFF32]),
        (.threadLocalDescriptor, [R_ARM_TLS_DESC]),
        (.staticThreadLocal, [R_ARM_TLS_TPOFF32]),
      ]
    case EM_RISCV:
      numbers = [
        (.relative, [R_RISCV_RELATIVE]), (.symbolic, [R_RISCV_32, R_RISCV_64]),
        (.jumpSlot, [R_RISCV_JUMP_SLOT]), (.copy, [R_RISCV_COPY]),
        (.indirect, [R_RISCV_IRELATIVE]),
        (
          .threadLocal,
          [
            R_RISCV_TLS_DTPMOD32, R_RISCV_TLS_DTPMOD64, R_RISCV_TLS_DTPREL32,
            R_RISCV_TLS_DTPREL64,
          ]
        ), (.staticThreadLocal, [R_RISCV_TLS_TPREL32, R_RISCV_TLS_TPREL64]),
      ]
    case EM_PPC, EM_PPC64:
      // The two share these numbers but for the address.
      numbers = [
        (.relative, [R_PPC_RELATIVE]),
        (.symbolic, [Int32(machine) == EM_PPC ? R_PPC_ADDR32 : R_PPC64_ADDR64]),
        (.globalOffset, [R_PPC_GLOB_DAT]), (.jumpSlot, [R_PPC_JMP_SLOT]), (.copy, [R_PPC_COPY]),
        (.indirect, [R_PPC_IRELATIVE]), (.threadLocal, [R_PPC_DTPMOD32, R_PPC_DTPREL32]),
        (.staticThreadLocal, [R_PPC_TPREL32]),
      ]
    case EM_S390:
      numbers = [
        (.relative, [R_390_RELATIVE]), (.symbolic, [R_390_32, R_390_64]),
        (.globalOffset, [R_390_GLOB_DAT]), (.jumpSlot, [R_390_JMP_SLOT]), (.copy, [R_390_COPY]),
        (.indirect, [R_390_IRELATIVE]), (.threadLocal, [R_390_TLS_DTPMOD, R_390_TLS_DTPOFF]),
        (.staticThreadLocal, [R_390_TLS_TPOFF]),
      ]
    default: numbers = []
    }
    let largest = numbers.flatMap(\.1).max() ?? -1
    var kinds = [Relocation.Kind](repeating: .other, count: Int(largest) + 1)
    for (kind, numbers) in numbers {
      for number in numbers { kinds[Int(number)] = kind }
    }
    self.kinds = kinds
  }
}
