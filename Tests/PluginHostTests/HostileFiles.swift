import Platform
import PluginHost
import TestSupport

/// A plugin that would do its work but for one lie, and what becomes of it.
struct HostileFile: Sendable, CustomStringConvertible {
  var claim: String
  var code: Refusal.Code
  /// Or its beginning.
  var field: String
  /// In the words of ``LyingFile``, separated by semicolons.
  var edits = ""
  /// What cannot be said in these.
  var edit: (@Sendable (inout [UInt8]) -> Void)?

  init(_ claim: String, _ code: Refusal.Code, _ field: String, _ edits: String) {
    self.claim = claim
    self.code = code
    self.field = field
    self.edits = edits
  }

  init(
    _ claim: String, _ code: Refusal.Code, _ field: String,
    _ edit: @escaping @Sendable (inout [UInt8]) -> Void
  ) {
    self.init(claim, code, field, "")
    self.edit = edit
  }

  var description: String { claim }

  /// Writes the file into `directory`.
  ///
  /// - Returns: its path.
  func write(into directory: String) throws -> String {
    let name = claim.map { $0.isLetter || $0.isNumber ? $0 : "-" }
    let path = Path.join(directory, String(name) + ".so")
    if let edit {
      try FileEdits.copy(try Fixture.wellBehavedC.path(), to: path, edit)
      return path
    }
    let text = edits.split(separator: ";").joined(separator: "\n")
    let lie = try LyingFile(claim: String(name), text: "base plugin\nexpect sound\n" + text)
    return try lie.write(into: directory)
  }
}

extension HostileFile {
  static let all: [HostileFile] =
    files + headers + segments + sections + dynamic + lookup + manifests

  static let files = [
    HostileFile("no bytes", .notELF, "magic number", "length = 0"),
    HostileFile("a script", .notELF, "magic number") {
      $0 = Array("#!/bin/sh\necho owned\n".utf8)
    },
    HostileFile("a magic number and nothing else", .truncated, "ELF header", "length = 4"),
    HostileFile("half a header", .truncated, "ELF header", "length = 20"),
    HostileFile("a header and half a table", .truncated, "program header table", "length = 100"),
    HostileFile("the first half", .truncated, "", "length = 6000"),
    HostileFile("all but the last byte", .truncated, "section header table", "length = size - 1"),
    HostileFile("an archive", .notELF, "magic number") { bytes in
      bytes = Array("!<arch>\n".utf8) + bytes
    },
  ]

  static let headers = [
    HostileFile("an unknown class", .malformed, "ELF header", "file 4 u8 = 3"),
    HostileFile("an unknown byte order", .malformed, "ELF header", "file 5 u8 = 3"),
    HostileFile("an unknown version", .malformed, "ELF header", "file 6 u8 = 0"),
    HostileFile("of 32 bits", .truncated, "section header table", "file 4 u8 = 1"),
    HostileFile("another machine", .wrongMachine, "e_machine", "header e_machine = 40"),
    HostileFile("no machine", .wrongMachine, "e_machine", "header e_machine = 0"),
    HostileFile("an object file", .notSharedObject, "e_type", "header e_type = 1"),
    HostileFile("a program", .notSharedObject, "e_type", "header e_type = 2"),
    HostileFile("a core dump", .notSharedObject, "e_type", "header e_type = 4"),
    HostileFile("segments at the header", .malformed, "program header table", "header e_phoff = 0"),
    HostileFile(
      "segments far away", .truncated, "program header table", "header e_phoff = 0x100000000"),
    HostileFile(
      "segments of one byte", .malformed, "program header size", "header e_phentsize = 1"),
    HostileFile(
      "more segments than there are numbers", .truncated, "program header", "header e_phnum = 65535"
    ),
    HostileFile(
      "sections far away", .truncated, "section header table", "header e_shoff = 0x100000000"),
    HostileFile(
      "sections of one byte", .malformed, "section header size", "header e_shentsize = 1"),
    HostileFile(
      "more sections than the file", .truncated, "section header table", "header e_shnum = 60000"),
    HostileFile(
      "no table of sections", .entryMissing, "symbol plugin_entry",
      "header e_shoff = 0; header e_shnum = 0; header e_shstrndx = 0"),
  ]

