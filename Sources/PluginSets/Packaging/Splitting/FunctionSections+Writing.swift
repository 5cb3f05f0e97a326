internal import CElf

extension FunctionSections {
  /// The object with a section for each piece.
  mutating func write() throws(NotDivisible) -> [UInt8] {
    guard object.sections.count + 2 * pieces.count < Int(SHN_LORESERVE) else {
      throw NotDivisible("\(pieces.count) functions, too many sections")
    }
    let (firstGlobal, addedNames) = (object.localCount, unnamed())
    let added = pieces.count + addedNames.count
    // Sections' symbols come behind the local ones, then those of functions that had no name.
    func moved(_ symbol: Int) -> Int { symbol < firstGlobal ? symbol : symbol + added }

    // What leads to code from elsewhere.
    let tables = try JumpTables(of: self)
    for (index, section) in object.sections.enumerated()
    where section.sh_type == UInt32(SHT_RELA) && section.sh_info != UInt32(text) {
      let place = Int(section.sh_info)
      let changed = try object.relocations(in: section).map {
        relocation throws(NotDivisible) -> Elf64_Rela in
        var relocation = relocation
        let (symbol, type) = (relocation.symbol, relocation.type)
        guard isOfText(relocation) else {
          relocation.r_info = UInt64(moved(symbol)) << 32 | UInt64(type)
          return relocation
        }
        let piece = try piece(of: relocation, in: place, tables)
        return Elf64_Rela(
          at: relocation.r_offset, symbol: firstGlobal + piece, type: type,
          addend: relocation.r_addend &- Int64(pieces[piece]))
      }
      object.replace(index, with: changed)
    }

    let firstPiece = object.sections.count
    let ownRelocations = try relocationsOfPieces(firstGlobal: firstGlobal, moved)
    try addPieces(ownRelocations, firstPiece: firstPiece)
    writeSymbols(addedNames, firstPiece: firstPiece)
    for index in object.sections.indices {
      let section = object.sections[index]
      let isAddressTable = section.sh_type == Self.addressSignificance
      let isOfText = section.sh_type == UInt32(SHT_RELA) && section.sh_info == UInt32(text)
      if index == text || isAddressTable || isOfText { object.empty(index) }
    }
    return try object.written()
  }

  /// `SHT_LLVM_ADDRSIG`: numbers of symbols that a linker may do without.
  private static let addressSignificance: UInt32 = 0x6fff_4c03

  private static let relative = [R_X86_64_PC32, R_X86_64_PLT32].map(UInt32.init)
  private static let absolute = [R_X86_64_64, R_X86_64_32, R_X86_64_32S].map(UInt32.init)

  /// Which piece a relocation leads to that names the section as a whole.
  private func piece(
    of relocation: Elf64_Rela, in section: Int, _ tables: JumpTables
  ) throws(NotDivisible) -> Int {
    var isNoTable = true
    if relocation.type == UInt32(R_X86_64_PC32) {
      switch tables.entry(of: relocation, in: section) {
      case .leads(toPiece: let piece): return piece
      case .unsure: isNoTable = false
      case nil: break
      }
    }
    let isCode = object.sections[section].sh_flags & UInt64(SHF_EXECINSTR) != 0
    let isRelative = Self.relative.contains(relocation.type)
    guard isRelative || Self.absolute.contains(relocation.type) else {
      throw NotDivisible("relocation \(relocation.type) in section \(section)")
    }
    // An instruction that ends with a distance counts from its end.
    let target = UInt64(bitPattern: relocation.r_addend &+ (isCode && isRelative ? 4 : 0))
    // A function without a symbol may be known by nothing but such a reference.
    guard isFunction(target) || isNoTable && !isCode && isInstruction(target) else {
      throw NotDivisible("a reference in section \(section) to \(target), which is no function")
    }
    return piece(at: target)
  }

