import CLibelf
import ELFInspection
import Glibc
import Platform
import TestSupport
import Testing

@Suite("What is read of a file is what libelf reads of it")
struct LibelfAgreementTests {
  /// What libelf says of the file at `path`; nil where it does not take it for ELF.
  private struct View: Equatable {
    var header: [UInt64] = []
    var segments: [[UInt64]] = []
    var sections: [[UInt64]] = []
    /// Of the tables of symbols and relocations, by section; entries as libelf counts them.
    var tables: [Int: [[UInt64]]] = [:]

    /// Larger ones are left out: libelf takes memory for them.
    static let largestTable: UInt64 = 4 << 20
  }

  private static func libelf(_ path: String) -> View? {
    guard elf_version(UInt32(EV_CURRENT)) != UInt32(EV_NONE),
      let file = try? FileDescriptor(opening: path),
      let elf = unsafe elf_begin(file.rawValue, ELF_C_READ, nil)
    else { return nil }
    defer { unsafe elf_end(elf) }
    guard unsafe elf_kind(elf) == ELF_K_ELF else { return nil }
    var view = View()
    var header = GElf_Ehdr()
    guard unsafe gelf_getehdr(elf, &header) != nil else { return nil }
    view.header = [
      unsafe UInt64(gelf_getclass(elf)), UInt64(header.e_ident.5), UInt64(header.e_machine),
      UInt64(header.e_type),
    ]
    var count = 0
    guard unsafe elf_getphdrnum(elf, &count) == 0 else { return nil }
    for index in 0..<count {
      var raw = GElf_Phdr()
      guard unsafe gelf_getphdr(elf, Int32(index), &raw) != nil else { return nil }
      view.segments.append([
        UInt64(raw.p_type), UInt64(raw.p_flags), raw.p_offset, raw.p_vaddr, raw.p_filesz,
        raw.p_memsz, raw.p_align,
      ])
    }
    guard unsafe elf_getshdrnum(elf, &count) == 0 else { return nil }
    for index in 0..<count {
      var raw = GElf_Shdr()
      guard let section = unsafe elf_getscn(elf, index), unsafe gelf_getshdr(section, &raw) != nil
      else { return nil }
      view.sections.append([
        UInt64(raw.sh_name), UInt64(raw.sh_type), raw.sh_flags, raw.sh_addr, raw.sh_offset,
        raw.sh_size, raw.sh_entsize, UInt64(raw.sh_link), UInt64(raw.sh_info), raw.sh_addralign,
      ])
      guard raw.sh_size <= View.largestTable, raw.sh_size > 0,
        let data = unsafe elf_getdata(section, nil)
      else { continue }
      view.tables[index] = unsafe entries(of: data, raw, elf)
    }
    return view
  }

  private static func entries(
    of data: UnsafeMutablePointer<Elf_Data>, _ section: GElf_Shdr, _ elf: OpaquePointer
  ) -> [[UInt64]]? {
    func number(_ type: Elf_Type) -> Int32 {
      Int32(section.sh_size / UInt64(unsafe gelf_fsize(elf, type, 1, UInt32(EV_CURRENT))))
    }
    switch Int64(section.sh_type) {
    case Int64(SHT_SYMTAB), Int64(SHT_DYNSYM):
      return (0..<number(ELF_T_SYM)).compactMap { index -> [UInt64]? in
        var raw = GElf_Sym()
        guard unsafe gelf_getsym(data, index, &raw) != nil else { return nil }
        return [
          UInt64(raw.st_name), UInt64(raw.st_info), UInt64(raw.st_other & 3), raw.st_value,
          raw.st_size,
        ]
      }
    case Int64(SHT_RELA):
      return (0..<number(ELF_T_RELA)).compactMap { index -> [UInt64]? in
        var raw = GElf_Rela()
        guard unsafe gelf_getrela(data, index, &raw) != nil else { return nil }
        return [raw.r_offset, raw.r_info >> 32, UInt64(bitPattern: raw.r_addend)]
      }
    case Int64(SHT_REL):
      return (0..<number(ELF_T_REL)).compactMap { index -> [UInt64]? in
        var raw = GElf_Rel()
        guard unsafe gelf_getrel(data, index, &raw) != nil else { return nil }
        return [raw.r_offset, raw.r_info >> 32]
      }
    default: return nil
    }
  }

