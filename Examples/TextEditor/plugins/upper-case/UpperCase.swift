import EditorHooks

#plugin(name: "upper-case", version: "1.0.0", offers: ["example.editor-command/1"])

/// The command of the same name. In Embedded Swift: 60 KB of it are tables of Unicode.
@PluginImplementation(EditorCommand.self)
struct UpperCase: EditorCommand {
  func commandName() throws(PluginError) -> String { "upper-case" }
  func run(_ line: String) throws(PluginError) -> String { line.uppercased() }
}
