import Testing

@testable import ELFInspection

@Suite("A range map")
struct RangeMapTests {
  @Test("gives a byte to its first claim, and the rest to nobody")
  func firstWins() {
    var map = RangeMap<String>()
    map.claim(2..<5, for: "a")
    map.claim(0..<3, for: "b")
    map.claim(4..<8, for: "c")
    let spans = map.resolve(upTo: 10)
    #expect(spans.map(\.range) == [0..<2, 2..<5, 5..<8, 8..<10])
    #expect(spans.map(\.label) == ["b", "a", "c", nil])
  }

  @Test("a claim inside another cuts it in two only where it came first")
  func nested() {
    var map = RangeMap<String>()
    map.claim(3..<4, for: "in")
    map.claim(0..<9, for: "out")
    map.claim(5..<6, for: "late")
    let spans = map.resolve(upTo: 9)
    #expect(spans.map(\.label) == ["out", "in", "out"])
    #expect(spans.map(\.range) == [0..<3, 3..<4, 4..<9])
  }

  @Test("claims behind the end are cut, empty ones ignored, and nothing is one gap")
  func edges() {
    var map = RangeMap<String>()
    #expect(map.resolve(upTo: 0).isEmpty)
    #expect(map.resolve(upTo: 5).map(\.range) == [0..<5])
    map.claim(4..<UInt64.max, for: "long")
    map.claim(2..<2, for: "empty")
    #expect(map.resolve(upTo: 6).map(\.label) == [nil, "long"])
  }

  @Test("agrees with painting byte by byte", arguments: 0..<50)
  func agreesWithPainting(seed: Int) {
    var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1
    func next(_ bound: UInt64) -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state % bound
    }
    var map = RangeMap<Int>()
    var painted = [Int?](repeating: nil, count: 200)
    for label in 0..<Int(next(60)) {
      let start = next(220)
      let range = start..<(start + next(50))
      map.claim(range, for: label)
      for byte in range where byte < 200 && painted[Int(byte)] == nil { painted[Int(byte)] = label }
    }
    var resolved: [Int?] = []
    for span in map.resolve(upTo: 200) {
      #expect(span.range.lowerBound == UInt64(resolved.count))
      resolved += span.range.map { _ in span.label }
    }
    #expect(resolved == painted)
  }
}
