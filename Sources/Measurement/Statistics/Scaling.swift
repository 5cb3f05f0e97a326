/// How a metric grows with the number of plugins: value = fixed + perPlugin · N.
///
/// The line is fitted by least squares to the medians at each plugin count, weighted by 1/median²,
/// so that relative errors count. Noise of times and of memory grows with the value; without
/// weights the largest count alone would place the line and the fixed part, often a few per cent of
/// the value there, would be what its noise leaves over. On exact data that lie on a line, weights
/// make no difference.
///
/// The intervals tell the noise of the rounds, not whether growth is linear at all. A line joins
/// several medians, which smooths what the bootstrap of one median lacks (see `Estimate`): nominal
/// 95 % intervals of simulated noise of 5 % and 30 % held the coefficients in 93.5 % of experiments
/// or more, from 10 rounds on.
///
/// Source: Carroll & Ruppert 1988, "Transformation and Weighting in Regression", chapter 2, for the
/// weights; Efron & Tibshirani 1993, §13.3, for the intervals.
public struct Scaling: Sendable, Hashable {
  /// A coefficient of the line.
  public struct Coefficient: Sendable, Hashable {
    public var value: Double
    public var interval: Interval
  }

  /// The part that does not depend on the plugins, in the unit of the metric.
  ///
  /// It is the line at N = 0, beyond the measured counts unless 0 is one of them; noise can make it
  /// negative.
  public var fixed: Coefficient
  /// What each plugin adds, in the unit of the metric.
  public var perPlugin: Coefficient
  /// How many rounds had a value at every plugin count.
  ///
  /// A single round gives intervals of no width, which are not to be read as certainty.
  public var rounds: Int

  /// Fits the line to measurements: plugin count to values by round, nil for "not measured".
  ///
  /// Only rounds measured at every plugin count are used. If all values at each count are equal, so
  /// are `low`, `value` and `high`.
  ///
  /// Returns nil when fewer than two plugin counts were measured, when no round is complete, when a
  /// value of a complete round is not finite, when `confidence` is not above 0 and below 1, and
  /// when `resamples` is less than 1. Complexity: O(*r* · (*m* · *n* + log *r*)) for *r* resamples,
  /// *m* counts and *n* rounds.
  public init?(
    _ measurements: [Int: [Double?]], confidence: Double = Interval.defaultConfidence,
    resamples: Int = 2000, using random: inout RandomSource
  ) {
    guard confidence > 0, confidence < 1, let table = RoundTable(measurements),
      table.plugins.count >= 2
    else { return nil }
    let plugins = table.plugins.map(Double.init)
    let line = Self.line(plugins, table.medians)
    var fixed: [Double] = []
    var perPlugin: [Double] = []
    table.bootstrap(resamples: resamples, using: &random) { medians in
      let replicate = Self.line(plugins, medians)
      fixed.append(replicate.fixed)
      perPlugin.append(replicate.perPlugin)
    }
    guard
      let fixedInterval = Interval.percentile(
        of: fixed, around: line.fixed, confidence: confidence),
      let perPluginInterval = Interval.percentile(
        of: perPlugin, around: line.perPlugin, confidence: confidence)
    else { return nil }
    self.fixed = Coefficient(value: line.fixed, interval: fixedInterval)
    self.perPlugin = Coefficient(value: line.perPlugin, interval: perPluginInterval)
    self.rounds = table.rounds
  }

  /// Returns the weighted least squares line through at least two distinct counts.
  private static func line(
    _ plugins: [Double], _ medians: [Double]
  ) -> (fixed: Double, perPlugin: Double) {
    // A median of 0 has no relative error; one per cent of the largest stands in for it.
    let least = (medians.map(\.magnitude).max() ?? 0) / 100
    let weights = medians.map { median in
      let scale = max(median.magnitude, least)
      return scale > 0 ? 1 / (scale * scale) : 1
    }
    // Counting from the first median makes the slope of a constant metric exactly 0.
    let origin = medians[0]
    var total = 0.0
    var meanPlugins = 0.0
    var meanValue = 0.0
    for index in plugins.indices {
      total += weights[index]
      meanPlugins += weights[index] * plugins[index]
      meanValue += weights[index] * (medians[index] - origin)
    }
    meanPlugins /= total
    meanValue /= total
    var covariance = 0.0
    var variance = 0.0
    for index in plugins.indices {
      let distance = plugins[index] - meanPlugins
      covariance += weights[index] * distance * (medians[index] - origin - meanValue)
      variance += weights[index] * distance * distance
    }
    let perPlugin = covariance / variance
    return (fixed: origin + meanValue - perPlugin * meanPlugins, perPlugin: perPlugin)
  }
}
