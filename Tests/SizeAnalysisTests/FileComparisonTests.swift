import Platform
import SizeAnalysis
import TestSupport
import Testing

@Suite("The comparison of two files")
struct FileComparisonTests {
  /// Both sums are the difference of the sizes that the system tells, to the byte.
  private func check(_ old: String, _ new: String) throws {
    let compared = try Compared(old, new).file
    let delta = try byteCount(new) - byteCount(old)
    #expect(compared.size.delta == delta, "\(old) \(new)")
    #expect(compared.sumOfParts == delta, "\(old) \(new)")
    #expect(compared.sumOfSymbols == delta, "\(old) \(new)")
    let rollup = ChangeRollup([compared], names: try Compared(old, new).names)
    #expect(rollup.byHolder.values.reduce(0) { $0 + $1.delta } == delta)
  }

  @Test("adds up for a library before and after, in C and in Swift, both ways")
  func addsUpForVersions() throws {
    for pair in [Versions.c, Versions.swift] {
      let (old, new) = try pair.paths()
      try check(old, new)
      try check(new, old)
    }
  }

  @Test("adds up for the runtime and its stripped copy")
  func addsUpForStripped() throws {
    let runtime = Path.join(TestBuild.directory, "libPluginRuntime.so")
    let directory = try TemporaryDirectory()
    let stripped = directory.file("stripped.so")
    try Tool.run(["strip", "-o", stripped, runtime])
    try check(runtime, stripped)
    let file = try Compared(runtime, stripped).file
    #expect(file.parts.first { $0.name == ".symtab" }?.status == .removed)
    #expect(file.parts.first { $0.name == ".text" }?.status == .unchanged)
  }

  @Test("adds up for two programs that have little in common")
  func addsUpForPrograms() throws {
    try check(
      Path.join(TestBuild.directory, "bench-probe"), Path.join(TestBuild.directory, "plugin-host"))
  }

  @Test("adds up for any two libraries of the system")
  func addsUpForSystemLibraries() throws {
    let folder = Path.parent(of: try #require(try Self.libc()))
    let libraries = try Files.list(folder).filter { $0.hasPrefix("lib") }
      .map { Path.join(folder, $0) }
      .filter { path in
        guard let status = try? Files.status(path) else { return false }
        return status.isRegularFile && status.byteCount < 4 << 20
          && (try? ELFPaths.find(path)) != nil
          && FileSet.read([[path]], depth: .sections)[0].failures.isEmpty
      }
    try #require(libraries.count > 1)
    for _ in 0..<12 {
      try check(libraries.randomElement() ?? "", libraries.randomElement() ?? "")
    }
  }

  /// The C library this process runs with.
  private static func libc() throws -> String? {
    try Files.readText("/proc/self/maps").split(separator: "\n").lazy
      .compactMap { line in line.split(separator: " ").last.map(String.init) }
      .first { Path.name(of: $0).hasPrefix("libc.so") }
  }

  @Test("tells what grew, went, came, moved and stayed")
  func tellsWhatBecame() throws {
    let (old, new) = try Versions.c.paths()
    let compared = try Compared(old, new)
    let expected: [(String, ChangeStatus, SymbolMatch?)] = [
      ("stays", .unchanged, .exact), ("grows", .grown, .name), ("goes", .removed, nil),
      ("comes", .added, nil), ("moves", .moved, .elsewhere), ("state", .unchanged, .exact),
    ]
    for (name, status, match) in expected {
      let change = try #require(compared.change(name), "\(name)")
      #expect(change.status == status, "\(name)")
      #expect(change.matchedBy == match, "\(name)")
      #expect(change.isMoved == (name == "moves"))
    }
    #expect(compared.file.parts.first { $0.name == "first_text" }?.status == .removed)
    #expect(compared.file.parts.first { $0.name == "second_text" }?.status == .added)
    #expect(compared.file.parts.first { $0.name == ".text" }?.status == .grown)
    let padding = try #require(compared.file.parts.first { $0.kind == .padding })
    #expect(padding.name == "[padding]")
  }

  @Test("follows a renamed module, changed parameters and what is private")
  func followsRenames() throws {
    let (old, new) = try Versions.swift.paths()
    let compared = try Compared(old, new)
    let area = try #require(
      compared.change("Figures.Square.area(scale: Swift.Int, offset: Swift.Int32) -> Swift.UInt"))
    #expect(area.old != nil && area.isRenamed && area.matchedBy == .module)
    let grown = try #require(compared.change("Figures.Square.grows() -> Swift.Int"))
    #expect(grown.status == .grown && grown.matchedBy == .module)
    #expect(
      grown.old.map { compared.names.demangled($0.name) } == "Shapes.Square.grows() -> Swift.Int")
    #expect(
      compared.change("Shapes.Square.goes() -> Swift.Array<Swift.Int>")?.status == .removed)
    let metadata = try #require(compared.change("nominal type descriptor for Figures.Square"))
    #expect(metadata.old != nil && metadata.new != nil)
    let rollup = ChangeRollup([compared.file], names: compared.names)
    #expect(rollup.byModule[.module("Shapes")]?.new == 0)
    #expect(rollup.byModule[.module("Figures")]?.old == 0)
    #expect(
      rollup.byModule.values.reduce(0) { $0 + $1.delta }
        == rollup.byHolder.values.reduce(0) { $0 + $1.delta })
    #expect(rollup.byHolder[.owner(.own)]?.new ?? 0 > 0)
  }

  @Test("of a file with itself finds everything where it was")
  func findsItself() throws {
    let path = Path.join(TestBuild.directory, "plugin-host")
    let file = try Compared(path, path).file
    #expect(file.status == .unchanged)
    #expect(file.parts.allSatisfy { $0.status == .unchanged })
    #expect(file.symbols?.allSatisfy { $0.status == .unchanged && $0.matchedBy == .exact } == true)
  }

  @Test("without symbols has parts alone")
  func worksWithoutSymbols() throws {
    let (old, new) = try Versions.c.paths()
    let file = try Compared(old, new, depth: .sections).file
    #expect(file.symbols == nil && file.parts.allSatisfy { $0.remainder == nil })
    #expect(file.sumOfParts == file.size.delta)
  }
}
