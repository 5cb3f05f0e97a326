import Testing

@testable import Measurement

struct IntervalTests {
  @Test(arguments: [(0.9, false), (1, true), (1.5, true), (2, true), (2.1, false), (.nan, false)])
  func `An interval contains its ends and what is between`(value: Double, expected: Bool) {
    #expect(Interval(low: 1, high: 2).contains(value) == expected)
  }

  @Test func `An interval with its ends swapped is empty`() {
    #expect(!Interval(low: 2, high: 1).contains(1.5))
  }

  @Test func `A percentile interval cuts off half of the rest at either end`() {
    let replicates = (0...1000).map(Double.init)
    #expect(
      Interval.percentile(of: replicates.reversed(), around: 500, confidence: 0.5)
        == Interval(low: 250, high: 750))
  }

  @Test(arguments: [(-1, -1, 1), (2, 1, 2)] as [(Double, Double, Double)])
  func `A percentile interval is widened to contain its estimate`(
    estimate: Double, low: Double, high: Double
  ) {
    #expect(
      Interval.percentile(of: [1, 1, 1], around: estimate, confidence: 0.95)
        == Interval(low: low, high: high))
  }

  @Test(arguments: [[], [1, .nan], [.infinity]] as [[Double]])
  func `There is no percentile interval of nothing or of what is not finite`(replicates: [Double]) {
    #expect(Interval.percentile(of: replicates, around: 1, confidence: 0.95) == nil)
  }
}
