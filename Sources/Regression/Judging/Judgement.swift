public import Measurement

/// What is to be said of one figure: the one model of all verdicts, whichever command reaches them and
/// whichever format shows them.
public struct Judgement: Equatable, Sendable {
  public var series: Series
  /// In base units; nil where that side has none.
  public var baseline: Double?
  public var candidate: Double?
  /// Candidate / baseline with the bounds of its interval; nil where there is none.
  public var ratio: Double?
  public var interval: Interval?
  public var verdict: Verdict
  public var basis: Basis
  /// What the verdict leaves open, or why an exact change is accepted; a sentence without its stop.
  public var note: String?
  /// Since when; only of a check of history.
  public var since: Since?
  /// The deviation of the logarithm of the ratio within one round; only of paired rounds.
  public var spread: Double?

  public init(
    series: Series, baseline: Double?, candidate: Double?, ratio: Double? = nil,
    interval: Interval? = nil, verdict: Verdict, basis: Basis, note: String? = nil,
    since: Since? = nil
  ) {
    self.series = series
    self.baseline = baseline
    self.candidate = candidate
    self.ratio = ratio ?? Self.ratio(candidate, baseline)
    self.interval = interval
    self.verdict = verdict
    self.basis = basis
    self.note = note
    self.since = since
  }

  private static func ratio(_ candidate: Double?, _ baseline: Double?) -> Double? {
    guard let candidate, let baseline, baseline != 0 else { return nil }
    return candidate / baseline
  }

  /// What a verdict rests on.
  public enum Basis: Equatable, Sendable {
    /// The files are the same, byte for byte.
    case identicalFiles
    /// Compared to the last digit, but for a tolerance in the unit of the figure.
    case exact(tolerance: Double)
    /// Rounds in which both sides were measured; `confirmed` by a second session or not, nil where
    /// none was needed.
    case paired(rounds: Int, confirmed: Bool?)
    /// Two runs that were not measured together.
    case separateRuns
    /// A change point in history.
    case changePoint(pValue: Double)
    /// One side lacks the figure.
    case missing

    /// As in JSON.
    public var name: String {
      switch self {
      case .identicalFiles: "identical-files"
      case .exact: "exact"
      case .paired: "paired"
      case .separateRuns: "separate-runs"
      case .changePoint: "change-point"
      case .missing: "missing"
      }
    }
  }

  /// The place of a step in history.
  public struct Since: Equatable, Sendable {
    /// The first run of the new level.
    public var run: String
    public var startedAt: Int64
    public var revision: Revision
    /// The last run of the level before.
    public var previousRevision: Revision?
    public var state: State

    public enum State: String, Sendable {
      /// Told for the first time.
      case new
      /// An earlier check has told of it.
      case known
      /// A later step took it back.
      case recovered
    }
  }

  /// A stable name of what the judgement is about, whatever its numbers are.
  public var fingerprint: String {
    [series.tool, series.subject, series.setting, series.metric].joined(separator: "/")
  }
}

/// All judgements of one command, with what they are about.
public struct Assessment: Equatable, Sendable {
  public enum Kind: String, Sendable {
    /// Two things, measured together or from their results.
    case comparison
    /// A result against accepted figures.
    case gate
    /// History against its own past.
    case check
  }

  public var kind: Kind
  public var baseline: String
  public var candidate: String
  public var machineClass: String
  /// Worst first.
  public var judgements: [Judgement]
  /// What disturbs, or was left out.
  public var warnings: [String]
  /// What a reader should know of the method.
  public var notes: [String]
  /// On which lines of the baseline's file accepted figures stand; only of a gate, and where it is known.
  public var lines: [Series: Int] = [:]
  /// What was looked at, those with steps first; only of a check, and not more than are worth drawing.
  public var histories: [SeriesHistory] = []
  /// No series has runs enough for a step: whether there is one cannot be told. Only of a check.
  public var lacksRuns = false

  public init(
    kind: Kind, baseline: String, candidate: String, machineClass: String,
    judgements: [Judgement], warnings: [String] = [], notes: [String] = []
  ) {
    self.kind = kind
    self.baseline = baseline
    self.candidate = candidate
    self.machineClass = machineClass
    self.judgements = judgements.enumerated().sorted {
      (Self.order($0.element), $0.offset) < (Self.order($1.element), $1.offset)
    }.map(\.element)
    self.warnings = warnings
    self.notes = notes
  }

  /// Worst first; among equals the larger effect.
  private static func order(_ judgement: Judgement) -> Double {
    let rank: Double =
      switch judgement.verdict {
      case .worse: judgement.counts ? 0 : 3
      case .inconclusive: 1
      case .better: 2
      case .unchanged: 4
      }
    let effect = judgement.ratio.map { $0 > 0 ? max($0, 1 / $0) : 1e9 } ?? 1
    return rank - min(0.9, (effect - 1) / (effect + 1))
  }

  public func count(_ verdict: Verdict) -> Int { judgements.count { $0.verdict == verdict } }

  /// 2 if anything that counts became worse; else 3 if anything is open, or nothing could be judged;
  /// else 0.
  public var exitStatus: Int32 {
    if judgements.contains(where: { $0.verdict == .worse && $0.counts }) { return 2 }
    if judgements.contains(where: { $0.verdict == .inconclusive }) { return 3 }
    return judgements.isEmpty && (kind != .check || lacksRuns) ? 3 : 0
  }
}

extension Judgement {
  /// Whether a "worse" is news; of steps in history, each counts once.
  public var counts: Bool { since.map { $0.state == .new } ?? true }

  /// A "worse" of paired rounds holds if a second session comes to it too; else the figure is open.
  ///
  /// - Parameter second: nil where the second session came to nothing.
  public mutating func confirm(with second: Judgement?) {
    guard verdict == .worse, case .paired(let rounds, _) = basis else { return }
    let isConfirmed = second?.verdict == .worse
    basis = .paired(rounds: rounds, confirmed: isConfirmed)
    guard !isConfirmed else { return }
    verdict = .inconclusive
    note = "a second session says \(second?.verdict.rawValue ?? "nothing")"
  }
}
