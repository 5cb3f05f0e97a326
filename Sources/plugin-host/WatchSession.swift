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
    .value("--count", "N", help: "End after so many events."),
  ]

  private let watcher: DirectoryWatcher
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
        let line = isJSON ? try json(event, verdict) : Self.text(event, verdict)
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

  private static func text(_ event: WatchEvent, _ verdict: AdmissionVerdict?) -> String {
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
    // A path may hold anything; a line is one event.
    return line.unicodeScalars.map { $0.value < 0x20 ? "?" : String($0) }.joined()
  }

  /// One document a line, `plugin-host/1` with one event and what is thought of its file.
  private func json(_ event: WatchEvent, _ verdict: AdmissionVerdict?) throws -> String {
    var document = PluginsSchema1(plugins: verdict.map { [PluginsSchema1.Plugin($0)] } ?? [])
    var told = PluginsSchema1.Event(kind: Self.name(event), path: event.path)
    if case .unwatched(let directory, let error) = event {
      told.path = directory
      told.because = error.reason
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
  }
}
