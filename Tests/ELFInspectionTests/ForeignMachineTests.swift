import ELFInspection
import Platform
import TestSupport
import Testing

@Suite(
  "Of both classes and byte orders, ELFInspection and readelf say the same",
  .enabled(if: CrossTarget.isPossible, "the toolchain has no clang or no ld.lld"))
struct ForeignMachineTests {
  private static let source = """
    int values[40]; int other; extern int outside(int);
    int *table[40] = {&values[0], &values[1], &values[2], &other, &values[7]};
    int (*pointer)(int) = outside;
    static int helper(int v) { return v * 3; }
    int (*const local[])(int) = {helper, helper, helper, helper, helper, helper, helper, helper};
    int f(int x) { return outside(x) + values[x & 3] + pointer(1) + local[x & 7](x); }
    __thread int counter; int g(void) { return counter; }

    """

  private static func library(_ target: CrossTarget, isPacked: Bool) throws -> String {
    try target.library(
      source, in: try TemporaryDirectory.make("\(target)"),
      linking: ["--build-id=sha1", "-soname", "library.so"]
        + (isPacked ? ["-z", "pack-relative-relocs"] : []))
  }

  @Test("sections and segments, and every byte has a label", arguments: CrossTarget.allCases)
  func tables(_ target: CrossTarget) throws {
    let path = try Self.library(target, isPacked: true)
    let object = Path.join(Path.parent(of: path), "library.o")
    var opinion = SecondOpinion()
    for path in [path, object] {
      try opinion.compareTables(of: path)
      if ElfutilsReadelf.isInstalled { try opinion.compareTablesWithElfutils(of: path) }
    }
    try opinion.compareAccounting(of: [path, object])
    #expect(opinion.disagreements == [])
    #expect(opinion.sections > 30 && opinion.segments > 5 && opinion.files == 2)
  }

  @Test(
    "relocations, packed ones too: how many, and the pages they write to",
    arguments: CrossTarget.allCases, [false, true])
  func relocations(_ target: CrossTarget, isPacked: Bool) throws {
    let path = try Self.library(target, isPacked: isPacked)
    let expected = try Readelf(path).relocations()
    let summary = try ELFFile(path: path).relocations()
    #expect(summary.total == expected.all.count && summary.total > 10)
    #expect(summary.relr == expected.relr)
    // Not for all machines does the linker pack relocations.
    #expect(isPacked || summary.relr == 0)
    if isPacked, target != .mips { #expect(summary.relr >= 8) }
    #expect(summary.pages == Set(expected.all.map { $0 >> 12 }).sorted())
    #expect(summary.outside == 0 && summary.withoutSymbol == 0 && summary.isComplete)
    // Every number that the linker wrote has a meaning here; the first entry may be none.
    #expect(summary.count(.other) <= 1)
    #expect(summary.count(.relative) >= 2 && summary.count(.symbolic) >= 5)
    #expect(summary.threadLocal >= 1)
  }

  @Test("every entry of both tables of symbols", arguments: CrossTarget.allCases)
  func symbols(_ target: CrossTarget) throws {
    let path = try Self.library(target, isPacked: false)
    let file = try ELFFile(path: path)
    for (name, table) in [(".symtab", file.symbolTable), (".dynsym", file.dynamicSymbolTable)] {
      let table = try #require(table)
      let expected = try Readelf(path).symbols(in: name)
      let symbols = file.symbols(of: table)
      #expect(symbols.map(\.value) == expected.map(\.value), "\(name)")
      #expect(symbols.map(\.size) == expected.map(\.size), "\(name)")
      #expect(
        symbols.map(\.section)
          == expected.map { line in
            line.section == "UND" ? 0 : UInt32(line.section) ?? Symbol.noSection
          }, "\(name)")
      let found = file.withNames(of: table) { strings in
        symbols.map { symbol in
          guard symbol.nameOffset > 0, let end = strings.end(of: symbol.nameOffset) else {
            return ""
          }
          return unsafe String(
            decoding: strings[Int(symbol.nameOffset)..<end], as: UTF8.self)
        }
      }
      // readelf names sections' own symbols by their sections.
      let names = zip(found ?? [], expected).filter { $0.1.kind != "SECTION" }
      #expect(names.map(\.0) == names.map(\.1.name), "\(name)")
      let kinds: [Symbol.Kind: String] = [
        .none: "NOTYPE", .object: "OBJECT", .function: "FUNC", .section: "SECTION", .file: "FILE",
        .threadLocal: "TLS",
      ]
      #expect(symbols.map { kinds[$0.kind] } == expected.map(\.kind), "\(name)")
      #expect(symbols.contains { $0.kind == .function && $0.size > 0 }, "\(name)")
    }
  }
}

@Suite("Relocations are found as the loader finds them")
struct LoaderRelocationTests {
  @Test("in a file whose section headers were removed", arguments: AgreementTests.Subject.allCases)
  func withoutSections(_ subject: AgreementTests.Subject) throws {
    try expectSame(try subject.path)
  }

  @Test(
    "and so are those of the procedure linkage table, and packed ones", arguments: [false, true])
  func lazyOrPacked(isPacked: Bool) throws {
    let source = """
      extern int outside(int); static int own(int x) { return x; }
      int (*table[])(int) = {own, own, own, own, own, own, own, own, own, own};
      int f(int x) { return outside(x) + table[x & 7](x); }

      """
    let path = try NativeBuild.library(
      source, to: Path.join(try TemporaryDirectory.make(), "a.so"), compiler: "clang",
      ["-fuse-ld=lld", "-Wl,-z,lazy"] + (isPacked ? ["-Wl,-z,pack-relative-relocs"] : []))
    let whole = try ELFFile(path: path).relocations()
    #expect(whole.count(.jumpSlot) >= 1 && (whole.relr >= 10) == isPacked)
    try expectSame(path)
  }

  private func expectSame(_ path: String) throws {
    let bare = Path.join(try TemporaryDirectory.make(), "bare.so")
    try FileEdits.copy(path, to: bare) { $0.hideSections() }
    let file = try ELFFile(path: bare)
    #expect(file.sections.isEmpty)
    let expected = try ELFFile(path: path).relocations()
    #expect(expected.total > 0 && expected.dirtyPages > 0)
    let found = file.relocations()
    let flaws = file.structureFlaws(found)
    #expect(found == expected)
    #expect(flaws == [])
  }

  @Test("packed ones beyond 16 MiB are not counted, and that is said")
  func largestTable() throws {
    let base = try LyingFile.Base.library.path()
    let path = Path.join(try TemporaryDirectory.make(), "relr.so")
    let size = 17 << 20
    try FileEdits.copy(base, to: path) { bytes in
      let table = Int(bytes.integer(at: 40, as: UInt64.self))
      let end = bytes.count
      for index in 0..<Int(bytes.integer(at: 60, as: UInt16.self))
      where bytes.integer(at: table + index * 64 + 4, as: UInt32.self) == 19 {
        bytes.overwrite(at: table + index * 64 + 24, with: UInt64(end))
        bytes.overwrite(at: table + index * 64 + 32, with: UInt64(size))
      }
      // Addresses, each of one place.
      bytes += Array(repeating: 0, count: size)
    }
    let summary = try ELFFile(path: path).relocations()
    #expect(summary.relr == (16 << 20) / 8)
    #expect(!summary.isComplete)
  }
}
