internal import CommandLine
internal import Platform
internal import PluginHost
internal import PluginQuarantine

/// Where the quarantine lies, and whether new plugins are tried first.
struct QuarantineChoice {
  static let place = Option.value(
    "--quarantine", "FILE",
    help: "Where it is written down which plugins have crashed. Default: "
      + "plugin-runtime/quarantine in XDG_STATE_HOME or ~/.local/state.")

  static let options: [Option] = [
    .flag(
      "--probe",
      help:
        "Load, initialise and call a plugin that is new in a process of its own first; one that crashes, "
        + "hangs, ends the process or takes too much memory there is not loaded."),
    .value(
      "--probe-deadline", "MS", default: "10000", help: "How long a plugin may take for that."),
    .value(
      "--probe-memory", "MB", default: "512", help: "How much memory it may take for that."),
    place,
  ]

  /// The quarantine that holds; nil where there is no place for one and nothing is to be tried.
  ///
  /// - Throws: where the file cannot be read, or the program that tries plugins is not there.
  static func quarantine(_ values: ParsedValues) throws -> Quarantine? {
    guard values.flag("--probe") else { return try store(values, isNeeded: false) }
    guard let quarantine = try store(values, isNeeded: true) else { return nil }
    var probe = try PluginProbe()
    probe.deadlineNanoseconds = try number("--probe-deadline", values) * 1_000_000
    probe.memoryBytes = try number("--probe-memory", values) << 20
    quarantine.probe = probe
    return quarantine
  }

  /// The same without trying anything.
  static func store(_ values: ParsedValues, isNeeded: Bool) throws -> Quarantine? {
    guard let path = values.value("--quarantine") ?? defaultPath else {
      guard isNeeded else { return nil }
      throw CommandLineError(
        .missingOption, subject: "--quarantine", expected: "a file",
        fix: "name one, because neither XDG_STATE_HOME nor HOME is set")
    }
    return try Quarantine(path)
  }

  private static var defaultPath: String? {
    let environment = environmentVariables()
    // The specification wants relative ones ignored.
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return Path.join(state, "plugin-runtime/quarantine")
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return Path.join(home, ".local/state/plugin-runtime/quarantine")
  }

  private static func number(_ name: String, _ values: ParsedValues) throws -> UInt64 {
    let text = values.value(name) ?? ""
    guard let number = UInt64(text), (1...1_000_000_000).contains(number) else {
      throw CommandLineError(
        .invalidValue, subject: name, found: text, expected: "a number from 1 to 1000000000")
    }
    return number
  }
}
