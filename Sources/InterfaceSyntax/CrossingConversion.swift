/// A piece of Swift source, and what has to stand before it.
struct SwiftExpression: Equatable {
  var text: String
  var canThrow = false
  var isUnsafe = false

  /// With `try` and `unsafe`.
  var marked: String { (canThrow ? "try " : "") + (isUnsafe ? "unsafe " : "") + text }
}

extension CrossingType {
  /// The Swift value of what has arrived as `c`, a name or a chain of members.
  ///
  /// - Parameter isStrict: whether text that is not UTF-8 is refused, or else repaired.
  func decoded(_ c: String, isStrict: Bool = true) -> SwiftExpression {
    switch self {
    case .scalar(let swift, _):
      return SwiftExpression(
        text: swift == Self.crossingScalar(swift) ? c : "\(swift)(truncatingIfNeeded: \(c))")
    case .text:
      return SwiftExpression(
        text: "String(\(isStrict ? "lent" : "repairing"): \(c))", canThrow: isStrict, isUnsafe: true
      )
    case .bytes: return SwiftExpression(text: "[UInt8](lent: \(c))", isUnsafe: true)
    case .value(let name):
      return SwiftExpression(text: "\(name)(lent: \(c))", canThrow: true, isUnsafe: true)
    case .array(let element):
      let each = element.decoded("each", isStrict: isStrict)
      let start = "\(inSwift)(lent: \(c).elements, \(c).count)"
      if each.text == "each" { return SwiftExpression(text: start, isUnsafe: true) }
      return SwiftExpression(
        text: "\(start) { each\(each.canThrow ? " throws(PluginError)" : "") in \(each.marked) }",
        canThrow: each.canThrow, isUnsafe: true)
    case .optional(let wrapped):
      var some = wrapped.decoded("\(c).value", isStrict: isStrict)
      some.text = "(\(c).has_value ? \(some.text) : nil)"
      return some
    case .borrowed, .closure, .nothing: return SwiftExpression(text: c)
    }
  }

  /// What crosses for the Swift value `swift`, a name or a chain of members; what it points to is in the
  /// `CrossingMemory` that the variable `memory` holds.
  func encoded(_ swift: String, memory: String) -> SwiftExpression {
    switch self {
    case .scalar(let name, _):
      let crossing = Self.crossingScalar(name)
      return SwiftExpression(text: name == crossing ? swift : "\(crossing)(\(swift))")
    case .text:
      return SwiftExpression(text: "\(memory).text(\(swift))", canThrow: true, isUnsafe: true)
    case .bytes:
      return SwiftExpression(text: "\(memory).bytes(\(swift))", canThrow: true, isUnsafe: true)
    case .value:
      return SwiftExpression(text: "\(swift).crossing(&\(memory))", canThrow: true, isUnsafe: true)
    case .array(let element):
      let each = element.encoded("each", memory: memory)
      let convert =
        each.text == "each"
        ? ""
        : " { each, \(memory)\(each.canThrow ? " throws(PluginError)" : "") in \(each.marked) }"
      return SwiftExpression(
        text: ".init(elements: \(memory).elements(\(swift))\(convert), count: \(swift).count)",
        canThrow: true, isUnsafe: true)
    case .optional(.scalar(let name, let c)):
      let crossing = Self.crossingScalar(name)
      let some = "\(swift) ?? \(c == "bool" ? "false" : "0")"
      return SwiftExpression(
        text: ".init(has_value: \(swift) != nil, value: "
          + (name == crossing ? "\(some))" : "\(crossing)(\(some)))"))
    case .optional(let wrapped):
      var some = wrapped.encoded("\(swift)!", memory: memory)
      some.text = "\(swift) == nil ? .init() : .init(has_value: true, value: \(some.text))"
      return some
    case .borrowed, .closure, .nothing: return SwiftExpression(text: swift)
    }
  }

  /// Statements that free what a result `c` points to.
  func released(_ c: String, account: String) -> [String] {
    guard mayOwnMemory else { return [] }
    switch self {
    case .text, .bytes: return ["unsafe CrossingMemory.release(\(c).bytes, \(account))"]
    case .value(let name): return ["unsafe \(name).releaseCrossing(\(c), \(account))"]
    case .array(let element):
      guard let each = element.released("each", account: account).first else {
        return ["unsafe CrossingMemory.release(\(c).elements, \(account))"]
      }
      return [
        "unsafe CrossingMemory.release(\(c).elements, \(c).count, \(account)) { each in \(each) }"
      ]
    case .optional(let wrapped):
      let some = wrapped.released("\(c).value", account: account)[0].dropFirst("unsafe ".count)
      return ["unsafe (\(c).has_value ? \(some) : ())"]
    default: return []
    }
  }

  /// An empty place for a result.
  var emptyResult: SwiftExpression {
    switch self {
    case .scalar(let swift, let c):
      SwiftExpression(text: c == "bool" ? "false" : "\(Self.crossingScalar(swift))(0)")
    case .value(let name): SwiftExpression(text: "\(name).noCrossing", isUnsafe: true)
    case .optional(.value(let name)):
      SwiftExpression(text: "\(name).noOptionalCrossing", isUnsafe: true)
    case .optional(.scalar): SwiftExpression(text: crossingInSwift(isResult: true) + "()")
    default: SwiftExpression(text: crossingInSwift(isResult: true) + "()", isUnsafe: true)
    }
  }
}

/// `text`, each line of it further to the right.
func indented(_ text: String, by count: Int) -> String {
  let blanks = String(repeating: " ", count: count)
  return text.split(separator: "\n", omittingEmptySubsequences: false)
    .map { $0.isEmpty ? "" : blanks + $0 }.joined(separator: "\n")
}
