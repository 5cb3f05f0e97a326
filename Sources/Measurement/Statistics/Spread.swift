internal import Glibc

/// How much a paired comparison of a thing with itself scatters, and what it can therefore see.
public struct Spread: Sendable, Hashable {
  /// The standard deviation of the logarithm of the ratio within a round; 0.05 is about 5 %.
  ///
  /// From the median absolute deviation, which single disturbed rounds do not move.
  public var perRound: Double

  /// Returns nil when fewer than three rounds have both sides above 0: two lie as far from their middle
  /// whatever the noise is, and one not at all.
  public init?(candidate: [Double?], baseline: [Double?]) {
    var logs: [Double] = []
    for case (let candidate?, let baseline?) in zip(candidate, baseline)
    where candidate > 0 && baseline > 0 { logs.append(log(candidate / baseline)) }
    self.init(logRatios: logs)
  }

  /// From successive values of one thing, each pair of neighbours standing for a round: nil for fewer
  /// than six.
  public init?(successive values: [Double?]) {
    self.init(
      candidate: stride(from: 1, to: values.count, by: 2).map { values[$0] },
      baseline: stride(from: 0, to: values.count - 1, by: 2).map { values[$0] })
  }

  private init?(logRatios: [Double]) {
    guard logRatios.count >= 3, let centre = Statistics.median(logRatios),
      let deviation = Statistics.median(logRatios.map { abs($0 - centre) })
    else { return nil }
    let robust = deviation * 1.4826
    // More than half the rounds equal: the deviation is 0 though the rest scatters.
    let mean = logRatios.reduce(0, +) / Double(logRatios.count)
    let variance =
      logRatios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, logRatios.count - 1))
    perRound = robust > 0 ? robust : variance.squareRoot()
  }

  /// The smallest effect that `plan` finds with the probability 0.95 in one session, as a share.
  ///
  /// Both the estimate must exceed `floor` and the interval exclude 1. Normal approximation, with the
  /// efficiency of the Hodges–Lehmann estimate for normal data (3/π), which few rounds do not quite
  /// reach: by simulation, of *n* rounds all is 1 + 2/*n* times as wide.
  public func detectableEffect(_ plan: LookPlan, floor: Double) -> Double {
    let power = 1.645
    let rounds = Double(plan.looks.last ?? 1)
    let error = perRound / (rounds * 3 / Double.pi).squareRoot() * (1 + 2 / rounds)
    let critical = Self.normalQuantile(1 - (1 - plan.confidence) / 2)
    return exp(max((critical + power) * error, log(1 + floor) + power * error)) - 1
  }

  /// The inverse of the normal distribution by bisection of `erfc`.
  static func normalQuantile(_ probability: Double) -> Double {
    var (low, high) = (-10.0, 10.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if erfc(-middle / 2.0.squareRoot()) / 2 < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
