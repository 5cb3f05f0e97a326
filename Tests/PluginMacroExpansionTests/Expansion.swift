import PluginMacroExpansion
import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros

/// What the macros make of a piece of source, and what they say of it.
struct Expansion {
  let text: String
  /// `line:column: message`, of the source.
  let diagnostics: [String]

  init(_ source: String) {
    let tree = Parser.parse(source: source)
    let context = BasicMacroExpansionContext(
      sourceFiles: [tree: .init(moduleName: "Test", fullFilePath: "Test.swift")])
    let macros: [String: any Macro.Type] = [
      "PluginInterface": PluginInterfaceMacro.self, "PluginValue": PluginValueMacro.self,
      "PluginImplementation": PluginImplementationMacro.self, "plugin": PluginMacro.self,
    ]
    let expanded = tree.expand(
      macros: macros,
      contextGenerator: { node in
        BasicMacroExpansionContext(sharingWith: context, lexicalContext: [])
      }, indentationWidth: .spaces(2))
    // What stands before the declaration is the line of the attribute, which is empty now.
    text = String(expanded.description.drop { $0 == "\n" })
    diagnostics = context.diagnostics.map { diagnostic in
      let place = context.location(
        for: diagnostic.position, anchoredAt: diagnostic.node, fileName: "Test.swift")
      return "\(place.line):\(place.column): \(diagnostic.message)"
    }
  }
}
