import Platform
import TestSupport
import Testing

/// What the wrapper for C++ promises at compile time; what it does is in InstallTests.
@Suite("The headers for C++")
struct CxxHeaderTests {
  static let headers = [
    "plugin_calls.hpp", "plugin_closures.hpp", "plugin_crossing.hpp", "plugin_runtime.hpp",
    "plugin_services.hpp",
  ]
  static let compilers = Compiler.all.filter(\.isCPlusPlus)

  @Test(
    "are these, and compile alone and after one another, without a warning", arguments: compilers)
  func compile(_ compiler: Compiler) throws {
    #expect(try Files.list(Compiler.headers).filter { $0.hasSuffix(".hpp") } == Self.headers)
    let directory = try TemporaryDirectory()
    let source = directory.file("included.cpp")
    for included in Self.headers.map({ [$0] }) + [Self.headers.reversed()] {
      try Files.replace(
        source, with: Array(included.map { "#include \"\($0)\"\n" }.joined().utf8))
      let run = try compiler.run(HeaderTests.strict + ["-I", Compiler.headers, source])
      #expect(run.status.isSuccess, "\(included): \(run.errors)")
    }
  }

  /// A table of two functions, and a class whose methods stand behind them.
  private static func source(method: String, slots: String) -> String {
    """
    #include "plugin_runtime.hpp"
    struct table {
      uint32_t size, revision;
      uint64_t layout;
      const plr_table_traits *traits;
      void *context;
      int64_t (*count)(void *context);
      plr_status (*greet)(void *context, plr_text name, plr_owned_text *result, plr_error *error);
    };
    struct Greeter {
      \(method)
      std::string greet(std::string_view name) { return std::string(name); }
    };
    using Count = plr::Slot<&table::count, &Greeter::count>;
    using Greet = plr::Slot<&table::greet, &Greeter::greet>;
    using Exported = plr::Export<table, Greeter, \(slots)>;
    PLR_PLUGIN(module) { module.implement<Exported>(plr::Interface{"a", 1, 0}); }

    """
  }

  /// What is wrong, and what the compiler says; nil where nothing is.
  static let cases: [(method: String, slots: String, words: String?)] = [
    ("int64_t count() const noexcept { return 0; }", "Count, Greet", nil),
    ("int64_t count() { return 0; }", "Count, Greet", "its method is noexcept"),
    (
      "int64_t count(int) noexcept { return 0; }", "Count, Greet",
      "the method takes what the function"
    ),
    ("int64_t count() noexcept { return 0; }", "Greet", "every function of the table has one Slot"),
  ]

  @Test("say what is wrong with a class behind a table", arguments: cases)
  func diagnose(_ method: String, _ slots: String, _ words: String?) throws {
    let directory = try TemporaryDirectory()
    let source = directory.file("plugin.cpp")
    try Files.replace(source, with: Array(Self.source(method: method, slots: slots).utf8))
    for compiler in Self.compilers.filter({ $0.standard == "c++17" }) {
      let run = try compiler.run(HeaderTests.strict + ["-I", Compiler.headers, source])
      #expect(run.status.isSuccess == (words == nil), "\(run.errors)")
      #expect(run.errors.contains(words ?? ""), "\(run.errors)")
    }
  }
}
