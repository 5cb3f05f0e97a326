import Measurement
import Testing

struct PairedRatioTests {
  @Test func `Noise that both sides of a round share cancels`() throws {
    let baseline: [Double] = [100, 900, 250, 400, 120, 3000]
    let ratio = try #require(
      PairedRatio(candidate: baseline.map { $0 / 2 }, baseline: baseline))
    #expect(ratio.estimate.median == 0.5)
    #expect(ratio.estimate.interval == Interval(low: 0.5, high: 0.5))
    #expect(ratio.verdict(isExact: false) == .better)
  }

  @Test func `A round that either side lacks is dropped`() throws {
    let ratio = try #require(
      PairedRatio(candidate: [nil, 20, 30, 8, 50], baseline: [1, nil, 10, 2]))
    #expect(ratio.rounds == 2)
    #expect(ratio.estimate.median == 3.5)
  }

  @Test func `A value that is not finite does no harm in a round that is dropped`() throws {
    let ratio = try #require(PairedRatio(candidate: [.nan, 2], baseline: [nil, 1]))
    #expect(ratio.estimate.median == 2)
  }

  @Test(
    arguments: [
      ([], []), ([1], [nil]), ([nil, 1], [1, nil]), ([1, 1], [1, 0]), ([0], [0]), ([1], [-1]),
      ([-1], [1]), ([.nan], [1]), ([1], [.nan]), ([.infinity], [1]), ([1], [.infinity]),
      ([1], [.leastNonzeroMagnitude]),
    ] as [([Double?], [Double?])])
  func `There is no ratio without rounds or of values that have none`(
    candidate: [Double?], baseline: [Double?]
  ) {
    #expect(PairedRatio(candidate: candidate, baseline: baseline) == nil)
  }

  @Test(arguments: [(1, .inconclusive), (5, .inconclusive), (6, .better)] as [(Int, Verdict)])
  func `Few rounds decide nothing unless the metric is exact`(
    rounds: Int, verdict: Verdict
  ) throws {
    let ratio = try #require(
      PairedRatio(
        candidate: [Double](repeating: 1, count: rounds),
        baseline: [Double](repeating: 2, count: rounds)))
    #expect(ratio.verdict(isExact: false) == verdict)
    #expect(ratio.verdict(isExact: true) == .better)
  }
}
