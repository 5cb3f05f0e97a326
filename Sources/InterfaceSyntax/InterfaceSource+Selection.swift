internal import SwiftParser
internal import SwiftSyntax

extension InterfaceSource {
  /// One of the interfaces, with the values that it needs.
  public func selecting(_ interface: InterfaceDeclaration) -> InterfaceSource {
    var needed = Set(interface.valueNames.map(lastName))
    var new = needed
    while !new.isEmpty {
      let more = values.filter { new.contains($0.name) }.flatMap(\.valueNames).map(lastName)
      new = Set(more).subtracting(needed)
      needed.formUnion(new)
    }
    return InterfaceSource(
      interfaces: [interface], values: values.filter { needed.contains($0.name) })
  }

  /// The declarations of the interfaces and values as they stand in `text`, in its order.
  public func declarations(in text: String) -> String {
    let names = Set(interfaces.map(\.name) + values.map(\.name))
    let finder = NamedDeclarations(names)
    finder.walk(Parser.parse(source: text))
    return finder.found.joined(separator: "\n\n")
  }
}

private final class NamedDeclarations: SyntaxVisitor {
  let names: Set<String>
  var found: [String] = []

  init(_ names: Set<String>) {
    self.names = names
    super.init(viewMode: .sourceAccurate)
  }

  private func look(_ name: TokenSyntax, _ node: some SyntaxProtocol) -> SyntaxVisitorContinueKind {
    guard names.contains(name.plain) else { return .visitChildren }
    let text = node.description
    found.append(String(text.drop { $0.isWhitespace }))
    return .skipChildren
  }

  override func visit(_ node: ProtocolDeclSyntax) -> SyntaxVisitorContinueKind {
    look(node.name, node)
  }
  override func visit(_ node: StructDeclSyntax) -> SyntaxVisitorContinueKind {
    look(node.name, node)
  }
  override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind { look(node.name, node) }
}
