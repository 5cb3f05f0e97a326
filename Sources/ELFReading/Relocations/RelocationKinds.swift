internal import CElf

/// What a machine's relocation numbers mean to the loader.
struct RelocationKinds {
  /// By number; they are small.
  private let kinds: [Relocation.Kind]

  /// R_MIPS_REL32 stands for two kinds.
  private let isRelativeWithoutSymbol: Bool

  /// - Parameter type: the number that the entry has.
  func kind(of type: UInt32, symbol: UInt32) -> Relocation.Kind {
    guard type < UInt32(kinds.count) else { return .other }
    let kind = kinds[Int(type)]
    return isRelativeWithoutSymbol && symbol == 0 && kind == .symbolic ? .relative : kind
  }

  /// Source: `elf.h`, the lists `R_X86_64_…`, `R_386_…`, `R_AARCH64_…`, `R_ARM_…`, `R_RISCV_…`,
  /// `R_PPC…`, `R_390_…` and `R_MIPS_…`.
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
    case EM_MIPS:
      // R_MIPS_REL32 is relative where it names no symbol; see ``kind(of:symbol:)``. What a global
      // offset table takes has no entries here: the loader relocates all of it.
      numbers = [
        (.symbolic, [R_MIPS_REL32]), (.globalOffset, [R_MIPS_GLOB_DAT]),
        (.jumpSlot, [R_MIPS_JUMP_SLOT]), (.copy, [R_MIPS_COPY]),
        (
          .threadLocal,
          [
            R_MIPS_TLS_DTPMOD32, R_MIPS_TLS_DTPREL32, R_MIPS_TLS_DTPMOD64, R_MIPS_TLS_DTPREL64,
          ]
        ), (.staticThreadLocal, [R_MIPS_TLS_TPREL32, R_MIPS_TLS_TPREL64]),
      ]
    default: numbers = []
    }
    let largest = numbers.flatMap(\.1).max() ?? -1
    var kinds = [Relocation.Kind](repeating: .other, count: Int(largest) + 1)
    for (kind, numbers) in numbers {
      for number in numbers { kinds[Int(number)] = kind }
    }
    self.kinds = kinds
    isRelativeWithoutSymbol = Int32(machine) == EM_MIPS
  }
}
