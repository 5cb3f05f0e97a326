import Testing

@testable import PluginHost

@Suite("Places by hashes")
struct HashedPlacesTests {
  @Test("finds what a dictionary would, however many share a hash, while some come and others go")
  func agreesWithADictionary() {
    var numbers = SystemRandomNumberGenerator()
    for spread in [1, 7, 5_000] as [UInt32] {
      var table = HashedPlaces()
      var truth: [Int: UInt32] = [:]
      for place in 0..<2_000 {
        let hash = UInt32.random(in: 0..<spread, using: &numbers) &* 0x9e37_79b1
        table.insert(hash, place)
        truth[place] = hash
        if let (old, oldHash) = truth.randomElement(), place % 3 != 0 {
          table.remove(oldHash, old)
          truth[old] = nil
        }
      }
      for place in 0..<2_000 {
        for hash in Set(truth.values).prefix(20) {
          #expect((table.first(hash) { $0 == place } != nil) == (truth[place] == hash))
        }
      }
      // What is not there takes nothing along.
      table.remove(0xdead_beef, 1)
      table.removeAll()
      #expect(truth.allSatisfy { place, hash in table.first(hash) { $0 == place } == nil })
    }
  }

  @Test("an empty one finds nothing, and forgets nothing")
  func empty() {
    var table = HashedPlaces()
    table.remove(1, 1)
    table.removeAll()
    #expect(table.first(1) { _ in true } == nil)
  }
}
