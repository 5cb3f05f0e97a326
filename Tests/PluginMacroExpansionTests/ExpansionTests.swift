import Testing

@Suite("What the macros expand to")
struct ExpansionTests {
  @Test("@PluginValue on an enum: a conversion that refuses what is no case")
  func enumeration() {
    let expansion = Expansion(
      """
      @PluginValue("example.style")
      public enum Style: UInt8 {
        case plain = 0, bold
      }
      """)
    #expect(expansion.diagnostics == [])
    #expect(
      expansion.text == """
        public enum Style: UInt8 {
          case plain = 0, bold
        }

        extension Style: CrossingValue {
          public typealias InC = example_style
          public typealias ArrayInC = example_style_array
          public typealias OptionalInC = example_style_optional

          public static var crossingLayout: UInt64 {
            0x3f7ad95dd1efd29e
          }
          @unsafe public static var noCrossing: InC {
            unsafe CrossingMemory.crossed(UInt8())
          }
          @unsafe public static var noOptionalCrossing: OptionalInC {
            unsafe CrossingMemory.crossed(OptionalInC())
          }

          /// - Throws: `PLR_ERROR_INVALID_ARGUMENT` for what is no case.
          @unsafe public init(lent value: InC) throws(PluginError) {
            guard let known = Self(rawValue: value) else {
              throw PluginError.unknownCase("example.style", "\\(value)")
            }
            self = known
          }

          @unsafe public func crossing(_ memory: inout CrossingMemory) throws(PluginError) -> InC {
            rawValue
          }

          @unsafe public static func releaseCrossing(_ value: InC, _ account: UnsafePointer<plr_host>) {
          }
        }
        """)
  }

  @Test(
    "@PluginInterface: a proxy and an export, which convert what has to be converted and nothing else"
  )
  func interface() {
    let expansion = Expansion(
      """
      @PluginInterface("example.counter", revision: 3)
      protocol Counter {
        func add(_ x: Int32, twice: Bool) -> Int
        func name(of text: UTF8Span) throws(PluginError) -> String
      }
      """)
    #expect(expansion.diagnostics == [])
    for line in [
      #"@safe struct CounterProxy: Counter, @unsafe InterfaceProxy {"#,
      #"static var functionNames: StaticString {"#,
      #""add name""#,
      "return Int(truncatingIfNeeded: unsafe self.table.pointee.add(self.table.pointee.context, argument0, argument1))",
      "let callStatus = unsafe argument0.lend { argument0 in",
      "return unsafe String(taking: callResult, self.account)",
      "unsafe Int64(Calls.`add`(callExport.implementation, argument0, twice: argument1))",
      "unsafe Unmanaged<CounterExport>.fromOpaque(callContext!)._withUnsafeGuaranteedRef { callExport in",
      "@unsafe private let implementation: any Counter & AnyObject",
      "unsafe self.init(implementation, implementation, account)",
      "unsafe self.init(Boxed(implementation), implementation, account)",
      "value.`add`(argument0, twice: argument1)",
      "try value.`name`(of: argument0)",
      "do throws(PluginError) {",
      "return unsafe error.write(to: callFailure)",
      "try unsafe argument0.checkUTF8()",
      "let callSpan0 = unsafe UTF8Span(unchecked: callBuffer0.span)",
      "let callValue = try unsafe Calls.`name`(callExport.implementation, of: callSpan0)",
      "callObject.`add`(argument0, twice: argument1)",
      "try unsafe callValue.give(to: callResult, callExport.account)",
    ] {
      #expect(expansion.text.contains(line), "\(line)\n\(expansion.text)")
    }
  }

  @Test("@PluginInterface on a protocol for classes: nothing has to be made an object")
  func interfaceOfClasses() {
    let expansion = Expansion(
      """
      @PluginInterface("example.counter", revision: 3)
      protocol Counter: AnyObject {
        func add(_ x: Int32)
      }
      """)
    #expect(expansion.diagnostics == [])
    #expect(expansion.text.contains("@unsafe private let implementation: any Counter\n"))
    #expect(!expansion.text.contains("Boxed"), "\(expansion.text)")
  }

  @Test("@PluginInterface: a function that throws anything has what is thrown become a PluginError")
  func anyError() {
    let expansion = Expansion(
      """
      @PluginInterface("example.counter", revision: 3)
      protocol Counter {
        func count() throws
      }
      """)
    #expect(expansion.text.contains("return unsafe PluginError(error).write(to: callFailure)"))
    #expect(expansion.text.contains("func `count`() throws {"), "\(expansion.text)")
  }

  @Test("@PluginImplementation: a function in the section, which makes and exports")
  func implementation() {
    let expansion = Expansion(
      """
      @PluginImplementation(Counter.self, (any Named).self, priority: -2, lifetime: .once)
      final class Tally: Counter, Named {
        init() throws {}
      }
      """)
    #expect(expansion.diagnostics == [])
    #expect(
      expansion.text == """
        final class Tally: Counter, Named {
          init() throws {}

          @section("plr_implementations") @used
          static let pluginRegistration: @convention(c) (UnsafeMutableRawPointer?) -> Void = { registrar in
            unsafe PluginModule.Registrar.given(registrar).add(
              .once, priority: -2, make: {
                try Tally()
              },
              exports: [
                { made, account in
                  unsafe CounterExport(made, account: account)
                },
                { made, account in
                  unsafe NamedExport(made, account: account)
                },
              ])
          }
        }
        """)
  }

  @Test("#plugin: the manifest as a note, and the entry")
  func plugin() {
    let expansion = Expansion(
      #"#plugin(name: "tally", version: "1.2.0", offers: ["example.counter/3"])"#)
    #expect(expansion.diagnostics == [])
    #expect(expansion.text.contains(#"@section(".note.plugin-runtime") @used"#))
    #expect(expansion.text.contains("@c(plugin_entry)"))
    #expect(expansion.text.contains("unsafe PluginModule.entry(host, error)"))
  }

  static let complaints: [(source: String, complaint: String)] = [
    (
      #"@PluginInterface("a", revision: 1) class C {}"#,
      "1:1: @PluginInterface stands before a protocol"
    ),
    (
      "@PluginInterface(\"a\", revision: 1)\nprotocol P {\n  func f(_ x: Date)\n}",
      "3:15: 'Date' cannot cross: use Double or Int64"
    ),
    (
      "@PluginInterface(\"a\", revision: 1)\nprotocol P {\n  func f(_ x: Point) throws\n}",
      "3:15: 'Point' cannot cross: if it is an enum or struct of yours, put @PluginValue"
    ),
    (#"@PluginValue("a") class C {}"#, "1:1: @PluginValue stands before an enum or struct"),
    (
      "@PluginImplementation(Counter.self) struct S<T> {}",
      "1:45: a generic type has no one implementation"
    ),
    (
      "@PluginImplementation(Counter.self) enum E {}",
      "1:1: @PluginImplementation stands before a class"
    ),
    ("@PluginImplementation() struct S {}", "1:1: name at least one interface"),
    (
      "@PluginImplementation(Counter) struct S {}", "1:23: name the interface as 'Greeter.self'"
    ),
    (#"#plugin(name: "a b", version: "1")"#, "1:1: the manifest cannot be written"),
    (#"#plugin(name: x, version: "1")"#, "1:15: the name is a string literal"),
    (#"#plugin(name: "a", version: "1", offers: ["x"])"#, #"1:43: an offer is "id/revision""#),
  ]

  @Test("what cannot be is told at its place", arguments: complaints)
  func complains(_ case: (source: String, complaint: String)) {
    let expansion = Expansion(`case`.source)
    #expect(
      expansion.diagnostics.contains { $0.hasPrefix(`case`.complaint) }, "\(expansion.diagnostics)")
  }
}
