internal import CElf

/// What a loader finds symbols by.
extension ELFFile {
  /// Hash tables lead to symbols that there are, and their chains end.
  func checkHash(_ check: LoaderTables, symbols: UInt64) throws(LoaderFlaw) {
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

  private func checkOldHash(_ check: LoaderTables, symbols: UInt64) throws(LoaderFlaw) {
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

  /// Versions lie within what is loaded, and lists of them end.
  func checkVersions(
    _ check: LoaderTables, symbols: UInt64, strings: UInt64
  ) throws(LoaderFlaw) {
    if check.value(DT_VERSYM) != nil {
      _ = try check.place(DT_VERSYM, count: symbols * 2, "DT_VERSYM")
    }
    if let address = check.value(DT_VERNEED) {
      try checkList(
        "DT_VERNEED", address, check.space, width: UInt64(MemoryLayout<Elf64_Verneed>.size),
        // vn_cnt, vn_aux, vn_next; vn_file.
        count: 2, auxiliary: 8, next: 12, names: [4], strings,
        // vna_name; vna_next.
        inner: (UInt64(MemoryLayout<Elf64_Vernaux>.size), names: [8], next: 12))
    }
    if let address = check.value(DT_VERDEF) {
      try checkList(
        "DT_VERDEF", address, check.space, width: UInt64(MemoryLayout<Elf64_Verdef>.size),
        // vd_cnt, vd_aux, vd_next.
        count: 6, auxiliary: 12, next: 16, names: [], strings,
        // vda_name; vda_next.
        inner: (UInt64(MemoryLayout<Elf64_Verdaux>.size), names: [0], next: 4))
    }
  }

  /// Goes through a list of lists, as a loader does: to the entry that says it is the last one.
  private func checkList(
    _ name: String, _ address: UInt64, _ space: LoadedSpace, width: UInt64, count: Int,
    auxiliary: Int, next: Int, names: [Int], _ strings: UInt64,
    inner: (width: UInt64, names: [Int], next: Int)
  ) throws(LoaderFlaw) {
    // Entries of the shortest kind that would fill the file.
    var left = fileSize / 8
    func read(_ address: UInt64, _ width: UInt64) throws(LoaderFlaw) -> [UInt8] {
      left -= 1
      guard left > 0, let offset = space.offset(of: address, count: width),
        let bytes = unsafe withBytes(at: offset, count: width, { unsafe Array($0) })
      else {
        throw LoaderFlaw(
          name, "a list without end", expected: "one that ends within what is loaded")
      }
      return bytes
    }
    func word(_ bytes: [UInt8], _ place: Int) -> UInt64 {
      (0..<4).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
    }
    func check(_ bytes: [UInt8], _ names: [Int]) throws(LoaderFlaw) {
      for place in names where word(bytes, place) >= strings {
        throw LoaderFlaw(
          name, "a name at \(word(bytes, place))", expected: "one within the strings")
      }
    }
    var place = address
    while true {
      let entry = try read(place, width)
      try check(entry, names)
      let isEmpty = entry[count] == 0 && entry[count + 1] == 0
      var innerPlace = place &+ word(entry, auxiliary)
      while !isEmpty {
        let element = try read(innerPlace, inner.width)
        try check(element, inner.names)
        let step = word(element, inner.next)
        if step == 0 { break }
        innerPlace = innerPlace &+ step
      }
      let step = word(entry, next)
      if step == 0 { return }
      place = place &+ step
    }
  }
}
