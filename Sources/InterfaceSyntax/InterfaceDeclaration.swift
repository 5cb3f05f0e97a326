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

/// Words that C or C++ keeps for itself and Swift does not.
private let reservedInC: Set<String> = [
  "alignas", "alignof", "and", "asm", "auto", "bool", "case", "catch", "char", "class", "compl",
  "const", "constexpr", "delete", "double", "explicit", "export", "extern", "float", "friend", "goto",
  "inline", "int", "long", "mutable", "namespace", "new", "not", "operator", "or", "private",
  "protected", "public", "register", "restrict", "short", "signed", "sizeof", "static", "struct",
  "template", "this", "thread_local", "typedef", "typename", "union", "unsigned", "using", "virtual",
  "void", "volatile", "xor",
  // What every function or table has anyway.
  "context", "error", "result", "revision", "size",
]
