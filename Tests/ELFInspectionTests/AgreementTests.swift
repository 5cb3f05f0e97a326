import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("ELFInspection and binutils say the same of a file")
struct AgreementTests {
  enum Subject: String, CaseIterable {
    case runtime, core, plugin

    var path: String {
      get throws {
        switch self {
        case .runtime: return Readelf.runtime
        case .core: return try Readelf.core
        case .plugin: return try Fixture.wellBehavedC.path()
        }
      }
    }
  }

  @Test(arguments: Subject.allCases)
  func headerSegmentsAndSections(_ subject: Subject) throws {
    let path = try subject.path
    let file = try ELFFile(path: path)
    let readelf = Readelf(path)
    #expect(try readelf.header("Class") == (file.header.is64Bit ? "ELF64" : "ELF32"))
    #expect(try readelf.header("Type")?.hasPrefix("DYN") == (file.header.type == 3))
    #expect(file.header.machine == 62 && file.header.isLittleEndian)
    #expect(try readelf.header("Number of program headers") == "\(file.segments.count)")
    #expect(
      try readelf.segments()
        == file.segments.map { [$0.offset, $0.address, $0.fileSize, $0.memorySize] })

    let expected = try readelf.sections()
    try #require(expected.count == file.sections.count)
    for (section, expected) in zip(file.sections, expected) {
      #expect(file.name(of: section) == expected.name)
      #expect(
        Readelf.Range(address: section.address, offset: section.offset, size: section.size)
          == expected.range)
    }
  }

  @Test(arguments: Subject.allCases)
  func dynamicSection(_ subject: Subject) throws {
    let path = try subject.path
    let readelf = Readelf(path)
    let dynamic = try #require(try ELFFile(path: path).dynamicSection())
    #expect(try dynamic.needed == readelf.dynamic("NEEDED"))
    #expect(try dynamic.soname == readelf.dynamic("SONAME").first)
    #expect(try dynamic.runpath == readelf.dynamic("RUNPATH").first)
    #expect(try dynamic.rpath == readelf.dynamic("RPATH").first)
    #expect(try dynamic.isNoDelete == Tool.run(["readelf", "-dW", path]).contains("NODELETE"))
    #expect(!dynamic.needed.isEmpty)
  }

  @Test func dynamicSymbols() throws {
    let path = Readelf.runtime
    // `nm` also names the versions of symbols.
    let defined = try Tool.run(["nm", "-D", "--defined-only", path]).split(separator: "\n")
      .compactMap { $0.split(separator: " ").last?.split(separator: "@").first.map(String.init) }
    try #require(defined.count > 100)
    let file = try ELFFile(path: path)
    #expect(defined.filter { file.definesDynamicSymbol($0) != true } == [])
    #expect(Set(file.definedDynamicSymbols()) == Set(defined))
    #expect(file.definesDynamicSymbol("plr_account_open", asFunction: true) == true)

    let names = (0..<1000).map { "made_up_\($0 &* 2_654_435_761)" }
    #expect(names.filter { file.definesDynamicSymbol($0) != false } == [])
    // Part of a name, a name and more, none, and two in a row.
    for name in ["plr_account_ope", "plr_account_openn", "", "plr_account_open\0", "malloc"] {
      #expect(file.definesDynamicSymbol(name) == false, "\(name)")
    }
  }

  @Test func dynamicSymbolsWithoutAHashTableOfGNU() throws {
    let fixture = Fixture("well-behaved-c", flags: ["-Wl,--hash-style=sysv"])
    let file = try ELFFile(path: try fixture.path())
    #expect(file.definesDynamicSymbol("plugin_entry", asFunction: true) == true)
    #expect(file.definesDynamicSymbol("plugin_exit") == false)
  }

  @Test(arguments: Subject.allCases)
  func relocations(_ subject: Subject) throws {
    try expectSameRelocations(of: try subject.path)
  }

  @Test func packedRelocations() throws {
    let source = try TemporaryDirectory.make("relr")
    let table = (0..<3000).map { "&values[\($0)]" }.joined(separator: ", ")
    try FileEdits.write(
      Array("int values[3000]; int *table[3000] = {\(table)};\n".utf8),
      to: Path.join(source, "table.c"))
    let output = Path.join(source, "table.so")
    try Tool.run([
      "clang", "-fuse-ld=lld", "-shared", "-fPIC", "-fvisibility=hidden",
      "-Wl,-z,pack-relative-relocs", Path.join(source, "table.c"), "-o", output,
    ])
    try expectSameRelocations(of: output)
    #expect(try ELFFile(path: output).relocations().relr >= 3000)
  }

  private func expectSameRelocations(of path: String) throws {
    let expected = try Readelf(path).relocations()
    let summary = try ELFFile(path: path).relocations()
    #expect(summary.total == expected.all.count)
    #expect(summary.relr == expected.relr)
    #expect(summary.dirtyPages == Set(expected.all.map { $0 >> 12 }).count)
    #expect(summary.total > 0)
  }
}
