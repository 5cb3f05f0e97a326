import ELFInspection
import Platform
import SizeAnalysis
import TestSupport
import Testing

@Suite("What several files hold a copy of")
struct DuplicateTests {
  /// Libraries of C, each from its own source.
  private static func set(_ sources: [String], flags: [String] = []) throws -> FileSet {
    let directory = try TemporaryDirectory.make("duplicates")
    let paths = try sources.enumerated().map { index, text in
      let source = Path.join(directory, "\(index).c")
      let output = Path.join(directory, "lib\(index).so")
      try FileEdits.write(Array(text.utf8), to: source)
      try Tool.run(
        [
          flags.contains("-fuse-ld=lld") ? "clang" : "cc", "-O1", "-fPIC", "-shared", "-nostdlib",
          "-fno-asynchronous-unwind-tables",
        ] + flags
          + [source, "-o", output])
      return output
    }
    return FileSet.read([paths], depth: .symbols, comparesBodies: true)[0]
  }

  private static func loop(_ name: String, _ constant: Int) -> String {
    """
    __attribute__((noinline, used)) static int \(name)(int value) {
      for (int step = 0; step < value; step++) value ^= value * step + \(constant);
      return value;
    }

    """
  }

  private func rows(_ set: FileSet) -> [String: Duplicate] {
    Dictionary(
      set.duplicates().map { (set.names.name($0.name), $0) }, uniquingKeysWith: { a, _ in a })
  }

  @Test("a name and a size that agree while the bytes do not are told apart from equal bytes")
  func otherBytes() throws {
    let set = try Self.set([
      Self.loop("same", 7) + Self.loop("other", 9), Self.loop("same", 7) + Self.loop("other", 11),
    ])
    let rows = rows(set)
    #expect(Set(rows.keys) == ["same", "other"])
    #expect(rows["same"]?.likeness == .bytes && rows["other"]?.likeness == .name)
    #expect(rows.values.allSatisfy { $0.files == 2 && $0.names == 1 })
  }

  @Test("equal bytes are found under other names, and count once for each file")
  func otherNames() throws {
    let set = try Self.set([Self.loop("first", 7), Self.loop("second", 7), Self.loop("third", 8)])
    let duplicates = set.duplicates()
    #expect(duplicates.count == 1)
    let row = try #require(duplicates.first)
    #expect(row.likeness == .bytes && row.names == 2 && row.files == 2)
    #expect(row.wasted < row.bytes && row.wasted * 2 >= row.bytes - 64)
  }

  @Test("two of one name in one file are that file's affair")
  func withinAFile() throws {
    // Two sources, each with a `local` of its own, in one library.
    let directory = try TemporaryDirectory()
    func build(_ name: String, _ locals: Int) throws -> String {
      let sources = try (0..<locals).map { index in
        let source = directory.file("\(name)\(index).c")
        let text = Self.loop("local", 7) + "int \(name)\(index)(int v) { return local(v); }"
        try FileEdits.write(Array(text.utf8), to: source)
        return source
      }
      let output = directory.file(name + ".so")
      try Tool.run(["cc", "-O1", "-fPIC", "-shared", "-nostdlib", "-o", output] + sources)
      return output
    }
    let paths = [try build("one", 3), try build("two", 2)]
    func wasted(_ paths: [String]) throws -> Duplicate {
      let set = FileSet.read([paths], depth: .symbols, comparesBodies: true)[0]
      return try #require(
        set.duplicates().first { set.names.name($0.name) == "local" && $0.likeness == .bytes })
    }
    let row = try wasted(paths)
    let single = try wasted([try build("three", 1), try build("four", 1)])
    #expect(row.files == 2 && row.wasted <= single.wasted)
    let alone = FileSet.read([[paths[0]]], depth: .symbols, comparesBodies: true)[0]
    #expect(alone.duplicates().isEmpty)
  }

  /// Calls a function of its own file and one of another, and refers to a text and to data.
  private static func caller(_ callee: String, _ text: String, padding: Int) -> String {
    """
    extern int elsewhere(const char *, int);
    extern int another(const char *, int);
    __attribute__((noinline, used)) static int helper(int v) {
      for (int i = 0; i < v; i++) v ^= v * i + 3;
      return v;
    }
    static volatile int counter = 1;
    __attribute__((used)) static char padding[\(padding)] = {1};
    int before(void) { return \((0..<padding % 7).map { "counter + \($0) +" }.joined()) 1; }
    int caller(int v) { counter += 5; return \(callee)("\(text)", helper(v)) + counter; }
    """
  }

  @Test("distances in code do not count where they lead to the same", arguments: ["", "-O2"])
  func distances(flag: String) throws {
    let flags = flag.isEmpty ? [] : [flag]
    let same = try Self.set(
      [
        Self.caller("elsewhere", "a text", padding: 8),
        Self.caller("elsewhere", "a text", padding: 4005),
      ], flags: flags)
    #expect(rows(same)["caller"]?.likeness == .bytes)
    for (callee, text) in [("another", "a text"), ("elsewhere", "b text")] {
      let other = try Self.set(
        [
          Self.caller("elsewhere", "a text", padding: 8), Self.caller(callee, text, padding: 4005),
        ], flags: flags)
      #expect(rows(other)["caller"]?.likeness == .name, "\(callee) \(text)")
      #expect(rows(other)["helper"]?.likeness == .bytes)
    }
  }

  @Test("the addresses that the loader writes into data count, packed or not")
  func relocatedData() throws {
    func source(_ target: String, padding: Int) -> String {
      """
      extern int outside;
      static int inside[4] = {1}, beside[4] = {2};
      int *reach(int i) { return &inside[i] + beside[i]; }
      __attribute__((used)) static char padding[\(padding)] = {1};
      int *table[4] = {&inside[1], &outside, \(target), &beside[2]};
      """
    }
    for flags in [[], ["-fuse-ld=lld", "-Wl,-z,pack-relative-relocs"]] {
      let same = try Self.set(
        [source("&inside[2]", padding: 8), source("&inside[2]", padding: 4005)], flags: flags)
      #expect(rows(same)["table"]?.likeness == .bytes, "\(flags)")
      let other = try Self.set(
        [source("&inside[2]", padding: 8), source("&beside[2]", padding: 4005)], flags: flags)
      #expect(rows(other)["table"]?.likeness == .name, "\(flags)")
    }
  }

  @Test("aliases are one copy with several names")
  func aliases() throws {
    let alias = "int alias(int) __attribute__((alias(\"shared\")));\n"
    let text = Self.loop("shared", 7).replacing("static ", with: "")
    let (plain, doubled) = (
      try Self.set([text, text]), try Self.set([text + alias, text + alias])
    )
    let (one, two) = (
      try #require(rows(plain)["shared"]), try #require(doubled.duplicates().first)
    )
    #expect(doubled.duplicates().count == 1 && two.files == 2)
    // The code once, and what exists for two names.
    #expect(two.wasted > one.wasted && two.wasted < 2 * one.wasted)
  }

  @Test("nothing is told where the bytes were not read")
  func notAsked() throws {
    let set = try Self.set([Self.loop("same", 7), Self.loop("same", 7)])
    #expect(!set.duplicates().isEmpty)
    let paths = set.files.map(\.path)
    #expect(FileSet.read([paths], depth: .symbols)[0].duplicates().isEmpty)
  }
}
