internal import DebugInspection
internal import ELFInspection

extension SymbolReading {
  /// Charges the symbols with their bytes and with what exists for these.
  mutating func charge(_ file: borrowing ELFFile) -> SymbolBodies {
    var bodies = SymbolBodies(items, file)
    for index in bodies.groups.indices {
      let section = Int(bodies.groups[index].section)
      guard !file.sections[section].hasNoBits else { continue }
      bodies.groups[index].body = UInt64(
        takeLarge(bodies.groups[index].body, fromSection: section))
    }
    let names = file.sectionNames()
    let stubs = stubSections(of: file, names)
    let dynamic = file.dynamicSymbolTable.map { UInt32($0.index) }
    for section in file.sections where section.holdsRelocations {
      chargeRelocations(
        section, of: file, isDynamic: section.link == dynamic, stubs, to: &bodies)
    }
    if !file.header.isRelocatable {
      let index = names.firstIndex(of: ".eh_frame_hdr")
      for section in file.sections where names[section.index] == ".eh_frame" {
        chargeUnwinding(section, index: index, of: file, to: &bodies)
      }
      for section in file.sections where names[section.index] == ".ARM.exidx" {
        chargeIndex(section, of: file, to: &bodies)
      }
    }
    share(bodies)
    return bodies
  }

  private mutating func chargeRelocations(
    _ section: ELFFile.Section, of file: borrowing ELFFile, isDynamic: Bool, _ stubs: [Int],
    to bodies: inout SymbolBodies
  ) {
    let word = UInt64(file.header.wordSize)
    let isPacked = section.isPackedRelocations
    let entrySize = isPacked ? word : section.entrySize
    var lastEntry = -1
    // Neighbours lie in one group more often than not.
    var lastGroup: (section: Int, range: Range<UInt64>, group: Int)?
    file.forEachRelocation(in: section) { entry, relocation in
      guard entry != lastEntry else { return }
      lastEntry = entry
      let group: Int?
      if let last = lastGroup, last.range.contains(relocation.offset) {
        group = last.group
      } else {
        group = bodies.group(at: relocation.offset, target: section.info)
        lastGroup = nil
        if let group, !file.header.isRelocatable {
          let found = bodies.groups[group]
          let base = file.sections[Int(found.section)].address
          lastGroup = (Int(found.section), base &+ found.start..<base &+ found.end, group)
        }
      }
      if let group {
        bodies.groups[group].relocations += UInt64(take(entrySize, fromSection: section.index))
        return
      }
      // A slot of a table for what is imported, or for an own symbol that another may replace.
      let entries = isDynamic ? ofDynamic : ofSymbolTable
      guard relocation.symbol != 0, Int(relocation.symbol) < entries.count,
        let item = entries[Int(relocation.symbol)]
      else { return }
      items[item].relocations &+= take(entrySize, fromSection: section.index)
      if let slot = bodies.section(at: relocation.offset), !file.sections[slot].hasNoBits {
        items[item].linkage &+= take(word, fromSection: slot)
      }
      if relocation.kind == .jumpSlot {
        for stub in stubs { items[item].linkage &+= take(16, fromSection: stub) }
      }
    }
  }

  /// The sections with a stub of 16 bytes for each function that is called through a slot.
  private func stubSections(of file: borrowing ELFFile, _ names: [String]) -> [Int] {
    guard file.header.hasStubsOf16Bytes else { return [] }
    return names.indices.filter { names[$0] == ".plt" || names[$0] == ".plt.sec" }
  }

  private mutating func chargeUnwinding(
    _ section: ELFFile.Section, index: Int?, of file: borrowing ELFFile,
    to bodies: inout SymbolBodies
  ) {
    var tables: [(address: UInt64, group: Int)] = []
    file.forEachUnwindEntry(in: section) { entry in
      guard let group = bodies.group(at: entry.function, target: 0) else { return }
      if let table = entry.exceptionTable { tables.append((table, group)) }
      bodies.groups[group].unwind += UInt64(take(entry.size, fromSection: section.index))
      // The table to search by address has eight bytes for each.
      if let index { bodies.groups[group].unwind += UInt64(take(8, fromSection: index)) }
    }
    // A table says nothing of its length: it ends where the next begins.
    tables.sort { $0 < $1 }
    for (index, table) in tables.enumerated() {
      guard let holder = bodies.section(at: table.address) else { continue }
      let section = file.sections[holder]
      let end = section.address &+ section.size
      let next = index + 1 < tables.count ? min(tables[index + 1].address, end) : end
      let bytes = take(next &- table.address, fromSection: holder)
      bodies.groups[table.group].exceptions += UInt64(bytes)
    }
  }

