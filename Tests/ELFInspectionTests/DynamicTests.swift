import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("The dynamic section is read as the loader reads it")
struct DynamicTests {
  static let source = """
    int value; int *table[300];
    extern int outside(int);
    int f(int x) { return outside(x) + value; }
    __attribute__((constructor)) static void one(void) { value = outside(1); }
    __attribute__((constructor)) static void two(void) { value = outside(2); }
    __attribute__((destructor)) static void last(void) { value = outside(3); }

    """

  private static func build(_ flags: [String], name: String = "a") throws -> String {
    try NativeBuild.library(
      source, to: Path.join(try TemporaryDirectory.make(), name + ".so"), flags)
  }

  @Test func rpathAndRunpathAreApart() throws {
    let old = try ELFFile(
      path: Self.build(["-Wl,--disable-new-dtags,-rpath,/old"])
    ).dynamicSection()
    #expect(old?.rpath == "/old" && old?.runpath == nil)
    let new = try ELFFile(path: Self.build(["-Wl,--enable-new-dtags,-rpath,/new"]))
      .dynamicSection()
    #expect(new?.rpath == nil && new?.runpath == "/new")
  }

  @Test(
    arguments: [
      ("-Wl,-z,now", \DynamicSection.bindsNow), ("-Wl,-Bsymbolic", \.isSymbolic),
      ("-Wl,-z,nodelete", \.isNoDelete), ("-Wl,-z,nodefaultlib", \.ignoresDefaultDirectories),
      ("-Wl,--hash-style=both", \.hasSysVHash),
    ] as [(String, KeyPath<DynamicSection, Bool> & Sendable)])
  func aFlagAppearsAndDisappears(
    _ flag: String, _ property: KeyPath<DynamicSection, Bool> & Sendable
  ) throws {
    let base = ["-Wl,-z,lazy", "-Wl,--hash-style=gnu"]
    let with = try #require(try ELFFile(path: Self.build(base + [flag])).dynamicSection())
    let without = try #require(try ELFFile(path: Self.build(base)).dynamicSection())
    #expect(with[keyPath: property] && !without[keyPath: property])
    #expect(with.hasLazyRelocations || with.bindsNow)
    #expect(with.hasGNUHash)
  }

  @Test func constructorsAndDestructorsAreCounted() throws {
    let path = try Self.build(["-nostartfiles"])
    let dynamic = try #require(try ELFFile(path: path).dynamicSection())
    #expect(dynamic.initArrayCount == 2 && dynamic.finiArrayCount == 1)
    #expect(dynamic.constructorCount == 2 && dynamic.destructorCount == 1)
    // The start files bring one more of each, as a function and as an entry.
    let usual = try #require(try ELFFile(path: Self.build([])).dynamicSection())
    #expect(usual.hasInit && usual.hasFini)
    #expect(usual.constructorCount == usual.initArrayCount + 1)
  }

  @Test func auxiliaryAndFilterAreNamed() throws {
    let path = try Self.build(["-fuse-ld=bfd", "-Wl,-f,libaux.so", "-Wl,-F,libfilter.so"])
    let dynamic = try #require(try ELFFile(path: path).dynamicSection())
    #expect(dynamic.auxiliary == ["libaux.so"] && dynamic.filters == ["libfilter.so"])
  }

  @Test(
    .enabled(if: CrossTarget.isPossible, "the toolchain has no clang or no ld.lld"),
    arguments: CrossTarget.allCases, [false, true])
  func everyClassAndByteOrder(_ target: CrossTarget, isPacked: Bool) throws {
    let path = try target.library(
      Self.source + "int *more[] = {&value, &value};\n", in: try TemporaryDirectory.make(),
      linking: ["-soname", "libmine.so.1", "-rpath", "$ORIGIN/x", "-z", "now"]
        + (isPacked ? ["-z", "pack-relative-relocs"] : []))
    let dynamic = try #require(try ELFFile(path: path).dynamicSection())
    #expect(dynamic.soname == "libmine.so.1" && dynamic.runpath == "$ORIGIN/x")
    #expect(dynamic.bindsNow && dynamic.initArrayCount == 2 && dynamic.finiArrayCount == 1)
    let words = try Tool.run(["readelf", "-dW", path])
    #expect(dynamic.hasPackedRelocations == words.contains("(RELR"))
    #expect(dynamic.hasLazyRelocations == words.contains("(JMPREL)"))
  }

  @Test(arguments: AgreementTests.Subject.allCases)
  func itNeedsNoSectionTable(_ subject: AgreementTests.Subject) throws {
    let target = Path.join(try TemporaryDirectory.make(), "a.so")
    try FileEdits.copy(try subject.path, to: target) { $0.hideSections() }
    let bare = try ELFFile(path: target)
    #expect(bare.sections.isEmpty)
    let whole = try ELFFile(path: try subject.path)
    #expect(bare.dynamicSection() == whole.dynamicSection())
    #expect(bare.symbolVersions() == whole.symbolVersions())
    #expect(bare.dynamicSection()?.needed.isEmpty == false)
  }

  @Test func theSectionTableCannotHideWhatTheLoaderSees() throws {
    let target = Path.join(try TemporaryDirectory.make(), "a.so")
    try FileEdits.copy(try Self.build(["-Wl,-z,nodelete"]), to: target) { bytes in
      let table = Int(bytes.integer(at: 40, as: UInt64.self))
      for index in 0..<Int(bytes.integer(at: 60, as: UInt16.self))
      where bytes.integer(at: table + index * 64 + 4, as: UInt32.self) == 6 {
        // A dynamic section of no bytes.
        bytes.overwrite(at: table + index * 64 + 32, with: UInt64(0))
      }
    }
    #expect(try ELFFile(path: target).dynamicSection()?.isNoDelete == true)
  }

  /// What is put into the entry of a tag, in a file without sections.
  static let lies: [(tag: UInt64, value: UInt64)] = [
    (5, 0), (5, .max), (5, 1 << 40), (10, .max), (10, 0), (27, .max), (1, .max), (14, 1 << 32),
  ]

  @Test(arguments: lies.indices) func aLieCostsNothing(_ index: Int) throws {
    let target = Path.join(try TemporaryDirectory.make(), "a.so")
    try FileEdits.copy(try Self.build(["-Wl,-soname,libmine.so"]), to: target) { bytes in
      let header = bytes.segmentHeaders(ofType: 2)[0]
      let table = Int(bytes.integer(at: header + 8, as: UInt64.self))
      for entry in stride(from: table, to: table + 640, by: 16)
      where bytes.integer(at: entry, as: UInt64.self) == Self.lies[index].tag {
        bytes.overwrite(at: entry + 8, with: Self.lies[index].value)
      }
      bytes.hideSections()
    }
    let file = try ELFFile(path: target)
    let found = file.dynamicSection()
    let dynamic = try #require(found)
    #expect(dynamic.needed.count <= 1 && dynamic.constructorCount >= 0)
    _ = file.symbolVersions()
  }
}
