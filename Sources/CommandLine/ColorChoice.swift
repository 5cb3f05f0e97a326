/// When output is colored, as `--color` says it.
public enum ColorChoice: String, Sendable, CaseIterable {
  /// The values of `--color`.
  case auto, always, never

  /// Whether to color, given the environment and whether the output is a terminal.
  ///
  /// `auto` honours `NO_COLOR` when it is not empty (no-color.org) and `TERM=dumb`; an explicit
  /// `always` or `never` overrides both.
  public func resolve(environment: [String: String], isTerminal: Bool) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto:
      isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }
  }
}
