import Testing

@testable import Measurement

@Suite("Change points")
struct ChangePointTests {
  private func series(_ seed: UInt64, _ parts: [(count: Int, level: Double)], noise: Double)
    -> [Double]
  {
    var random = RandomSource(seed: seed)
    return parts.flatMap { part in
      (0..<part.count).map { _ in part.level * (1 + noise * random.normal()) }
    }
  }

  @Test("one step is found within two places of where it is", arguments: 0..<20 as Range<UInt64>)
  func findsStep(seed: UInt64) throws {
    let values = series(seed, [(60, 100), (40, 108)], noise: 0.02)
    let points = ChangePointSearch().changePoints(in: values)
    let point = try #require(points.first { abs($0.index - 60) <= 2 })
    #expect(abs(point.ratio - 1.08) < 0.02)
    #expect(point.pValue <= ChangePointSearch().significance)
  }

  @Test("steps up and down are found, and the levels between")
  func findsSeveral() {
    let values = series(2, [(50, 100), (30, 115), (60, 100), (40, 90)], noise: 0.02)
    let points = ChangePointSearch().changePoints(in: values)
    #expect(points.count == 3, "\(points)")
    for (point, place) in zip(points, [50, 80, 140]) {
      #expect(abs(point.index - place) <= 2)
    }
  }

  @Test("noise alone has a step in few series of 200 values")
  func findsNothing() {
    let found = (0..<60 as Range<UInt64>).count { seed in
      !ChangePointSearch().changePoints(in: series(100 + seed, [(200, 100)], noise: 0.1)).isEmpty
    }
    // Eight windows at p ≤ 0.001 each: half a series of 60 in the mean, four in one of six hundred.
    #expect(found <= 3, "\(found) of 60")
  }

  @Test("a single value far off is no step, and one below the floor neither")
  func passesOver() {
    var values = series(3, [(100, 100)], noise: 0.01)
    values[50] = 400
    #expect(ChangePointSearch().changePoints(in: values).isEmpty)
    let small = series(4, [(60, 100), (60, 101)], noise: 0.001)
    #expect(ChangePointSearch().changePoints(in: small).isEmpty)
  }

  @Test("three values make a level")
  func findsYoungStep() {
    let values = series(6, [(40, 100), (3, 130)], noise: 0.02)
    #expect(ChangePointSearch().changePoints(in: values).map(\.index) == [40])
  }

  @Test("nothing, too little, constants and what is no number have none")
  func refuses() {
    let search = ChangePointSearch()
    for values in [[], [1], [1, 2, 3], Array(repeating: 5, count: 50), [1, 2, .nan, 4, 5, 6]] {
      #expect(search.changePoints(in: values).isEmpty)
    }
    #expect(
      search.changePoints(in: [0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4, 4]).map(\.index) == [8])
  }
}
