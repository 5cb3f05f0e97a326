public import SwiftSyntax

extension ValueDeclaration {
  /// Reads `@PluginValue("id")` and the enum or struct that it stands before.
  ///
  /// - Throws: `InterfaceFlaws`: all that cannot cross, each at its place.
  public init(
    _ declaration: some SyntaxProtocol, attribute: AttributeSyntax
  ) throws(InterfaceFlaws) {
    var reader = ValueReader()
    guard let value = reader.read(declaration, attribute), reader.flaws.isEmpty else {
      throw InterfaceFlaws(flaws: reader.flaws)
    }
    self = value
  }
}

private struct ValueReader {
  var flaws: [InterfaceFlaw] = []

  private mutating func flaw(_ node: some SyntaxProtocol, _ message: String) {
    flaws.append(InterfaceFlaw(node, message))
  }

  mutating func read(
    _ declaration: some SyntaxProtocol, _ attribute: AttributeSyntax
  ) -> ValueDeclaration? {
    var arguments = AttributeArguments(attribute)
    let id = arguments.id(usage: "write @PluginValue(\"your.id\")")
    let values = arguments.values()
    arguments.finish()
    flaws += arguments.flaws
    if let type = declaration.as(EnumDeclSyntax.self) {
      refuseGenerics(type.genericParameterClause, type.genericWhereClause)
      guard let kind = readEnum(type), let id else { return nil }
      return ValueDeclaration(
        id: id, name: type.name.plain, access: access(type.modifiers), kind: kind,
        comment: documentation(type))
    }
    if let type = declaration.as(StructDeclSyntax.self) {
      refuseGenerics(type.genericParameterClause, type.genericWhereClause)
      let fields = readFields(type, CrossingTypeReader(values: values))
      guard let id else { return nil }
      return ValueDeclaration(
        id: id, name: type.name.plain, access: access(type.modifiers), kind: .structure(fields),
        comment: documentation(type))
    }
    flaw(
      declaration,
      "@PluginValue stands before an enum or struct: a class stays on its side of the boundary")
    return nil
  }

  private mutating func refuseGenerics(
    _ parameters: GenericParameterClauseSyntax?, _ requirements: GenericWhereClauseSyntax?
  ) {
    if let parameters { flaw(parameters, "a value cannot be generic: C must know its layout") }
    if let requirements { flaw(requirements, "a value cannot have a 'where' clause") }
  }

  // MARK: Enums

  private mutating func readEnum(_ type: EnumDeclSyntax) -> ValueDeclaration.Kind? {
    let raw = type.inheritanceClause?.inheritedTypes.first?.type.trimmedDescription ?? ""
    guard let c = CrossingType.scalars[raw], c.hasSuffix("_t"), raw != "Int", raw != "UInt" else {
      flaw(
        type.name,
        "an enum that crosses has an integer of fixed width as its raw type: write 'enum \(type.name.text): UInt8'"
      )
      return nil
    }
    var cases: [ValueDeclaration.Case] = []
    var next = "0"
    for member in type.memberBlock.members {
      guard let group = member.decl.as(EnumCaseDeclSyntax.self) else { continue }
      for element in group.elements {
        if let literal = element.rawValue?.value {
          guard let value = integer(literal) else {
            flaw(literal, "the value of a case is an integer literal: it goes into a C header")
            continue
          }
          next = value
        }
        cases.append(
          ValueDeclaration.Case(
            name: element.name.plain, rawValue: next, comment: documentation(group)))
        next = successor(of: next)
      }
    }
    if cases.isEmpty { flaw(type.name, "an enum that crosses has at least one case") }
    return .enumeration(swift: raw, c: c, cases)
  }

  private func integer(_ expression: ExprSyntax) -> String? {
    if let literal = expression.as(IntegerLiteralExprSyntax.self) {
      return literal.wideValue.map { String($0) }
    }
    if let prefix = expression.as(PrefixOperatorExprSyntax.self), prefix.operator.text == "-",
      let literal = prefix.expression.as(IntegerLiteralExprSyntax.self)
    {
      return literal.wideValue.map { $0 == 0 ? "0" : "-\($0)" }
    }
    return nil
  }

  private func successor(of literal: String) -> String {
    if let value = Int64(literal), value < .max { return String(value + 1) }
    return UInt64(literal).map { String($0 &+ 1) } ?? literal
  }

  // MARK: Structs

  private mutating func readFields(
    _ type: StructDeclSyntax, _ types: CrossingTypeReader
  ) -> [ValueDeclaration.Field] {
    var fields: [ValueDeclaration.Field] = []
    for member in type.memberBlock.members {
      guard let variable = member.decl.as(VariableDeclSyntax.self),
        !variable.modifiers.contains(where: { ["static", "class"].contains($0.name.text) })
      else { continue }
      for binding in variable.bindings where isStored(binding) {
        guard let name = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier else {
          flaw(binding.pattern, "a field that crosses has a name: declare them one by one")
          continue
        }
        if variable.bindingSpecifier.text == "let", let initializer = binding.initializer {
          flaw(
            initializer,
            "a field that has its value already cannot arrive: leave the value out, or make it 'static'"
          )
          continue
        }
        if variable.modifiers.contains(where: {
          ["lazy", "weak", "unowned"].contains($0.name.text)
        }) {
          flaw(variable.modifiers, "a field that crosses holds its value: leave this out")
          continue
        }
        guard let annotation = binding.typeAnnotation else {
          flaw(name, "write the type of '\(name.plain)': a macro cannot infer it")
          continue
        }
        do {
          let crossing = try types.read(annotation.type, at: .field)
          if crossing.valueNames.contains(where: { lastName($0) == type.name.plain }) {
            flaw(
              annotation.type, "a value cannot hold others of its own type: pass them as an array")
          }
          fields.append(
            ValueDeclaration.Field(
              name: name.plain, type: crossing, comment: documentation(variable)))
        } catch {
          flaws.append(error)
        }
      }
    }
    if fields.isEmpty, flaws.isEmpty {
      flaw(type.name, "a struct that crosses has at least one field")
    }
    let names = fields.map(\.nameInC)
    if Set(names).count < names.count {
      flaw(type.name, "two fields would have one name in C: give them names that differ in letters")
    }
    return fields
  }

  private func isStored(_ binding: PatternBindingSyntax) -> Bool {
    guard let block = binding.accessorBlock else { return true }
    guard case .accessors(let accessors) = block.accessors else { return false }
    return accessors.allSatisfy { ["willSet", "didSet"].contains($0.accessorSpecifier.text) }
  }
}

extension IntegerLiteralExprSyntax {
  /// Also what is larger than `Int.max`.
  fileprivate var wideValue: UInt64? {
    let text = literal.text.filter { $0 != "_" }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
      return UInt64(text.dropFirst(2), radix: radix)
    }
    return UInt64(text)
  }
}
