@_exported public import CEditorHooks
@_exported public import PluginMacros

// What plugins of the editor can take part in: an interface for each hook, so that a plugin implements what it
// is about and nothing else. Texts are whole, lines are without their ends.

/// Told when a file has been opened.
@PluginInterface("example.editor-open", revision: 1)
public protocol EditorOpen {
  /// What to say about it on the last line; nothing where that is empty.
  func opened(_ path: String, text: String) throws(PluginError) -> String
}

/// Asked before a key that was typed does what it does by itself.
@PluginInterface("example.editor-key", revision: 1)
public protocol EditorKey {
  /// What is to be inserted in place of the key, which is what it would insert, behind `before`; nothing where
  /// that is empty.
  func typed(_ key: String, before: String) throws(PluginError) -> String
}

/// Told when the text has changed.
@PluginInterface("example.editor-change", revision: 1)
public protocol EditorChange {
  /// What stands in the status line.
  func status(of text: String) throws(PluginError) -> String
}

/// A part of a line.
@PluginValue("example.editor-mark")
public struct EditorMark: Equatable {
  /// In bytes of UTF-8, from the start of the line.
  public var start: Int
  public var length: Int

  public init(start: Int, length: Int) {
    self.start = start
    self.length = length
  }
}

/// Asked which parts of a line to mark.
@PluginInterface("example.editor-marks", revision: 1, values: EditorMark.self)
public protocol EditorMarks {
  func marks(in line: String) throws(PluginError) -> [EditorMark]
}

/// Asked before the text is saved.
@PluginInterface("example.editor-save", revision: 1)
public protocol EditorSave {
  /// The text as it is to be saved, and edited from then on.
  func saving(_ text: String) throws(PluginError) -> String
}

/// A command that is given by its name.
@PluginInterface("example.editor-command", revision: 1)
public protocol EditorCommand {
  func commandName() throws(PluginError) -> String
  /// What the line of the cursor becomes.
  func run(_ line: String) throws(PluginError) -> String
}
