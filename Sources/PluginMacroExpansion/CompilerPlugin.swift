@_spi(PluginMessage) internal import SwiftCompilerPluginMessageHandling
internal import SwiftSyntaxMacros

/// What the compiler talks to. The module it speaks through is not a promised interface of the toolchain:
/// nothing else here uses it.
@main struct CompilerPlugin: PluginProvider {
  private static var macros: [String: any Macro.Type] {
    [
      "PluginInterfaceMacro": PluginInterfaceMacro.self,
      "PluginValueMacro": PluginValueMacro.self,
      "PluginImplementationMacro": PluginImplementationMacro.self,
      "PluginMacro": PluginMacro.self,
    ]
  }

  private struct UnknownMacro: Error, CustomStringConvertible {
    var description: String
  }

  func resolveMacro(moduleName: String, typeName: String) throws -> any Macro.Type {
    guard let macro = Self.macros[typeName] else {
      throw UnknownMacro(description: "there is no macro '\(typeName)' in '\(moduleName)'")
    }
    return macro
  }

  static func main() throws {
    try CompilerPluginMessageListener(
      connection: StandardIOMessageConnection(), provider: CompilerPlugin()
    ).main()
  }
}
