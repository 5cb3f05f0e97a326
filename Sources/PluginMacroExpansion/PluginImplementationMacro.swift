public import SwiftSyntax
internal import SwiftSyntaxBuilder
public import SwiftSyntaxMacros

/// Writes the function that hands a type's exports to the plugin, into the section that the plugin reads.
public struct PluginImplementationMacro: MemberMacro {
  public static func expansion(
    of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax,
    conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
  ) throws -> [DeclSyntax] {
    guard let name = name(of: declaration, in: context),
      case .argumentList(let arguments) = node.arguments
    else { return [] }
    var options = ""
    var lifetime = ".perHost"
    var exports: [String] = []
    for argument in arguments {
      if argument.label?.text == "priority" {
        options = " priority: \(argument.expression.trimmedDescription),"
      } else if argument.label?.text == "lifetime" {
        lifetime = argument.expression.trimmedDescription
      } else if let protocolName = interface(argument.expression) {
        exports.append("\(protocolName)Export")
      } else {
        context.tell("name the interface as 'Greeter.self'", at: argument.expression)
      }
    }
    guard !exports.isEmpty else {
      context.tell("name at least one interface: @PluginImplementation(Greeter.self)", at: node)
      return []
    }
    // Embedded Swift has no generic initialisers of classes.
    let make = context.isEmbedded ? ".of" : ""
    let tables = exports.map { "{ made, account in unsafe \($0)\(make)(made, account: account) }" }
    let makes = (makingThrows(declaration) ? "try " : "") + name + "()"
    return [
      """
      @section("plr_implementations") @used
      static let pluginRegistration: @convention(c) (UnsafeMutableRawPointer?) -> Void = { registrar in
        unsafe PluginModule.Registrar.given(registrar).add(
          \(raw: lifetime),\(raw: options) make: { \(raw: makes) },
          exports: [
            \(raw: tables.joined(separator: ",\n")),
          ])
      }
      """
    ]
  }

  /// Whether `init()` does.
  private static func makingThrows(_ declaration: some DeclGroupSyntax) -> Bool {
    declaration.memberBlock.members.contains { member in
      guard let initializer = member.decl.as(InitializerDeclSyntax.self) else { return false }
      return initializer.signature.parameterClause.parameters.isEmpty
        && initializer.signature.effectSpecifiers?.throwsClause != nil
    }
  }

  private static func name(
    of declaration: some DeclGroupSyntax, in context: some MacroExpansionContext
  ) -> String? {
    let (name, generics): (TokenSyntax, GenericParameterClauseSyntax?)
    if let type = declaration.as(ClassDeclSyntax.self) {
      (name, generics) = (type.name, type.genericParameterClause)
    } else if let type = declaration.as(StructDeclSyntax.self) {
      (name, generics) = (type.name, type.genericParameterClause)
    } else {
      context.tell("@PluginImplementation stands before a class or struct", at: declaration)
      return nil
    }
    if let generics {
      context.tell(
        "a generic type has no one implementation: register a type that is not", at: generics)
      return nil
    }
    return name.text
  }

  /// `Greeter` of `Greeter.self` and of `(any Greeter).self`.
  private static func interface(_ expression: ExprSyntax) -> String? {
    guard let member = expression.as(MemberAccessExprSyntax.self), let base = member.base,
      member.declName.baseName.text == "self"
    else { return nil }
    var text = base.trimmedDescription
    if text.hasPrefix("("), text.hasSuffix(")") { text = String(text.dropFirst().dropLast()) }
    if text.hasPrefix("any ") { text = String(text.dropFirst(4)) }
    return text
  }
}
