public import EditorHooks
public import PluginHost

/// A text that is edited, with the plugins of a host. On the thread that drives the host.
///
/// A hook that fails says so on the last line, and what it is about goes on as if it were not there.
public final class Editor {
  public let host: PluginHost
  public private(set) var buffer: TextBuffer
  public private(set) var path: String
  /// The last line: what has happened, or the command that is being typed.
  public private(set) var message = ""
  /// What the plugins say of the text as it is.
  public private(set) var status: [String] = []
  public private(set) var isModified = false
  public private(set) var isOver = false
  /// A command while it is typed.
  private var command: String?
  private let files: any EditorFiles

  public init(_ host: PluginHost, path: String, _ files: any EditorFiles) throws {
    self.host = host
    self.path = path
    self.files = files
    buffer = TextBuffer(try files.read(path))
    open()
  }

  private func open() {
    let text = buffer.text
    let said = each(EditorOpenProxy.self) { try $0.opened(path, text: text) }
    say(said.filter { !$0.isEmpty }.joined(separator: ", "))
    changed()
  }

  /// Says something on the last line.
  public func say(_ text: String) { message = text }

  /// The plugins are not the same any more.
  public func pluginsChanged() { changed() }

  private func changed() {
    let text = buffer.text
    status = each(EditorChangeProxy.self) { try $0.status(of: text) }.filter { !$0.isEmpty }
  }

  /// Which bytes of a line are marked.
  public func marks(in line: String) -> [EditorMark] {
    each(EditorMarksProxy.self) { try $0.marks(in: line) }.flatMap { $0 }
  }

  /// Calls all implementations of a hook; those that fail are said.
  private func each<Hook: InterfaceProxy, Result>(
    _ hook: Hook.Type, _ body: (Hook.Interface) throws -> Result
  ) -> [Result] {
    do {
      return try unsafe Hook.withImplementations(host.account) { hooks in
        hooks.compactMap { hook in
          do {
            return try body(hook)
          } catch {
            say("\(error)")
            return nil
          }
        }
      }
    } catch {
      say("\(error)")
      return []
    }
  }

  // MARK: Keys

  public func press(_ key: Key) {
    if let typed = command {
      typeCommand(typed, key)
      return
    }
    switch key {
    case .text(let text): type(text)
    case .backspace:
      buffer.deleteBackward()
      edited()
    case .left: buffer.move(.left)
    case .right: buffer.move(.right)
    case .up: buffer.move(.up)
    case .down: buffer.move(.down)
    case .home: buffer.move(.lineStart)
    case .end: buffer.move(.lineEnd)
    case .control("s"): save()
    case .control("q"): isOver = true
    case .control("p"):
      command = ""
      say("command: ")
    case .control, .escape: break
    }
  }

  private func type(_ text: String) {
    let before = buffer.beforeCursor
    let instead = each(EditorKeyProxy.self) { try $0.typed(text, before: before) }
      .first { !$0.isEmpty }
    buffer.insert(instead ?? text)
    edited()
  }

  private func edited() {
    isModified = true
    changed()
  }

  private func save() {
    let saved: [Void] = each(EditorSaveProxy.self) { hook -> Void in buffer.text = try hook.saving(buffer.text) }
    do {
      try files.write(buffer.text, to: path)
      isModified = false
      say("saved \(path)" + (saved.isEmpty ? "" : " through \(saved.count) plugin(s)"))
    } catch {
      say("\(error)")
    }
    changed()
  }

  private func typeCommand(_ typed: String, _ key: Key) {
    switch key {
    case .text("\n"):
      command = nil
      run(typed)
    case .text(let text): command = typed + text
    case .backspace: command = String(typed.dropLast())
    case .escape, .control:
      command = nil
      say("")
    default: break
    }
    if let command { say("command: \(command)") }
  }

  private func run(_ name: String) {
    say("there is no command '\(name)'")
    let line = buffer.line
    let results = each(EditorCommandProxy.self) { hook in
      try hook.commandName() == name ? try hook.run(line) : nil
    }
    guard let result = results.compactMap({ $0 }).first else { return }
    buffer.line = result
    say(name)
    edited()
  }
}

/// Where texts come from and go to.
public protocol EditorFiles {
  /// The text at a path; empty where there is none yet.
  func read(_ path: String) throws -> String
  func write(_ text: String, to path: String) throws
}
