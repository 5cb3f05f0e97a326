import InterfaceSyntax
import Platform
import TestSupport
import Testing

@Suite("Values that cross")
struct ValueTests {
  private func header(_ source: String, of name: String) throws -> String {
    try #require(
      try InterfaceSource([(nil, source)]).headers().first { $0.name == name }?.text)
  }

  @Test("an enum is an integer and constants, with the values that Swift gives to its cases")
  func enumeration() throws {
    let text = try header(
      """
      /// How it looks.
      @PluginValue("example.style")
      enum Style: Int64 {
        case plain, `default`, extraBold = 0x10
        /// The least.
        case least = -9_223_372_036_854_775_808
      }
      """, of: "example_style")
    for line in [
      "/* How it looks. */\ntypedef int64_t example_style;",
      "#define EXAMPLE_STYLE_PLAIN ((example_style)(0))",
      "#define EXAMPLE_STYLE_DEFAULT ((example_style)(1))",
      "#define EXAMPLE_STYLE_EXTRA_BOLD ((example_style)(16))",
      "/* The least. */\n#define EXAMPLE_STYLE_LEAST ((example_style)(-9223372036854775807 - 1))",
      "PLR_ARRAY_OF(example_style, example_style);\nPLR_OPTIONAL_OF(example_style, example_style);\n\n#ifdef",
    ] {
      #expect(text.contains(line), "\(line)\n\(text)")
    }
  }

  static let flaws: [(declaration: String, place: String, message: String)] = [
    ("enum E { case a }", "2:6", "write 'enum E: UInt8'"),
    ("enum E: String { case a }", "2:6", "an integer of fixed width"),
    ("enum E: Int { case a }", "2:6", "an integer of fixed width"),
    ("enum E: UInt8 { case a = x }", "2:26", "is an integer literal"),
    ("enum E: UInt8 {}", "2:6", "at least one case"),
    ("struct S {}", "2:8", "at least one field"),
    ("struct S { var x: Date }", "2:19", "'Date' cannot cross"),
    ("struct S { var x = 1 }", "2:16", "write the type of 'x'"),
    ("struct S { let x: Int = 1 }", "2:23", "has its value already"),
    ("struct S { var x: () -> Void }", "2:19", "a closure is a parameter of a function only"),
    ("struct S { var x: UTF8Span }", "2:19", "it is a parameter only: use String"),
    ("struct S { var x: [S] }", "2:19", "put @PluginValue"),
    ("struct S { var (x, y): (Int, Int) }", "2:16", "declare them one by one"),
    ("struct S { var aB: Int; var a_b: Int }", "2:8", "two fields would have one name in C"),
    ("struct S<T> { var x: Int }", "2:9", "a value cannot be generic"),
    ("actor S { var x: Int }", "1:1", "stands before an enum or struct"),
  ]

  @Test("are told at their place where they cannot", arguments: flaws)
  func refuses(_ flaw: (declaration: String, place: String, message: String)) throws {
    let source = "@PluginValue(\"a\")\n\(flaw.declaration)"
    // What is no enum or struct is not even looked for in a file; the macro sees it.
    guard !flaw.declaration.hasPrefix("actor") else { return }
    let error = #expect(throws: SourceFlaws.self) { try InterfaceSource([(nil, source)]) }
    let told = try #require(error?.flaws.map(\.description))
    #expect(
      told.contains { $0.hasPrefix(flaw.place + ": ") && $0.contains(flaw.message) }, "\(told)")
  }

  @Test("are fields that are stored, and no others")
  func fields() throws {
    let text = try header(
      """
      @PluginValue("a")
      struct S {
        static let zero = 0
        var x: Int32 = 5
        var y: Int32 { x }
        var z: Int32 { didSet { print(z) } }
        func f() {}
      }
      """, of: "a")
    #expect(text.contains("typedef struct a {\n  int32_t x;\n  int32_t z;\n} a;"), "\(text)")
    #expect(!text.contains("a_release"), "nothing of it has to be freed")
  }

  @Test("are looked for in all files, and may not hold themselves")
  func lookUp() throws {
    let interface = """
      @PluginInterface("i", revision: 1, values: A.self)
      protocol I { func f(_ a: A) throws }
      """
    let a = "@PluginValue(\"a\", values: B.self)\nstruct A { var b: [B] }"
    #expect(throws: InterfaceSourceError.self) { try InterfaceSource([("i", interface)]).headers() }
    #expect(throws: InterfaceSourceError.self) {
      try InterfaceSource([("i", interface), ("a", a)]).headers()
    }
    let b = "@PluginValue(\"b\")\nenum B: UInt8 { case x }"
    let all = try InterfaceSource([("i", interface), ("a", a), ("b", b)]).headers()
    #expect(all.map(\.name) == ["a", "b", "i"])
    let circle = "@PluginValue(\"b\", values: A.self)\nstruct B { var a: A? }"
    let error = #expect(throws: InterfaceSourceError.self) {
      try InterfaceSource([("a", a), ("b", circle)]).headers()
    }
    #expect(error?.description.contains("'A' holds itself") == true)
  }

  @Test("change the number of every interface that names them, however deep")
  func layout() throws {
    func number(_ cases: String) throws -> Substring {
      let source = """
        @PluginValue("e") enum E: UInt8 { \(cases) }
        @PluginValue("s", values: E.self) struct S { var e: [E] }
        @PluginInterface("i", revision: 1, values: S.self) protocol I { func f(_ s: S) throws }
        """
      let text = try header(source, of: "i")
      return try #require(
        text.split(separator: "\n").first { $0.hasPrefix("#define I_LAYOUT ") })
    }
    #expect(try number("case a, b") == number("case a; case b = 1"))
    #expect(try number("case a, b") != number("case b, a"))
    #expect(try number("case a, b") != number("case a, b, c"))
  }
}

