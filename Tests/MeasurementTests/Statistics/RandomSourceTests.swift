import Measurement
import Testing

struct RandomSourceTests {
  @Test func `The numbers are those of the published algorithm`() {
    var random = RandomSource(seed: 1_234_567)
    let numbers = (0..<5).map { _ in random.next() }
    #expect(
      numbers == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  /// The orders were worked out independently, with the same algorithms in another language.
  @Test func `A seed always gives the same order`() {
    var orders: [[Int]] = []
    for seed: UInt64 in [1, 1, 2] {
      var random = RandomSource(seed: seed)
      var order = Array(0..<8)
      random.shuffle(&order)
      orders.append(order)
    }
    #expect(
      orders == [[0, 3, 7, 1, 2, 6, 5, 4], [0, 3, 7, 1, 2, 6, 5, 4], [0, 2, 7, 1, 6, 3, 5, 4]])
  }

  @Test(arguments: [1, 2, 3, 7, 1000, Int.max])
  func `A number is below its bound`(bound: Int) {
    var random = RandomSource(seed: 3)
    #expect((0..<1000).allSatisfy { _ in (0..<bound).contains(random.next(below: bound)) })
  }

  /// 3 · 2⁶¹ goes 8/3 times into 2⁶⁴: taking a remainder would favour the lower two thirds, and
  /// multiplying without drawing again would favour two of the three residues.
  @Test func `A bound that does not divide the range favours no number`() {
    var random = RandomSource(seed: 4)
    var thirds = [0, 0, 0]
    var residues = [0, 0, 0]
    for _ in 0..<30_000 {
      let number = random.next(below: 3 << 61)
      thirds[number >> 61] += 1
      residues[number % 3] += 1
    }
    // Four standard deviations; either bias would be off by 1250 or more.
    #expect((thirds + residues).allSatisfy { (9673...10327).contains($0) })
  }

  @Test func `A shuffle gives every order equally often`() {
    var random = RandomSource(seed: 5)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<12_000 {
      var order = [0, 1, 2]
      random.shuffle(&order)
      counts[order, default: 0] += 1
    }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { (1837...2163).contains($0) }, "\(counts)")
  }

  @Test(arguments: [[], [1]])
  func `A shuffle leaves none or one element as they are`(elements: [Int]) {
    var random = RandomSource(seed: 6)
    var shuffled = elements
    random.shuffle(&shuffled)
    #expect(shuffled == elements)
  }
}
