import Testing

@testable import SizeAnalysis

@Suite("A list of symbols")
struct SymbolListTests {
  private func symbol(
    part: UInt32 = 3, sourceFile: UInt32 = SymbolCost.noFile, body: UInt64 = 40,
    names: UInt32 = 11, relocations: UInt32 = 24, unwind: UInt32 = 0, exceptions: UInt32 = 0,
    linkage: UInt32 = 8
  ) -> SymbolCost {
    SymbolCost(
      name: NameID(index: 7), part: part, owner: .stdlib, traits: [.isFunction, .isExported],
      sourceFile: sourceFile, body: body, tables: 26, names: names, relocations: relocations,
      unwind: unwind, exceptions: exceptions, linkage: linkage)
  }

  private func isSame(_ left: SymbolCost, _ right: SymbolCost) -> Bool {
    left.name == right.name && left.part == right.part && left.owner == right.owner
      && left.traits == right.traits && left.sourceFile == right.sourceFile
      && left.body == right.body && left.tables == right.tables && left.names == right.names
      && left.relocations == right.relocations && left.unwind == right.unwind
      && left.exceptions == right.exceptions && left.linkage == right.linkage
  }

  @Test("gives back what was put in, however large its figures are")
  func keepsAll() {
    let large = UInt32(UInt16.max)
    let symbols = [
      symbol(), symbol(part: SymbolCost.noPart), symbol(part: 65_533), symbol(part: 65_534),
      symbol(part: 65_535), symbol(part: 70_000), symbol(body: 1 << 32 - 1), symbol(body: 1 << 32),
      symbol(names: large), symbol(names: large + 1), symbol(relocations: large + 1),
      symbol(unwind: large + 1), symbol(exceptions: large + 1), symbol(linkage: .max),
      symbol(sourceFile: 0), symbol(sourceFile: 9, body: .max),
    ]
    for order in [symbols, symbols.reversed()] {
      let list = SymbolList(order)
      #expect(list.count == order.count)
      for (found, expected) in zip(list, order) { #expect(isSame(found, expected)) }
    }
  }

  @Test("a symbol may be replaced by a larger or a smaller one")
  func replaces() {
    var list = SymbolList([symbol(), symbol(), symbol()])
    list[1] = symbol(body: 1 << 40)
    #expect(isSame(list[1], symbol(body: 1 << 40)))
    list[1].owner = .other
    #expect(list[1].owner == .other && list[1].body == 1 << 40)
    list[1] = symbol(sourceFile: 2)
    #expect(isSame(list[1], symbol(sourceFile: 2)))
    #expect(isSame(list[0], symbol()) && isSame(list[2], symbol()))
  }
}
