/// What became of a plugin that was loaded for a trial.
public enum ProbeOutcome: Equatable, Sendable {
  /// It was loaded, initialised, called and taken down.
  case good
  /// It was not loaded, for a reason that a host is told as well when it loads it, in these words. Nothing came of it.
  case refused(String)
  /// It must not be loaded again.
  case culprit(ProbeFinding)
}

/// How a plugin took the process down that it was loaded in for a trial.
public struct ProbeFinding: Equatable, Sendable, CustomStringConvertible {
  /// The raw values are part of the quarantine's file.
  public enum Kind: String, Sendable, CaseIterable {
    case crash
    /// It did not come to an end in the time that it had.
    case hang
    /// It ended the process itself.
    case exit
    /// It took more memory than it was given.
    case memory
    /// It said of itself that it does not work (`plr_trial.h`).
    case failure
  }

  /// What was being done. The raw values are part of the quarantine's file.
  public enum Stage: String, Sendable, CaseIterable {
    /// Nothing of the plugin ran yet.
    case start
    /// Its constructors ran.
    case load
    /// Its entry or its `init` did.
    case initialise = "init"
    /// What it offers was asked for, and its trial run.
    case call
    /// Its `deinit` or its destructors ran.
    case deinitialise = "deinit"
  }

  public var kind: Kind
  public var stage: Stage
  /// The system's words, and the plugin's last ones.
  public var detail: String
  /// Where it was, from inside to outside; empty where that could not be told.
  public var backtrace: [String]

  public init(_ kind: Kind, _ stage: Stage, detail: String, backtrace: [String] = []) {
    self.kind = kind
    self.stage = stage
    self.detail = detail
    self.backtrace = backtrace
  }

  public var description: String {
    let what =
      switch kind {
      case .crash: "crashed"
      case .hang: "hung"
      case .exit: "ended the process"
      case .memory: "took too much memory"
      case .failure: "said that it does not work"
      }
    let place =
      switch stage {
      case .start: "before it was loaded"
      case .load: "in its constructors"
      case .initialise: "in its entry or init"
      case .call: "when it was called"
      case .deinitialise: "in its deinit or destructors"
      }
    return "\(what) \(place)" + (detail.isEmpty ? "" : ": \(detail)")
  }
}
