extension CrossingType {
  /// As a parameter in C.
  ///
  /// - Parameters:
  ///   - values: the value types by their names in Swift.
  ///   - closure: the name of the struct if this is a closure.
  func parameterInC(_ values: ValueNames, closure: String = "") -> String {
    switch self {
    case .scalar(_, let c): c
    case .text, .borrowed(.text): "plr_text"
    case .bytes, .borrowed(.bytes): "plr_bytes"
    case .borrowed(.numbers(_, let c)): Self.arrayInC(ofScalar: c)
    case .value(let name): values[name]
    case .array(.scalar(_, let c)): Self.arrayInC(ofScalar: c)
    case .array(let element): element.parameterInC(values) + "_array"
    case .optional(.scalar(_, let c)): "plr_\(Self.stem(ofScalar: c))_optional"
    case .optional(let wrapped): wrapped.parameterInC(values) + "_optional"
    case .closure: closure
    case .nothing: "void"
    }
  }

  /// What a result is written to in C.
  func resultInC(_ values: ValueNames) -> String {
    switch self {
    case .text: "plr_owned_text"
    case .bytes: "plr_owned_bytes"
    default: parameterInC(values)
    }
  }

  /// `int32` of `int32_t`.
  private static func stem(ofScalar c: String) -> String {
    c.hasSuffix("_t") ? String(c.dropLast(2)) : c
  }

  private static func arrayInC(ofScalar c: String) -> String {
    c == "uint8_t" ? "plr_bytes" : "plr_\(stem(ofScalar: c))_array"
  }

  /// The type in C by its name in Swift, for a parameter or a result that is no closure.
  func crossingInSwift(isResult: Bool) -> String {
    switch self {
    case .scalar(let swift, _): Self.crossingScalar(swift)
    case .value(let name): "\(name).InC"
    case .array(.value(let name)): "\(name).ArrayInC"
    case .optional(.value(let name)): "\(name).OptionalInC"
    default: isResult ? resultInC(ValueNames([])) : parameterInC(ValueNames([]))
    }
  }

  /// Swift's name of the number that crosses in place of `swift`.
  static func crossingScalar(_ swift: String) -> String {
    switch swift {
    case "Int": "Int64"
    case "UInt": "UInt64"
    default: swift
    }
  }

  /// As the protocol spells it.
  package var inSwift: String {
    switch self {
    case .scalar(let swift, _): swift
    case .text: "String"
    case .bytes: "[UInt8]"
    case .borrowed(.text): "UTF8Span"
    case .borrowed(.bytes): "RawSpan"
    case .borrowed(.numbers(let swift, _)): "Span<\(swift)>"
    case .value(let name): name
    case .array(let element): "[\(element.inSwift)]"
    case .optional(let wrapped): "\(wrapped.inSwift)?"
    case .closure(let closure): (closure.isKept ? "@escaping " : "") + closure.swift
    case .nothing: "Void"
    }
  }
}

/// The names in C of value types by their names in Swift.
struct ValueNames {
  private let names: [String: String]

  init(_ values: [ValueDeclaration]) {
    names = Dictionary(values.map { ($0.name, $0.nameInC) }) { first, _ in first }
  }

  subscript(name: String) -> String { names[lastName(name)] ?? name }
}

/// `Style` of `Editor.Style`.
func lastName(_ name: String) -> String {
  name.split(separator: ".").last.map(String.init) ?? name
}
