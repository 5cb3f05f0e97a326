import ELFInspection
import Platform
import TestSupport
import Testing

@Suite("Needed libraries are found where the loader finds them")
struct NeededTreeTests {
  /// What `ldd` says: the paths of libraries, and the names of those not found.
  struct Words: Equatable {
    var paths: Set<String> = []
    var missing: Set<String> = []

    init(ldd path: String, libraryPath: String?) throws {
      var environment = processEnvironment().filter { !$0.hasPrefix("LD_LIBRARY_PATH=") }
      if let libraryPath { environment.append("LD_LIBRARY_PATH=\(libraryPath)") }
      let run = try CommandRun(["ldd", path], environment: environment + ["LC_ALL=C"])
      try #require(run.status.isSuccess, "\(run.errors)")
      self.init(run)
    }

    /// As the kernel starts the program, which ldd does not let it do.
    init(trace program: String) throws {
      self.init(
        try CommandRun([program], environment: ["LD_TRACE_LOADED_OBJECTS=1", "LC_ALL=C"]))
    }

    private init(_ run: CommandRun) {
      for line in run.output.split(separator: "\n") {
        let fields = line.drop { $0 == "\t" }.split(separator: " ").map(String.init)
        if line.contains("=> not found") {
          missing.insert(fields[0])
        } else if fields.count >= 3, fields[1] == "=>" {
          paths.insert(fields[2])
        } else if fields.first?.contains("/") == true {
          paths.insert(fields[0])
        }
      }
    }

    init(_ tree: NeededTree) {
      paths = Set(tree.libraries)
      missing = Set(tree.missing.map(\.request.name))
    }
  }

  static func tree(of path: String, libraryPath: String? = nil) throws -> NeededTree {
    let file = try ELFFile(path: path)
    let search = LibrarySearch.ofThisSystem(
      for: file.header, environment: libraryPath.map { ["LD_LIBRARY_PATH": $0] } ?? [:])
    return try NeededTree(of: path, search: search)
  }

