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
    /// As the protocol spells it, after the arrow.
    public var resultInSwift: String
    public var canThrow: Bool
    /// The lines of its documentation comment, without their marks.
    public var comment: [String]

    /// The member of the C table.
    public var nameInC: String { snakeCase(name) }
  }

  public var id: String
  public var revision: UInt32
  /// The name of the protocol.
  public var name: String
  /// The access level that what is made of the protocol gets too: "public " or nothing.
  public var access: String
  public var functions: [Function]
  public var comment: [String]

  /// The struct in C, and its header's name without the ending: `example_greeter` of `example.greeter`.
  public var nameInC: String {
    String(id.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }

  public var constantPrefix: String { nameInC.uppercased() }
}

/// `wordCount` as `word_count`.
func snakeCase(_ name: String) -> String {
  var result = ""
  var previous: Character = "_"
  for character in name {
    if character.isUppercase, previous != "_", !previous.isUppercase { result.append("_") }
    result += character.lowercased()
    previous = character
  }
  return reservedInC.contains(result) ? result + "_" : result
}

/// Words that C or C++ keeps for itself.
private let reservedInC: Set<String> = [
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
  "context", "error", "result", "revision", "size",
]
