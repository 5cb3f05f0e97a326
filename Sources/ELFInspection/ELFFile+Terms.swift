internal import CElf

extension ELFFile.Header {
  /// What kind of file it is: relocatable, executable, shared, core or a number.
  public var typeName: String {
    switch Int32(type) {
    case ET_REL: "relocatable"
    case ET_EXEC: "executable"
    case ET_DYN: "shared"
    case ET_CORE: "core"
    default: "type \(type)"
    }
  }

  /// The machine as compilers call it, or its number.
  public var machineName: String {
    switch Int32(machine) {
    case EM_X86_64: "x86_64"
    case EM_386: "i386"
    case EM_AARCH64: "aarch64"
    case EM_ARM: "arm"
    case EM_RISCV: is64Bit ? "riscv64" : "riscv32"
    case EM_PPC: "powerpc"
    case EM_PPC64: "powerpc64"
    case EM_S390: is64Bit ? "s390x" : "s390"
    case EM_MIPS: "mips"
    case EM_SPARCV9: "sparc64"
    case EM_LOONGARCH: "loongarch"
    default: "machine \(machine)"
    }
  }
}

extension ELFFile.Segment {
  /// The type without its prefix, as `readelf` writes it: `LOAD`; or its number.
  public var typeName: String {
    switch Int64(type) {
    case Int64(PT_NULL): "NULL"
    case Int64(PT_LOAD): "LOAD"
    case Int64(PT_DYNAMIC): "DYNAMIC"
    case Int64(PT_INTERP): "INTERP"
    case Int64(PT_NOTE): "NOTE"
    case Int64(PT_SHLIB): "SHLIB"
    case Int64(PT_PHDR): "PHDR"
    case Int64(PT_TLS): "TLS"
    case Int64(PT_GNU_EH_FRAME): "GNU_EH_FRAME"
    case Int64(PT_GNU_STACK): "GNU_STACK"
    case Int64(PT_GNU_RELRO): "GNU_RELRO"
    case Int64(PT_GNU_PROPERTY): "GNU_PROPERTY"
    default: "0x\(String(type, radix: 16))"
    }
  }
}
