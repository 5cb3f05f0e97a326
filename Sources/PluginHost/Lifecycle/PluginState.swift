/// How far a plugin has come in its life.
public enum PluginState: String, Sendable, CaseIterable {
  /// The file is known; nothing was decided.
  case discovered
  /// Judged from the file and found good; nothing of it has run.
  case admitted
  /// Mapped, and its entry found. Constructors have run, the entry has not.
  case loaded
  /// Its `init` has succeeded: it may be called.
  case active
  /// No longer handed out; those who use it are waited for.
  case retiring
  /// Its `deinit` has run and what it owned is released. Nothing comes after it.
  case retired
  /// Not admitted, or the loader would not have it: none of its functions was called. Nothing comes after it.
  case refused
  /// Its entry or `init` failed. Nothing comes after it.
  case failed

  /// Whether a plugin may go from here to `next`.
  public func allows(_ next: PluginState) -> Bool {
    switch (self, next) {
    case (.discovered, .admitted), (.discovered, .refused): true
    case (.admitted, .loaded), (.admitted, .refused): true
    case (.loaded, .active), (.loaded, .failed): true
    case (.active, .retiring): true
    case (.retiring, .retired): true
    default: false
    }
  }
}

/// A step in the life of a plugin.
public struct PluginEvent: Sendable {
  /// Whose step it is.
  public let id: PluginID
  /// The file, or `builtin:NAME`.
  public let path: String
  /// What it was.
  public let from: PluginState
  /// What it is now.
  public let to: PluginState
  /// Why; empty where the step needs no reason.
  public let reasons: [Refusal]
  /// When, in nanoseconds of `CLOCK_MONOTONIC`.
  public let nanoseconds: UInt64
}

/// What is known of one plugin for as long as its host knows it.
struct PluginLife {
  let id: PluginID
  let path: String
  private(set) var state = PluginState.discovered

  init(_ id: PluginID, path: String) {
    self.id = id
    self.path = path
  }

  /// Goes on to `next`; a step that ``PluginState/allows(_:)`` forbids is a fault of the host.
  mutating func move(to next: PluginState) {
    precondition(state.allows(next), "a plugin cannot go from \(state) to \(next)")
    state = next
  }
}
