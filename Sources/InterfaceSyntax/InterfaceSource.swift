internal import SwiftParser
internal import SwiftSyntax

/// Something in a source file that cannot cross.
public struct SourceFlaw: Error, Equatable, Sendable, CustomStringConvertible {
  /// nil where it is about all files together.
  public let file: String?
  /// From 1 on.
  public let line: Int
  public let column: Int
  public let message: String

  public var description: String { (file.map { $0 + ":" } ?? "") + "\(line):\(column): \(message)" }
}

/// All that keeps the interfaces of files from being read, in the order of the files.
public struct SourceFlaws: Error, Equatable, Sendable {
  public let flaws: [SourceFlaw]
}

/// The interfaces and values that Swift source files declare.
public struct InterfaceSource: Equatable, Sendable {
  public private(set) var interfaces: [InterfaceDeclaration] = []
  public private(set) var values: [ValueDeclaration] = []

  init(interfaces: [InterfaceDeclaration], values: [ValueDeclaration]) {
    self.interfaces = interfaces
    self.values = values
  }

  /// Reads what stands after `@PluginInterface` and `@PluginValue`.
  ///
  /// - Parameter files: names, for what is said of them, and texts.
  /// - Complexity: O(length of all texts).
  public init(_ files: [(name: String?, text: String)]) throws(SourceFlaws) {
    var flaws: [SourceFlaw] = []
    for file in files { read(file.text, name: file.name, &flaws) }
    guard flaws.isEmpty else { throw SourceFlaws(flaws: flaws) }
  }

  private mutating func read(_ text: String, name: String?, _ flaws: inout [SourceFlaw]) {
    let tree = Parser.parse(source: text)
    let converter = SourceLocationConverter(fileName: "", tree: tree)
    let finder = DeclarationFinder(viewMode: .sourceAccurate)
    finder.walk(tree)
    for (declaration, attribute, isInterface) in finder.found {
      do {
        if isInterface {
          interfaces.append(try InterfaceDeclaration(declaration, attribute: attribute))
        } else {
          values.append(try ValueDeclaration(declaration, attribute: attribute))
        }
      } catch {
        flaws += error.flaws.map { flaw in
          let place = flaw.node.startLocation(converter: converter)
          return SourceFlaw(
            file: name, line: place.line, column: place.column, message: flaw.message)
        }
      }
    }
  }

  /// A header for each interface and value: its name without the ending, and its text.
  ///
  /// - Throws: a value that is named and not declared in any of the files, or that holds itself.
  public func headers() throws(InterfaceSourceError) -> [(name: String, text: String)] {
    var headers: [(name: String, text: String)] = []
    for value in values {
      _ = try layout(of: value, within: [])
      headers.append((value.nameInC, value.header(values)))
    }
    for interface in interfaces {
      headers.append(
        (interface.nameInC, interface.header(values, layout: try layout(of: interface))))
    }
    return headers
  }

  /// The number of an interface: see `Layout`.
  func layout(of interface: InterfaceDeclaration) throws(InterfaceSourceError) -> UInt64 {
    try mixed(interface.signature, interface.valueNames, interface.name, within: [])
  }

  private func layout(
    of value: ValueDeclaration, within outer: [String]
  ) throws(InterfaceSourceError) -> UInt64 {
    guard !outer.contains(value.name) else {
      throw InterfaceSourceError(
        description:
          "'\(value.name)' holds itself, by way of \(outer.joined(separator: ", ")): pass it as "
          + "an array of the interface's")
    }
    return try mixed(value.signature, value.valueNames, value.name, within: outer + [value.name])
  }

  private func mixed(
    _ signature: String, _ names: [String], _ owner: String, within outer: [String]
  ) throws(InterfaceSourceError) -> UInt64 {
    var number = Layout.number(signature)
    for name in names {
      guard let value = values.first(where: { $0.name == lastName(name) }) else {
        throw InterfaceSourceError(
          description:
            "'\(owner)' names the value '\(name)', which no file declares: give the file with "
            + "its @PluginValue too")
      }
      number = Layout.mix(number, try layout(of: value, within: outer))
    }
    return number
  }
}

/// What keeps declarations that are good in themselves from being written as headers.
public struct InterfaceSourceError: Error, Equatable, Sendable, CustomStringConvertible {
  public let description: String
}

private final class DeclarationFinder: SyntaxVisitor {
  var found: [(DeclSyntax, AttributeSyntax, isInterface: Bool)] = []

  private func look(_ attributes: AttributeListSyntax, _ declaration: some DeclSyntaxProtocol) {
    for element in attributes {
      guard case .attribute(let attribute) = element else { continue }
      switch attribute.attributeName.trimmedDescription.split(separator: ".").last {
      case "PluginInterface": found.append((DeclSyntax(declaration), attribute, true))
      case "PluginValue": found.append((DeclSyntax(declaration), attribute, false))
      default: break
      }
    }
  }

  override func visit(_ node: ProtocolDeclSyntax) -> SyntaxVisitorContinueKind {
    look(node.attributes, node)
    return .skipChildren
  }
  override func visit(_ node: StructDeclSyntax) -> SyntaxVisitorContinueKind {
    look(node.attributes, node)
    return .visitChildren
  }
  override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind {
    look(node.attributes, node)
    return .visitChildren
  }
  override func visit(_ node: ClassDeclSyntax) -> SyntaxVisitorContinueKind {
    look(node.attributes, node)
    return .visitChildren
  }
}
