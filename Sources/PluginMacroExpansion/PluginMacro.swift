internal import Manifests
internal import SwiftParser
public import SwiftSyntax
internal import SwiftSyntaxBuilder
public import SwiftSyntaxMacros

/// Writes a plugin's manifest and entry.
public struct PluginMacro: DeclarationMacro {
  public static func expansion(
    of node: some FreestandingMacroExpansionSyntax, in context: some MacroExpansionContext
  ) throws -> [DeclSyntax] {
    var texts: [String: String] = [:]
    var offers: [InterfaceOffer]?
    for argument in node.arguments {
      let label = argument.label?.text ?? ""
      if label == "offers" {
        guard let list = readOffers(argument.expression, in: context) else { return [] }
        offers = list
      } else if let text = literal(argument.expression) {
        texts[label] = text
      } else {
        context.tell(
          "the \(label) is a string literal: it goes into the file's manifest",
          at: argument.expression)
        return []
      }
    }
    let manifest = PluginManifest(
      name: texts["name"] ?? "", version: texts["version"] ?? "", isUnloadable: context.isEmbedded,
      sharesSwiftRuntime: !context.isEmbedded, offers: offers)
    if let flaw = manifest.flaw {
      context.tell("the manifest cannot be written: \(flaw)", at: node)
      return []
    }
    return [
      DeclSyntax(stringLiteral: manifest.swiftDeclaration()),
      """
      @c(plugin_entry)
      public func pluginEntry(
        _ host: UnsafePointer<plr_host>?, _ error: UnsafeMutablePointer<plr_error>?
      ) -> UnsafePointer<plr_plugin>? {
        unsafe PluginModule.entry(host, error)
      }
      """,
    ]
  }

  private static func literal(_ expression: ExprSyntax) -> String? {
    expression.as(StringLiteralExprSyntax.self)?.representedLiteralValue
  }

  private static func readOffers(
    _ expression: ExprSyntax, in context: some MacroExpansionContext
  ) -> [InterfaceOffer]? {
    guard let array = expression.as(ArrayExprSyntax.self) else {
      context.tell("write the offers as [\"id/revision\", …]", at: expression)
      return nil
    }
    var offers: [InterfaceOffer] = []
    for element in array.elements {
      let parts = literal(element.expression)?.split(separator: "/") ?? []
      guard parts.count == 2, let revision = UInt32(parts[1]) else {
        context.tell("an offer is \"id/revision\", as in \"example.greeter/1\"", at: element)
        return nil
      }
      offers.append(InterfaceOffer(id: String(parts[0]), revision: revision))
    }
    return offers
  }
}
