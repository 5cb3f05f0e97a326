import Platform
import TestSupport
import Testing

@Suite("The headers of the ABI")
struct HeaderTests {
  static let headers = [
    "plugin_abi.h", "plugin_implementations.h", "plugin_values.h", "plr_allocator.h",
    "plr_instances.h", "plr_log.h",
    "plr_registry.h", "plr_runtime.h",
    "plr_state.h",
    "plr_trial.h",
  ]
  static let layout = Path.join(TestBuild.root, "Sources/Runtime/CPluginABI/layout.c")
  static let strict = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"]

  @Test("are these, and a C and a C++ compiler are here to read them")
  func inventory() throws {
    let files = try Files.list(Compiler.headers).filter { $0.hasSuffix(".h") }
    #expect(files == Self.headers.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(Compiler.all.contains { $0.isCPlusPlus })
    #expect(Compiler.all.contains { !$0.isCPlusPlus })
  }

  @Test("compile alone and all together, without a warning", arguments: Compiler.all)
  func compile(_ compiler: Compiler) throws {
    let directory = try TemporaryDirectory()
    for included in Self.headers.map({ [$0] }) + [Self.headers, Self.headers.reversed()] {
      let source = directory.file("included.c")
      try Files.replace(
        source, with: Array(included.map { "#include \"\($0)\"\n" }.joined().utf8))
      let run = try compiler.run(Self.strict + ["-I", Compiler.headers, source])
      #expect(run.status.isSuccess, "\(included): \(run.errors)")
    }
  }

  @Test("lay everything out as version 1 promises", arguments: Compiler.all)
  func layout(_ compiler: Compiler) throws {
    let run = try compiler.run(Self.strict + ["-I", Compiler.headers, Self.layout])
    #expect(run.status.isSuccess, "\(run.errors)")
  }

  /// A header and a line in the middle of one of its structures.
  static let middles: [(header: String, line: String)] = [
    ("plugin_abi.h", "  char subject[PLR_SUBJECT_CAPACITY];"),
    ("plugin_abi.h", "  const void *runtime;"), ("plugin_abi.h", "  const char *name;"),
    ("plugin_abi.h", "  void (*deinit)(const plr_host *host);"),
    ("plugin_abi.h", "  uint32_t features;"), ("plugin_abi.h", "  plr_manifest manifest;"),
    ("plr_allocator.h", "  void (*deallocate)("), ("plr_allocator.h", "  uint64_t live_bytes;"),
    ("plr_log.h", "  void (*write)("), ("plr_log.h", "  const char *category;"),
    ("plr_registry.h", "  uint64_t token;"), ("plr_registry.h", "  plr_status (*acquire)("),
    ("plr_runtime.h", "  uint64_t bytes;"), ("plr_state.h", "  uint32_t version;"),
    ("plr_state.h", "  void *context;"), ("plr_trial.h", "  uint32_t revision;"),
  ]

  @Test("do not compile with a member in the middle of a structure", arguments: middles)
  func insertion(_ header: String, _ line: String) throws {
    let directory = try TemporaryDirectory()
    for name in Self.headers {
      var text = try Files.readText(Path.join(Compiler.headers, name))
      if name == header {
        let parts = text.split(separator: line, omittingEmptySubsequences: false)
        try #require(parts.count == 2, "'\(line)' stands in \(name) \(parts.count - 1) times")
        text = parts[0] + "  void *inserted;\n" + line + parts[1]
      }
      try Files.replace(directory.file(name), with: Array(text.utf8))
    }
    for compiler in Compiler.oneEach {
      let run = try compiler.run(["-fsyntax-only", "-I", directory.path, Self.layout])
      #expect(run.status == .exited(1))
      // The second is what Clang said until version 15.
      let words = ["static assertion failed", "static_assert failed"]
      #expect(words.contains { run.errors.contains($0) }, "\(run.errors)")
    }
  }
}
