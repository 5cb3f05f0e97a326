extension CrossingType {
  /// The type in Rust that owns what it holds.
  var inRust: String {
    switch self {
    case .scalar(_, let c): Self.scalarInRust(c)
    case .text, .borrowed(.text): "String"
    case .bytes, .borrowed(.bytes): "Vec<u8>"
    case .borrowed(.numbers(_, let c)): "Vec<\(Self.scalarInRust(c))>"
    case .value(let name): lastName(name)
    case .array(let element): "Vec<\(element.inRust)>"
    case .optional(let wrapped): "Option<\(wrapped.inRust)>"
    case .closure: "Closure"
    case .nothing: "()"
    }
  }

  /// What stands in the table for it; not for closures.
  var crossingInRust: String {
    switch self {
    case .scalar, .nothing: inRust
    default: "<\(inRust) as Crossing>::C"
    }
  }

  /// As a parameter in Rust: what can be used where it lies is borrowed.
  var parameterInRust: String {
    switch self {
    case .text, .borrowed(.text): "&str"
    case .bytes, .borrowed(.bytes): "&[u8]"
    case .borrowed(.numbers(_, let c)): "&[\(Self.scalarInRust(c))]"
    case .array(let element): "&[\(element.inRust)]"
    case .value(let name): "&\(lastName(name))"
    case .closure(let closure): closure.parameterInRust
    default: inRust
    }
  }

  static func scalarInRust(_ c: String) -> String {
    switch c {
    case "float": "f32"
    case "double": "f64"
    case "bool": "bool"
    default: (c.hasPrefix("u") ? "u" : "i") + c.filter(\.isNumber)
    }
  }

  /// What crosses for the argument `name` of ``parameterInRust``; `lending` keeps what it points to.
  func lentInRust(_ name: String) -> String {
    switch self {
    case .scalar, .nothing: name
    case .text, .borrowed(.text): "Slice::lent(\(name).as_bytes())"
    case .bytes, .borrowed, .array(.scalar): "Slice::lent(\(name))"
    case .array: "lending.each(\(name))"
    case .value, .optional, .closure: "\(name).lend(&mut lending)"
    }
  }

  var needsLendingInRust: Bool {
    switch self {
    case .scalar, .nothing, .text, .bytes, .borrowed, .array(.scalar), .closure: false
    default: true
    }
  }
}

/// A name as Rust takes it.
func rustName(_ name: String) -> String {
  let snake = snakeCase(name, reserved: [])
  if ["self", "super", "crate"].contains(snake) { return snake + "_" }
  return reservedInRust.contains(snake) ? "r#" + snake : snake
}

private let reservedInRust: Set<String> = [
  "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
  "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
  "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static",
  "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
  "where",
  "while", "yield",
]

func commentInRust(_ lines: [String], indent: String) -> String {
  lines.map { "\(indent)///\($0.isEmpty ? "" : " ")\($0)\n" }.joined()
}
