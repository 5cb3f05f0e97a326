internal import CElf
internal import Platform

/// Tells in constants what leads to a function from what is an entry of a jump table.
///
/// An entry is the distance from the beginning of its table to a place within a function, and so the addend of its
/// relocation holds the entry's place in the table besides. Tables have no symbols: one begins where code refers
/// to, and belongs to that code.
struct JumpTables {
  private struct Section {
    /// Where code refers to, ascending, and from which pieces; nil is code outside of the section that is divided.
    var starts: [UInt64] = []
    var users: [UInt64: Set<Int?>] = [:]
    /// What has a symbol, ascending.
    var objects: [Range<UInt64>] = []
  }

  private var sections: [Int: Section] = [:]
  private let owner: FunctionSections

  init(of owner: FunctionSections) throws(NotDivisible) {
    self.owner = owner
    let object = owner.object
    for relocation in owner.textRelocations {
      note(relocation, owner.piece(at: relocation.r_offset))
    }
    for (section, relocations) in try owner.relocationsOfOthers()
    where object.sections[section].sh_flags & UInt64(SHF_EXECINSTR) != 0 {
      for relocation in relocations { note(relocation, nil) }
    }
    for symbol in object.symbols where symbol.isObject {
      let end = symbol.st_value.addingReportingOverflow(symbol.st_size)
      if end.overflow { throw NotDivisible("a symbol that is too large") }
      sections[Int(symbol.st_shndx)]?.objects.append(symbol.st_value..<end.partialValue)
    }
    for section in sections.keys {
      sections[section]!.starts = sections[section]!.users.keys.sorted()
      sections[section]!.objects.sort { $0.lowerBound < $1.lowerBound }
    }
  }

  private mutating func note(_ relocation: Elf64_Rela, _ user: Int?) {
    let symbol = owner.object.symbols[relocation.symbol]
    guard symbol.isSection, relocation.type == UInt32(R_X86_64_PC32) else { return }
    let offset = UInt64(bitPattern: relocation.r_addend &+ 4)
    sections[Int(symbol.st_shndx), default: Section()].users[offset, default: []].insert(user)
  }

  enum Entry {
    case leads(toPiece: Int)
    /// It lies where a table may, but does not lead to where that belongs.
    case unsure
  }

  /// Where a relocation leads that is an entry of a table; nil where it is none.
  func entry(of relocation: Elf64_Rela, in number: Int) -> Entry? {
    guard let section = sections[number] else { return nil }
    let place = relocation.r_offset
    let behind = section.objects.partitioningIndex { $0.lowerBound > place }
    if behind > 0, section.objects[behind - 1].contains(place) { return nil }
    let next = section.starts.partitioningIndex { $0 > place }
    guard next > 0, case let start = section.starts[next - 1] else { return nil }
    let target = relocation.r_addend &- Int64(truncatingIfNeeded: place - start)
    guard let users = section.users[start], users.count == 1, let user = users.first,
      let piece = user, target >= 0, owner.piece(at: UInt64(target)) == piece
    else { return .unsure }
    return .leads(toPiece: piece)
  }
}
