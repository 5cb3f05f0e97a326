import Testing

@testable import Measurement

@Suite("The effect of paired rounds")
struct PairedEffectTests {
  @Test("equal sides have the ratio 1, and no interval to speak of")
  func knowsEqual() throws {
    let values: [Double?] = Array(repeating: 4096, count: 20)
    let effect = try #require(
      PairedEffect(candidate: values, baseline: values, confidence: 0.99))
    #expect(effect.ratio == 1 && effect.interval == Interval(low: 1, high: 1))
    let zeros: [Double?] = Array(repeating: 0, count: 20)
    #expect(PairedEffect(candidate: zeros, baseline: zeros, confidence: 0.99)?.ratio == 1)
  }

  @Test("what scales one side scales ratio and interval, and swapping the sides inverts them")
  func scales() throws {
    let old: [Double?] = [10, 11, 9, 10.5, 10, 9.7, 10.2, 10.1, 9.9, 10, 10.3, 9.8]
    let new: [Double?] = [10, 10.4, 9.4, 10.1, 10.3, 9.9, 10, 10.4, 9.6, 10.2, 10, 9.9]
    let one = try #require(PairedEffect(candidate: new, baseline: old, confidence: 0.95))
    let double = try #require(
      PairedEffect(candidate: new.map { $0! * 2 }, baseline: old, confidence: 0.95))
    let swapped = try #require(PairedEffect(candidate: old, baseline: new, confidence: 0.95))
    #expect(abs(double.ratio / one.ratio - 2) < 1e-9)
    #expect(abs(double.interval.high / one.interval.high - 2) < 1e-9)
    #expect(abs(swapped.ratio * one.ratio - 1) < 1e-9)
    #expect(abs(swapped.interval.low * one.interval.high - 1) < 1e-9)
  }

  @Test("a 0 on one side, a negative value and what is no number have no ratio")
  func refuses() {
    for bad in [0, -1, Double.nan, .infinity] {
      #expect(
        PairedEffect(candidate: [1, bad, 2], baseline: [1, 1, 2], confidence: 0.95) == nil, "\(bad)"
      )
    }
    #expect(PairedEffect(candidate: [nil], baseline: [1], confidence: 0.95) == nil)
    #expect(PairedEffect(candidate: [1], baseline: [1], confidence: 1) == nil)
  }

  // Source: Hollander, Wolfe & Chicken 2014, table A.4: P(T⁺ ≤ 8) = 0.0244 for 10 rounds, and
  // P(T⁺ ≤ 52) = 0.0242 for 20.
  @Test("ranks are those of the tables", arguments: [(10, 8), (20, 52), (6, 0)])
  func ranks(rounds: Int, expected: Int) {
    #expect(PairedEffect.rank(rounds: rounds, tail: 0.025) == expected)
    #expect(PairedEffect.rank(rounds: 5, tail: 0.025) == nil)
  }

  @Test("intervals over all looks of a plan miss the truth as rarely as promised")
  func keepsError() throws {
    let plan = LookPlan(upTo: 24, error: 0.1)
    var random = RandomSource(seed: 3)
    var missed = 0
    let trials = 600
    for _ in 0..<trials {
      // Heavy tails: every tenth round is disturbed.
      func sample() -> Double? {
        1 + 0.05 * random.normal() + (random.next(below: 10) == 0 ? random.exponential() : 0)
      }
      let old = (0..<24).map { _ in max(0.1, sample()!) as Double? }
      let new = (0..<24).map { _ in max(0.1, sample()!) as Double? }
      missed +=
        plan.looks.contains { look in
          let effect = PairedEffect(
            candidate: Array(new[..<look]), baseline: Array(old[..<look]),
            confidence: plan.confidence)
          return effect.map { !$0.interval.contains(1) } ?? true
        } ? 1 : 0
    }
    #expect(Double(missed) / Double(trials) < 0.1)
    #expect(missed > 0, "an interval that never misses is wider than it need be")
  }

  @Test("looking after every round without correction would miss far more often")
  func showsWhatLooksCost() {
    let single = LookPlan(upTo: 12, error: 0.05)
    #expect(single.looks == [12] && single.confidence == 0.95)
    let plan = LookPlan(upTo: 192, error: 0.05)
    #expect(plan.looks == [12, 24, 48, 96, 192])
    #expect(plan.confidence > 0.989)
  }
}

@Suite("The spread of a comparison with itself")
struct SpreadTests {
  @Test("is that of the noise, whatever single rounds do")
  func estimates() throws {
    var random = RandomSource(seed: 5)
    var old: [Double?] = (0..<400).map { _ in 100 * (1 + 0.03 * random.normal()) }
    let new: [Double?] = (0..<400).map { _ in 100 * (1 + 0.03 * random.normal()) }
    old[7] = 1e6
    let spread = try #require(Spread(candidate: new, baseline: old)).perRound
    #expect((0.036...0.049).contains(spread), "√2 · 3 %, not \(spread)")
  }

  @Test("nothing is said of fewer than three rounds", arguments: 0..<6)
  func fewRounds(count: Int) {
    let values: [Double?] = Array([100, 250, 110, 240, 90, 260].prefix(count))
    #expect(Spread(successive: values) == nil)
    #expect(Spread(successive: [100, 250, 110, 240, 90, 260]) != nil)
  }

  @Test("more rounds see smaller effects, down to what the floor lets pass")
  func seesMore() throws {
    var spread = try #require(Spread(successive: [100, 110, 100, 108, 95, 100, 101, 97]))
    spread.perRound = 0.05
    let few = spread.detectableEffect(LookPlan(upTo: 24), floor: 0.02)
    let many = spread.detectableEffect(LookPlan(upTo: 192), floor: 0.02)
    #expect(few > many && many > 0.02 && many < 0.03)
  }

  @Test("the normal quantile is that of the tables")
  func quantile() {
    #expect(abs(Spread.normalQuantile(0.975) - 1.959964) < 1e-5)
    #expect(abs(Spread.normalQuantile(0.5)) < 1e-9)
  }
}
