import InterfaceSyntax
import Testing

@Suite("The C header of an interface")
struct InterfaceHeaderTests {
  static let source = """
    /// Measures texts.
    /// All of them.
    @PluginInterface("example.text-metric", revision: 2)
    public protocol TextMetric: Sendable {
      /// The measure of `text`.
      func measure(_ text: String, inBytes: Bool, register: Int) -> UInt64
      func load(_ bytes: [UInt8]) throws
      func name(of index: UInt32, with scale: Double) throws(PluginError) -> String
    }
    """

  @Test("declares a table with each function, its comment and its ownership")
  func text() throws {
    let headers = try InterfaceSource([(nil, Self.source)]).headers()
    #expect(headers.map(\.name) == ["example_text_metric"])
    #expect(
      headers[0].text == """
        /* example_text_metric.h - the interface example.text-metric, revision 2.
         *
         * Written from the Swift protocol 'TextMetric' by `plugin-interface header`; not to be edited by hand.
         */
        #ifndef EXAMPLE_TEXT_METRIC_H
        #define EXAMPLE_TEXT_METRIC_H

        #include "plugin_values.h"

        #ifdef __cplusplus
        extern "C" {
        #endif

        #define EXAMPLE_TEXT_METRIC_ID "example.text-metric"
        #define EXAMPLE_TEXT_METRIC_REVISION 2
        /* Of all functions and values: another number is another interface. */
        #define EXAMPLE_TEXT_METRIC_LAYOUT 0x5cbccee02e6c809bull
        /* What a table begins with: `{EXAMPLE_TEXT_METRIC_HEAD(context), function, ...}`. */
        #define EXAMPLE_TEXT_METRIC_HEAD(context) \\
          sizeof(example_text_metric), EXAMPLE_TEXT_METRIC_REVISION, EXAMPLE_TEXT_METRIC_LAYOUT, NULL, (context)

        /* Measures texts.
         * All of them. */
        typedef struct example_text_metric {
          uint32_t size;
          uint32_t revision;
          uint64_t layout;
          const plr_table_traits *traits;
          /* The first argument of every function; whose it is knows what it means. */
          void *context;

          /* The measure of `text`. */
          uint64_t (*measure)(void *context, plr_text text, bool in_bytes, int64_t register_);

          plr_status (*load)(void *context, plr_bytes bytes, plr_error *error);

          plr_status (*name)(void *context, uint32_t index, double scale, plr_owned_text *result,
                             plr_error *error);
        } example_text_metric;

        #ifdef __cplusplus
        }
        #endif

        #endif

        """)
  }

  /// A member of a protocol that cannot cross, where its flaw stands, and what is said.
  static let flaws: [(member: String, place: String, message: String)] = [
    (
      "func f(_ x: [Int?]) throws", "3:13",
      "'Int?' cannot cross: inside of an array or optional, put it into a struct"
    ),
    ("func f(_ x: [[Int]]) throws", "3:13", "put it into a struct with @PluginValue"),
    ("func f(_ x: [Int]?) throws", "3:13", "put it into a struct with @PluginValue"),
    (
      "func f(_ x: [String: Int])", "3:13",
      "an array of structs with @PluginValue that hold key and value"
    ),
    ("func f(_ x: Set<Int>)", "3:13", "use an array"),
    ("func f(_ x: (Int, Int))", "3:13", "use several parameters, or a struct"),
    ("func f(_ x: Date) -> Int", "3:13", "'Date' cannot cross: use Double or Int64"),
    ("func f(_ x: Data)", "3:13", "use [UInt8], or RawSpan"),
    ("func f(_ x: URL)", "3:13", "use String"),
    (
      "func f(_ x: Point)", "3:13",
      "put @PluginValue(\"your.id\") before it and list it here as 'values: Point.self'"
    ),
    ("func f(_ x: any Q)", "3:13", "an interface of its own"),
    ("func f(_ x: Any)", "3:13", "C must know its layout"),
    ("func f(_ x: UnsafeRawPointer)", "3:13", "who would own what it points to?"),
    ("func f(_ x: inout Int)", "3:13", "what is changed comes back as a result: return it"),
    ("func f(_ x: Int...)", "3:16", "a variable number"),
    ("func f(_ x: Color)", "3:13", "what takes 'Color' is 'throws'"),
    ("func f(_ x: [String])", "3:13", "what takes '[String]' is 'throws'"),
    ("func f(_ x: String?)", "3:13", "what takes 'String?' is 'throws'"),
    ("func f() -> String", "3:13", "is 'throws': there may be no memory"),
    ("func f() -> Color", "3:13", "or the caller may not know it"),
    (
      "func f() throws -> UTF8Span", "3:20",
      "what is borrowed ends with the call, so it is a parameter only: use String"
    ),
    ("func f() throws -> RawSpan", "3:20", "use an array"),
    ("func f(_ x: Span<String>)", "3:13", "a span is of numbers"),
    (
      "func f(_ x: () -> Void) -> () -> Void", "3:28", "a closure is a parameter of a function only"
    ),
    ("func f(_ x: (() -> Void)?) throws", "3:13", "a closure is a parameter of a function only"),
    (
      "func f(_ x: (String, String?) -> Void)", "3:13",
      "a closure that takes or returns this is 'throws(PluginError)'"
    ),
    ("func f(_ x: () throws -> Void)", "3:16", "write 'throws(PluginError)'"),
    ("func f(_ x: () async -> Void)", "3:16", "cannot be 'async'"),
    (
      "func f(_ x: @escaping () -> Void) throws", "3:23",
      "a closure that is kept is 'throws(PluginError)'"
    ),
    ("func f(_ x: @escaping () throws(PluginError) -> Void)", "3:13", "is 'throws'"),
    ("func f(_ x: @autoclosure () -> Int)", "3:13", "leave '@autoclosure' out"),
    ("func f(_ x: (Date) -> Void)", "3:14", "'Date' cannot cross"),
    ("func f() async", "3:10", "it cannot be 'async'"),
    ("func f() throws(MyError)", "3:17", "what crosses is a PluginError"),
    ("func f<T>(_ x: T)", "3:7", "cannot be generic"),
    ("static func f()", "3:1", "cannot be 'static'"),
    ("mutating func f()", "3:1", "cannot be 'mutating'"),
    ("static func + (a: Int, b: Int) -> Int", "3:13", "an operator has no name in C"),
    ("var x: Int { get }", "3:1", "write this as a function"),
    ("associatedtype T", "3:1", "write this as a function"),
    ("func f(_ aB: Int, _ a_b: Int)", "3:7", "two parameters would have one name in C"),
    ("func f(); func f(_ x: Int)", "3:11", "would both be 'f' in C"),
  ]

  @Test("is not written where something cannot cross, which is told at its place", arguments: flaws)
  func refuses(_ flaw: (member: String, place: String, message: String)) throws {
    let source =
      "@PluginInterface(\"a\", revision: 1, values: Color.self)\nprotocol P {\n\(flaw.member)\n}"
    let error = #expect(throws: SourceFlaws.self) { try InterfaceSource([(nil, source)]) }
    let told = try #require(error?.flaws.map(\.description))
    #expect(
      told.contains { $0.hasPrefix(flaw.place + ": ") && $0.contains(flaw.message) }, "\(told)")
  }

  static let attributes = [
    ("@PluginInterface(\"a b\", revision: 1)", "without blanks"),
    ("@PluginInterface(\"\", revision: 1)", "1 to 63"),
    ("@PluginInterface(\"plr.x\", revision: 1)", "are the runtime's"),
    ("@PluginInterface(\"1x\", revision: 1)", "begins with a letter"),
    ("@PluginInterface(\"a\", revision: 0)", "from 1 on"),
    ("@PluginInterface(\"a\", revision: x)", "from 1 on"),
    ("@PluginInterface(id, revision: 1)", "a string literal"),
    ("@PluginInterface(\"a\")", "write @PluginInterface"),
    ("@PluginInterface(\"a\", revision: 1, values: x)", "name the value as 'Position.self'"),
    ("@PluginInterface(\"a\", revision: 1, other: 2)", "leave it out"),
  ]

  @Test("needs an id and a revision that can be written down", arguments: attributes)
  func refusesAttributes(_ attribute: String, _ message: String) throws {
    let error = #expect(throws: SourceFlaws.self) {
      try InterfaceSource([(nil, "\(attribute)\nprotocol P { func f() }")])
    }
    #expect(error?.flaws.contains { $0.message.contains(message) } == true)
  }

  @Test("is nobody's where nothing asks for it")
  func passesOver() throws {
    #expect(try InterfaceSource([(nil, "protocol P { var x: Any { get } }")]).headers().isEmpty)
  }

  @Test("keeps a comment from ending early")
  func keepsComments() throws {
    let source = "@PluginInterface(\"a\", revision: 1) protocol P {\n/// a */ b\nfunc f()\n}"
    #expect(try InterfaceSource([(nil, source)]).headers()[0].text.contains("/* a * / b */"))
  }
}
