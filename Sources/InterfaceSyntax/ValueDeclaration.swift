/// A type of the author's that crosses: an enum or struct under an id.
public struct ValueDeclaration: Equatable, Sendable {
  public struct Case: Equatable, Sendable {
    public var name: String
    /// The raw value, as an integer literal.
    public var rawValue: String
    public var comment: [String]

    /// Behind the prefix of the enum.
    var nameInC: String { snakeCase(name, reserved: []).uppercased() }
  }

  public struct Field: Equatable, Sendable {
    public var name: String
    public var type: CrossingType
    public var comment: [String]

    var nameInC: String { snakeCase(name) }
  }

  public enum Kind: Equatable, Sendable {
    /// The raw type in Swift and in C.
    case enumeration(swift: String, c: String, [Case])
    case structure([Field])
  }

  public var id: String
  /// The name of the type.
  public var name: String
  /// "public " or nothing.
  public var access: String
  public var kind: Kind
  public var comment: [String]

  public var nameInC: String { identifierInC(id) }

  /// The values that its fields hold, each once, in their order.
  public var valueNames: [String] {
    guard case .structure(let fields) = kind else { return [] }
    return unique(fields.flatMap(\.type.valueNames))
  }

  /// What both sides have to agree on, but for what ``valueNames`` are.
  var signature: String {
    switch kind {
    case .enumeration(_, let c, let cases):
      "enum \(id):\(c){\(cases.map { "\($0.name)=\($0.rawValue)" }.joined(separator: ","))}"
    case .structure(let fields):
      "struct \(id){\(fields.map { "\($0.type.signature) \($0.name)" }.joined(separator: ";"))}"
    }
  }
}

/// The name in C of what has an id: `example_greeter` of `example.greeter`.
func identifierInC(_ id: String) -> String {
  String(id.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
}

/// Each element once, in the order of the first ones.
func unique(_ names: [String]) -> [String] {
  var seen: Set<String> = []
  return names.filter { seen.insert($0).inserted }
}
