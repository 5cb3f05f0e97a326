internal import InterfaceSyntax
public import SwiftSyntax
internal import SwiftSyntaxBuilder
public import SwiftSyntaxMacros

/// Writes the adapters between a protocol and its C table.
public struct PluginInterfaceMacro: PeerMacro {
  public static func expansion(
    of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
    in context: some MacroExpansionContext
  ) throws -> [DeclSyntax] {
    do {
      let interface = try InterfaceDeclaration(declaration, attribute: node)
      return (context.isEmbedded ? [interface.embeddedAdapter()] : interface.adapters())
        .map { DeclSyntax(stringLiteral: $0) }
    } catch {
      for flaw in error.flaws { context.tell(flaw.message, at: flaw.node) }
      return []
    }
  }
}

/// Writes what makes an enum or struct cross.
public struct PluginValueMacro: ExtensionMacro {
  public static func expansion(
    of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
    providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) throws -> [ExtensionDeclSyntax] {
    do {
      let text = try ValueDeclaration(declaration, attribute: node).adapter(
        extending: type.trimmedDescription)
      return [try ExtensionDeclSyntax("\(raw: text)")]
    } catch let error as InterfaceFlaws {
      for flaw in error.flaws { context.tell(flaw.message, at: flaw.node) }
      return []
    }
  }
}