@Suite("The headers in the repository")
struct CommittedHeaderTests {
  static let headers = [
    ("Tests/PluginMacrosTests/AllKinds.swift", "Tests/Fixtures/all-kinds"),
    ("Tests/PluginMacrosTests/EveryValue.swift", "Tests/Fixtures/every-value"),
    ("Tests/PluginMacrosTests/Tickets.swift", "Tests/Fixtures/tickets"),
    (
      "Benchmarks/calls/Sources/Interface/Measured.swift",
      "Benchmarks/calls/Sources/CInterface/include"
    ),
    ("Examples/Greeter/Sources/Greeter/Greeter.swift", "Examples/Greeter/Sources/CGreeter/include"),
  ]

  @Test("are those that their Swift declarations give", arguments: headers)
  func areWritten(_ source: String, _ directory: String) throws {
    let root = TestBuild.root
    let headers = try InterfaceSource([
      (source, try Files.readText(Path.join(root, source)))
    ]).headers()
    #expect(!headers.isEmpty)
    for header in headers {
      let path = Path.join(Path.join(root, directory), header.name + ".h")
      #expect(
        try Files.readText(path) == header.text,
        "write it with tools/plugin-interface header --output \(directory) \(source)")
    }
  }

  static let compilers = ["gcc -std=c11", "g++ -std=c++17", "clang -std=c11", "clang++ -std=c++17"]

  private static func compile(_ text: String, _ compiler: String) throws -> CommandRun {
    let directory = try TemporaryDirectory()
    let file = directory.file(compiler.contains("++") ? "source.cpp" : "source.c")
    try Files.replace(file, with: Array(text.utf8))
    let folders = [
      "Sources/Runtime/CPluginABI/include", "Tests/Fixtures/all-kinds",
      "Tests/Fixtures/every-value",
      "Tests/Fixtures/tickets", "Examples/Greeter/Sources/CGreeter/include",
    ]
    return try CommandRun(
      ["/usr/bin/env"] + compiler.split(separator: " ").map(String.init) + [
        "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wno-unused-function", "-fsyntax-only",
      ] + folders.map { "-I" + Path.join(TestBuild.root, $0) } + [file])
  }

  @Test("compile without a warning as C11 and C++17", arguments: compilers)
  func compile(_ compiler: String) throws {
    let run = try Self.compile(
      ["all_kinds_caller", "test_every_value", "test_ticket", "test_named", "example_greeter"]
        .map { "#include \"\($0).h\"\n" }.joined(), compiler)
    #expect(run.status.isSuccess, "\(run.errors)")
  }

  @Test("refuse a function of another calling convention", arguments: compilers)
  func convention(_ compiler: String) throws {
    func source(_ attribute: String) -> String {
      """
      #include "example_greeter.h"
      static \(attribute) int64_t count(void *context) { (void)context; return 0; }
      static plr_status greet(void *context, plr_text name, plr_owned_text *result, plr_error *error) {
        (void)context; (void)name; (void)result; (void)error; return PLR_OK;
      }
      extern const example_greeter greeter;
      const example_greeter greeter = {EXAMPLE_GREETER_HEAD(NULL), greet, count};

      """
    }
    #expect(try Self.compile(source(""), compiler).status.isSuccess)
    let run = try Self.compile(source("__attribute__((ms_abi))"), compiler)
    #expect(!run.status.isSuccess && run.errors.contains("ms_abi"), "\(run.errors)")
  }
}
