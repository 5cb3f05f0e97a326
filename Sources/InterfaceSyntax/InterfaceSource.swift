internal import SwiftParser
internal import SwiftSyntax

/// Something in a source file that cannot cross.
public struct SourceFlaw: Error, Equatable, Sendable, CustomStringConvertible {
  /// From 1 on.
  public let line: Int
  public let column: Int
  public let message: String

  public var description: String { "\(line):\(column): \(message)" }
}

/// All that keeps the interfaces of a file from being read, in the order of the file.
public struct SourceFlaws: Error, Equatable, Sendable {
  public let flaws: [SourceFlaw]
}

extension InterfaceDeclaration {
  /// The interfaces that a source file declares with `@PluginInterface`, in its order.
  ///
  /// - Complexity: O(length of `source`).
  public static func all(inSource source: String) throws(SourceFlaws) -> [InterfaceDeclaration] {
    let tree = Parser.parse(source: source)
    let converter = SourceLocationConverter(fileName: "", tree: tree)
    let finder = InterfaceFinder(viewMode: .sourceAccurate)
    finder.walk(tree)
    var interfaces: [InterfaceDeclaration] = []
    var flaws: [SourceFlaw] = []
    for (declaration, attribute) in finder.found {
      do {
        interfaces.append(try InterfaceDeclaration(declaration, attribute: attribute))
      } catch {
        flaws += error.flaws.map { flaw in
          let place = flaw.node.startLocation(converter: converter)
          return SourceFlaw(line: place.line, column: place.column, message: flaw.message)
        }
      }
    }
    guard flaws.isEmpty else { throw SourceFlaws(flaws: flaws) }
    return interfaces
  }
}

private final class InterfaceFinder: SyntaxVisitor {
  var found: [(DeclSyntax, AttributeSyntax)] = []

  override func visit(_ node: ProtocolDeclSyntax) -> SyntaxVisitorContinueKind {
    for element in node.attributes {
      if case .attribute(let attribute) = element,
        attribute.attributeName.trimmedDescription.split(separator: ".").last == "PluginInterface"
      {
        found.append((DeclSyntax(node), attribute))
      }
    }
    return .skipChildren
  }
}
