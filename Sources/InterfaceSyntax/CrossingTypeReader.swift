internal import SwiftSyntax

/// Where a type stands.
enum CrossingPlace {
  case parameter
  case result
  /// Of a struct, or what a closure takes.
  case field
  /// Of an array or an optional.
  case element
}

/// Reads types as the author wrote them.
struct CrossingTypeReader {
  /// The types that the attribute lists as values.
  let values: [String]

  /// - Throws: why the type cannot cross there, and what to use instead.
  func read(_ type: TypeSyntax, at place: CrossingPlace) throws(InterfaceFlaw) -> CrossingType {
    let crossing = try readAny(type, at: place)
    switch (place, crossing) {
    case (.result, .borrowed), (.field, .borrowed), (.element, .borrowed):
      throw refusal(
        type,
        "what is borrowed ends with the call, so it is a parameter only: use "
          + (crossing == .borrowed(.text) ? "String" : "an array"))
    case (.result, .closure), (.field, .closure), (.element, .closure):
      throw refusal(
        type,
        "a closure is a parameter of a function only: declare an interface of its own for what "
          + "should be called back")
    case (.element, .array), (.element, .optional):
      throw refusal(type, "inside of an array or optional, put it into a struct with @PluginValue")
    case (.parameter, .nothing), (.field, .nothing), (.element, .nothing):
      throw refusal(type, "there is nothing to pass: leave it out")
    default: return crossing
    }
  }

  private func refusal(_ type: some TypeSyntaxProtocol, _ advice: String) -> InterfaceFlaw {
    InterfaceFlaw(type, "'\(type.trimmedDescription)' cannot cross: \(advice)")
  }

  private func readAny(
    _ type: TypeSyntax, at place: CrossingPlace
  ) throws(InterfaceFlaw) -> CrossingType {
    if let array = type.as(ArrayTypeSyntax.self) { return try self.array(of: array.element, type) }
    if let optional = type.as(OptionalTypeSyntax.self) {
      return try self.optional(of: optional.wrappedType, type)
    }
    if let attributed = type.as(AttributedTypeSyntax.self) {
      return try readAttributed(attributed, at: place)
    }
    if let function = type.as(FunctionTypeSyntax.self) {
      return .closure(try closure(function, spelled: type, isKept: false))
    }
    if let tuple = type.as(TupleTypeSyntax.self) {
      if tuple.elements.isEmpty { return .nothing }
      if tuple.elements.count == 1, let only = tuple.elements.first, only.firstName == nil {
        return try readAny(only.type, at: place)
      }
      throw refusal(type, "use several parameters, or a struct with @PluginValue")
    }
    return try readNamed(type)
  }

  private func readNamed(_ type: TypeSyntax) throws(InterfaceFlaw) -> CrossingType {
    var name = type.trimmedDescription
    if let member = type.as(MemberTypeSyntax.self), member.baseType.trimmedDescription == "Swift" {
      name = String(name.dropFirst("Swift.".count))
    }
    if let generic = arguments(of: type) {
      switch (generic.name, generic.arguments.count) {
      case ("Array", 1): return try array(of: generic.arguments[0], type)
      case ("Optional", 1): return try optional(of: generic.arguments[0], type)
      case ("Span", 1):
        let element = generic.arguments[0].trimmedDescription
        guard let c = CrossingType.scalars[element] else {
          throw refusal(type, "a span is of numbers: use an array, which is copied")
        }
        return .borrowed(.numbers(swift: element, c: c))
      default: break
      }
    }
    switch name {
    case "String": return .text
    case "UTF8Span": return .borrowed(.text)
    case "RawSpan": return .borrowed(.bytes)
    case "Void": return .nothing
    default:
      if let c = CrossingType.scalars[name] { return .scalar(swift: name, c: c) }
      if values.contains(name) { return .value(name) }
      throw refusal(type, advice(for: type, name))
    }
  }

  /// What can be used in place of a type that cannot cross.
  private func advice(for type: TypeSyntax, _ name: String) -> String {
    if type.is(DictionaryTypeSyntax.self) || name.hasPrefix("Dictionary<") {
      return "use an array of structs with @PluginValue that hold key and value"
    }
    if type.is(SomeOrAnyTypeSyntax.self) || name == "Any" || name == "AnyObject" {
      return "C must know its layout: use a struct with @PluginValue, or an interface of its own"
    }
    switch name {
    case "Character", "Substring", "Unicode.Scalar", "StaticString": return "use String"
    case "Data", "Foundation.Data": return "use [UInt8], or RawSpan for a parameter"
    case "Date", "Foundation.Date":
      return "use Double or Int64, and say since when and in which unit"
    case "URL", "Foundation.URL", "UUID", "Foundation.UUID": return "use String"
    case "CGFloat": return "use Double"
    case "Float16", "Float80", "Int128", "UInt128": return "use a number that C has too"
    case "MutableSpan", "MutableRawSpan": return "return [UInt8]"
    default:
      if name.hasPrefix("Set<") { return "use an array" }
      if name.hasPrefix("Unsafe") || name.hasPrefix("Mutable") {
        return "who would own what it points to? Use [UInt8], or RawSpan for a parameter"
      }
      if arguments(of: type) != nil {
        return "C must know its layout: use a type that is not generic"
      }
      return
        "if it is an enum or struct of yours, put @PluginValue(\"your.id\") before it and list it "
        + "here as 'values: \(name).self'; otherwise use a number, Bool, String or [UInt8]"
    }
  }