  /// Those of each piece, with those that are new.
  private func relocationsOfPieces(
    firstGlobal: Int, _ moved: (Int) -> Int
  ) throws(NotDivisible) -> [[Elf64_Rela]] {
    var all = [[Elf64_Rela]](repeating: [], count: pieces.count)
    for relocation in textRelocations {
      guard !isOfText(relocation) else {
        throw NotDivisible("code at \(relocation.r_offset) that names its own section")
      }
      let piece = piece(at: relocation.r_offset)
      all[piece].append(
        Elf64_Rela(
          at: relocation.r_offset - pieces[piece], symbol: moved(relocation.symbol),
          type: relocation.type, addend: relocation.r_addend))
    }
    for reference in hidden {
      let (from, to) = (piece(at: reference.start), piece(at: reference.target!))
      all[from].append(
        Elf64_Rela(
          at: reference.end - 4 - pieces[from], symbol: firstGlobal + to,
          type: UInt32(R_X86_64_PC32), addend: Int64(reference.target!) - Int64(pieces[to]) - 4))
    }
    return all
  }

  private mutating func addPieces(
    _ relocations: [[Elf64_Rela]], firstPiece: Int
  ) throws(NotDivisible) {
    let names = (
      object.addSectionName(".text.function"), object.addSectionName(".rela.text.function")
    )
    let whole = object.sections[text]
    let code = Array(try object.contents(of: whole))
    for (index, start) in pieces.enumerated() {
      let end = index + 1 < pieces.count ? pieces[index + 1] : whole.sh_size
      var section = whole
      section.sh_name = names.0
      // As in the whole, or less where it began between.
      section.sh_addralign = min(
        whole.sh_addralign, start == 0 ? .max : 1 << UInt64(start.trailingZeroBitCount))
      object.add(section, code[Int(start)..<Int(end)])
    }
    for (index, relocations) in relocations.enumerated() where !relocations.isEmpty {
      var section = Elf64_Shdr()
      section.sh_name = names.1
      section.sh_type = UInt32(SHT_RELA)
      section.sh_flags = UInt64(SHF_INFO_LINK)
      section.sh_link = UInt32(object.symbolTable)
      section.sh_info = UInt32(firstPiece + index)
      section.sh_addralign = 8
      section.sh_entsize = UInt64(MemoryLayout<Elf64_Rela>.size)
      object.add(section, relocations.sorted { $0.r_offset < $1.r_offset })
    }
  }

  /// The functions that no symbol names, each with a name for people and for lists of functions: that of the one
  /// before it, and the distance from there.
  private func unnamed() -> [(start: UInt64, name: String)] {
    var names: [UInt64: String] = [:]
    for symbol in object.symbols where symbol.isFunction && symbol.st_shndx == text {
      names[symbol.st_value] = object.name(of: symbol)
    }
    var last: (start: UInt64, name: String) = (0, "")
    var unnamed: [(UInt64, String)] = []
    for start in functions {
      if let name = names[start] {
        last = (start, name)
      } else {
        unnamed.append((start, "\(last.name)+0x\(String(start - last.start, radix: 16))"))
      }
    }
    return unnamed
  }

  private mutating func writeSymbols(_ unnamed: [(start: UInt64, name: String)], firstPiece: Int) {
    func symbol(_ info: Int32, at address: UInt64, name: UInt32) -> Elf64_Sym {
      let piece = piece(at: address)
      return Elf64_Sym(
        st_name: name, st_info: UInt8(info), st_other: 0, st_shndx: UInt16(firstPiece + piece),
        st_value: address - pieces[piece], st_size: 0)
    }
    var symbols = object.symbols.map { old in
      guard old.st_shndx == text, !old.isSection else { return old }
      var new = symbol(Int32(old.st_info), at: old.st_value, name: old.st_name)
      (new.st_other, new.st_size) = (old.st_other, old.st_size)
      return new
    }
    let names = object.addNames(unnamed.map(\.name))
    let locals =
      pieces.map { symbol(STT_SECTION, at: $0, name: 0) }
      + zip(unnamed, names).map { symbol(STT_FUNC, at: $0.start, name: $1) }
    symbols.insert(contentsOf: locals, at: object.localCount)
    object.replaceSymbols(symbols, localCount: object.localCount + locals.count)
  }
}
