import EditorCore
import EditorHooks
import Glibc
import PluginHost

/// `edit FILE [PLUGINS]`: edits a file, with the plugins of a directory as they are at any moment.
func edit() throws {
  let arguments = Array(CommandLine.arguments.dropFirst())
  guard (1...2).contains(arguments.count), !arguments[0].hasPrefix("-") else {
    print(
      """
      usage: edit FILE [PLUGINS]

      Edits FILE with the plugins in the directory PLUGINS (here: 'plugins'), which may be replaced meanwhile.
      Ctrl-S saves, Ctrl-P runs a command of a plugin, Ctrl-Q quits.
      """)
    return
  }
  let host = try PluginHost(name: "edit")
  // The screen is no place for a log.
  plr_log_remove_sink(PLR_LOG_SINK_STANDARD_ERROR)
  let search = try PluginSearch([arguments.count > 1 ? arguments[1] : "plugins"])
  let supervisor = PluginSupervisor(host, search)
  // What is there already is loaded in the same way as what comes.
  let watcher = try BackgroundWatcher(
    try DirectoryWatcher(search, debounceNanoseconds: 20_000_000, reportsExisting: true))
  defer { watcher.stop() }
  let editor = try Editor(host, path: arguments[0], Files())
  guard let terminal = Terminal() else {
    print("edit: there is no terminal")
    return
  }
  try run(editor, supervisor, watcher, terminal)
}

func run(
  _ editor: Editor, _ supervisor: PluginSupervisor, _ watcher: BackgroundWatcher,
  _ terminal: borrowing Terminal
) throws {
  var screen = Screen(columns: 80, rows: 24)
  var typed: [UInt8] = []
  while !editor.isOver {
    (screen.columns, screen.rows) = terminal.size
    terminal.write(screen.draw(editor))
    let ready = terminal.wait(for: watcher.descriptor)
    if ready.other {
      var actions: [PluginSupervisor.Action] = []
      try watcher.processPending { event in
        if let action = supervisor.handle(event) { actions.append(action) }
      }
      if let last = actions.last { editor.say(describe(last, supervisor.host)) }
      editor.pluginsChanged()
    }
    if ready.input {
      guard let bytes = terminal.read() else { return }
      typed += bytes
      let isWhole = !terminal.wait(for: -1, milliseconds: 20).input
      for key in Key.read(&typed, isWhole: isWhole) { editor.press(key) }
    }
  }
}

func describe(_ action: PluginSupervisor.Action, _ host: PluginHost) -> String {
  func name(_ id: PluginID) -> String {
    host.information(id).map { "\($0.name) \($0.version)" } ?? "a plugin"
  }
  switch action {
  case .loaded(let id, _): return "loaded \(name(id))"
  case .refused(let refused): return "\(refused)"
  case .reloaded(_, .replaced(let new)): return "reloaded \(name(new))"
  case .reloaded(let id, let outcome): return "\(name(id)) stays as it was: \(outcome)"
  case .retiring(_, let path): return "goes: \(path)"
  case .kept(let id, _, let holders): return "\(name(id)) stays without its file: \(holders)"
  }
}

do {
  try edit()
} catch {
  print("edit: \(error)")
  exit(1)
}
