import Measurement
import Testing

struct VerdictTests {
  @Test(
    arguments: [
      // Below and above 1, beyond the floor.
      (0.9, 0.85, 0.95, .better), (0.97, 0.95, 0.999, .better),
      (1.1, 1.05, 1.2, .worse), (1.03, 1.001, 1.05, .worse),
      // Within the floor, even if surely not 1.
      (1, 0.99, 1.01, .unchanged), (0.985, 0.981, 0.99, .unchanged), (1, 0.98, 1.02, .unchanged),
      // Not surely on one side, or an effect about as large as the floor.
      (0.9, 0.8, 1, .inconclusive), (1.1, 1, 1.2, .inconclusive),
      (0.985, 0.97, 0.995, .inconclusive),
      (1, 0.5, 2, .inconclusive), (1, 0.97, 1.01, .inconclusive),
      // Contradictions.
      (.nan, 0.8, 0.9, .inconclusive), (0.9, .nan, 0.95, .inconclusive),
      (0.9, 0.8, .nan, .inconclusive), (0.5, 0.8, 0.9, .inconclusive),
      (0.9, 0.95, 0.85, .inconclusive),
      (0.9, -.infinity, .infinity, .inconclusive),
    ] as [(Double, Double, Double, Verdict)])
  func `A verdict needs the whole interval and an effect beyond the floor`(
    ratio: Double, low: Double, high: Double, verdict: Verdict
  ) {
    #expect(Verdict.of(ratio: ratio, interval: Interval(low: low, high: high)) == verdict)
  }

  @Test(arguments: [0, 0.5, 0.97, 0.98, 0.99, 1, 1.01, 1.02, 1.03, 2], [0, 0.02, 0.05])
  func `An exact ratio is always decided`(ratio: Double, floor: Double) {
    let verdict = Verdict.of(
      ratio: ratio, interval: Interval(low: ratio, high: ratio), effectFloor: floor)
    let expected: Verdict =
      ratio < 1 - floor ? .better : ratio > 1 + floor ? .worse : .unchanged
    #expect(verdict == expected)
  }

  @Test func `Without a floor one byte more is worse`() {
    let ratio = 1_000_001.0 / 1_000_000
    let interval = Interval(low: ratio, high: ratio)
    #expect(Verdict.of(ratio: ratio, interval: interval) == .unchanged)
    #expect(Verdict.of(ratio: ratio, interval: interval, effectFloor: 0) == .worse)
  }
}
