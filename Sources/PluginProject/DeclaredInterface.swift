public import InterfaceSyntax

/// An interface with the values that it needs, and what is written from them.
public struct DeclaredInterface: Sendable {
  public let declaration: InterfaceDeclaration
  let values: [ValueDeclaration]
  /// The declarations as their author wrote them.
  let swift: String
  /// Names with endings, and texts.
  let headers: [(name: String, text: String)]
  let cxxHeaders: [(name: String, text: String)]
  let rustModules: [(name: String, text: String)]

  /// The interfaces of a source file, in its order.
  ///
  /// - Parameter name: of the file, for what is said of it.
  /// - Throws: `SourceFlaws`, or `InterfaceSourceError` where a value is in another file.
  public static func all(inSource text: String, name: String?) throws -> [DeclaredInterface] {
    let source = try InterfaceSource([(name, text)])
    return try source.interfaces.map { declaration in
      try DeclaredInterface(declaration, source.selecting(declaration), text)
    }
  }

  private init(
    _ declaration: InterfaceDeclaration, _ source: InterfaceSource, _ text: String
  ) throws(InterfaceSourceError) {
    self.declaration = declaration
    values = source.values
    swift = source.declarations(in: text)
    headers = try source.headers().map { ($0.name + ".h", $0.text) }
    cxxHeaders = try source.cxxHeaders()
    rustModules = try source.rustModules()
  }
}
