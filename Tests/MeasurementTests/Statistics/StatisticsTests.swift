import Measurement
import Testing

struct StatisticsTests {
  @Test(
    arguments: [
      ([3], 3), ([1, 2], 1.5), ([9, 1, 5], 5), ([4, 1, 3, 2], 2.5), ([-1, -1, 7, 7], 3),
    ] as [([Double], Double)])
  func `The median is the middle or the mean of the middle two`(samples: [Double], median: Double) {
    #expect(Statistics.median(samples) == median)
  }

  /// The expected values are those of `quantile` in R, whose default is type 7.
  @Test(
    arguments: [
      (0, 1), (0.1, 1.4), (0.25, 2), (0.5, 3), (0.9, 7.6), (1, 10),
    ] as [(Double, Double)])
  func `A quantile is of type 7`(probability: Double, expected: Double) throws {
    let quantile = try #require(Statistics.quantile([10, 2, 4, 1, 3], probability))
    #expect(abs(quantile - expected) < 1e-12)
  }

  @Test(arguments: [[], [.nan], [1, .nan, 2], [1, .infinity], [-.infinity, 1]] as [[Double]])
  func `A sample that is empty or not finite has no statistic`(samples: [Double]) {
    #expect(Statistics.median(samples) == nil)
    #expect(Statistics.quantile(samples, 0.1) == nil)
    #expect(Estimate(medianOf: samples) == nil)
  }

  @Test(arguments: [-0.1, 1.1, .nan, .infinity])
  func `There is no quantile outside of 0 to 1`(probability: Double) {
    #expect(Statistics.quantile([1, 2], probability) == nil)
  }
}
