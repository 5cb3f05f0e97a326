internal import CElf

/// What a loader finds symbols by.
extension ELFFile {
  /// Hash tables lead to symbols that there are, and their chains end.
  func checkHash(_ check: borrowing LoaderTables, symbols: UInt64) throws(LoaderFlaw) {
    if let address = check.value(DT_GNU_HASH) {
      guard let section = section(ofType: UInt32(SHT_GNU_HASH)),
        check.space.offset(of: address, count: section.size) == section.offset
      else {
        throw LoaderFlaw(
          "DT_GNU_HASH", "0x\(String(address, radix: 16))",
          expected: "the place of the section with the hash table")
      }
      let flaw = unsafe withBytes(at: section.offset, count: section.size) { bytes in
        unsafe Self.flaw(inHash: bytes, symbols: symbols)
      }
      if let flaw, let flaw {
        throw LoaderFlaw("DT_GNU_HASH", flaw, expected: "a sound hash table")
      }
      if flaw == nil { throw LoaderFlaw("DT_GNU_HASH", "no bytes", expected: "a hash table") }
    } else if check.value(DT_HASH) == nil {
      throw LoaderFlaw("DT_GNU_HASH", "none, and no DT_HASH", expected: "one of them")
    }
    if check.value(DT_HASH) != nil, check.value(DT_GNU_HASH) == nil {
      try checkOldHash(check, symbols: symbols)
    }
  }

