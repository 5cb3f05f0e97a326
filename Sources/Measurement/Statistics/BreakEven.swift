/// The number of plugins from which on a candidate is no worse than a baseline.
///
/// At each plugin count measured on both sides, the median over the rounds of candidate − baseline
/// is taken; the candidate is no worse where that is at most 0. Between neighbouring counts the
/// difference is interpolated linearly, and beyond them nothing is claimed.
///
/// At the break-even and at all larger measured counts the candidate wins or draws. Below it the
/// baseline wins; `below` tells when that is not all there is to say.
///
/// The interval is the percentile interval over resampled rounds. A resample whose candidate is
/// still worse at the largest count counts as a break-even beyond every number: it is never
/// dropped, which would make the interval too narrow and too low. In simulations like those of
/// `Scaling` the nominal 95 % interval held the break-even in 93 % of experiments or more.
///
/// Source: Efron & Tibshirani 1993, §13.3, with quantiles of type 1 (Hyndman & Fan 1996), as
/// there is nothing between a number and "never" to interpolate.
public struct BreakEven: Sendable, Hashable {
  /// Where the candidate becomes no worse; all numbers are plugin counts.
  public enum Outcome: Sendable, Hashable {
    /// The candidate is no worse from `plugins` on, up to the largest measured count.
    ///
    /// `high` is nil if the interval has no upper end: too many resamples never break even. A `low`
    /// at the smallest measured count means "there or below".
    case from(plugins: Int, low: Int, high: Int?)
    /// The candidate is worse at `withinMeasured`, the largest measured count.
    ///
    /// `low` is the lower end of the interval, which has no upper one; it is nil if all but a few
    /// resamples agree that there is no break-even.
    case never(withinMeasured: Int, low: Int?)
  }

  /// What is known of the measured counts below the break-even, or of all if there is none.
  public enum Below: Sendable, Hashable {
    /// The baseline wins at all of them.
    case baseline
    /// The candidate is no worse at some of them: the sign changes more than once, or the candidate
    /// wins only small numbers of plugins. The outcome is the last change to the candidate.
    case mixed
    /// There are none: the candidate wins at every measured count, and the outcome is a bound.
    case unmeasured
  }

  public var outcome: Outcome
  public var below: Below
  /// How often the winner changes between neighbouring measured counts; more than 1 is suspicious.
  public var crossings: Int
  /// How many rounds had both sides at every plugin count; a single one gives no true interval.
  public var rounds: Int

  /// Whether the candidate wins at every measured count, so that the true break-even may be lower.
  public var isBound: Bool { below == .unmeasured }

  /// Finds the break-even of measurements: plugin count to values by round, nil for "not measured".
  ///
  /// Plugin counts that one side lacks, and rounds not measured on both sides at every count, are
  /// left out. One plugin count is enough, for a bound or a never.
  ///
  /// Returns nil when no round is complete, when a value of a complete round is not finite, when
  /// `confidence` is not above 0 and below 1, and when `resamples` is less than 1.
  /// Complexity: O(*r* · (*m* · *n* + log *r*)) for *r* resamples, *m* counts and *n* rounds.
  public init?(
    candidate: [Int: [Double?]], baseline: [Int: [Double?]],
    confidence: Double = Interval.defaultConfidence, resamples: Int = 2000,
    using random: inout RandomSource
  ) {
    let differences = candidate.reduce(into: [Int: [Double?]]()) { differences, side in
      guard let other = baseline[side.key] else { return }
      differences[side.key] = zip(side.value, other).map { candidate, baseline in
        candidate.flatMap { candidate in baseline.map { candidate - $0 } }
      }
    }
    guard confidence > 0, confidence < 1, resamples >= 1, let table = RoundTable(differences)
    else { return nil }
    let plugins = table.plugins
    let medians = table.medians

    var replicates: [Int] = []
    table.bootstrap(resamples: resamples, using: &random) { medians in
      replicates.append(Self.firstNoWorse(plugins, medians) ?? Self.beyond)
    }
    replicates.sort()
    let tail = (1 - confidence) / 2
    let low = Self.quantile(replicates, tail)
    let high = Self.quantile(replicates, 1 - tail)

    if let crossing = Self.firstNoWorse(plugins, medians) {
      let top = max(high, crossing)
      outcome = .from(
        plugins: crossing, low: min(low, crossing), high: top == Self.beyond ? nil : top)
    } else {
      outcome = .never(
        withinMeasured: plugins[plugins.count - 1], low: low == Self.beyond ? nil : low)
    }
    let isNoWorse = medians.map { $0 <= 0 }
    crossings = zip(isNoWorse, isNoWorse.dropFirst()).count { $0 != $1 }
    if !isNoWorse.contains(false) {
      below = .unmeasured
    } else {
      // A break-even takes one change, a never none; each one more is a win of the candidate below.
      below = crossings > (isNoWorse.last == true ? 1 : 0) ? .mixed : .baseline
    }
    rounds = table.rounds
  }

  /// Stands for "never" among the resampled break-evens, above every number of plugins.
  private static let beyond = Int.max

  /// Returns the smallest sorted value with at least the share `probability` at or below it.
  private static func quantile(_ sorted: [Int], _ probability: Double) -> Int {
    let rank = (Double(sorted.count) * probability).rounded(.up)
    return sorted[min(max(Int(rank) - 1, 0), sorted.count - 1)]
  }

  /// Returns the smallest whole count from which on no difference is positive; nil if the last is.
  private static func firstNoWorse(_ plugins: [Int], _ differences: [Double]) -> Int? {
    guard let last = differences.lastIndex(where: { $0 > 0 }) else { return plugins[0] }
    guard last + 1 < plugins.count else { return nil }
    let (worse, better) = (differences[last], differences[last + 1])
    let (first, end) = (plugins[last], plugins[last + 1])
    // Bisection over whole numbers, as a division could put a crossing at exactly 2 just above it
    // and so report 3.
    var (positive, crossed) = (first, end)
    while crossed - positive > 1 {
      let middle = positive + (crossed - positive) / 2
      if worse * Double(end - middle) + better * Double(middle - first) > 0 {
        positive = middle
      } else {
        crossed = middle
      }
    }
    return crossed
  }
}
