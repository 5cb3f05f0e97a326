import Glibc
import Testing

@testable import Measurement

@Suite("The smallest effect that a session sees")
struct DetectableEffectTests {
  /// Which share of sessions finds an effect, looking as `compare` does.
  private func power(
    spread: Double, effect: Double, plan: LookPlan, trials: Int, seed: UInt64
  ) -> Double {
    var random = RandomSource(seed: seed)
    let found = (0..<trials).count { _ in
      var ratios: [Double] = []
      for look in plan.looks {
        while ratios.count < look {
          ratios.append((1 + effect) * exp(spread * random.normal()))
        }
        // Both sides of a session are noise; only their ratio is looked at.
        guard
          let found = PairedEffect(
            candidate: ratios, baseline: ratios.map { _ in 1 }, confidence: plan.confidence)
        else { continue }
        switch Verdict.of(ratio: found.ratio, interval: found.interval) {
        case .worse: return true
        case .unchanged, .better: return false
        case .inconclusive: continue
        }
      }
      return false
    }
    return Double(found) / Double(trials)
  }

  @Test(
    "the effect that is said to be seen is found in nearly all sessions, and half of it is not",
    arguments: [(0.05, 48), (0.1, 96), (0.2, 96)])
  func detectableEffect(spread: Double, rounds: Int) throws {
    let plan = LookPlan(upTo: rounds)
    var random = RandomSource(seed: 3)
    let measured = try #require(
      Spread(
        candidate: (0..<2000).map { _ in exp(spread * random.normal()) },
        baseline: Array(repeating: 1, count: 2000)))
    #expect(abs(measured.perRound / spread - 1) < 0.08)
    let effect = measured.detectableEffect(plan, floor: Verdict.defaultEffectFloor)
    let share = power(spread: spread, effect: effect, plan: plan, trials: 200, seed: 11)
    // 95 % was promised; of 200 trials fewer than 91 % would be one chance in a hundred.
    #expect(share >= 0.91, "\(effect): \(share)")
    let half = power(spread: spread, effect: effect / 2, plan: plan, trials: 200, seed: 12)
    #expect(half < 0.8, "\(effect / 2): \(half)")
  }
}