  static let segments = [
    HostileFile("no segments", .malformed, "PT_DYNAMIC", "header e_phnum = 0"),
    HostileFile(
      "a segment behind the end", .truncated, "segment", "segment LOAD p_filesz = 0x100000000"),
    HostileFile("a segment around the end", .truncated, "segment", "segment LOAD p_offset = -1"),
    HostileFile("less memory than file", .malformed, "segment", "segment LOAD p_memsz = 1"),
    HostileFile(
      "segments over each other", .malformed, "segment", "segment LOAD p_vaddr = 0x40000000"),
    HostileFile(
      "a table of segments that cannot be read", .malformed, "PT_LOAD", "segment LOAD p_flags = 0"),
    HostileFile("a segment around memory", .malformed, "segment", "segment LOAD p_memsz = -1"),
    HostileFile("no dynamic section", .malformed, "PT_DYNAMIC", "segment DYNAMIC p_type = 0"),
    HostileFile(
      "a dynamic section nowhere", .malformed, "PT_DYNAMIC", "segment DYNAMIC p_vaddr = 0x40000000"),
    HostileFile(
      "a dynamic section without end", .malformed, "PT_DYNAMIC", "segment DYNAMIC p_filesz = 32"),
    HostileFile(
      "two dynamic sections", .malformed, "PT_DYNAMIC", "segment GNU_EH_FRAME p_type = 2"),
    HostileFile(
      "executable stacks", .executableStack, "PT_GNU_STACK", "segment GNU_STACK p_flags = 7"),
    HostileFile(
      "no word on stacks", .executableStack, "PT_GNU_STACK", "segment GNU_STACK p_type = 0"),
    HostileFile(
      "thread-local storage that is aligned to three", .malformed, "PT_TLS",
      "segment GNU_EH_FRAME p_type = 7; segment GNU_EH_FRAME p_align = 3"),
    HostileFile(
      "thread-local storage that is aligned to nothing", .malformed, "PT_TLS",
      "segment GNU_EH_FRAME p_type = 7; segment GNU_EH_FRAME p_align = 0"),
    HostileFile(
      "two segments in one page", .malformed, "PT_LOAD",
      "segment 2 p_vaddr = 0x1800; segment 2 p_offset = 0x1800"),
    HostileFile(
      "thread-local storage at no address", .malformed, "PT_TLS",
      "segment GNU_EH_FRAME p_type = 7; segment GNU_EH_FRAME p_vaddr = 0"),
    HostileFile(
      "thread-local storage larger than memory", .malformed, "PT_TLS",
      "segment GNU_EH_FRAME p_type = 7; segment GNU_EH_FRAME p_memsz = 0x10000000000"),
    HostileFile(
      "thread-local storage from nowhere", .malformed, "PT_TLS",
      "segment GNU_EH_FRAME p_type = 7; segment GNU_EH_FRAME p_vaddr = 0x40000000"),
    HostileFile(
      "a dynamic section that is written to where nothing may be", .malformed, "PT_DYNAMIC",
      "segment GNU_RELRO p_type = 0; segment 3 p_flags = 4"),
    HostileFile(
      "read-only pages that are code", .malformed, "PT_GNU_RELRO",
      "segment GNU_RELRO p_vaddr = .text:sh_addr; segment GNU_RELRO p_memsz = 8192"),
    HostileFile(
      "read-only pages of somebody else", .malformed, "PT_GNU_RELRO",
      "segment GNU_RELRO p_memsz = 0x100000"),
    HostileFile(
      "read-only pages around memory", .malformed, "PT_GNU_RELRO",
      "segment GNU_RELRO p_memsz = -1"),
    HostileFile(
      "a table of segments nowhere", .malformed, "PT_PHDR",
      "segment GNU_EH_FRAME p_type = 6; segment GNU_EH_FRAME p_vaddr = 0x40000000"),
    HostileFile(
      "a table of segments that is something else", .malformed, "PT_PHDR",
      "segment GNU_EH_FRAME p_type = 6"),
    HostileFile(
      "properties nowhere", .malformed, "PT_NOTE",
      "segment GNU_EH_FRAME p_type = 0x6474e553; segment GNU_EH_FRAME p_align = 8; segment GNU_EH_FRAME p_vaddr = 0x40000000"
    ),
    HostileFile(
      "properties that go on", .malformed, "PT_NOTE",
      """
      segment GNU_EH_FRAME p_type = 4; segment GNU_EH_FRAME p_align = 8
      bytes .eh_frame_hdr 0 u32 = 4; bytes .eh_frame_hdr 4 u32 = 0x7ffffff8; bytes .eh_frame_hdr 8 u32 = 5
      """),
    HostileFile(
      "notes behind the end", .truncated, "segment", "segment NOTE p_filesz = 0x100000000"),
  ]

