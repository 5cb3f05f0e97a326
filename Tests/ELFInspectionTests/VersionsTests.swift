import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("The versions of symbols are read as readelf reads them")
struct VersionsTests {
  struct Words: Equatable {
    var needs: [[String]] = []
    var definitions: [String] = []

    /// From `readelf -VW`: the library, number and name of each need; the names of definitions.
    init(readelf path: String) throws {
      var library = ""
      for line in try Tool.run(["readelf", "-VW", path]).split(separator: "\n") {
        let fields = line.split(separator: " ").map(String.init)
        func field(_ label: String) -> String? {
          fields.firstIndex(of: label).flatMap { $0 + 1 < fields.count ? fields[$0 + 1] : nil }
        }
        if let file = field("File:") {
          library = file
        } else if let version = field("Version:"), line.contains("Name:"), let name = field("Name:")
        {
          needs.append([library, version, name])
        } else if line.contains("Rev:"), line.contains("Index:"), let name = field("Name:") {
          definitions.append(name)
        }
      }
    }

    init(_ versions: SymbolVersions) {
      needs = versions.needs.map { [$0.library, "\($0.index)", $0.name] }
      definitions = versions.definitions.map(\.name)
    }
  }

  static let subjects = [
    "/bin/true", "/lib/x86_64-linux-gnu/libc.so.6", "/lib/x86_64-linux-gnu/libm.so.6",
    "/usr/bin/readelf", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
  ].filter { Files.exists($0) }

  @Test(arguments: subjects) func systemFiles(_ path: String) throws {
    let versions = try ELFFile(path: path).symbolVersions()
    #expect(versions.isComplete)
    #expect(try Words(versions) == Words(readelf: path))
    #expect(!versions.needs.isEmpty || !versions.definitions.isEmpty)
  }

  static let map = "V_1 { global: one; local: *; };\nV_2 { global: two; } V_1;\n"

  @Test(
    .enabled(if: CrossTarget.isPossible, "the toolchain has no clang or no ld.lld"),
    arguments: CrossTarget.allCases)
  func everyClassAndByteOrder(_ target: CrossTarget) throws {
    let directory = try TemporaryDirectory.make("versions")
    let map = Path.join(directory, "versions.map")
    try FileEdits.write(Array(Self.map.utf8), to: map)
    let library = try target.library(
      "int one(void) { return 1; } int two(void) { return 2; }", name: "libv", in: directory,
      linking: ["--version-script", map, "-soname", "libv.so"])
    let user = try target.library(
      "int one(void); int two(void); int use(void) { return one() + two(); }", name: "user",
      in: directory, linking: [library])
    let defined = try ELFFile(path: library).symbolVersions()
    #expect(try Words(defined) == Words(readelf: library))
    #expect(defined.definitions.map(\.name) == ["libv.so", "V_1", "V_2"])
    #expect(defined.definitions.map(\.isBase) == [true, false, false])
    #expect(defined.definitions[1].index == 2 && defined.version(2)?.name == "V_1")
    #expect(defined.version(2)?.library == nil && defined.version(1) == nil)

    let needed = try ELFFile(path: user).symbolVersions()
    #expect(try Words(needed) == Words(readelf: user))
    let byLibrary = needed.neededByLibrary
    #expect(byLibrary.count == 1 && byLibrary.first?.library == "libv.so")
    #expect(Set(byLibrary.first?.versions ?? []) == ["V_1", "V_2"])
    let index = try #require(needed.needs.first { $0.name == "V_2" }?.index)
    #expect(needed.version(index | 0x8000)?.library == "libv.so")
  }

  @Test func aVersionNamesThoseItIncludes() throws {
    let directory = try TemporaryDirectory.make()
    let map = Path.join(directory, "versions.map")
    try FileEdits.write(Array(Self.map.utf8), to: map)
    let path = try NativeBuild.library(
      "int one(void) { return 1; } int two(void) { return 2; }",
      to: Path.join(directory, "libv.so"), ["-fuse-ld=bfd", "-Wl,--version-script=\(map)"])
    let versions = try ELFFile(path: path).symbolVersions()
    #expect(versions.definitions.first { $0.name == "V_2" }?.parents == ["V_1"])
  }

  /// Edits of the first `Verneed` or, at 16, the `Vernaux` behind it, as `elf.h` lays them out.
  static let lies: [(offset: Int, bytes: [UInt8])] = [
    (0, [9, 0]), (2, [255, 255]), (4, [255, 255, 255, 255]), (8, [255, 255, 255, 255]),
    (8, [0, 0, 0, 0]), (12, [1, 0, 0, 0]), (12, [255, 255, 255, 255]), (24, [255, 255, 255, 127]),
    (28, [1, 0, 0, 0]), (28, [255, 255, 255, 255]), (28, [0, 0, 0, 0]),
  ]

  @Test(arguments: lies.indices) func aLieEndsTheWalk(_ index: Int) throws {
    let target = Path.join(try TemporaryDirectory.make(), "a.so")
    let path = Readelf.runtime
    let file = try ELFFile(path: path)
    let section = try #require(file.sections.first { $0.type == 0x6fff_fffe })
    let whole = file.symbolVersions()
    try FileEdits.copy(path, to: target) { bytes in
      bytes.overwrite(
        at: Int(section.offset) + Self.lies[index].offset, with: Self.lies[index].bytes)
    }
    let start = monotonicNanoseconds()
    let versions = try ELFFile(path: target).symbolVersions()
    #expect(versions != whole)
    #expect(versions.needs.count <= 32_768)
    #expect(monotonicNanoseconds() - start < 1_000_000_000)
  }
}
