/// A type that may cross between host and plugin.
public indirect enum CrossingType: Equatable, Sendable {
  /// A number or truth value, the same bits on both sides: Swift's name and C's.
  case scalar(swift: String, c: String)
  /// `String`: UTF-8, lent as a parameter, given away as a result.
  case text
  /// `[UInt8]`, likewise.
  case bytes
  /// `UTF8Span`, `RawSpan` or a `Span` of numbers: what a parameter lends, without a copy on either side.
  case borrowed(Borrowed)
  /// A type with `@PluginValue`, by its name in Swift.
  case value(String)
  /// Of scalars, texts, bytes or values.
  case array(CrossingType)
  /// Likewise.
  case optional(CrossingType)
  /// A parameter only.
  case closure(CrossingClosure)
  /// No result.
  case nothing

  public enum Borrowed: Equatable, Sendable {
    case text
    case bytes
    case numbers(swift: String, c: String)
  }

  static let scalars: [String: String] = [
    "Int8": "int8_t", "Int16": "int16_t", "Int32": "int32_t", "Int64": "int64_t",
    "UInt8": "uint8_t", "UInt16": "uint16_t", "UInt32": "uint32_t", "UInt64": "uint64_t",
    // C has no word for Swift's Int that means the same everywhere.
    "Int": "int64_t", "UInt": "uint64_t",
    "Float": "float", "Double": "double", "Bool": "bool",
  ]

  var isScalar: Bool {
    if case .scalar = self { return true }
    return false
  }

  /// Whether what arrives as this may be refused, or cannot be passed on without memory.
  var parameterCanFail: Bool {
    switch self {
    case .scalar, .text, .bytes, .borrowed, .nothing: false
    case .value: true
    case .array(let element), .optional(let element): !element.isScalar
    case .closure(let closure): closure.isKept
    }
  }

  /// Whether a result of this may be refused, or needs memory.
  var resultCanFail: Bool {
    switch self {
    case .scalar, .nothing: false
    case .optional(let wrapped): !wrapped.isScalar
    default: true
    }
  }

  /// Whether what is given away as this has memory of its own; a value answers for itself.
  var mayOwnMemory: Bool {
    switch self {
    case .scalar, .nothing, .borrowed, .closure: false
    case .text, .bytes, .value, .array: true
    case .optional(let wrapped): wrapped.mayOwnMemory
    }
  }

  /// Whether what crosses holds pointers, or may.
  var isUnsafeInC: Bool {
    switch self {
    case .scalar, .optional(.scalar), .nothing: false
    default: true
    }
  }

  /// The names of the values in it.
  var valueNames: [String] {
    switch self {
    case .value(let name): [name]
    case .array(let element), .optional(let element): element.valueNames
    case .closure(let closure): (closure.parameters + [closure.result]).flatMap(\.valueNames)
    default: []
    }
  }

  /// What of the type both sides have to agree on.
  var signature: String {
    switch self {
    case .scalar(_, let c): c
    case .text, .borrowed(.text): "text"
    case .bytes, .borrowed(.bytes): "bytes"
    case .borrowed(.numbers(_, let c)): c == "uint8_t" ? "bytes" : "\(c)[]"
    case .value(let name): name
    case .array(let element): element.signature + "[]"
    case .optional(let wrapped): wrapped.signature + "?"
    case .closure(let closure): closure.signature
    case .nothing: "void"
    }
  }
}

/// A closure that crosses as a parameter.
public struct CrossingClosure: Equatable, Sendable {
  public var parameters: [CrossingType]
  public var result: CrossingType
  public var canThrow: Bool
  /// `@escaping`: it belongs to whoever was given it. Otherwise it is lent for the call.
  public var isKept: Bool
  /// As the protocol spells the function type, without `@escaping`.
  public var swift: String

  var signature: String {
    "\(isKept ? "kept" : "lent")(\(parameters.map(\.signature).joined(separator: ",")))"
      + "->\(result.signature)\(canThrow ? "!" : "")"
  }
}