  static let sections = [
    HostileFile(
      "a section behind the end", .truncated, "section", "section .text sh_size = 0x100000000"),
    HostileFile("a section around the end", .truncated, "section", "section .text sh_offset = -16"),
    HostileFile(
      "sections that are the whole file, each", .malformed, "section",
      """
      section .text sh_offset = 0; section .text sh_size = size; section .rodata sh_offset = 0
      section .rodata sh_size = size; section .data sh_offset = 0; section .data sh_size = size
      """),
    HostileFile(
      "symbols somewhere else", .malformed, "DT_SYMTAB",
      "section .dynsym sh_offset = .dynsym:sh_offset + 24"),
    HostileFile(
      "names of other symbols", .entryMissing, "symbol plugin_entry", "section .dynsym sh_link = 0"),
  ]

  static let dynamic = [
    HostileFile("strings nowhere", .malformed, "DT_STRTAB", "dynamic STRTAB = 0x40000000"),
    HostileFile("strings that are code", .malformed, "DT_STRTAB", "dynamic STRTAB = .text:sh_addr"),
    HostileFile("no strings", .malformed, "DT_STRTAB", "dynamic STRSZ = 0"),
    HostileFile(
      "more strings than there are", .malformed, "DT_STRTAB", "dynamic STRSZ = 0x40000000"),
    HostileFile("strings without end", .malformed, "DT_STRTAB", "bytes .dynstr -1 u8 = 65"),
    HostileFile("symbols nowhere", .malformed, "DT_SYMTAB", "dynamic SYMTAB = 0x40000000"),
    HostileFile("symbols that are code", .malformed, "DT_SYMTAB", "dynamic SYMTAB = .text:sh_addr"),
    HostileFile("symbols of another size", .malformed, "DT_SYMENT", "dynamic SYMENT = 25"),
    HostileFile(
      "a library without a name", .malformed, "dynamic entry 0x1", "dynamic NEEDED = 0x7fffffff"),
    HostileFile(
      "a first function that is data", .malformed, "DT_INIT", "dynamic INIT = .data:sh_addr"),
    HostileFile("a first function nowhere", .malformed, "DT_INIT", "dynamic INIT = 0x4000000000"),
    HostileFile("a last function nowhere", .malformed, "DT_FINI", "dynamic FINI = 0x4000000000"),
    HostileFile(
      "constructors nowhere", .malformed, "DT_INIT_ARRAY", "dynamic INIT_ARRAY = 0x4000000000"),
    HostileFile(
      "constructors without end", .malformed, "DT_INIT_ARRAY", "dynamic INIT_ARRAYSZ = 0x40000000"),
    HostileFile("half a constructor", .malformed, "DT_INIT_ARRAY", "dynamic INIT_ARRAYSZ = 12"),
    HostileFile(
      "destructors nowhere", .malformed, "DT_FINI_ARRAY", "dynamic FINI_ARRAY = 0x4000000000"),
    HostileFile(
      "constructors of no number", .malformed, "DT_INIT_ARRAY", "tag INIT_ARRAYSZ = 21"),
    HostileFile(
      "destructors of no number", .malformed, "DT_FINI_ARRAY", "tag FINI_ARRAYSZ = 21"),
    HostileFile("relocations of no number", .malformed, "DT_RELA", "tag RELASZ = 21"),
    HostileFile("relocations of no size", .malformed, "DT_RELAENT", "tag RELAENT = 21"),
    HostileFile("calls of no number", .malformed, "DT_JMPREL", "tag PLTRELSZ = 21"),
    HostileFile("calls of no kind", .malformed, "DT_PLTREL", "tag PLTREL = 21"),
    HostileFile("calls of another kind", .malformed, "DT_PLTREL", "dynamic PLTREL = 17"),
    HostileFile("calls without a table", .malformed, "DT_JMPREL", "tag JMPREL = 21"),
    HostileFile(
      "packed relocations of no number", .malformed, "DT_RELR", "tag RELACOUNT = 36"),
    HostileFile(
      "packed relocations of no size", .malformed, "DT_RELRENT",
      "tag RELACOUNT = 36; tag VERNEEDNUM = 35"),
    HostileFile(
      "more relative relocations than there are", .malformed, "DT_RELACOUNT",
      "dynamic RELACOUNT = 0x1000"),
    HostileFile(
      "one relative relocation too many", .malformed, "DT_RELA, entry",
      "dynamic RELACOUNT = 11"),
    HostileFile(
      "a relocation that copies from another file", .malformed, "DT_RELA, entry",
      "dynamic RELACOUNT = 0; bytes .rela.dyn 8 u32 = 5; bytes .rela.dyn 12 u32 = 1"),
    HostileFile(
      "a relocation over the end", .malformed, "DT_RELA, entry",
      "dynamic RELACOUNT = 0; bytes .rela.dyn 8 u32 = 36; bytes .rela.dyn 0 u64 = .bss:sh_addr + .bss:sh_size - 8"
    ),
    HostileFile(
      "functions that only programs have", .malformed, "DT_PREINIT_ARRAY",
      "dynamic RELACOUNT = 8; tag RELACOUNT = 33; tag VERNEEDNUM = 32"),
    HostileFile(
      "a constructor that is data", .malformed, "DT_RELA, entry 0",
      "bytes .rela.dyn 16 u64 = .data:sh_addr"),
    HostileFile(
      "a constructor that is nobody's", .malformed, "DT_INIT_ARRAY, entry 0",
      "dynamic RELACOUNT = 0; bytes .rela.dyn 8 u64 = 0"),
    HostileFile(
      "half a constructor's address", .malformed, "DT_RELA, entry 0",
      "bytes .rela.dyn 0 u64 = .init_array:sh_addr + 4"),
    HostileFile(
      "a relocation of what the loader reads", .malformed, "DT_RELA, entry 3",
      "bytes .rela.dyn 72 u64 = .dynamic:sh_addr + 8"),
    HostileFile(
      "thread-local storage of a symbol that has none", .malformed, "DT_RELA, entry 10",
      "bytes .rela.dyn 248 u32 = 18"),
    HostileFile(
      "the size of a symbol that nobody may define", .malformed, "DT_RELA, entry 10",
      "bytes .rela.dyn 248 u32 = 32"),
    HostileFile("relocations nowhere", .malformed, "DT_RELA", "dynamic RELA = 0x40000000"),
    HostileFile("relocations without end", .malformed, "DT_RELA", "dynamic RELASZ = 0x40000008"),
    HostileFile("half a relocation", .malformed, "DT_RELA", "dynamic RELASZ = 25"),
    HostileFile("relocations of another size", .malformed, "DT_RELAENT", "dynamic RELAENT = 16"),
    HostileFile(
      "a relocation of nowhere", .malformed, "DT_RELA, entry 0",
      "bytes .rela.dyn 0 u64 = 0x4000000000"),
    HostileFile(
      "a relocation of code", .malformed, "DT_RELA, entry 0",
      "bytes .rela.dyn 0 u64 = .text:sh_addr"),
    HostileFile(
      "a relocation around memory", .malformed, "DT_RELA, entry 0", "bytes .rela.dyn 0 u64 = -4"),
    HostileFile(
      "a relocation by no symbol", .malformed, "DT_RELA, entry 0",
      "bytes .rela.dyn 12 u32 = 0xffffff"),
    HostileFile(
      "a resolver that is no code", .malformed, "DT_RELA, entry 0",
      "bytes .rela.dyn 8 u64 = 37; bytes .rela.dyn 16 u64 = 8"),
  ]