  /// Layout: see `GNUHashTable`.
  private static func flaw(
    inHash bytes: UnsafeRawBufferPointer, symbols: UInt64
  ) -> String? {
    func word(_ place: Int) -> UInt64 {
      UInt64(unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
    }
    guard bytes.count >= 16 else { return "\(bytes.count) bytes" }
    let (buckets, first, filter, shift) = (word(0), word(4), word(8), word(12))
    guard buckets > 0, filter > 0, filter & (filter - 1) == 0, shift < 64, first <= symbols else {
      return
        "\(buckets) buckets, \(filter) words of filter, a shift of \(shift), symbols from \(first) on"
    }
    let chains = 16 + filter * 8 + buckets * 4
    guard chains <= UInt64(bytes.count) else { return "\(chains) bytes or more in \(bytes.count)" }
    var highest: UInt64 = 0
    for bucket in 0..<Int(buckets) {
      let start = word(16 + Int(filter) * 8 + bucket * 4)
      guard start == 0 || (start >= first && start < symbols) else {
        return "a bucket with symbol \(start)"
      }
      highest = max(highest, start)
    }
    // A table of nothing has no chains.
    guard highest > 0 else { return nil }
    guard chains + (symbols - first) * 4 <= UInt64(bytes.count) else {
      return "\(chains) bytes before the chains of \(symbols - first) symbols in \(bytes.count)"
    }
    // The last chain is the only one that can run out.
    return word(Int(chains + (symbols - first - 1) * 4)) & 1 == 1 ? nil : "a chain without end"
  }

  private func checkOldHash(_ check: borrowing LoaderTables, symbols: UInt64) throws(LoaderFlaw) {
    let head = try check.place(DT_HASH, count: 8, "DT_HASH")
    let counts = unsafe withBytes(at: head.offset, count: 8) { bytes in
      unsafe (
        UInt64(bytes.loadUnaligned(as: UInt32.self)),
        UInt64(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
      )
    }
    guard let (buckets, chains) = counts, buckets > 0, chains <= symbols else {
      throw LoaderFlaw(
        "DT_HASH", "no buckets, or more chains than symbols", expected: "a hash table")
    }
    let table = try check.place(DT_HASH, count: 8 + (buckets + chains) * 4, "DT_HASH")
    let isSound = unsafe withBytes(at: table.offset, count: table.count) { bytes -> Bool in
      func word(_ index: UInt64) -> UInt64 {
        UInt64(unsafe bytes.loadUnaligned(fromByteOffset: Int(8 + index * 4), as: UInt32.self))
      }
      for index in 0..<buckets + chains where word(index) >= chains && word(index) != 0 {
        return false
      }
      // Each symbol stands in one chain, so that all chains together are no longer than that.
      var left = chains
      for bucket in 0..<buckets {
        var symbol = word(bucket)
        while symbol != 0 {
          guard left > 0 else { return false }
          left -= 1
          symbol = word(buckets + symbol)
        }
      }
      return true
    }
    guard isSound == true else {
      throw LoaderFlaw(
        "DT_HASH", "a chain that goes in a circle or leads nowhere", expected: "chains that end")
    }
  }

  /// Versions lie within what is loaded, lists of them end, and each symbol's is one of these.
  func checkVersions(
    _ check: borrowing LoaderTables, symbols: UInt64, _ strings: LoaderTables.Place
  ) throws(LoaderFlaw) {
    var lists = VersionLists(space: check.space, strings: strings)
    if let address = check.value(DT_VERNEED) {
      try checkList("DT_VERNEED", address, &lists, .need, inner: .neededVersion, check.table)
    }
    if let address = check.value(DT_VERDEF) {
      try checkList("DT_VERDEF", address, &lists, .definition, inner: .definitionName, check.table)
    }
    guard check.value(DT_VERSYM) != nil else {
      guard lists.highest == nil else {
        throw LoaderFlaw("DT_VERSYM", "none, and lists of versions", expected: "both or neither")
      }
      return
    }
    guard let highest = lists.highest else {
      throw LoaderFlaw("DT_VERSYM", "without lists of versions", expected: "both or neither")
    }
    let place = try check.place(DT_VERSYM, count: symbols * 2, "DT_VERSYM")
    let bad = unsafe withBytes(at: place.offset, count: place.count) { bytes -> Int? in
      for index in 0..<bytes.count / 2 {
        let version = unsafe bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
        if version & VersionLists.number > highest { return index }
      }
      return nil
    }
    guard let bad else { throw LoaderFlaw("DT_VERSYM", "cut off", expected: "all of it") }
    guard let bad else { return }
    throw LoaderFlaw(
      "DT_VERSYM", "a version of symbol \(bad) that no list has", expected: "\(highest) at most")
  }

  /// Goes through a list of lists, as a loader does: to the entry that says it is the last one.
  private func checkList(
    _ name: String, _ address: UInt64, _ lists: inout VersionLists, _ outer: VersionEntryKind,
    inner: VersionEntryKind, _ table: DynamicTable
  ) throws(LoaderFlaw) {
    // Entries of the shortest kind that would fill the file, and no more than anybody has, where that is sparse.
    var left = min(fileSize / 8, 1 << 20)
    let needed = table.entries.filter { $0.tag == Int64(DT_NEEDED) }.map(\.value)
    guard needed.count <= 512 else {
      throw LoaderFlaw("DT_NEEDED", "\(needed.count) libraries", expected: "512 at most")
    }
    // Each library has its versions in one list.
    var outerCount = 0
    func read(_ address: UInt64, _ kind: VersionEntryKind) throws(LoaderFlaw) -> VersionEntry {
      left -= 1
      guard left > 0, let offset = lists.space.offset(of: address, count: UInt64(kind.width)),
        let entry = unsafe withBytes(
          at: offset, count: UInt64(kind.width), { unsafe kind.entry(in: $0) })
      else {
        throw LoaderFlaw(
          name, "a list without end", expected: "one that ends within what is loaded")
      }
      guard entry.format == 1 else {
        throw LoaderFlaw(name, "format \(entry.format)", expected: "1")
      }
      guard entry.name < lists.strings.count else {
        throw LoaderFlaw(name, "a name at \(entry.name)", expected: "one within the strings")
      }
      lists.highest = max(lists.highest ?? 0, entry.version & VersionLists.number)
      return entry
    }
    var place = address
    while true {
      let entry = try read(place, outer)
      outerCount += 1
      if outer == .need, outerCount > needed.count + 2 {
        throw LoaderFlaw(name, "more lists than libraries", expected: "one for each of DT_NEEDED")
      }
      if outer == .need, !isNeeded(entry.name, needed, table) {
        throw LoaderFlaw(
          name, "versions of a library that the file does not need",
          expected: "of those that DT_NEEDED names")
      }
      var innerPlace = place &+ UInt64(entry.list)
      // A loader reads the first one, whatever their number is said to be.
      while true {
        let element = try read(innerPlace, inner)
        if element.next == 0 { break }
        innerPlace = innerPlace &+ UInt64(element.next)
      }
      if entry.next == 0 { return }
      place = place &+ UInt64(entry.next)
    }
  }

  /// The name of this machine's loader.
  private static var loader: String {
    #if arch(x86_64)
      "ld-linux-x86-64.so.2"
    #else
      "ld-linux-aarch64.so.1"
    #endif
  }

  /// Whether the string at `name` is that of a library which the file asks for, or which every process has. A linker
  /// writes it once.
  private func isNeeded(_ name: UInt32, _ needed: [UInt64], _ table: DynamicTable) -> Bool {
    if needed.contains(UInt64(name)) { return true }
    return withStrings(of: table) { strings in
      var budget = 4096
      guard let text = strings.text(at: UInt64(name), budget: &budget) else { return false }
      if text == "libc.so.6" || text == Self.loader { return true }
      let wanted = Array(text.utf8)
      return needed.contains { strings.holds(wanted, at: Int(truncatingIfNeeded: $0)) }
    } ?? false
  }
}

/// The lists of versions while they are gone through.
private struct VersionLists {
  let space: LoadedSpace
  let strings: LoaderTables.Place
  /// The highest number of a version so far; nil where there is none.
  var highest: UInt16?

  /// The bits of a version that are its number; the rest says that it is hidden.
  static var number: UInt16 { 0x7fff }
}

/// What an entry of a list of versions says.
private struct VersionEntry {
  /// Where among the strings its name begins; 0 in entries without one.
  var name: UInt32
  /// The format of the lists; of entries that do not say, the only one that there is.
  var format: UInt16 = 1
  /// The number by which symbols mean it; 0 in entries without one.
  var version: UInt16 = 0
  /// How far behind its beginning that list begins.
  var list: UInt32 = 0
  /// How far behind its beginning the next entry begins; 0 in the last one.
  var next: UInt32
}

/// The four kinds of entries. Source: `elf.h`.
private enum VersionEntryKind {
  case need, neededVersion, definition, definitionName

  var width: Int {
    switch self {
    case .need: MemoryLayout<Elf64_Verneed>.size
    case .neededVersion: MemoryLayout<Elf64_Vernaux>.size
    case .definition: MemoryLayout<Elf64_Verdef>.size
    case .definitionName: MemoryLayout<Elf64_Verdaux>.size
    }
  }

  /// - Parameter bytes: ``width`` of them, in this machine's order.
  @unsafe func entry(in bytes: UnsafeRawBufferPointer) -> VersionEntry {
    switch self {
    case .need:
      let raw = unsafe bytes.loadUnaligned(as: Elf64_Verneed.self)
      return VersionEntry(
        name: raw.vn_file, format: raw.vn_version, list: raw.vn_aux, next: raw.vn_next)
    case .neededVersion:
      let raw = unsafe bytes.loadUnaligned(as: Elf64_Vernaux.self)
      return VersionEntry(name: raw.vna_name, version: raw.vna_other, next: raw.vna_next)
    case .definition:
      let raw = unsafe bytes.loadUnaligned(as: Elf64_Verdef.self)
      return VersionEntry(
        name: 0, format: raw.vd_version, version: raw.vd_ndx, list: raw.vd_aux, next: raw.vd_next)
    case .definitionName:
      let raw = unsafe bytes.loadUnaligned(as: Elf64_Verdaux.self)
      return VersionEntry(name: raw.vda_name, next: raw.vda_next)
    }
  }
}
