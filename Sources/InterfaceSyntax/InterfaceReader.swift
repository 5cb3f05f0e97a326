internal import SwiftParser
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
    let (id, revision) = readArguments(attribute)
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
    let isPublic = type.modifiers.contains { ["public", "package"].contains($0.name.text) }
    guard let id, let revision else { return nil }
    return InterfaceDeclaration(
      id: id, revision: revision, name: type.name.plain,
      access: isPublic ? type.modifiers.first!.name.text + " " : "", functions: functions,
      comment: documentation(type))
  }

  private mutating func readArguments(_ attribute: AttributeSyntax) -> (String?, UInt32?) {
    guard case .argumentList(let arguments) = attribute.arguments, arguments.count == 2,
      let first = arguments.first, let last = arguments.last, first.label == nil,
      last.label?.text == "revision"
    else {
      flaw(attribute, "write @PluginInterface(\"your.id\", revision: 1)")
      return (nil, nil)
    }
    var id: String?
    if let literal = first.expression.as(StringLiteralExprSyntax.self)?.representedLiteralValue {
      if let reason = idFlaw(literal) {
        flaw(first.expression, reason)
      } else {
        id = literal
      }
    } else {
      flaw(first.expression, "the id is a string literal: it goes into a C header")
    }
    var revision: UInt32?
    if let literal = last.expression.as(IntegerLiteralExprSyntax.self),
      let number = literal.representedLiteralValue, number > 0,
      let value = UInt32(exactly: number)
    {
      revision = value
    } else {
      flaw(last.expression, "the revision is an integer literal from 1 on")
    }
    return (id, revision)
  }

  /// Source: `plugin_abi.h`, rules for ids.
  private func idFlaw(_ id: String) -> String? {
    if id.isEmpty || id.utf8.count > 63 { return "an id has 1 to 63 characters" }
    if !id.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c }) {
      return "an id is printable ASCII without blanks, quotes or backslashes"
    }
    if id.hasPrefix("plr.") { return "ids that begin with 'plr.' are the runtime's" }
    guard let first = id.utf8.first, !(0x30...0x39).contains(first) else {
      return "an id begins with a letter: it names a struct in C"
    }
    return nil
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
    let clause = function.signature.parameterClause
    let parameters = clause.parameters.compactMap { read($0) }
    if Set(parameters.map { snakeCase($0.name) }).count < parameters.count {
      flaw(
        clause, "two parameters would have one name in C: give them names that differ in letters")
    }
    var result = CrossingType.nothing
    var spelled = "Void"
    if let type = function.signature.returnClause?.type {
      spelled = type.trimmedDescription
      if let crossing = CrossingType(type) {
        result = crossing
        if crossing.needsMemory, effects?.throwsClause == nil {
          flaw(
            type,
            "what returns '\(spelled)' is 'throws': there may be no memory for what it returns")
        }
      } else {
        flaw(type, "'\(spelled)' cannot cross: \(CrossingType.advice(for: type))")
      }
    }
    return InterfaceDeclaration.Function(
      name: function.name.plain, parameters: parameters, result: result, resultInSwift: spelled,
      canThrow: effects?.throwsClause != nil, comment: documentation(function))
  }

  private mutating func read(
    _ parameter: FunctionParameterSyntax
  ) -> InterfaceDeclaration.Parameter? {
    if let ellipsis = parameter.ellipsis {
      flaw(ellipsis, "a variable number of arguments cannot cross")
      return nil
    }
    guard let crossing = CrossingType(parameter.type), crossing != .nothing else {
      flaw(
        parameter.type,
        "'\(parameter.type.trimmedDescription)' cannot cross: "
          + CrossingType.advice(for: parameter.type))
      return nil
    }
    let label = parameter.firstName.plain
    return InterfaceDeclaration.Parameter(
      label: label == "_" ? nil : label, name: (parameter.secondName ?? parameter.firstName).plain,
      type: crossing)
  }

  private func documentation(_ node: some SyntaxProtocol) -> [String] {
    node.leadingTrivia.compactMap { piece in
      guard case .docLineComment(let text) = piece else { return nil }
      let line = text.dropFirst(3)
      return String(line.first == " " ? line.dropFirst() : line)
    }
  }
}

extension TokenSyntax {
  /// The identifier without the backquotes that a reserved word stands in.
  fileprivate var plain: String { identifier?.name ?? text }
}