  private static func own(_ path: String) -> View? {
    guard let file = try? ELFFile(path: path) else { return nil }
    var view = View()
    view.header = [
      file.header.is64Bit ? 2 : 1, file.header.isLittleEndian ? 1 : 2,
      UInt64(file.header.machine), UInt64(file.header.type),
    ]
    view.segments = file.segments.map {
      [
        UInt64($0.type), UInt64($0.flags), $0.offset, $0.address, $0.fileSize, $0.memorySize,
        $0.alignment,
      ]
    }
    view.sections = file.sections.map {
      [
        UInt64($0.nameOffset), UInt64($0.type), $0.flags, $0.address, $0.offset, $0.size,
        $0.entrySize, UInt64($0.link), UInt64($0.info), $0.alignment,
      ]
    }
    for section in file.sections where section.size <= View.largestTable && section.size > 0 {
      switch Int64(section.type) {
      case Int64(SHT_SYMTAB), Int64(SHT_DYNSYM):
        let symbols = file.symbols(of: section)
        // Kinds and bindings that are not known here are not told apart.
        view.tables[section.index] = symbols.map {
          [
            UInt64($0.nameOffset), UInt64($0.binding.rawValue) << 8 | UInt64($0.kind.rawValue),
            UInt64($0.visibility), $0.value, $0.size,
          ]
        }
      case Int64(SHT_RELA), Int64(SHT_REL):
        // Of a table that ends within an entry libelf reads nothing; here its whole ones are read.
        let word = UInt64(file.header.wordSize)
        let width = Int64(section.type) == Int64(SHT_RELA) ? 3 * word : 2 * word
        guard section.size % width == 0 else { continue }
        var entries: [[UInt64]] = []
        file.forEachRelocation(in: section) { _, relocation in
          entries.append(
            [relocation.offset, UInt64(relocation.symbol)]
              + (relocation.addend.map { [UInt64(bitPattern: $0)] } ?? []))
        }
        view.tables[section.index] = entries
      default: break
      }
    }
    return view
  }

  /// libelf's symbols, told as ``own(_:)`` tells them.
  private static func spelled(_ view: View) -> View {
    var view = view
    for (index, entries) in view.tables {
      guard [UInt64(SHT_SYMTAB), UInt64(SHT_DYNSYM)].contains(view.sections[index][1]) else {
        continue
      }
      view.tables[index] = entries.map { entry in
        guard entry.count == 5 else { return entry }
        let binding = Symbol.Binding(rawValue: UInt8(entry[1] >> 4)) ?? .other
        let kind = Symbol.Kind(rawValue: UInt8(entry[1] & 15)) ?? .other
        var entry = entry
        entry[1] = UInt64(binding.rawValue) << 8 | UInt64(kind.rawValue)
        return entry
      }
    }
    return view
  }

  /// Holds the two against each other; false where the file is not read.
  private static func agree(_ path: String, _ name: String) -> Bool {
    // What libelf does not take, nobody may be told to be ELF.
    guard let own = own(path) else { return false }
    guard let other = libelf(path).map(spelled) else {
      Issue.record("\(name): libelf refuses what was read")
      return true
    }
    #expect(own.header == other.header, "\(name)")
    #expect(own.segments == other.segments, "\(name)")
    #expect(own.sections == other.sections, "\(name)")
    for index in Set(own.tables.keys).union(other.tables.keys).sorted() {
      // A table that ends within an entry is none for libelf, nor is one that is compressed.
      #expect(own.tables[index] ?? [] == other.tables[index] ?? [], "\(name), section \(index)")
    }
    return true
  }

  @Test("of libraries, plugins and objects of all classes and byte orders")
  func goodFiles() throws {
    var paths = [Readelf.runtime, try Readelf.core, "/proc/self/exe"]
    for name in ["well-behaved-c", "well-behaved-swift", "well-behaved-embedded", "nodelete"] {
      paths.append(try Fixture(name).path())
    }
    if CrossTarget.isPossible {
      let source =
        "int other(void); int variable; int *pointer = &variable;"
        + "int function(void) { return other(); }"
      for target in CrossTarget.allCases {
        let directory = try TemporaryDirectory.make(target.rawValue)
        paths.append(try target.library(source, in: directory))
        paths.append(try target.object(source, name: "object", in: directory))
      }
    }
    for path in paths { #expect(Self.agree(path, path), "\(path) is not read") }
  }

  @Test("of files that lie, unless they are refused")
  func lyingFiles() throws {
    let directory = try TemporaryDirectory.make()
    let read = try LyingFile.all.filter { Self.agree(try $0.write(into: directory), $0.claim) }
    #expect(read.count > 20 && read.count < LyingFile.all.count)
  }

  @Test("of a plugin with any bytes of its tables changed, unless that is refused")
  func randomEdits() throws {
    let good = try Files.read(try Fixture.wellBehavedC.path())
    let target = Path.join(try TemporaryDirectory.make(), "plugin.so")
    // A linear congruential generator (Knuth's constants), so that a failure happens again.
    var state: UInt64 = 0x5eed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let programHeaders = 64..<64 + 56 * Int(good.integer(at: 56, as: UInt16.self))
    let sectionHeaders = Int(good.integer(at: 40, as: UInt64.self))..<good.count
    var read = 0
    for round in 0..<1500 {
      var bytes = good
      for _ in 0...random(2) {
        let region = [0..<64, programHeaders, sectionHeaders][random(3)]
        bytes[region.lowerBound + random(region.count)] =
          random(2) == 0 ? [0, 1, 0x7f, 0xff][random(4)] : UInt8(random(256))
      }
      try FileEdits.write(bytes, to: target)
      if Self.agree(target, "round \(round)") { read += 1 }
    }
    #expect(read > 100 && read < 1400)
  }
}
