public import SwiftSyntax

/// What of a declaration cannot cross, and where it stands.
public struct InterfaceFlaw: Error, Equatable {
  public let node: Syntax
  public let message: String

  init(_ node: some SyntaxProtocol, _ message: String) {
    self.node = Syntax(node)
    self.message = message
  }
}

/// Everything that keeps a protocol from being an interface.
public struct InterfaceFlaws: Error {
  public let flaws: [InterfaceFlaw]
}

extension InterfaceDeclaration {
  /// Reads `@PluginInterface("id", revision: 1)` and the protocol that it stands before.
  ///
  /// - Throws: `InterfaceFlaws`: all that cannot cross, each at its place.
  public init(
    _ declaration: some DeclSyntaxProtocol, attribute: AttributeSyntax
  ) throws(InterfaceFlaws) {
    var reader = InterfaceReader()
    guard let interface = reader.read(declaration, attribute), reader.flaws.isEmpty else {
      throw InterfaceFlaws(flaws: reader.flaws)
    }
    self = interface
  }
}

private struct InterfaceReader {
  var flaws: [InterfaceFlaw] = []
  private var types = CrossingTypeReader(values: [])

  private mutating func flaw(_ node: some SyntaxProtocol, _ message: String) {
    flaws.append(InterfaceFlaw(node, message))
  }

  mutating func read(
    _ declaration: some DeclSyntaxProtocol, _ attribute: AttributeSyntax
  ) -> InterfaceDeclaration? {
    guard let type = declaration.as(ProtocolDeclSyntax.self) else {
      flaw(declaration, "@PluginInterface stands before a protocol")
      return nil
    }
    let usage = "write @PluginInterface(\"your.id\", revision: 1)"
    var arguments = AttributeArguments(attribute)
    let id = arguments.id(usage: usage)
    let revision = arguments.revision(usage: usage)
    types = CrossingTypeReader(values: arguments.values())
    arguments.finish()
    flaws += arguments.flaws
    if let clause = type.genericWhereClause {
      flaw(clause, "an interface is the same for all: it cannot have a 'where' clause")
    }
    if let clause = type.primaryAssociatedTypeClause {
      flaw(clause, "an interface cannot have associated types")
    }
    for parent in type.inheritanceClause?.inheritedTypes ?? [] {
      let name = parent.type.trimmedDescription
      guard ["AnyObject", "Sendable", "Swift.Sendable"].contains(name) else {
        flaw(parent, "an interface cannot inherit from '\(name)': repeat what it needs here")
        continue
      }
    }
    var functions: [InterfaceDeclaration.Function] = []
    for member in type.memberBlock.members {
      guard let function = readMember(member.decl) else { continue }
      if let other = functions.first(where: { $0.nameInC == function.nameInC }) {
        flaw(
          member.decl,
          "'\(function.name)' and '\(other.name)' would both be '\(function.nameInC)' in C: give one "
            + "another name")
      }
      functions.append(function)
    }
    if type.memberBlock.members.isEmpty {
      flaw(type.name, "an interface has at least one function")
    }
    guard let id, let revision else { return nil }
    let parents = (type.inheritanceClause?.inheritedTypes ?? []).map(\.type.trimmedDescription)
    let tokens = type.memberBlock.tokens(viewMode: .sourceAccurate).map(\.text)
    return InterfaceDeclaration(
      id: id, revision: revision, name: type.name.plain, access: access(type.modifiers),
      isClassBound: parents.contains("AnyObject"),
      isSendable: parents.contains { $0.hasSuffix("Sendable") }, functions: functions,
      comment: documentation(type), swiftText: (parents + tokens).joined(separator: " "))
  }

  private mutating func readMember(_ declaration: DeclSyntax) -> InterfaceDeclaration.Function? {
    guard let function = declaration.as(FunctionDeclSyntax.self) else {
      flaw(declaration, "an interface has functions only: write this as a function")
      return nil
    }
    for modifier in function.modifiers {
      flaw(modifier, "a function of an interface cannot be '\(modifier.name.text)'")
    }
    if let clause = function.genericParameterClause {
      flaw(clause, "a function of an interface cannot be generic: C must know its types")
    }
    if let clause = function.genericWhereClause {
      flaw(clause, "a function of an interface cannot have a 'where' clause")
    }
    if case .identifier = function.name.tokenKind {
    } else {
      flaw(function.name, "an operator has no name in C: write a function")
    }
    let effects = function.signature.effectSpecifiers
    if let specifier = effects?.asyncSpecifier {
      flaw(specifier, "a call across the boundary cannot be suspended: it cannot be 'async'")
    }
    if let thrown = effects?.throwsClause?.type,
      !["PluginError", "any Error", "Error"].contains(thrown.trimmedDescription)
    {
      flaw(thrown, "what crosses is a PluginError: write 'throws' or 'throws(PluginError)'")
    }
    let canThrow = effects?.throwsClause != nil
    let thrown = effects?.throwsClause?.type?.trimmedDescription
    let clause = function.signature.parameterClause
    let parameters = clause.parameters.compactMap { read($0, canThrow: canThrow) }
    if Set(parameters.map { snakeCase($0.name) }).count < parameters.count {
      flaw(
        clause, "two parameters would have one name in C: give them names that differ in letters")
    }
    return InterfaceDeclaration.Function(
      name: function.name.plain, parameters: parameters,
      result: readResult(function.signature.returnClause?.type, canThrow: canThrow),
      canThrow: canThrow, throwsAnyError: canThrow && thrown != "PluginError",
      comment: documentation(function))
  }

  private mutating func readResult(_ type: TypeSyntax?, canThrow: Bool) -> CrossingType {
    guard let type else { return .nothing }
    do {
      let crossing = try types.read(type, at: .result)
      if crossing.resultCanFail, !canThrow {
        flaw(
          type,
          "what returns '\(type.trimmedDescription)' is 'throws': there may be no memory for what it "
            + "returns, or the caller may not know it")
      }
      return crossing
    } catch {
      flaws.append(error)
      return .nothing
    }
  }

  private mutating func read(
    _ parameter: FunctionParameterSyntax, canThrow: Bool
  ) -> InterfaceDeclaration.Parameter? {
    if let ellipsis = parameter.ellipsis {
      flaw(ellipsis, "a variable number of arguments cannot cross: use an array")
      return nil
    }
    do {
      let crossing = try types.read(parameter.type, at: .parameter)
      if crossing.parameterCanFail, !canThrow {
        flaw(
          parameter.type,
          "what takes '\(parameter.type.trimmedDescription)' is 'throws': what arrives may have to be "
            + "refused")
      }
      let label = parameter.firstName.plain
      return InterfaceDeclaration.Parameter(
        label: label == "_" ? nil : label,
        name: (parameter.secondName ?? parameter.firstName).plain, type: crossing)
    } catch {
      flaws.append(error)
      return nil
    }
  }
}