  static let lookup = [
    HostileFile("a hash table nowhere", .malformed, "DT_GNU_HASH", "dynamic GNU_HASH = 0x40000000"),
    HostileFile(
      "a hash table that is code", .malformed, "DT_GNU_HASH", "dynamic GNU_HASH = .text:sh_addr"),
    HostileFile(
      "a hash table without buckets", .malformed, "DT_GNU_HASH", "bytes .gnu.hash 0 u32 = 0"),
    HostileFile(
      "a hash table of more buckets than bytes", .malformed, "DT_GNU_HASH",
      "bytes .gnu.hash 0 u32 = 0x7fffffff"),
    HostileFile("a filter of three words", .malformed, "DT_GNU_HASH", "bytes .gnu.hash 8 u32 = 3"),
    HostileFile("a filter of no words", .malformed, "DT_GNU_HASH", "bytes .gnu.hash 8 u32 = 0"),
    HostileFile(
      "hashes from a symbol on that there is not", .malformed, "DT_GNU_HASH",
      "bytes .gnu.hash 4 u32 = 0x7fffffff"),
    HostileFile(
      "a bucket of a symbol that there is not", .malformed, "DT_GNU_HASH",
      "bytes .gnu.hash 24 u32 = 0x7fffffff"),
    HostileFile(
      "a chain of hashes without end", .malformed, "DT_GNU_HASH", "bytes .gnu.hash -4 u32 = 2"),
    HostileFile(
      "a name behind the names", .malformed, "dynamic symbol 1", "bytes .dynsym 24 u32 = 0x7fffffff"
    ),
    HostileFile("versions nowhere", .malformed, "DT_VERSYM", "dynamic VERSYM = 0x40000000"),
    HostileFile(
      "a version that no list has", .malformed, "DT_VERSYM", "bytes .gnu.version 2 u16 = 9"),
    HostileFile(
      "versions without a list", .malformed, "DT_VERSYM", "tag VERNEED = 21"),
    HostileFile(
      "a list without versions", .malformed, "DT_VERSYM", "tag VERSYM = 21"),
    HostileFile(
      "versions of a library that it does not need", .malformed, "DT_VERNEED",
      "bytes .gnu.version_r 4 u32 = 1"),
    HostileFile(
      "needed versions of another format", .malformed, "DT_VERNEED",
      "bytes .gnu.version_r 0 u16 = 2"),
    HostileFile(
      "needed versions nowhere", .malformed, "DT_VERNEED", "dynamic VERNEED = 0x40000000"),
    HostileFile(
      "a needed version of no library", .malformed, "DT_VERNEED",
      "bytes .gnu.version_r 4 u32 = 0x7fffffff"),
    HostileFile(
      "needed versions that are said to be none", .malformed, "DT_VERNEED",
      "bytes .gnu.version_r 2 u16 = 0; bytes .gnu.version_r 8 u32 = 0x7ffffff0"),
    HostileFile(
      "needed versions that go on", .malformed, "DT_VERNEED",
      "bytes .gnu.version_r 12 u32 = 0x10000000"),
    HostileFile(
      "versions of a library that go on", .malformed, "DT_VERNEED",
      "bytes .gnu.version_r 28 u32 = 0x10000000"),
    HostileFile("another name for the entry", .entryMissing, "symbol plugin_entry") { bytes in
      for place in bytes.offsets(of: Array("plugin_entry\0".utf8)) {
        bytes[place] = UInt8(ascii: "q")
      }
    },
  ]

