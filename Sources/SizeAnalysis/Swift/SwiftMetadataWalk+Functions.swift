/// Records of closures, enumerations and functions.
///
/// Source: swift/include/swift/RemoteInspection/Records.h and swift/include/swift/ABI/Metadata.h.
extension SwiftMetadataWalk {
  /// What closures capture: the numbers of types, of sources of metadata and of bindings; a name for
  /// each type, and two for each source.
  ///
  /// Nothing says whose the closure is. A record counts for the module of the first type captured that
  /// did not come with the toolchain, else of the first.
  mutating func walkCaptures(_ range: Range<UInt64>, _ index: Int) {
    var address = range.lowerBound
    while range.upperBound - address >= 12, let types = image.word(at: address),
      let sources = image.word(at: address + 4)
    {
      let size = 12 + 4 * UInt64(types) + 8 * UInt64(sources)
      guard size <= range.upperBound - address else { return }
      var module: String?
      for type in 0..<UInt64(types) {
        guard let found = self.module(ofTypeNameAt: address + 12 + 4 * type) else { continue }
        if module.map(Owner.isToolchain) ?? true, module == nil || !Owner.isToolchain(module: found)
        {
          module = found
        }
      }
      count(size, in: index, for: module)
      for name in 0..<UInt64(types) + 2 * UInt64(sources) {
        countTypeName(at: address + 12 + 4 * name, for: module)
      }
      address += size
    }
  }

  /// Enumerations with several payloads: the name, and words of which the first has the number of them
  /// all in its upper half.
  mutating func walkEnums(_ range: Range<UInt64>, _ index: Int) {
    var address = range.lowerBound
    while range.upperBound - address >= 8, let first = image.word(at: address + 4) {
      let size = 4 + 4 * UInt64(first >> 16)
      guard size >= 8, size <= range.upperBound - address else { return }
      let module = module(ofTypeNameAt: address)
      count(size, in: index, for: module)
      countTypeName(at: address, for: module)
      address += size
    }
  }

  /// Functions that take the place of others when the image is loaded: flags, a number, and as often the
  /// distance to a list, with flags. A list has flags, a number, and as often what is replaced, the
  /// function instead, its chain and flags.
  mutating func walkReplacements(_ range: Range<UInt64>, _ index: Int) {
    forEachList(in: range, entrySize: 8) { walk, address, entries in
      var first: String?
      for entry in 0..<entries {
        let list = walk.image.relativePointer(at: address + 8 + entry * 8)
        let module = list.flatMap { walk.module(ofReplacementsAt: $0) }
        walk.count(8, in: index, for: module)
        first = first ?? module
      }
      walk.count(8, in: index, for: first)
    }
  }

  /// Opaque result types that take the place of others: flags, a number, and as often the distances to
  /// what is replaced and to what replaces it.
  mutating func walkOpaqueReplacements(_ range: Range<UInt64>, _ index: Int) {
    forEachList(in: range, entrySize: 8) { walk, address, entries in
      var first: String?
      for entry in 0..<entries {
        let own = walk.image.relativePointer(at: address + 12 + entry * 8)
        let module = own.flatMap { walk.module(ofContext: $0) }
        walk.count(8, in: index, for: module)
        first = first ?? module
      }
      walk.count(8, in: index, for: first)
    }
  }

  /// Functions that are found by their name: name, environment, type, function and flags.
  mutating func walkFunctions(_ range: Range<UInt64>, _ index: Int) {
    for record in 0..<UInt64(range.count) / 20 {
      let address = range.lowerBound + record * 20
      let name = image.relativePointer(at: address).flatMap { image.text(at: $0) }
      count(20, in: index, for: name.flatMap { module(ofSymbol: $0) })
    }
  }

  /// Lists of entries behind flags and their number, one after the other.
  private mutating func forEachList(
    in range: Range<UInt64>, entrySize: UInt64,
    _ body: (inout SwiftMetadataWalk, UInt64, _ entries: UInt64) -> Void
  ) {
    var address = range.lowerBound
    while range.upperBound - address >= 8, let entries = image.word(at: address + 4) {
      let size = 8 + entrySize * UInt64(entries)
      guard size <= range.upperBound - address else { return }
      body(&self, address, UInt64(entries))
      address += size
    }
  }

  /// The module of the first function of a list that tells: by its own name, else by that of what it
  /// replaces.
  private mutating func module(ofReplacementsAt list: UInt64) -> String? {
    guard let entries = image.word(at: list &+ 4) else { return nil }
    for entry in 0..<UInt64(entries) {
      let address = list &+ 8 &+ entry &* 16
      guard replacementsLeft > 0, image.word(at: address) != nil else { return nil }
      replacementsLeft -= 1
      if let function = image.relativePointer(at: address &+ 4),
        let name = image.symbolName(at: function), let module = module(ofSymbol: name)
      {
        return module
      }
      switch descriptor(at: address, mask: 1) {
      case .imported(let name):
        if let module = module(ofSymbol: name) { return module }
      case .address(let key):
        if let name = image.symbolName(at: key), let module = module(ofSymbol: name) {
          return module
        }
      case nil: break
      }
    }
    return nil
  }
}
