internal import SwiftParser
internal import SwiftSyntax

/// What stands in the brackets of `@PluginInterface` and `@PluginValue`.
struct AttributeArguments {
  private let attribute: AttributeSyntax
  private var rest: [LabeledExprSyntax]
  private(set) var flaws: [InterfaceFlaw] = []

  init(_ attribute: AttributeSyntax) {
    self.attribute = attribute
    if case .argumentList(let arguments) = attribute.arguments {
      rest = Array(arguments)
    } else {
      rest = []
    }
  }

  private mutating func flaw(_ node: some SyntaxProtocol, _ message: String) {
    flaws.append(InterfaceFlaw(node, message))
  }

  /// The first argument; `usage` is what to write where there is none.
  mutating func id(usage: String) -> String? {
    guard let first = rest.first, first.label == nil else {
      flaw(attribute, usage)
      rest = []
      return nil
    }
    rest.removeFirst()
    guard
      let literal = first.expression.as(StringLiteralExprSyntax.self)?.representedLiteralValue
    else {
      flaw(first.expression, "the id is a string literal: it goes into a C header")
      return nil
    }
    if let reason = idFlaw(literal) {
      flaw(first.expression, reason)
      return nil
    }
    return literal
  }

  mutating func revision(usage: String) -> UInt32? {
    guard let next = rest.first, next.label?.text == "revision" else {
      if flaws.isEmpty { flaw(attribute, usage) }
      return nil
    }
    rest.removeFirst()
    guard let literal = next.expression.as(IntegerLiteralExprSyntax.self),
      let number = literal.representedLiteralValue, number > 0, let value = UInt32(exactly: number)
    else {
      flaw(next.expression, "the revision is an integer literal from 1 on")
      return nil
    }
    return value
  }

  /// The types after `values:`.
  mutating func values() -> [String] {
    guard rest.first?.label?.text == "values" else { return [] }
    var names: [String] = []
    while let next = rest.first, next.label == nil || names.isEmpty {
      rest.removeFirst()
      guard let member = next.expression.as(MemberAccessExprSyntax.self), let base = member.base,
        member.declName.baseName.text == "self"
      else {
        flaw(next.expression, "name the value as 'Position.self'")
        continue
      }
      names.append(base.trimmedDescription)
    }
    return names
  }

  /// Nothing may be left.
  mutating func finish() {
    if let next = rest.first, flaws.isEmpty {
      flaw(next, "what this says is not known here: leave it out")
    }
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
}

/// The access level that what is made of a declaration gets too: "public ", "package " or nothing.
func access(_ modifiers: DeclModifierListSyntax) -> String {
  for modifier in modifiers where ["public", "package"].contains(modifier.name.text) {
    return modifier.name.text + " "
  }
  return ""
}

/// The lines of a documentation comment, without their marks.
func documentation(_ node: some SyntaxProtocol) -> [String] {
  node.leadingTrivia.compactMap { piece in
    guard case .docLineComment(let text) = piece else { return nil }
    let line = text.dropFirst(3)
    return String(line.first == " " ? line.dropFirst() : line)
  }
}

extension TokenSyntax {
  /// The identifier without the backquotes that a reserved word stands in.
  var plain: String { identifier?.name ?? text }
}