  /// Offsets within the note; see `plr_manifest_note`.
  static let manifests = [
    HostileFile(
      "a note of nobody", .manifestMissing, "manifest", "bytes .note.plugin-runtime 12 u8 = 113"),
    HostileFile(
      "a note of another kind", .manifestMissing, "manifest",
      "bytes .note.plugin-runtime 8 u32 = 77"),
    HostileFile(
      "a note longer than its section", .manifestMissing, "manifest",
      "bytes .note.plugin-runtime 4 u32 = 0x7fffffff"),
    HostileFile(
      "a name longer than its note", .manifestMissing, "manifest",
      "bytes .note.plugin-runtime 0 u32 = 0xffffffff"),
    HostileFile(
      "a note that ends in the manifest", .manifestMalformed, "manifest",
      "bytes .note.plugin-runtime 4 u32 = 4"),
    HostileFile(
      "a manifest longer than its note", .manifestMalformed, "manifest.size",
      "bytes .note.plugin-runtime 28 u32 = 241"),
    HostileFile(
      "a manifest too short to be one", .manifestMalformed, "manifest.size",
      "bytes .note.plugin-runtime 28 u32 = 239"),
    HostileFile(
      "a major version to come", .abiTooNew, "abi.major", "bytes .note.plugin-runtime 32 u16 = 2"),
    HostileFile(
      "a major version of the past", .abiTooOld, "abi.major",
      "bytes .note.plugin-runtime 32 u16 = 0"),
    HostileFile(
      "a minor version to come", .abiTooNew, "abi.minor", "bytes .note.plugin-runtime 34 u16 = 99"),
    HostileFile(
      "a class that there is not", .manifestMalformed, "manifest.unload_class",
      "bytes .note.plugin-runtime 36 u32 = 2"),
    HostileFile(
      "a feature that there is not", .featureUnknown, "manifest.features",
      "bytes .note.plugin-runtime 40 u32 = 0x80000000"),
    HostileFile(
      "Swift of another toolchain", .toolchainMismatch, "manifest.toolchain",
      "bytes .note.plugin-runtime 40 u32 = 1"),
    HostileFile(
      "no name", .manifestMalformed, "manifest.name", "bytes .note.plugin-runtime 44 u8 = 0"),
    HostileFile(
      "a name with a blank", .manifestMalformed, "manifest.name",
      "bytes .note.plugin-runtime 45 u8 = 32"),
    HostileFile(
      "a name with a line feed", .manifestMalformed, "manifest.name",
      "bytes .note.plugin-runtime 45 u8 = 10"),
    HostileFile(
      "a name that is no text", .manifestMalformed, "manifest.name",
      "bytes .note.plugin-runtime 45 u8 = 0xff"),
    HostileFile("a name without end", .manifestMalformed, "manifest.name") { $0.fill(64, at: 44) },
    HostileFile("a version without end", .manifestMalformed, "manifest.version") {
      $0.fill(32, at: 108)
    },
    HostileFile("a toolchain without end", .manifestMalformed, "manifest.toolchain") {
      $0.fill(128, at: 140)
    },
    HostileFile(
      "a version that is no text", .manifestMalformed, "manifest.version",
      "bytes .note.plugin-runtime 108 u8 = 0xc0"),
  ]
}

extension [UInt8] {
  /// Puts letters over `count` bytes of the manifest's note.
  fileprivate mutating func fill(_ count: Int, at offset: Int) {
    guard let owner = offsets(of: Array("PluginRuntime\0\0\0".utf8)).first else { return }
    overwrite(at: owner - 12 + offset, with: [UInt8](repeating: UInt8(ascii: "a"), count: count))
  }
}