  /// The tree, after it has been held against `ldd`.
  static func checked(_ path: String, libraryPath: String? = nil) throws -> NeededTree {
    let tree = try tree(of: path, libraryPath: libraryPath)
    #expect(
      try Words(tree) == Words(ldd: path, libraryPath: libraryPath), "\(path) \(libraryPath ?? "")")
    #expect(tree.isComplete)
    return tree
  }

  static let subjects: [String] = {
    var paths = [
      "/bin/ls", "/usr/bin/python3", "/usr/bin/readelf", "/usr/bin/git", "/usr/bin/gdb",
      "/usr/lib/chromium/chromium", "/lib/x86_64-linux-gnu/libc.so.6",
      "/lib/x86_64-linux-gnu/libm.so.6", Readelf.runtime,
    ]
    if let core = try? Readelf.core {
      for name in ["libFoundation.so", "libswiftCore.so", "libXCTest.so"] {
        paths.append(Path.join(Path.parent(of: core), name))
      }
    }
    paths.append((try? executablePath()) ?? "")
    for name in ["bench-runtime", "plugin-host", "bench-probe"] {
      paths.append(Path.join(TestBuild.directory, name))
    }
    return paths.filter { Files.exists($0) }
  }()

  @Test(arguments: subjects) func realFiles(_ path: String) throws {
    let tree = try Self.checked(path)
    #expect(tree.objects.count > 1)
    // Each library is entered once, and the walk is as long as the list of requests.
    var entered = 0
    var steps = 0
    tree.forEach { _, request in
      steps += 1
      if request.object != nil && request.finding != .loadedAlready { entered += 1 }
    }
    #expect(entered == tree.objects.count - (tree.hasInterpreter ? 2 : 1))
    #expect(steps == tree.objects.reduce(0) { $0 + $1.requests.count })
  }

  // MARK: Made for the purpose

  /// A program that needs `libouter.so`, which needs `libinner.so`, each in a directory of its own.
  private struct Nested {
    let directory: String
    var program: String { Path.join(directory, "program") }

    func file(_ name: String) -> String { Path.join(directory, name) }

    init(
      program flags: [String], outer outerFlags: [String] = [], outerDirectory: String = "outer",
      innerDirectory: String = "inner"
    ) throws {
      directory = try TemporaryDirectory.make("nested")
      for name in [outerDirectory, innerDirectory] {
        try Files.makeDirectory(Path.join(directory, name))
      }
      let inner = Path.join(directory, innerDirectory)
      let outer = Path.join(directory, outerDirectory)
      _ = try NativeBuild.library(
        "int inner(void) { return 1; }", to: Path.join(inner, "libinner.so"))
      _ = try NativeBuild.library(
        "int inner(void); int outer(void) { return inner(); }",
        to: Path.join(outer, "libouter.so"), ["-L", inner, "-linner"] + outerFlags)
      try NativeBuild.run(
        "int outer(void); int main(void) { return outer(); }", to: Path.join(directory, "program"),
        ["-L", outer, "-louter", "-Wl,--allow-shlib-undefined", "-fuse-ld=lld"] + flags)
    }

    func finding(_ name: String, in tree: NeededTree) -> NeededTree.Finding? {
      tree.objects.flatMap(\.requests).first { $0.name == name }?.finding
    }
  }

  @Test func anRpathIsForAllThatComesBehind() throws {
    let nested = try Nested(
      program: ["-Wl,--disable-new-dtags,-rpath,$ORIGIN/outer:${ORIGIN}/inner/"])
    let tree = try NeededTreeTests.checked(nested.program)
    let program = nested.program
    #expect(nested.finding("libouter.so", in: tree) == .rpath(of: program))
    #expect(nested.finding("libinner.so", in: tree) == .rpath(of: program))
  }

  @Test func aRunpathIsForTheFileItselfOnly() throws {
    let nested = try Nested(
      program: ["-Wl,--enable-new-dtags,-rpath,$ORIGIN/outer:$ORIGIN/inner"])
    let tree = try Self.checked(nested.program)
    #expect(nested.finding("libouter.so", in: tree) == .runpath)
    #expect(nested.finding("libinner.so", in: tree) == .missing)
    #expect(tree.missing.map(\.by) == [nested.file("outer/libouter.so")])
    let whole = try Nested(
      program: ["-Wl,--enable-new-dtags,-rpath,$ORIGIN/outer"],
      outer: ["-Wl,--enable-new-dtags,-rpath,$ORIGIN/../inner"])
    let found = try Self.checked(whole.program)
    #expect(whole.finding("libinner.so", in: found) == .runpath && found.missing.isEmpty)
  }

  @Test func aRunpathOfTheOneThatAsksHidesTheRpathsAboveIt() throws {
    let nested = try Nested(
      program: ["-Wl,--disable-new-dtags,-rpath,$ORIGIN/outer:$ORIGIN/inner"],
      outer: ["-Wl,--enable-new-dtags,-rpath,/nowhere"])
    let tree = try Self.checked(nested.program)
    #expect(nested.finding("libinner.so", in: tree) == .missing)
  }

  @Test(arguments: [true, false]) func theEnvironmentComesBetweenTheTwo(_ isOld: Bool) throws {
    let nested = try Nested(
      program: ["-Wl,--\(isOld ? "disable" : "enable")-new-dtags,-rpath,$ORIGIN/outer"])
    try Files.makeDirectory(nested.file("other"))
    for (from, name) in [("outer", "libouter.so"), ("inner", "libinner.so")] {
      try FileEdits.copy(nested.file("\(from)/\(name)"), to: nested.file("other/\(name)"))
    }
    let tree = try Self.checked(nested.program, libraryPath: nested.file("other") + ";/nowhere:")
    #expect(
      nested.finding("libouter.so", in: tree) == (isOld ? .rpath(of: nested.program) : .libraryPath)
    )
    #expect(nested.finding("libinner.so", in: tree) == .libraryPath)
  }

  @Test func tokensStandForDirectories() throws {
    let nested = try Nested(
      program: ["-Wl,--disable-new-dtags,-rpath,$ORIGIN/$LIB/x:$ORIGIN/${PLATFORM}:$ORIGINAL"],
      outerDirectory: "lib/x86_64-linux-gnu/x", innerDirectory: "haswell")
    // What these stand for depends on the distribution and the processor; the loader decides.
    let tree = try Self.checked(nested.program)
    #expect(tree.objects.count >= 3)
    let linked = nested.file("elsewhere/program")
    try Files.makeDirectory(nested.file("elsewhere"))
    try FileEdits.makeLink(linked, to: nested.program)
    #expect(try Words(Self.tree(of: linked)) == Words(trace: linked))
  }

  @Test func capabilitiesComeFirst() throws {
    let nested = try Nested(
      program: ["-Wl,--disable-new-dtags,-rpath,$ORIGIN/outer:$ORIGIN/inner"])
    for level in 2...4 {
      let directory = nested.file("inner/glibc-hwcaps/x86-64-v\(level)")
      try Files.makeDirectory(directory)
      try FileEdits.copy(nested.file("inner/libinner.so"), to: directory + "/libinner.so")
    }
    try Files.makeDirectory(nested.file("outer/tls"))
    try FileEdits.copy(nested.file("outer/libouter.so"), to: nested.file("outer/tls/libouter.so"))
    _ = try Self.checked(nested.program)
    var search = LibrarySearch()
    search.subdirectories = ["glibc-hwcaps/x86-64-v2"]
    let tree = try NeededTree(of: nested.program, search: search)
    #expect(tree.libraries.contains(nested.file("inner/glibc-hwcaps/x86-64-v2/libinner.so")))
  }

  @Test func filesForOtherMachinesArePassedOver() throws {
    let nested = try Nested(
      program: ["-Wl,--disable-new-dtags,-rpath,$ORIGIN/i386:$ORIGIN/aarch64:$ORIGIN/outer"])
    for target in [CrossTarget.i386, .aarch64] {
      try Files.makeDirectory(nested.file(target.rawValue))
      _ = try target.library(
        "int outer(void) { return 1; }", name: "libouter", in: nested.file(target.rawValue))
    }
    let tree = try Self.checked(nested.program, libraryPath: nested.file("inner"))
    #expect(tree.libraries.contains(nested.file("outer/libouter.so")))
  }

  @Test(arguments: ["text", "empty", "directory", "program", "big-endian"])
  func theLoaderStopsAtAFileThatIsNone(_ kind: String) throws {
    let nested = try Nested(program: ["-Wl,--disable-new-dtags,-rpath,$ORIGIN/bad:$ORIGIN/outer"])
    let bad = nested.file("bad/libouter.so")
    try Files.makeDirectory(nested.file("bad"))
    switch kind {
    case "text": try FileEdits.write(Array(repeating: 0x41, count: 4096), to: bad)
    case "empty": try FileEdits.write([], to: bad)
    case "directory": try Files.makeDirectory(bad)
    case "program": try FileEdits.copy(nested.program, to: bad)
    default:
      _ = try CrossTarget.powerpc64.library(
        "int outer(void) { return 1; }", name: "libouter", in: nested.file("bad"))
    }
    let libraryPath = nested.file("inner")
    let tree = try Self.tree(of: nested.program, libraryPath: libraryPath)
    let run = try CommandRun(
      [nested.program], environment: ["LC_ALL=C", "LD_LIBRARY_PATH=\(libraryPath)"])
    if kind == "big-endian" {
      // For another machine as well, which is what counts.
      #expect(tree.missing.isEmpty == run.errors.isEmpty, "\(run.errors)")
      return
    }
    guard case .unusable(let path, _)? = nested.finding("libouter.so", in: tree) else {
      Issue.record("\(tree)")
      return
    }
    #expect(path == bad)
    #expect(run.errors.contains(bad) || run.errors.contains("cannot"), "\(run.errors)")
  }

  @Test func namesWithASlashArePaths() throws {
    let directory = try TemporaryDirectory.make("slash")
    let library = Path.join(directory, "libx.so")
    _ = try NativeBuild.library("int x(void) { return 1; }", to: library)
    // Without a soname the linker writes down the path that it was given.
    let program = Path.join(directory, "program")
    try NativeBuild.run(
      "int x(void); int main(void) { return x(); }", to: program, [library])
    let tree = try Self.checked(program)
    #expect(tree.objects[0].requests[0].finding == .path)
    try Files.remove(library)
    // ldd says it of a path in other words.
    let without = try Self.tree(of: program)
    #expect(without.missing.map(\.request.name) == [library])
  }

  @Test func oneFileUnderTwoNamesIsLoadedOnce() throws {
    let directory = try TemporaryDirectory.make("names")
    _ = try NativeBuild.library(
      "int x(void) { return 1; }", to: Path.join(directory, "libone.so"))
    try FileEdits.makeLink(Path.join(directory, "libtwo.so"), to: "libone.so")
    let program = Path.join(directory, "program")
    try NativeBuild.run(
      "int x(void); int main(void) { return x(); }", to: program,
      ["-L", directory, "-Wl,--no-as-needed", "-lone", "-ltwo", "-Wl,-rpath,$ORIGIN"])
    let tree = try Self.tree(of: program)
    let requests = tree.objects[0].requests
    #expect(requests[0].object == requests[1].object)
    #expect(requests[1].finding == .loadedAlready)
    #expect(tree.libraries.filter { $0.hasPrefix(directory) }.count == 1)
  }

  @Test func aRootKeepsTheSearchToItself() throws {
    let nested = try Nested(program: ["-Wl,--dynamic-linker=/lib64/ld-linux-x86-64.so.2"])
    let root = nested.file("root")
    try Files.makeDirectory(root + "/lib64")
    try Files.makeDirectory(root + "/usr/lib/x86_64-linux-gnu")
    try Files.makeDirectory(root + "/bin")
    try FileEdits.copy(
      nested.file("outer/libouter.so"), to: root + "/usr/lib/x86_64-linux-gnu/libouter.so")
    try FileEdits.copy(nested.program, to: root + "/bin/program")
    var search = LibrarySearch()
    search.root = root
    let tree = try NeededTree(of: root + "/bin/program", search: search)
    #expect(tree.objects.map(\.path) == ["/bin/program", "/usr/lib/x86_64-linux-gnu/libouter.so"])
    #expect(!tree.hasInterpreter)
    #expect(Set(tree.missing.map(\.request.name)) == ["libinner.so", "libc.so.6"])
  }

  @Test func aHostileFileDoesNotKeepTheSearchBusy() throws {
    // 40,000 requests, each for another missing library, and 300 directories to look in.
    let directory = try TemporaryDirectory.make("hostile")
    let list = (0..<300).map { "$ORIGIN/" + String(repeating: "./", count: $0) }
    let path = try NativeBuild.library(
      "int x;", to: Path.join(directory, "a.so"),
      ["-Wl,--disable-new-dtags", "-Wl,-rpath,\(list.joined(separator: ":"))"])
    try FileEdits.copy(path, to: Path.join(directory, "b.so")) { bytes in
      let header = bytes.segmentHeaders(ofType: 2)[0]
      let old = Int(bytes.integer(at: header + 8, as: UInt64.self))
      var table: [UInt8] = []
      for entry in stride(from: old, to: old + 640, by: 16)
      where bytes.integer(at: entry, as: UInt64.self) != 0 {
        table += bytes[entry..<entry + 16]
      }
      let rpath = (0..<table.count / 16).first {
        table.integer(at: $0 * 16, as: UInt64.self) == 15
      }!
      let start = table.integer(at: rpath * 16 + 8, as: UInt64.self)
      for index in 0..<40_000 {
        var entry = [UInt8](repeating: 0, count: 16)
        entry.overwrite(at: 0, with: UInt64(1))
        // Ends of the list of directories, all different.
        entry.overwrite(at: 8, with: start + UInt64(index))
        table += entry
      }
      bytes.overwrite(at: header, with: UInt32(2))
      bytes.overwrite(at: header + 8, with: UInt64(bytes.count))
      bytes.overwrite(at: header + 16, with: UInt64(1) << 60)
      bytes.overwrite(at: header + 32, with: UInt64(table.count))
      bytes += table
    }
    let start = monotonicNanoseconds()
    let tree = try NeededTree(of: Path.join(directory, "b.so"), search: LibrarySearch())
    #expect(tree.objects.count < 10 && tree.objects[0].requests.count <= 65_536)
    #expect(monotonicNanoseconds() - start < 20_000_000_000)
  }
}
