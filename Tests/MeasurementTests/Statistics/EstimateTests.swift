import Measurement
import Testing

struct EstimateTests {
  /// The tail is how many of the 2ⁿ outcomes of *n* coin tosses have fewer heads than the rank.
  @Test(arguments: [
    (2, 1, 1), (5, 1, 1), (6, 1, 1), (8, 1, 1), (10, 2, 11), (12, 3, 79), (15, 4, 576),
    (20, 6, 21700),
  ])
  func `The interval is bounded by the ranks of the binomial distribution`(
    count: Int, rank: Int, tail: Int
  ) throws {
    var random = RandomSource(seed: 1)
    var samples = (1...count).map(Double.init)
    random.shuffle(&samples)
    let estimate = try #require(Estimate(medianOf: samples))
    #expect(estimate.median == Double(count + 1) / 2)
    #expect(estimate.interval == Interval(low: Double(rank), high: Double(count + 1 - rank)))
    let coverage = 1 - 2 * Double(tail) / Double(1 << count)
    #expect(abs(estimate.coverage - coverage) < 1e-12)
    #expect(estimate.isConfident == (count >= 6))
  }

  @Test func `Thousands of samples approach the normal distribution`() throws {
    let estimate = try #require(Estimate(medianOf: (1...10_000).map(Double.init)))
    // 5000 − 1.96 · √10000 / 2 is 4902; the coverage was summed with whole numbers of any size.
    #expect(estimate.interval == Interval(low: 4902, high: 5099))
    #expect(abs(estimate.coverage - 0.951_167_050_103) < 1e-12)
  }

  @Test(arguments: [1, 2, 7, 20], [0, 0.1, 41_943_040])
  func `Equal samples give exactly their value`(count: Int, value: Double) throws {
    let estimate = try #require(Estimate(medianOf: [Double](repeating: value, count: count)))
    #expect(estimate.median == value)
    #expect(estimate.interval == Interval(low: value, high: value))
  }

  @Test func `One sample is its own interval and covers nothing`() throws {
    let estimate = try #require(Estimate(medianOf: [5]))
    #expect(estimate.interval == Interval(low: 5, high: 5))
    #expect(estimate.coverage == 0)
    #expect(!estimate.isConfident)
  }

  @Test func `A higher confidence gives a wider interval`() throws {
    let samples = (1...20).map(Double.init)
    let usual = try #require(Estimate(medianOf: samples, confidence: 0.95))
    let higher = try #require(Estimate(medianOf: samples, confidence: 0.99))
    #expect(higher.interval.low < usual.interval.low)
    #expect(higher.interval.high > usual.interval.high)
  }

  @Test(arguments: [0, 1, -1, 2, .nan])
  func `There is no interval of a confidence that is not between 0 and 1`(confidence: Double) {
    #expect(Estimate(medianOf: [1, 2, 3], confidence: confidence) == nil)
  }
}
