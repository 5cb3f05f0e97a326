import Measurement
import Testing

struct BreakEvenTests {
  /// A runtime of `fixed` bytes pays once each plugin is 150 bytes smaller; brute force says when.
  @Test(
    arguments: [[1, 10, 50], [1, 2, 3, 50], [1, 50]], [151, 299, 300, 301, 1350, 1500, 7500])
  func `The break-even is the first whole number that pays`(plugins: [Int], fixed: Int) throws {
    let expected = try #require((1...50).first { fixed - 150 * $0 <= 0 })
    let breakEven = try #require(
      find(exact(plugins) { Double(fixed) + 10 * $0 }, exact(plugins) { 160 * $0 }))
    #expect(breakEven.outcome == .from(plugins: expected, low: expected, high: expected))
    #expect(breakEven.below == .baseline)
    #expect(breakEven.crossings == 1)
    #expect(!breakEven.isBound)
    #expect(breakEven.rounds == 3)
  }

  @Test(arguments: [0, 150])
  func `A candidate that wins or draws everywhere gives a bound`(fixed: Double) throws {
    let plugins = [1, 10, 50]
    let breakEven = try #require(
      find(exact(plugins) { fixed + 10 * $0 }, exact(plugins) { 160 * $0 }))
    #expect(breakEven.outcome == .from(plugins: 1, low: 1, high: 1))
    #expect(breakEven.isBound)
    #expect(breakEven.below == .unmeasured)
    #expect(breakEven.crossings == 0)
  }

  @Test func `A candidate that loses everywhere never breaks even within the measured`() throws {
    let plugins = [1, 10, 50]
    let breakEven = try #require(
      find(exact(plugins) { 7501 + 10 * $0 }, exact(plugins) { 160 * $0 }))
    #expect(breakEven.outcome == .never(withinMeasured: 50, low: nil))
    #expect(breakEven.below == .baseline)
    #expect(breakEven.crossings == 0)
  }

  @Test(
    arguments: [
      // Median differences at 1, 2, 10 and 20 plugins.
      ([1, -1, 4, -4], .from(plugins: 15, low: 15, high: 15), 3),
      ([-1, 1, -1, -1], .from(plugins: 6, low: 6, high: 6), 2),
      ([-1, -1, 1, 1], .never(withinMeasured: 20, low: nil), 1),
      ([1, -1, 0, 1], .never(withinMeasured: 20, low: nil), 2),
    ] as [([Double], BreakEven.Outcome, Int)])
  func `Of several crossings the last counts and the rest is told`(
    differences: [Double], outcome: BreakEven.Outcome, crossings: Int
  ) throws {
    let breakEven = try #require(find(rounds([1, 2, 10, 20], differences), zeros([1, 2, 10, 20])))
    #expect(breakEven.outcome == outcome)
    #expect(breakEven.crossings == crossings)
    #expect(breakEven.below == .mixed)
  }

  /// Six of ten rounds win at the largest count, so about one resample in six never breaks even.
  @Test func `Resamples that never break even leave the interval open`() throws {
    let last: [Double?] = [-1, -1, -1, -1, -1, -1, 1, 1, 1, 1]
    let first = [Double?](repeating: 1, count: 10)
    let breakEven = try #require(find([1: first, 5: last], constant([1, 5], rounds: 10)))
    #expect(breakEven.outcome == .from(plugins: 3, low: 3, high: nil))

    let mirrored = last.map { $0.map { -$0 } }
    let never = try #require(find([1: first, 5: mirrored], constant([1, 5], rounds: 10)))
    #expect(never.outcome == .never(withinMeasured: 5, low: 3))
  }

  @Test func `Noise that both sides of a round share cancels`() throws {
    let noise: [Double] = [0, 5000, 300, 12_000, 70, 900]
    let candidate: [Int: [Double?]] = [1: noise.map { 310 + $0 }, 9: noise.map { 390 + $0 }]
    let baseline: [Int: [Double?]] = [1: noise.map { 160 + $0 }, 9: noise.map { 1440 + $0 }]
    let breakEven = try #require(find(candidate, baseline))
    #expect(breakEven.outcome == .from(plugins: 2, low: 2, high: 2))
  }

  @Test func `Counts and rounds that one side lacks are left out`() throws {
    let breakEven = try #require(
      find(
        [1: [5, nil, 5], 9: [1, 1, 1], 30: [9, 9, 9], 40: [nil]],
        [1: [1, 1, 1, 1], 9: [5, 5, nil], 20: [0], 40: [1]]))
    #expect(breakEven.outcome == .from(plugins: 5, low: 5, high: 5))
    #expect(breakEven.rounds == 1)
  }

  @Test(
    arguments: [(1, .from(plugins: 7, low: 7, high: 7)), (3, .never(withinMeasured: 7, low: nil))]
      as [(Double, BreakEven.Outcome)])
  func `One measured count is enough for a bound or a never`(
    value: Double, outcome: BreakEven.Outcome
  ) throws {
    #expect(try #require(find([7: [value]], [7: [2]])).outcome == outcome)
  }

  @Test(
    arguments: [
      ([:], [:]), ([1: [1]], [:]), ([1: [1]], [2: [1]]), ([1: [1]], [1: []]),
      ([1: [1, nil]], [1: [nil, 1]]), ([1: [.nan]], [1: [1]]), ([1: [1]], [1: [.infinity]]),
    ] as [([Int: [Double?]], [Int: [Double?]])])
  func `There is no break-even without finite rounds of both sides`(
    candidate: [Int: [Double?]], baseline: [Int: [Double?]]
  ) {
    #expect(find(candidate, baseline) == nil)
  }

  @Test func `There is no break-even without resamples or a confidence`() {
    var random = RandomSource(seed: 1)
    let side: [Int: [Double?]] = [1: [1]]
    #expect(BreakEven(candidate: side, baseline: side, resamples: 0, using: &random) == nil)
    #expect(BreakEven(candidate: side, baseline: side, confidence: 0, using: &random) == nil)
  }

  @Test func `A seed gives the same interval, another one another`() {
    var random = RandomSource(seed: 2)
    let noise = Distribution.normal.samples(10, using: &random)
    let candidate: [Int: [Double?]] = [
      1: noise.map { 500 + 100 * $0 }, 1000: noise.map { 200 * $0 * $0 - 500 },
    ]
    let results = [1, 1, 2].map { (seed: UInt64) in
      var random = RandomSource(seed: seed)
      return BreakEven(
        candidate: candidate, baseline: constant([1, 1000], rounds: 10), resamples: 20,
        using: &random)
    }
    #expect(results[0] != nil)
    #expect(results[0] == results[1])
    #expect(results[0] != results[2])
  }

  private func find(
    _ candidate: [Int: [Double?]], _ baseline: [Int: [Double?]]
  ) -> BreakEven? {
    var random = RandomSource(seed: 1)
    return BreakEven(candidate: candidate, baseline: baseline, using: &random)
  }

  /// Returns one round with a value at each plugin count.
  private func rounds(_ plugins: [Int], _ values: [Double]) -> [Int: [Double?]] {
    Dictionary(uniqueKeysWithValues: zip(plugins, values.map { [$0] }))
  }

  private func zeros(_ plugins: [Int]) -> [Int: [Double?]] {
    constant(plugins, rounds: 1)
  }

  /// Returns rounds of 0 at each plugin count.
  private func constant(_ plugins: [Int], rounds: Int) -> [Int: [Double?]] {
    plugins.reduce(into: [:]) { $0[$1] = [Double?](repeating: 0, count: rounds) }
  }
}
