import Testing

@testable import SizeAnalysis

@Suite("Pairs of the nearest sizes")
struct NearestSizesTests {
  private func pairs(_ old: [UInt64], _ new: [UInt64]) -> [[UInt64]] {
    func list(_ sizes: [UInt64]) -> [SizedSymbol] {
      sizes.enumerated().map { SizedSymbol(key: 0, size: $0.element, index: Int32($0.offset)) }
        .sorted(by: <)
    }
    var result: [[UInt64]] = []
    var nearest = NearestSizes()
    nearest.pair(list(old)[...], list(new)[...]) { result.append([old[Int($0)], new[Int($1)]]) }
    return result.sorted { $0[0] < $1[0] }
  }

  @Test("are found wherever they stand, and what is over belongs to none")
  func findsNearest() {
    #expect(pairs([10, 20], [100, 19]) == [[10, 100], [20, 19]])
    #expect(pairs([1], [500, 3, 2]) == [[1, 2]])
    #expect(pairs([500, 3, 2], [1]) == [[2, 1]])
    #expect(pairs([5, 5, 5], [5, 5]) == [[5, 5], [5, 5]])
    #expect(pairs([1, 2, 3], [4, 5, 6]) == [[1, 6], [2, 5], [3, 4]])
    #expect(pairs([0, .max], [.max - 1, 7]) == [[0, 7], [.max, .max - 1]])
  }

  @Test("of one size are those at the same position")
  func keepsOrder() {
    var found: [[Int32]] = []
    var nearest = NearestSizes()
    let list = (0..<4).map { SizedSymbol(key: 0, size: 8, index: $0) }
    nearest.pair(list[...], list[...]) { found.append([$0, $1]) }
    #expect(found == [[0, 0], [1, 1], [2, 2], [3, 3]])
  }

  @Test("are as many as the shorter list has elements")
  func usesUpOneList() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let old = (0..<Int.random(in: 0...20)).map { _ in UInt64.random(in: 0...9) }
      let new = (0..<Int.random(in: 0...20)).map { _ in
        UInt64.random(in: 0...9, using: &generator)
      }
      #expect(pairs(old, new).count == min(old.count, new.count), "\(old) \(new)")
    }
  }

  @Test("are found among tens of thousands, whichever way these lie")
  func staysFast() {
    let count: Int32 = 20_000
    func list(_ size: (UInt64) -> UInt64) -> [SizedSymbol] {
      (0..<count).map { SizedSymbol(key: 0, size: size(UInt64($0)), index: $0) }
    }
    var nearest = NearestSizes()
    var found = 0
    // The last of these is nearest to the first of those, and so on outwards.
    nearest.pair(list { $0 }[...], list { $0 + UInt64(count) }[...]) { old, new in
      if old + new == count - 1 { found += 1 }
    }
    nearest.pair(list { 3 * $0 }[...], list { 3 * $0 + 1 }[...]) { old, new in
      if old == new { found += 1 }
    }
    #expect(found == 2 * Int(count))
  }
}
