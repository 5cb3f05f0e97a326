import EditorHooks

#plugin(name: "auto-indent", version: "1.0.0", offers: ["example.editor-key/1"])

/// A new line begins as the one before, and deeper behind an open bracket.
@PluginImplementation(EditorKey.self)
struct AutoIndent: EditorKey {
  func typed(_ key: String, before: String) throws(PluginError) -> String {
    guard key == "\n" else { return "" }
    let indent = before.prefix { $0 == " " || $0 == "\t" }
    return "\n" + indent + (before.last.map { "{[(:".contains($0) } == true ? "  " : "")
  }
}
