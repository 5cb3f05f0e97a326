import Testing

@testable import SizeAnalysis

@Suite("The matching of symbols")
struct SymbolMatchingTests {
  private struct Given {
    var name: String
    var size: UInt64
    var part: UInt32 = 0
    var traits: SymbolCost.Traits = .isFunction
  }

  private struct Match: Equatable {
    var old: String?
    var new: String?
    var by: SymbolMatch?
  }

  private func matches(_ old: [Given], _ new: [Given]) -> [Match] {
    var pool = NamePool()
    func costs(_ list: [Given]) -> SymbolList {
      SymbolList(
        list.map { given in
          SymbolCost(
            name: NameID(index: pool.add(Array(given.name.utf8))), part: given.part, owner: .own,
            traits: given.traits, sourceFile: SymbolCost.noFile, body: given.size, tables: 0,
            names: 0, relocations: 0, unwind: 0, exceptions: 0, linkage: 0)
        })
    }
    let (before, after) = (costs(old), costs(new))
    let matching = SymbolMatching(
      old: before, oldParts: [0, 1], new: after, newParts: [0, 1], names: NameFacts(pool))
    func text(_ given: Given) -> String { "\(given.name)/\(given.size)" }
    return matching.pairs.map {
      Match(old: text(old[Int($0.old)]), new: text(new[Int($0.new)]), by: $0.match)
    } + matching.oldLeft.map { Match(old: text(old[Int($0)]), new: nil, by: nil) }
      + matching.newLeft.map { Match(old: nil, new: text(new[Int($0)]), by: nil) }
  }

  @Test("goes from the surest key to the loosest, each over what is left")
  func goesFromSureToLoose() {
    let old = [
      Given(name: "a", size: 1), Given(name: "b", size: 1), Given(name: "c", size: 1),
      Given(name: "d.constprop.0", size: 1), Given(name: "e.part.2", size: 1),
      Given(name: "gone", size: 1),
    ]
    let new = [
      Given(name: "a", size: 1), Given(name: "b", size: 2), Given(name: "c", size: 1, part: 1),
      Given(name: "d.isra.7", size: 1), Given(name: "e", size: 1), Given(name: "come", size: 1),
    ]
    #expect(
      matches(old, new) == [
        Match(old: "a/1", new: "a/1", by: .exact), Match(old: "b/1", new: "b/2", by: .name),
        Match(old: "c/1", new: "c/1", by: .elsewhere),
        Match(old: "d.constprop.0/1", new: "d.isra.7/1", by: .signature),
        Match(old: "e.part.2/1", new: "e/1", by: .module), Match(old: "gone/1", new: nil, by: nil),
        Match(old: nil, new: "come/1", by: nil),
      ])
  }

  @Test("pairs several of one name by the nearest size")
  func pairsByNearestSize() {
    let old = [10, 50, 90].map { Given(name: "outlined", size: $0) }
    let new = [88, 12].map { Given(name: "outlined", size: $0) }
    #expect(
      matches(old, new) == [
        Match(old: "outlined/10", new: "outlined/12", by: .name),
        Match(old: "outlined/90", new: "outlined/88", by: .name),
        Match(old: "outlined/50", new: nil, by: nil),
      ])
  }

  @Test("keeps a function and its cold part apart where both are there")
  func keepsColdPartsApart() {
    #expect(
      matches(
        [Given(name: "f", size: 9)],
        [Given(name: "f.cold", size: 9), Given(name: "f", size: 4)]) == [
          Match(old: "f/9", new: "f/4", by: .name), Match(old: nil, new: "f.cold/9", by: nil),
        ])
  }

  @Test("never takes data for a function by a loose name, nor one without a name for another")
  func keepsKindsApart() {
    let pairs = matches(
      [Given(name: "x.1", size: 4), Given(name: "", size: 4)],
      [Given(name: "x.2", size: 4, traits: .isData), Given(name: "", size: 4, part: 1)])
    #expect(pairs.allSatisfy { $0.by == nil } && pairs.count == 4)
  }
}
