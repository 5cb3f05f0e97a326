import Testing

@testable import Measurement

/// How often nominal 95 % intervals hold the truth, by simulation with fixed seeds.
struct CoverageTests {
  @Test(arguments: [6, 8, 10, 15, 20], Distribution.allCases)
  func `The interval of a median covers it at least as often as it says`(
    count: Int, distribution: Distribution
  ) throws {
    var random = RandomSource(seed: distribution.rawValue)
    var promised = 0.0
    let coverage = try share(of: 2500) {
      let estimate = try #require(
        Estimate(medianOf: distribution.samples(count, using: &random)))
      promised = estimate.coverage
      return estimate.interval.contains(distribution.median)
    }
    // Three standard deviations of a share near 0.96 of 2500 are 0.012.
    #expect(promised >= 0.95)
    #expect(coverage >= 0.945)
    #expect(abs(coverage - promised) < 0.012)
  }

  /// The reason why `Estimate` uses ranks.
  @Test func `The percentile bootstrap of a median covers it less often than it says`() throws {
    var random = RandomSource(seed: 2)
    let coverage = try share(of: 500) {
      let samples = Distribution.normal.samples(15, using: &random)
      let table = try #require(RoundTable([1: samples]))
      var replicates: [Double] = []
      table.bootstrap(resamples: 150, using: &random) { replicates.append($0[0]) }
      let interval = try #require(
        Interval.percentile(of: replicates, around: table.medians[0], confidence: 0.95))
      return interval.contains(Distribution.normal.median)
    }
    #expect(coverage < 0.94)
  }

  @Test(arguments: [10, 20], Distribution.allCases)
  func `The interval of a paired ratio covers it`(
    count: Int, distribution: Distribution
  ) throws {
    var random = RandomSource(seed: distribution.rawValue)
    let coverage = try share(of: 2000) {
      let rounds = distribution.samples(count, using: &random)
      let baseline = rounds.map { 100 + $0 }
      let candidate = rounds.map {
        (100 + $0) * (0.9 + 0.02 * Distribution.normal.draw(using: &random))
      }
      let ratio = try #require(PairedRatio(candidate: candidate, baseline: baseline))
      return ratio.estimate.interval.contains(0.9)
    }
    #expect(coverage >= 0.94)
  }

  @Test(arguments: [10, 20])
  func `The intervals of scaling and break-even cover them`(count: Int) throws {
    var random = RandomSource(seed: 4)
    let trials = 250
    var fixed = 0
    var perPlugin = 0
    var breakEven = 0
    for _ in 0..<trials {
      let candidate = Self.series(99, 1, rounds: count, using: &random)
      let baseline = Self.series(0, 3, rounds: count, using: &random)
      let scaling = try #require(Scaling(candidate, resamples: 120, using: &random))
      let crossing = try #require(
        BreakEven(candidate: candidate, baseline: baseline, resamples: 120, using: &random))
      fixed += scaling.fixed.interval.contains(99) ? 1 : 0
      perPlugin += scaling.perPlugin.interval.contains(1) ? 1 : 0
      if case .from(_, let low, let high) = crossing.outcome, low <= 50, 50 <= high ?? .max {
        breakEven += 1
      }
    }
    // Three standard deviations of a share of 0.95 of 250 are 0.04.
    for hits in [fixed, perPlugin, breakEven] {
      #expect(Double(hits) / Double(trials) >= 0.91)
    }
  }

  @Test func `Equal variants are seldom told apart`() throws {
    var random = RandomSource(seed: 5)
    let mistaken = try share(of: 2000) {
      let sides = (0..<2).map { _ in
        Distribution.normal.samples(10, using: &random).map { 100 + 10 * $0 }
      }
      let ratio = try #require(PairedRatio(candidate: sides[0], baseline: sides[1]))
      return [.better, .worse].contains(ratio.verdict(isExact: false))
    }
    #expect(mistaken <= 0.05)
  }

  @Test func `A large effect is mostly found`() throws {
    var random = RandomSource(seed: 6)
    let found = try share(of: 500) {
      let baseline = Distribution.normal.samples(10, using: &random).map { 100 + 5 * $0 }
      let candidate = Distribution.normal.samples(10, using: &random).map { 85 + 5 * $0 }
      let ratio = try #require(PairedRatio(candidate: candidate, baseline: baseline))
      return ratio.verdict(isExact: false) == .better
    }
    #expect(found >= 0.95)
  }

  /// Returns rounds of fixed + perPlugin · N with noise of 5 %.
  private static func series(
    _ fixed: Double, _ perPlugin: Double, rounds: Int, using random: inout RandomSource
  ) -> [Int: [Double?]] {
    var series: [Int: [Double?]] = [:]
    for plugins in [10, 40, 100] {
      series[plugins] = Distribution.normal.samples(rounds, using: &random).map {
        (fixed + perPlugin * Double(plugins)) * (1 + 0.05 * $0)
      }
    }
    return series
  }
}
