internal import SwiftDiagnostics
internal import SwiftIfConfig
internal import SwiftSyntax
internal import SwiftSyntaxMacros

/// An error of the author's, shown at the place that it is about.
private struct Complaint: DiagnosticMessage {
  let message: String
  var diagnosticID: MessageID { MessageID(domain: "PluginMacros", id: "complaint") }
  var severity: DiagnosticSeverity { .error }
}

extension MacroExpansionContext {
  /// Whether the source is compiled in Embedded Swift: without a Swift runtime.
  var isEmbedded: Bool { (try? buildConfiguration?.hasFeature(name: "Embedded")) ?? false }

  /// Makes the compiler say `message` at `node`, as an error.
  func tell(_ message: String, at node: some SyntaxProtocol) {
    diagnose(Diagnostic(node: Syntax(node), message: Complaint(message: message)))
  }
}
