internal import CommandLine
internal import ELFInspection
internal import FoundationEssentials
internal import Platform
internal import PluginHost

/// `watch`: a line for each event, until it is ended by a signal or by what was asked for.
struct WatchSession {
  static let options: [Option] = [
    .value(
      "--debounce", "MS", default: "200",
      help: "Tell of a file when nothing has happened to it for so many milliseconds."),
    .value(
      "--longest-wait", "MS", default: "2000",
      help: "Tell of it so many milliseconds after the first change even so."),
    .flag("--existing", help: "Tell of the files that are there already, too."),
    .flag(
      "--auto-load",
      help: "Load the plugins that appear, and put new versions in the place of old ones."),
    .flag(
      "--auto-unload",
      help: "With --auto-load: retire the plugins whose files disappear. They go on without it."),
    .value("--count", "N", help: "End after so many events."),
  ]

  private let watcher: DirectoryWatcher
  /// nil where nothing is loaded.
  private let supervisor: PluginSupervisor?
  private let trust: (any FileTrust)?
  private let count: Int
  private let isJSON: Bool

  init(_ values: ParsedValues) throws {
    let choice = FileChoice(values)
    trust = try choice.trust()
    isJSON = values.value("--format") == "json"
    count = try Self.number("--count", values) ?? .max
    let milliseconds: UInt64 = 1_000_000
    watcher = try DirectoryWatcher(
      try choice.search(values.arguments),
      debounceNanoseconds: UInt64(try Self.number("--debounce", values) ?? 200) * milliseconds,
      longestWaitNanoseconds: UInt64(try Self.number("--longest-wait", values) ?? 2000)
        * milliseconds,
      reportsExisting: values.flag("--existing"))
    supervisor = try Self.supervisor(values, watcher.search, trust)
  }

  private static func supervisor(
    _ values: ParsedValues, _ search: PluginSearch, _ trust: (any FileTrust)?
  ) throws -> PluginSupervisor? {
    guard values.flag("--auto-load") else {
      for name in ["--auto-unload", "--probe"] where values.flag(name) {
        throw CommandLineError(
          .missingOption, subject: "--auto-load",
          fix: "give it as well, because nothing is loaded without it")
      }
      return nil
    }
    let host = try PluginHost(name: "plugin-host")
    host.trust = trust
    host.loadGuard = try QuarantineChoice.quarantine(values)
    var options = PluginSupervisor.Options()
    options.autoUnload = values.flag("--auto-unload")
    return PluginSupervisor(host, search, options)
  }

  private static func number(_ name: String, _ values: ParsedValues) throws -> Int? {
    guard let text = values.value(name) else { return nil }
    guard let number = Int(text), (0...1_000_000_000).contains(number) else {
      throw CommandLineError(
        .invalidValue, subject: name, found: text, expected: "a number from 0 to 1000000000")
    }
    return number
  }

  /// - Throws: where a line cannot be written or the system has no watches left.
  func run(to output: OutputFile) throws {
    var left = count
    while left > 0 {
      for event in try watcher.next() where left > 0 {
        left -= 1
        let verdict = verdict(on: event)
        let action = supervisor?.handle(event)
        let line = isJSON ? try json(event, verdict, action) : Self.text(event, verdict, action)
        try output.write(Array((line + "\n").utf8))
      }
    }
    try output.commit()
  }

  private func verdict(on event: WatchEvent) -> AdmissionVerdict? {
    switch event {
    case .appeared(let path), .changed(let path):
      if let refusal = watcher.search.refusal(of: path) {
        return AdmissionVerdict(refusing: path, because: refusal)
      }
      return Admission.check(path, trust: trust)
    case .disappeared, .rescanned, .unwatched: return nil
    }
  }

  private static func name(_ event: WatchEvent) -> String {
    switch event {
    case .appeared: "appeared"
    case .changed: "changed"
    case .disappeared: "disappeared"
    case .rescanned: "rescanned"
    case .unwatched: "unwatched"
    }
  }

  /// What was done, and why not more.
  private static func words(_ action: PluginSupervisor.Action) -> (did: String, because: [Refusal])
  {
    switch action {
    case .loaded: ("loaded", [])
    case .refused(let plugin): ("refused", plugin.reasons)
    case .retiring: ("retired", [])
    case .kept: ("kept", [])
    case .reloaded(_, .replaced): ("reloaded", [])
    case .reloaded(_, .declined(let reason)): ("kept", [reason])
    case .reloaded(_, .failed(let reasons)): ("kept", reasons)
    case .reloaded(_, .timedOut): ("kept", [])
    }
  }

  /// Who keeps a plugin whose file is gone; nil where nobody does.
  private static func holders(_ action: PluginSupervisor.Action) -> String? {
    guard case .kept(_, _, let holders) = action else { return nil }
    return holders.map(\.description).joined(separator: ", ")
  }

  private static func text(
    _ event: WatchEvent, _ verdict: AdmissionVerdict?, _ action: PluginSupervisor.Action?
  ) -> String {
    var line = name(event)
    if let path = event.path { line += " \(path)" }
    if case .unwatched(let directory, let error) = event {
      line += " \(directory): \(error.reason)"
    }
    if let verdict {
      line +=
        verdict.isAdmitted
        ? " (admitted, \(verdict.unload?.isUnloadable == true ? "unloadable" : "resident"))"
        : " (refused: \(verdict.reasons.map(\.description).joined(separator: "; ")))"
    }
    if let action {
      let (did, because) = words(action)
      line += ", \(did)"
      if let holders = holders(action) { line += ": \(holders)" }
      // Of a file that is not admitted it was said already.
      if verdict?.isAdmitted != false, !because.isEmpty {
        line += ": " + because.map(\.description).joined(separator: "; ")
      }
    }
    // A path may hold anything; a line is one event.
    return line.unicodeScalars.map { $0.value < 0x20 ? "?" : String($0) }.joined()
  }

  /// One document a line, `plugin-host/1` with one event and what is thought of its file.
  private func json(
    _ event: WatchEvent, _ verdict: AdmissionVerdict?, _ action: PluginSupervisor.Action?
  ) throws -> String {
    var document = PluginsSchema1(plugins: verdict.map { [PluginsSchema1.Plugin($0)] } ?? [])
    var told = PluginsSchema1.Event(kind: Self.name(event), path: event.path)
    if case .unwatched(let directory, let error) = event {
      told.path = directory
      told.because = error.reason
    }
    if let action {
      let (did, because) = Self.words(action)
      told.action = did
      told.because = Self.holders(action) ?? told.because
      told.reasons = because.map(PluginsSchema1.Reason.init)
    }
    document.event = told
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(document), as: UTF8.self)
  }
}

extension PluginsSchema1 {
  /// Something that was seen in a watched directory.
  struct Event: Codable {
    var kind: String
    var path: String?
    var because: String?
    /// With `--auto-load`: loaded, reloaded, kept (the old version goes on, or a plugin goes on without its file,
    /// because others require it), retired or refused.
    var action: String?
    var reasons: [Reason]?
  }
}
