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
    let interfaces = try InterfaceDeclaration.all(inSource: Self.source)
    #expect(interfaces.count == 1)
    #expect(
      interfaces[0].header() == """
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

        /* Measures texts.
         * All of them. */
        typedef struct example_text_metric {
          uint32_t size;
          uint32_t revision;
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
    ("func f(_ g: () -> Void)", "3:13", "declare an interface of its own"),
    ("func f(_ x: Int?)", "3:13", "'Int?' cannot cross: use a value that stands for 'none'"),
    ("func f(_ x: [String])", "3:13", "'[String]' cannot cross: use [UInt8]"),
    ("func f(_ x: (Int, Int))", "3:13", "use several parameters"),
    ("func f(_ x: Date) -> Int", "3:13", "'Date' cannot cross"),
    ("func f(_ x: inout Int)", "3:13", "'inout Int' cannot cross"),
    ("func f(_ x: Int...)", "3:16", "a variable number"),
    ("func f() -> String", "3:13", "is 'throws': there may be no memory"),
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
    let source = "@PluginInterface(\"a\", revision: 1)\nprotocol P {\n\(flaw.member)\n}"
    let error = #expect(throws: SourceFlaws.self) {
      try InterfaceDeclaration.all(inSource: source)
    }
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
  ]

  @Test("needs an id and a revision that can be written down", arguments: attributes)
  func refusesAttributes(_ attribute: String, _ message: String) throws {
    let error = #expect(throws: SourceFlaws.self) {
      try InterfaceDeclaration.all(inSource: "\(attribute)\nprotocol P { func f() }")
    }
    #expect(error?.flaws.contains { $0.message.contains(message) } == true)
  }

  @Test("is nobody's where nothing asks for it")
  func passesOver() throws {
    #expect(try InterfaceDeclaration.all(inSource: "protocol P { var x: Any { get } }") == [])
  }

  @Test("keeps a comment from ending early")
  func keepsComments() throws {
    let source = "@PluginInterface(\"a\", revision: 1) protocol P {\n/// a */ b\nfunc f()\n}"
    #expect(try InterfaceDeclaration.all(inSource: source)[0].header().contains("/* a * / b */"))
  }
}