  /// ARM's own index: two words for each function, the first the distance to it in 31 bits.
  ///
  /// Source: "Exception Handling ABI for the Arm Architecture", §6, "Index table entries".
  private mutating func chargeIndex(
    _ section: ELFFile.Section, of file: borrowing ELFFile, to bodies: inout SymbolBodies
  ) {
    guard let bytes = file.contents(of: section) else { return }
    let isLittleEndian = file.header.isLittleEndian
    for start in stride(from: 0, to: bytes.count & ~7, by: 8) {
      let word = bytes[start..<start + 4]
      let distance =
        isLittleEndian
        ? word.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        : word.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let offset = UInt64(truncatingIfNeeded: Int32(bitPattern: distance << 1) >> 1)
      let function = UInt64(UInt32(truncatingIfNeeded: section.address &+ UInt64(start) &+ offset))
      guard let group = bodies.group(at: function, target: 0) else { continue }
      bodies.groups[group].unwind += UInt64(take(8, fromSection: section.index))
    }
  }

  /// Gives each symbol of a group the same share; the first ones have what cannot be divided.
  private mutating func share(_ bodies: SymbolBodies) {
    for group in bodies.groups {
      let count = UInt64(group.members.count)
      for (position, index) in group.members.enumerated() {
        let item = Int(bodies.order[index])
        func part(_ whole: UInt64) -> UInt64 {
          whole / count + (UInt64(position) < whole % count ? 1 : 0)
        }
        items[item].body = part(group.body)
        items[item].relocations &+= UInt32(clamping: part(group.relocations))
        items[item].unwind &+= UInt32(clamping: part(group.unwind))
        items[item].exceptions &+= UInt32(clamping: part(group.exceptions))
      }
    }
  }

  private mutating func takeLarge(_ bytes: UInt64, fromSection section: Int) -> UInt64 {
    var left = bytes
    while left > 0 {
      let taken = take(left, fromSection: section)
      left -= UInt64(taken)
      if taken < UInt32.max { break }
    }
    return bytes - left
  }
}

extension SymbolReading {
  /// The result, in the order of sections and addresses; what has no bytes comes last.
  mutating func finish(
    _ file: borrowing ELFFile, _ names: SymbolNames, comparesBodies: Bool
  ) -> SymbolAnalysis {
    let bodies = charge(file)
    // A relocatable file's bytes are not what they will be.
    let contents =
      comparesBodies && !file.header.isRelocatable ? numbers(of: bodies, file) : []
    let ids = names.merge(self.names)
    let sources = SourceFiles(file)
    var symbols = SymbolList()
    symbols.reserveCapacity(items.count)
    var isPlaced = [Bool](repeating: false, count: items.count)
    func append(_ item: Item) {
      let isDefined = item.section != 0 && item.section != Symbol.noSection
      symbols.append(
        SymbolCost(
          name: ids[Int(item.name)],
          part: isDefined ? UInt32(map.ofSection[Int(item.section)]) : SymbolCost.noPart,
          owner: .own, traits: item.traits,
          sourceFile: item.traits.contains(.isFunction) && isDefined
            ? sources.file(at: item.value) ?? SymbolCost.noFile : SymbolCost.noFile,
          body: item.body, tables: item.tables,
          names: item.nameBytes, relocations: item.relocations, unwind: item.unwind,
          exceptions: item.exceptions, linkage: item.linkage))
    }
    for index in bodies.order {
      isPlaced[Int(index)] = true
      append(items[Int(index)])
    }
    for (index, item) in items.enumerated() where !isPlaced[index] { append(item) }
    let marker = Array("swift_retain".utf8)
    let definesSwiftRuntime = items.contains { item in
      unsafe !item.traits.contains(.isImported) && item.traits.contains(.isFunction)
        && self.names.withBytes(of: item.name) { unsafe $0.elementsEqual(marker) }
    }
    return SymbolAnalysis(
      symbols: symbols, remainders: remaining, sourceFiles: sources.names, exports: exports,
      entries: ofSymbolTable.count, definesSwiftRuntime: definesSwiftRuntime,
      flaws: [sources.flaw].compactMap { $0 }, contents: contents)
  }

  /// ``SymbolAnalysis/contents``, in the order of the symbols.
  private func numbers(of bodies: SymbolBodies, _ file: borrowing ELFFile) -> [UInt64] {
    let contents = BodyContents(self, bodies, file)
    var numbers = [UInt64](repeating: 0, count: items.count)
    for group in bodies.groups {
      guard let number = contents.number(of: group) else { continue }
      for member in group.members {
        numbers[member] =
          member == group.members.lowerBound ? number : SymbolAnalysis.sameAsBefore
      }
    }
    return numbers
  }
}
