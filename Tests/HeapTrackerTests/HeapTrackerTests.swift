import ELFInspection
import Platform
import TestSupport
import Testing

/// What each scenario looks at is said in `Tests/Fixtures/heap-tracking`.
@Suite(
  "The heap's tracker",
  .enabled("a sanitizer has a malloc of its own") { try SwiftToolchain.sanitizerOptions().isEmpty })
struct HeapTrackerTests {
  static let calls = [
    "nesting", "callbacks", "libraries", "loading", "deep", "jumps", "entrances", "nonlocal",
    "reloading",
  ]
  static let blocks = ["freeing", "resizing", "aligning", "refusing", "using-all", "adding-up"]
  static let threads = ["crossing", "nobodys", "churning", "together", "forking"]

  private func expect(
    _ run: CommandRun, _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == .exited(0), "\(run.errors)", sourceLocation: location)
  }

  @Test("charges the innermost plugin", arguments: calls, HeapHost.Frames.allCases)
  func charging(_ scenario: String, _ frames: HeapHost.Frames) throws {
    expect(try HeapHost(frames).run(scenario))
  }

  @Test("keeps what malloc promises, and whose each block is", arguments: blocks)
  func keeping(_ scenario: String) throws {
    expect(try HeapHost(.omitted).run(scenario))
  }

  @Test("loses nothing to threads and forks", arguments: threads)
  func counting(_ scenario: String) throws {
    expect(try HeapHost(.omitted).run(scenario))
  }

  @Test("charges a Swift plugin with what its task allocates on a thread of the pool")
  func tasks() throws {
    expect(try HeapHost(.omitted).run("tasks"))
  }

  @Test("has one row for all plugins past its limit")
  func limit() throws {
    expect(try HeapHost(.omitted).run("names"))
  }

  @Test("does nothing unless it is asked to", arguments: [[], ["PLR_TRACK=other"], ["PLR_TRACK="]])
  func off(_ environment: [String]) throws {
    expect(try HeapHost(.omitted).run("off", environment: environment))
  }

  @Test("works linked first as well as preloaded")
  func linked() throws {
    let program = Path.join(try HeapHost(.omitted).directory, "linked")
    let off = try CommandRun([program], environment: [])
    #expect(off.status == .exited(0) && off.output == "off\n")
    let on = try CommandRun([program], environment: ["PLR_TRACK=heap"])
    let bytes = try #require(on.output.split(separator: "\n").first.flatMap { Int($0) })
    #expect(on.status == .exited(0) && bytes >= 1000, "\(on.output)")
  }

  @Test("exports malloc and its kin, the loader's dlclose and its own table, and nothing else")
  func exports() throws {
    let file = try ELFFile(path: try HeapHost(.omitted).library)
    #expect(
      Set(file.definedDynamicSymbols()) == [
        "malloc", "calloc", "realloc", "reallocarray", "free", "posix_memalign", "aligned_alloc",
        "memalign", "valloc", "pvalloc", "malloc_usable_size", "dlclose", "plr_heap_tracker",
      ])
    // Nothing of Swift: it is loaded into every kind of program.
    let needed = file.dynamicSection()?.needed ?? []
    #expect(!needed.isEmpty)
    #expect(needed.allSatisfy { !$0.contains("swift") }, "\(needed)")
  }
}
