import Measurement
import Testing

struct ScalingTests {
  @Test(
    arguments: [(0, 0), (7_340_032, 0), (0, 16_384), (6_815_744, 40_960)] as [(Double, Double)])
  func `Exact measurements give the line they lie on`(fixed: Double, perPlugin: Double) throws {
    var random = RandomSource(seed: 1)
    let scaling = try #require(
      Scaling(exact([1, 10, 50, 200]) { fixed + perPlugin * $0 }, using: &random))
    #expect(abs(scaling.fixed.value - fixed) <= 1e-9 * fixed + 1e-6)
    #expect(abs(scaling.perPlugin.value - perPlugin) <= 1e-9 * perPlugin)
    for coefficient in [scaling.fixed, scaling.perPlugin] {
      #expect(coefficient.interval == Interval(low: coefficient.value, high: coefficient.value))
    }
  }

  /// By hand, with weights 1, 1/4 and 1/16; without weights the slope would be 3/2.
  @Test func `Relative errors count`() throws {
    var random = RandomSource(seed: 2)
    let scaling = try #require(Scaling([0: [1], 1: [2], 2: [4]], using: &random))
    #expect(abs(scaling.fixed.value - 32.0 / 33) < 1e-12)
    #expect(abs(scaling.perPlugin.value - 14.0 / 11) < 1e-12)
  }

  /// By hand, with weights 1, 1/10000 and 1/10000: one per cent of the largest stands in for 0.
  @Test func `A median of 0 has a finite weight`() throws {
    var random = RandomSource(seed: 3)
    let scaling = try #require(Scaling([0: [0], 1: [100], 2: [100]], using: &random))
    #expect(abs(scaling.fixed.value - 100.0 / 50001) < 1e-12)
    #expect(abs(scaling.perPlugin.value - 1000000.0 / 16667) < 1e-12)
  }

  @Test(arguments: [0, 0.1, 1.0 / 3, 41_943_041])
  func `A constant metric grows by exactly 0`(value: Double) throws {
    var random = RandomSource(seed: 9)
    let scaling = try #require(Scaling(exact([1, 10, 50, 200]) { _ in value }, using: &random))
    #expect(scaling.fixed.value == value)
    #expect(scaling.perPlugin.value == 0)
  }

  @Test func `An outlier in one round does not move the line`() throws {
    var random = RandomSource(seed: 4)
    let quiet: [Int: [Double?]] = [1: [11, 11, 11], 10: [20, 20, 20]]
    let disturbed: [Int: [Double?]] = [1: [11, 11, 11], 10: [20, 20, 9000]]
    let first = try #require(Scaling(quiet, using: &random))
    let second = try #require(Scaling(disturbed, using: &random))
    #expect(first.fixed.value == second.fixed.value)
    #expect(first.perPlugin.value == second.perPlugin.value)
    #expect(second.perPlugin.interval.high > first.perPlugin.interval.high)
  }

  @Test func `Only complete rounds and measured counts are used`() throws {
    var random = RandomSource(seed: 5)
    let scaling = try #require(
      Scaling([1: [3, nil, .nan, 3], 2: [5, 900, nil], 9: [nil, nil], 11: []], using: &random))
    #expect(scaling.rounds == 1)
    #expect(abs(scaling.fixed.value - 1) < 1e-12)
    #expect(abs(scaling.perPlugin.value - 2) < 1e-12)
  }

  @Test(
    arguments: [
      [:], [1: []], [5: [1, 2, 3]], [5: [1, 2], 6: [nil, nil]], [1: [1, nil], 2: [nil, 1]],
      [1: [1, .nan], 2: [1, 1]], [1: [1], 2: [.infinity]],
    ] as [[Int: [Double?]]])
  func `There is no line without two counts and finite rounds`(measurements: [Int: [Double?]]) {
    var random = RandomSource(seed: 6)
    #expect(Scaling(measurements, using: &random) == nil)
  }

  @Test func `There is no line without resamples or a confidence`() {
    var random = RandomSource(seed: 7)
    #expect(Scaling([1: [1], 2: [2]], resamples: 0, using: &random) == nil)
    #expect(Scaling([1: [1], 2: [2]], resamples: -1, using: &random) == nil)
    #expect(Scaling([1: [1], 2: [2]], confidence: 1, using: &random) == nil)
    #expect(Scaling([1: [1], 2: [2]], confidence: .nan, using: &random) == nil)
  }

  @Test func `A seed gives the same intervals, another one others`() throws {
    var random = RandomSource(seed: 8)
    var measurements: [Int: [Double?]] = [:]
    for plugins in [1, 10, 100] {
      measurements[plugins] = Distribution.lognormal.samples(10, using: &random)
    }
    let results = [1, 1, 2].map { (seed: UInt64) in
      var random = RandomSource(seed: seed)
      return Scaling(measurements, resamples: 500, using: &random)
    }
    #expect(results[0] != nil)
    #expect(results[0] == results[1])
    #expect(results[0] != results[2])
    #expect(results[0]?.perPlugin.value == results[2]?.perPlugin.value)
  }
}

/// Returns three equal rounds at each plugin count.
func exact(_ plugins: [Int], _ value: (Double) -> Double) -> [Int: [Double?]] {
  plugins.reduce(into: [:]) { $0[$1] = [Double?](repeating: value(Double($1)), count: 3) }
}
