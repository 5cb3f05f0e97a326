import ELFInspection
import Platform
import SizeAnalysis
import TestSupport
import Testing

@Suite("What unwinds a function is charged to it")
struct UnwindChargeTests {
  private static let source = """
    extern "C" void work(int);
    extern "C" int plain(int v) { for (int i = 0; i < v; i++) v ^= v * i + 7; return v; }
    extern "C" int catches(int v) {
      try { work(v); } catch (int value) { return value; } catch (...) { return 2; }
      return 1;
    }
    struct Guard { ~Guard() { work(0); } };
    extern "C" int cleans(int v) { Guard guard; work(v); work(v + 1); return v; }
    """

  @Test("to the byte: its entry as readelf lists it, the table to search, its table of exceptions")
  func exact() throws {
    let directory = try TemporaryDirectory()
    let (source, output) = (directory.file("unwind.cc"), directory.file("unwind.so"))
    try FileEdits.write(Array(Self.source.utf8), to: source)
    try Tool.run(
      ["c++", "-O1", "-fPIC", "-shared", "-nostdlib", "-Wl,--unresolved-symbols=ignore-all"]
        + ["-o", output, source])
    let set = FileSet.read([[output]], depth: .symbols)[0]
    let file = try #require(set.files.first)
    let analysis = try #require(file.symbols)
    func symbol(_ name: String) throws -> SymbolCost {
      try #require(analysis.symbols.first { set.names.name($0.name) == name })
    }
    let entries = try Self.entries(of: output)
    let places = try NM(output).symbols
    for name in ["plain", "catches", "cleans"] {
      let start = try #require(places.first { $0.name == name }).value
      let size = try #require(entries[start], "\(name)")
      #expect(try symbol(name).unwind == size + 8, "\(name)")
    }
    #expect(try symbol("plain").exceptions == 0)
    #expect(try symbol("catches").exceptions > 0 && symbol("cleans").exceptions > 0)
    // The table begins with the first and ends with the last.
    let part = try #require(file.parts.firstIndex { $0.name == ".gcc_except_table" })
    let charged = analysis.symbols.reduce(UInt64(0)) { $0 + UInt64($1.exceptions) }
    #expect(charged == file.parts[part].fileSize && analysis.remainders[part] == 0)
  }

  /// Bytes of the entry of each function, by its address: what `readelf` says and the length field.
  private static func entries(of path: String) throws -> [UInt64: UInt32] {
    var entries: [UInt64: UInt32] = [:]
    for line in try Tool.run(["readelf", "--debug-dump=frames", path]).split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 4, fields[3] == "FDE", let size = UInt32(fields[1], radix: 16),
        let range = fields.last?.dropFirst(3).prefix(while: { $0 != "." }),
        let start = UInt64(range, radix: 16)
      else { continue }
      entries[start] = size + 4
    }
    try #require(entries.count >= 3)
    return entries
  }

  @Test("on ARM from its own index, a pair of words for each function")
  func arm() throws {
    let directory = try TemporaryDirectory()
    let (source, output) = (directory.file("arm.c"), directory.file("arm.so"))
    try FileEdits.write(
      Array(
        """
        int first(int v) { return v * 3; }
        int second(int v) { return v ^ 0x55; }
        """.utf8), to: source)
    try Tool.run(
      ["clang", "--target=armv7-linux-gnueabihf", "-fuse-ld=lld", "-O1", "-fPIC", "-shared"]
        + ["-nostdlib", "-funwind-tables", "-o", output, source])
    let set = FileSet.read([[output]], depth: .symbols)[0]
    let file = try #require(set.files.first)
    let index = try #require(file.parts.firstIndex { $0.name == ".ARM.exidx" })
    let unwind = Dictionary(
      try #require(file.symbols).symbols.map { (set.names.name($0.name), $0.unwind) },
      uniquingKeysWith: { a, _ in a })
    #expect(unwind["first"] == 8 && (unwind["second"] ?? 0) <= 8)
    let charged = unwind.values.reduce(0, +)
    #expect(
      file.symbols?.remainders[index] == file.parts[index].fileSize - UInt64(charged))
  }
}
