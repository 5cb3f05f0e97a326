/// An interface as its author declared it: a Swift protocol under an id and a revision.
public struct InterfaceDeclaration: Equatable, Sendable {
  public struct Parameter: Equatable, Sendable {
    /// The argument label; nil where there is none.
    public var label: String?
    public var name: String
    public var type: CrossingType
  }

  public struct Function: Equatable, Sendable {
    public var name: String
    public var parameters: [Parameter]
    public var result: CrossingType
    public var canThrow: Bool
    /// Whether it is declared to throw any error, and not a `PluginError` alone.
    public var throwsAnyError: Bool
    /// The lines of its documentation comment, without their marks.
    public var comment: [String]

    /// The member of the C table.
    public var nameInC: String { snakeCase(name) }

    var types: [CrossingType] { parameters.map(\.type) }
    var signature: String {
      "\(nameInC)(\(types.map(\.signature).joined(separator: ",")))->\(result.signature)"
        + (canThrow ? "!" : "")
    }
  }

  public var id: String
  public var revision: UInt32
  /// The name of the protocol.
  public var name: String
  /// The access level that what is made of the protocol gets too: "public " or nothing.
  public var access: String
  /// Whether only classes implement it.
  public var isClassBound: Bool
  public var isSendable: Bool
  public var functions: [Function]
  public var comment: [String]
  /// What Swift callers in other files must agree on with Swift implementations: the protocol's tokens.
  public var swiftText: String

  /// The struct in C, and its header's name without the ending: `example_greeter` of `example.greeter`.
  public var nameInC: String { identifierInC(id) }

  public var constantPrefix: String { nameInC.uppercased() }

  /// The values that its functions name, each once, in their order.
  public var valueNames: [String] {
    unique(functions.flatMap { ($0.types + [$0.result]).flatMap(\.valueNames) })
  }

  /// What both sides have to agree on, but for what ``valueNames`` are.
  var signature: String {
    "interface \(id)/\(revision){\(functions.map(\.signature).joined(separator: ";"))}"
  }

  /// The struct in C of a function's closure.
  func closureInC(_ function: Function, _ index: Int) -> String {
    "\(nameInC)_\(snakeCase(function.name, reserved: []))_"
      + snakeCase(function.parameters[index].name, reserved: [])
  }
}

/// `wordCount` as `word_count`.
func snakeCase(_ name: String, reserved: Set<String> = reservedInC) -> String {
  var result = ""
  var previous: Character = "_"
  for character in name {
    if character.isUppercase, previous != "_", !previous.isUppercase { result.append("_") }
    result += character.lowercased()
    previous = character
  }
  return reserved.contains(result) ? result + "_" : result
}

/// Words that C or C++ keeps for itself.
let reservedInC: Set<String> = [
  "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case",
  "catch", "char", "class", "compl", "concept", "const", "consteval", "constexpr", "constinit",
  "const_cast", "continue", "co_await", "co_return", "co_yield", "decltype", "default", "delete",
  "do", "double", "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float",
  "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "noexcept",
  "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
  "register", "reinterpret_cast", "requires", "restrict", "return", "short", "signed", "sizeof",
  "static", "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local",
  "throw", "true", "try", "typedef", "typeid", "typename", "typeof", "union", "unsigned", "using",
  "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
  // What every function or table has anyway.
  "context", "error", "result", "revision", "size", "layout", "traits",
]
