import ELFInspection
import Platform
import TestSupport
import Testing

@testable import SizeAnalysis

@Suite("A set of files")
struct FileSetTests {
  /// `copied` is in both libraries, `used` is exported by the first and imported by the second.
  private static func pair() throws -> [String] {
    let directory = try TemporaryDirectory.make("pair")
    let copied = """
      __attribute__((noinline, used)) static int copied(int value) {
        for (int step = 0; step < value; step++) value ^= value * step + 7;
        return value;
      }

      """
    let sources = [
      "first": copied + "int used(int v) { return copied(v); } int unused(void) { return 1; }",
      "second": copied + "int used(int); int caller(int v) { return copied(used(v)) + 1; }",
    ]
    return try ["first", "second"].map { name in
      let source = Path.join(directory, name + ".c")
      let output = Path.join(directory, "lib\(name).so")
      try FileEdits.write(Array(sources[name]!.utf8), to: source)
      let flags = ["-O1", "-fPIC", "-shared", "-nostdlib"]
      try Tool.run(["cc"] + flags + [source, "-o", output])
      return output
    }
  }

  @Test("finds what two files hold a copy of, and what one copy would save")
  func duplicates() throws {
    let paths = try Self.pair()
    let set = FileSet.read([paths], depth: .symbols, comparesBodies: true)[0]
    let duplicates = set.duplicates()
    #expect(duplicates.map { set.names.name($0.name) } == ["copied"])
    let copied = try #require(duplicates.first)
    let size = try #require(try NM(paths[0]).symbols.first { $0.name == "copied" }).size
    #expect(copied.files == 2 && copied.owner == .own)
    #expect(copied.bytes >= 2 * size && copied.wasted >= size && copied.wasted < copied.bytes)
    #expect(
      FileSet.read([[paths[0]]], depth: .symbols, comparesBodies: true)[0].duplicates().isEmpty)
  }

  @Test("divides the bytes of a function among the names that it has")
  func aliases() throws {
    let directory = try TemporaryDirectory()
    let (source, output) = (directory.file("alias.c"), directory.file("alias.so"))
    let text = """
      int first(int v) { for (int i = 0; i < v; i++) v ^= v * i + 7; return v; }
      int second(int) __attribute__((alias("first")));
      int third(int) __attribute__((alias("first")));
      int other(int v) { return v + 1; }
      """
    try FileEdits.write(Array(text.utf8), to: source)
    try Tool.run(["cc", "-O1", "-fPIC", "-shared", "-nostdlib", source, "-o", output])
    let set = FileSet.read([[output]], depth: .symbols)[0]
    let symbols = try #require(set.files.first?.symbols).symbols
    let listed = try NM(output).symbols
    let size = try #require(listed.first { $0.name == "first" }).size
    let bodies = symbols.filter { ["first", "second", "third"].contains(set.names.name($0.name)) }
      .map(\.body)
    #expect(bodies.count == 3 && bodies.reduce(0, +) == size)
    #expect(bodies.max()! - bodies.min()! <= 1)
    let other = try #require(symbols.first { set.names.name($0.name) == "other" })
    #expect(other.body == listed.first { $0.name == "other" }?.size)
  }

  @Test("tells which exports nobody of the set imports")
  func unusedExports() throws {
    let set = FileSet.read([try Self.pair()], depth: .symbols)[0]
    #expect(set.files.map { $0.symbols?.exports } == [2, 1])
    #expect(set.unusedExports() == [1, 1])
    #expect(
      set.namesOfUnusedExports().map { $0.map(set.names.name) } == [["unused"], ["caller"]])
  }

  /// Plugins that each bring some of a Swift runtime, by the names of its functions.
  private static func plugins(_ runtimes: [[String]]) throws -> [String] {
    let directory = try TemporaryDirectory.make("runtimes")
    return try runtimes.enumerated().map { index, functions in
      let source = Path.join(directory, "\(index).c")
      let output = Path.join(directory, "\(index).so")
      let text =
        "#include <plugin_abi.h>\nPLR_MANIFEST(\"p\(index)\", \"1\", PLR_UNLOAD_RESIDENT, 0);\n"
        + "int own\(index)(int v) { return v + \(index); }\n"
        + functions.map { "int \($0)(int v) { return v * 3; }\n" }.joined()
      try FileEdits.write(Array(text.utf8), to: source)
      try Tool.run(
        ["cc", "-O1", "-fPIC", "-shared", "-nostdlib", "-I", Compiler.headers, source]
          + ["-o", output])
      return output
    }
  }

  @Test("counts what each plugin brings of a runtime, what is there twice, and when sharing pays")
  func runtimeFloor() throws {
    let base = ["swift_retain", "swift_release"]
    let paths = try Self.plugins([base, base, base + ["swift_cast"]])
    let set = FileSet.read([paths], depth: .symbols)[0]
    #expect(set.files.map(\.role) == [.plugin, .plugin, .plugin])
    let floor = try #require(set.floorOfPlugins)
    let runtime = set.files.map { file in
      (file.symbols?.symbols ?? []).filter { $0.owner == .stdlib && $0.body > 0 }
        .reduce(UInt64(0)) { $0 + $1.fileSize }
    }
    let whole = set.files.compactMap { $0.ownership()?.floor }
    #expect(floor.plugins == 3 && floor.floor == whole.reduce(0, +) && floor.own > 0)
    #expect(runtime[2] > runtime[0])
    // A library with all three functions, as large as in the plugin that has most.
    #expect(floor.once >= runtime[2] && floor.duplicated == floor.floor - floor.once)
    #expect(floor.duplicated >= runtime[0] + runtime[1] - 64)
    let pays = try #require(floor.sharingPaysFrom)
    let each = Double(floor.floor) / 3
    #expect(Double(floor.once) < Double(pays) * each)
    #expect(Double(floor.once) >= Double(pays - 1) * each)
    let one = FileSet.read([[paths[0]]], depth: .symbols)[0].floorOfPlugins
    #expect(one?.duplicated == 0 && one?.sharingPaysFrom == 2)
    #expect(FileSet.read([try Self.pair()], depth: .symbols)[0].floorOfPlugins == nil)
  }

  @Test(
    "sharing pays from the first number of plugins whose runtimes take more room than one library",
    arguments: [
      (100, 4, 400, 2), (100, 4, 200, 3), (101, 4, 200, 3), (99, 4, 200, 2), (0, 0, 0, nil),
    ]
      as [(UInt64, Int, UInt64, Int?)])
  func sharingPays(once: UInt64, plugins: Int, floor: UInt64, from: Int?) {
    let runtime = RuntimeFloor(plugins: plugins, own: 1, floor: floor, once: once)
    #expect(runtime.sharingPaysFrom == from)
  }

  @Test("ships what is no plugin once, and each plugin")
  func shipping() throws {
    let plugins = try [Fixture("well-behaved-c"), Fixture("abi-too-new")].map { try $0.path() }
    let library = try Self.pair()[0]
    let set = FileSet.read([[library] + plugins], depth: .sections)[0]
    #expect(set.files.map(\.role) == [.library, .plugin, .plugin])
    let shipping = set.shipping
    #expect(shipping.fixed == UInt64(try byteCount(library)))
    #expect(shipping.plugins == 2)
    let bytes = try plugins.map { UInt64(try byteCount($0)) }
    #expect(shipping.pluginBytes == bytes.reduce(0, +))
    #expect(shipping.perPlugin == Double(bytes.reduce(0, +)) / 2)
    #expect(Shipping(fixed: 1, plugins: 0, pluginBytes: 0).perPlugin == nil)
  }

  @Test(
    "breaks even at the first number of plugins that takes no more room",
    arguments: [
      (1000, 10, 0, 110, 10), (1000, 10, 0, 109, 11), (0, 10, 1000, 10, 1), (0, 10, 0, 10, 1),
      (1, 10, 0, 10, nil), (1, 20, 0, 10, nil), (5, 1, 0, 100, 1),
    ] as [(UInt64, UInt64, UInt64, UInt64, Int?)])
  func breakEven(fixed: UInt64, each: UInt64, other: UInt64, others: UInt64, plugins: Int?) {
    let mine = Shipping(fixed: fixed, plugins: 3, pluginBytes: 3 * each)
    let theirs = Shipping(fixed: other, plugins: 2, pluginBytes: 2 * others)
    #expect(mine.breakEven(against: theirs) == plugins)
    if let plugins {
      func total(_ set: Shipping, _ count: Int) -> UInt64 {
        set.fixed + UInt64(count) * set.pluginBytes / UInt64(set.plugins)
      }
      #expect(total(mine, plugins) <= total(theirs, plugins))
      #expect(plugins == 1 || total(mine, plugins - 1) > total(theirs, plugins - 1))
    }
  }

  @Test("leaves out what it cannot read, and says why")
  func failures() throws {
    let paths = try Self.pair()
    let directory = try TemporaryDirectory()
    let cut = directory.file("cut.so")
    try FileEdits.copy(paths[0], to: cut) { $0.truncate(to: $0.count / 2) }
    let set = FileSet.read([[paths[0], cut, "/nowhere/x.so", paths[1]]], depth: .symbols)[0]
    #expect(set.files.map(\.path) == paths)
    #expect(set.failures.map(\.path) == [cut, "/nowhere/x.so"])
    #expect(set.failures.map(\.code) == [.truncated, .unreadable])
  }
}
