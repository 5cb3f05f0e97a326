import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("A compressed section says how large it is once it is expanded")
struct CompressionTests {
  private static let source = """
    struct point { double x, y; const char *name; };
    static const char *const names[] = {"first", "second", "third"};
    const char *name(struct point *point) { return point ? point->name : names[0]; }

    """

  @Test("as readelf says it", arguments: ["zlib"])
  func method(_ method: String) throws {
    let directory = try TemporaryDirectory.make("compression")
    let path = try NativeBuild.run(
      Self.source, to: Path.join(directory, "a.o"), compiler: "clang",
      ["-c", "-g3", "-gz=\(method)"])
    let file = try ELFFile(path: path)
    // "  [Nr] Name … \n ZLIB, 0000000000000123, 1": a line of its own behind each section.
    let details = try Tool.run(["readelf", "-tW", path]).split(separator: "\n")
    var expected: [UInt64] = []
    for line in details {
      let words = line.split { $0 == " " || $0 == "," }
      if words.first == "ZLIB", words.count > 1 { expected.append(UInt64(words[1], radix: 16)!) }
    }
    let found = file.sections.compactMap { file.compression(of: $0) }
    #expect(!expected.isEmpty)
    #expect(found.map(\.size) == expected)
    #expect(found.allSatisfy { $0.method == .zlib && $0.alignment >= 1 })
    let explodes = file.hasSectionsThatExplode
    #expect(!explodes)
    #expect(found.count == file.sections.count(where: \.isCompressed))
  }

  @Test(
    "in both classes and byte orders",
    .enabled(if: CrossTarget.isPossible, "the toolchain has no clang or no ld.lld"),
    arguments: CrossTarget.allCases)
  func foreign(_ target: CrossTarget) throws {
    let directory = try TemporaryDirectory.make("compression")
    let flags = ["-g3", "-fdebug-prefix-map=\(directory)=."]
    let packed = try ELFFile(
      path: try target.object(
        Self.source, name: "packed", in: directory, compiling: flags + ["-gz=zlib"]))
    let plain = try ELFFile(
      path: try target.object(Self.source, name: "packed", in: directory, compiling: flags))
    let sizes = zip(plain.sections, plain.sectionNames()).reduce(into: [String: UInt64]()) {
      $0[$1.1] = $1.0.size
    }
    let compressed = packed.sections.filter(\.isCompressed)
    #expect(!compressed.isEmpty)
    for section in compressed {
      let header = packed.compression(of: section)
      let name = packed.name(of: section)
      #expect(header?.method == .zlib)
      #expect(header?.size == sizes[name], "\(name)")
    }
  }
}
