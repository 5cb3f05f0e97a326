public import SwiftSyntax

/// A type that may cross between host and plugin, and what it is on either side.
public enum CrossingType: Equatable, Sendable {
  /// A number or truth value, the same bits on both sides: Swift's name and C's.
  case scalar(swift: String, c: String)
  /// `String`: UTF-8, lent as a parameter, given away as a result.
  case text
  /// `[UInt8]`, likewise.
  case bytes
  /// No result.
  case nothing

  private static let scalars: [String: String] = [
    "Int8": "int8_t", "Int16": "int16_t", "Int32": "int32_t", "Int64": "int64_t",
    "UInt8": "uint8_t", "UInt16": "uint16_t", "UInt32": "uint32_t", "UInt64": "uint64_t",
    // C has no word for Swift's Int that means the same everywhere.
    "Int": "int64_t", "UInt": "uint64_t",
    "Float": "float", "Double": "double", "Bool": "bool",
  ]

  /// nil where the type cannot cross.
  public init?(_ type: TypeSyntax) {
    let name = type.trimmedDescription
    switch name {
    case "String", "Swift.String": self = .text
    case "[UInt8]", "Array<UInt8>": self = .bytes
    case "Void", "()": self = .nothing
    default:
      guard let c = Self.scalars[name] else { return nil }
      self = .scalar(swift: name, c: c)
    }
  }

  /// Whether a result of this type needs memory, and so can fail.
  public var needsMemory: Bool { self == .text || self == .bytes }

  /// As a parameter in C.
  var parameterInC: String {
    switch self {
    case .scalar(_, let c): c
    case .text: "plr_text"
    case .bytes: "plr_bytes"
    case .nothing: "void"
    }
  }

  /// What a result is written to in C.
  var resultInC: String {
    switch self {
    case .scalar(_, let c): c
    case .text: "plr_owned_text"
    case .bytes: "plr_owned_bytes"
    case .nothing: "void"
    }
  }

  /// Swift's name of what crosses as a parameter or as a scalar result.
  var crossingInSwift: String {
    switch self {
    case .scalar("Int", _): "Int64"
    case .scalar("UInt", _): "UInt64"
    case .scalar(let swift, _): swift
    case .text: "plr_text"
    case .bytes: "plr_bytes"
    case .nothing: "Void"
    }
  }

  /// What can be used in place of a type that cannot cross; one sentence.
  static func advice(for type: TypeSyntax) -> String {
    if type.is(FunctionTypeSyntax.self) || type.is(AttributedTypeSyntax.self) {
      return "declare an interface of its own for what should be called back"
    }
    if type.is(OptionalTypeSyntax.self) {
      return "use a value that stands for 'none', or a function that throws"
    }
    if type.is(ArrayTypeSyntax.self) || type.is(DictionaryTypeSyntax.self) {
      return "use [UInt8], or one call for each element"
    }
    if type.is(TupleTypeSyntax.self) { return "use several parameters" }
    return "use a number, Bool, String or [UInt8]"
  }
}
