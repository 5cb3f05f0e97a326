/// What came of a reload. Whatever it is but ``replaced(by:)``: the old version goes on.
public enum ReloadOutcome: Equatable, Sendable {
  /// The new version is handed out. The old one goes as soon as nobody holds on to it any more.
  case replaced(by: PluginID)
  /// The two versions do not agree on the state.
  case declined(Refusal)
  /// The new version was refused or failed, or the old one could not save its state.
  case failed([Refusal])
  /// Callers would have been kept waiting for too long. These were inside in the end; none where it was the
  /// plugins' own code that took the time.
  case timedOut([PluginHolder])
}

/// How a plugin is replaced.
public struct ReloadOptions: Sendable {
  /// How long callers may be kept waiting.
  public var timeoutNanoseconds: UInt64 = 1_000_000_000
  /// The largest state that is taken.
  public var maximalStateBytes = 64 << 20
  /// A new version that takes no state may replace one that has some.
  public var dropsState = false

  public init() {}
}