  private func array(of element: TypeSyntax, _ whole: TypeSyntax) throws(InterfaceFlaw)
    -> CrossingType
  {
    let element = try self.element(element, of: whole)
    if case .scalar("UInt8", _) = element { return .bytes }
    return .array(element)
  }

  private func optional(of wrapped: TypeSyntax, _ whole: TypeSyntax) throws(InterfaceFlaw)
    -> CrossingType
  {
    .optional(try element(wrapped, of: whole))
  }

  /// A flaw of what is inside is told of the whole: there the author has to change something.
  private func element(_ type: TypeSyntax, of whole: TypeSyntax) throws(InterfaceFlaw)
    -> CrossingType
  {
    do {
      return try read(type, at: .element)
    } catch {
      throw whole.trimmedDescription == type.trimmedDescription
        ? error : InterfaceFlaw(whole, error.message)
    }
  }

  private func readAttributed(
    _ type: AttributedTypeSyntax, at place: CrossingPlace
  ) throws(InterfaceFlaw) -> CrossingType {
    for specifier in type.specifiers {
      let word = specifier.trimmedDescription
      guard word == "borrowing" || word == "__shared" else {
        throw refusal(
          type,
          word == "inout"
            ? "what is changed comes back as a result: return it" : "leave '\(word)' out")
      }
    }
    var isKept = false
    for attribute in type.attributes {
      switch attribute.trimmedDescription {
      case "@escaping": isKept = true
      case "@Sendable": break
      case let other: throw refusal(type, "leave '\(other)' out")
      }
    }
    guard let function = type.baseType.as(FunctionTypeSyntax.self) else {
      return try readAny(type.baseType, at: place)
    }
    var spelled = type
    spelled.attributes = type.attributes.filter { $0.trimmedDescription != "@escaping" }
    return .closure(try closure(function, spelled: TypeSyntax(spelled), isKept: isKept))
  }

  private func closure(
    _ type: FunctionTypeSyntax, spelled: TypeSyntax, isKept: Bool
  ) throws(InterfaceFlaw) -> CrossingClosure {
    let effects = type.effectSpecifiers
    if let specifier = effects?.asyncSpecifier {
      throw InterfaceFlaw(
        specifier, "a call across the boundary cannot be suspended: it cannot be 'async'")
    }
    if let clause = effects?.throwsClause, clause.type?.trimmedDescription != "PluginError" {
      throw InterfaceFlaw(clause, "what crosses is a PluginError: write 'throws(PluginError)'")
    }
    var parameters: [CrossingType] = []
    for parameter in type.parameters { parameters.append(try read(parameter.type, at: .field)) }
    let result = try read(type.returnClause.type, at: .result)
    let canThrow = effects?.throwsClause != nil
    if isKept, !canThrow {
      throw InterfaceFlaw(
        type,
        "a closure that is kept is 'throws(PluginError)': whoever gave it may be gone when it is called"
      )
    }
    if !canThrow, parameters.contains(where: \.parameterCanFail) || result.resultCanFail {
      throw InterfaceFlaw(
        type,
        "a closure that takes or returns this is 'throws(PluginError)': what arrives may have to be refused"
      )
    }
    return CrossingClosure(
      parameters: parameters, result: result, canThrow: canThrow, isKept: isKept,
      swift: spelled.trimmedDescription)
  }

  private func arguments(of type: TypeSyntax) -> (name: String, arguments: [TypeSyntax])? {
    let name: String
    let clause: GenericArgumentClauseSyntax?
    if let identifier = type.as(IdentifierTypeSyntax.self) {
      (name, clause) = (identifier.name.text, identifier.genericArgumentClause)
    } else if let member = type.as(MemberTypeSyntax.self) {
      (name, clause) = (member.name.text, member.genericArgumentClause)
    } else {
      return nil
    }
    guard let clause else { return nil }
    return (
      name,
      clause.arguments.compactMap {
        if case .type(let type) = $0.argument { type } else { nil }
      }
    )
  }
}
