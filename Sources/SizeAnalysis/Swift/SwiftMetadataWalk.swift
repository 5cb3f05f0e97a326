internal import ELFInspection
internal import Platform

/// Walks the records of the `swift5_…` sections and counts their bytes by module.
struct SwiftMetadataWalk: ~Copyable {
  var image: FileImage
  private let sections: [(section: ELFFile.Section, name: String)]
  /// Of each section, bytes by module.
  private(set) var bytes: [[String: UInt64]]

  /// Sections with a record that is not as it should be.
  private(set) var damaged: Set<Int> = []
  /// The section whose records are being gone through.
  private var current = 0

  /// Modules by the address of a context descriptor.
  private var modules: [UInt64: String?] = [:]
  private var context = SwiftContext()
  /// Strings that already have a module.
  private var seen: Set<UInt64> = []
  /// The names of modules so far. A file that makes up more than ``mostModules`` has the rest counted
  /// for none.
  private var moduleNames: Set<String> = []
  /// Sections by address.
  private let byAddress: [(range: Range<UInt64>, index: Int)]

  private static var mostModules: Int { 4096 }
  private static var mostContexts: Int { 64 }

  /// Replacements of functions that are still looked at: lists of them may lie in each other.
  var replacementsLeft = 1 << 18

  init(image: consuming FileImage, sections: [(section: ELFFile.Section, name: String)]) {
    self.image = image
    self.sections = sections
    bytes = [[String: UInt64]](repeating: [:], count: sections.count)
    var byAddress: [(range: Range<UInt64>, index: Int)] = []
    for (index, entry) in sections.enumerated() {
      if let range = Self.range(of: entry.section) { byAddress.append((range, index)) }
    }
    byAddress.sort { $0.range.lowerBound < $1.range.lowerBound }
    self.byAddress = byAddress
  }

  /// Where a section is loaded; nil where that is around the end of the address space.
  private static func range(of section: ELFFile.Section) -> Range<UInt64>? {
    let (end, overflow) = section.address.addingReportingOverflow(section.size)
    return overflow ? nil : section.address..<end
  }

  mutating func run() {
    for (index, entry) in sections.enumerated() where entry.name != "swift5_capture" {
      walk(entry, index)
    }
    // What captures name is their types': those that describe a type come first.
    for (index, entry) in sections.enumerated() where entry.name == "swift5_capture" {
      walk(entry, index)
    }
  }

  private mutating func walk(
    _ entry: (section: ELFFile.Section, name: String), _ index: Int
  ) {
    current = index
    // What is not read says nothing, however large it is.
    guard let range = Self.range(of: entry.section), image.byte(at: range.lowerBound) != nil
    else {
      damaged.insert(index)
      return
    }
    switch entry.name {
    case "swift5_protocols", "swift5_type_metadata", "swift5_type_metadata_2":
      forEachWord(in: range) { walk, address in
        // The lowest bits say whether the pointer goes through a table.
        walk.count(4, in: index, for: walk.module(ofContextAt: address, mask: 3))
      }
    case "swift5_protocol_conformances":
      forEachWord(in: range) { walk, address in
        let descriptor = walk.image.relativePointer(at: address, mask: 1)
        walk.count(4, in: index, for: descriptor.flatMap { walk.module(ofConformance: $0) })
      }
    case "swift5_fieldmd": walkFields(range, index)
    case "swift5_assocty": walkAssociatedTypes(range, index)
    case "swift5_builtin":
      for record in 0..<UInt64(range.count) / 20 {
        let address = range.lowerBound + record * 20
        count(20, in: index, for: module(ofTypeNameAt: address))
      }
    case "swift5_capture": walkCaptures(range, index)
    case "swift5_mpenum": walkEnums(range, index)
    case "swift5_replace": walkReplacements(range, index)
    case "swift5_replac2": walkOpaqueReplacements(range, index)
    case "swift5_accessible_functions": walkFunctions(range, index)
    default: break
    }
  }

  private mutating func forEachWord(
    in range: Range<UInt64>, _ body: (inout SwiftMetadataWalk, UInt64) -> Void
  ) {
    for word in 0..<UInt64(range.count) / 4 { body(&self, range.lowerBound + word * 4) }
  }

  /// Field descriptors: name of the type, its superclass, kind, size and number of the records that
  /// follow, each with flags, name of its type and its own name.
  private mutating func walkFields(_ range: Range<UInt64>, _ index: Int) {
    var address = range.lowerBound
    while address < range.upperBound, range.upperBound - address >= 16,
      let kind = image.word(at: address + 8), let fields = image.word(at: address + 12)
    {
      let recordSize = UInt64(kind >> 16)
      let size = 16 + recordSize * UInt64(fields)
      guard recordSize >= 12 || fields == 0, size <= range.upperBound - address else { break }
      let module = module(ofTypeNameAt: address)
      count(size, in: index, for: module)
      countTypeName(at: address, for: module)
      for field in 0..<UInt64(fields) {
        let record = address + 16 + field * recordSize
        countTypeName(at: record + 4, for: module)
        if let name = image.relativePointer(at: record + 8) {
          countText(name, length: image.text(at: name)?.count, for: module)
        }
      }
      address += size
    }
    if address < range.upperBound { damaged.insert(index) }
  }

  /// Associated types: names of the conforming type and of the protocol, number and size of the
  /// records that follow, each with a name and the name of a type.
  private mutating func walkAssociatedTypes(_ range: Range<UInt64>, _ index: Int) {
    var address = range.lowerBound
    while address < range.upperBound, range.upperBound - address >= 16,
      let records = image.word(at: address + 8), let recordSize = image.word(at: address + 12)
    {
      let size = 16 + UInt64(recordSize) * UInt64(records)
      guard recordSize >= 8 || records == 0, size <= range.upperBound - address else { break }
      let module = module(ofTypeNameAt: address)
      count(size, in: index, for: module)
      countTypeName(at: address, for: module)
      countTypeName(at: address + 4, for: module)
      for record in 0..<UInt64(records) {
        let start = address + 16 + record * UInt64(recordSize)
        if let name = image.relativePointer(at: start) {
          countText(name, length: image.text(at: name)?.count, for: module)
        }
        countTypeName(at: start + 4, for: module)
      }
      address += size
    }
    if address < range.upperBound { damaged.insert(index) }
  }

  mutating func count(_ size: UInt64, in index: Int, for module: String?) {
    if let module { bytes[index][module, default: 0] += size }
  }

  /// Counts a string of another of the sections; the first that refers to it has it.
  private mutating func countText(_ address: UInt64, length: Int?, for module: String?) {
    guard let length, let module else { return }
    let place = byAddress.partitioningIndex { $0.range.lowerBound > address } - 1
    guard place >= 0, byAddress[place].range.contains(address), seen.insert(address).inserted else {
      return
    }
    bytes[byAddress[place].index][module, default: 0] += UInt64(length) + 1
  }

  mutating func countTypeName(at address: UInt64, for module: String?) {
    guard let name = image.relativePointer(at: address) else { return }
    countText(name, length: typeNameLength(name), for: module)
  }

  /// Bytes of a mangled name in which some are references: 1 to 0x17 and four bytes, 0x18 to 0x1f
  /// and eight.
  private mutating func typeNameLength(_ start: UInt64) -> Int? {
    var length = 0
    while length < 4096, let byte = image.byte(at: start &+ UInt64(length)) {
      switch byte {
      case 0: return length
      case 1...0x17: length += 5
      case 0x18...0x1f: length += 9
      default: length += 1
      }
    }
    return nil
  }
}

extension SwiftMetadataWalk {
  /// The module that the context descriptors around one end at.
  mutating func module(ofContext descriptor: UInt64) -> String? {
    if let known = modules[descriptor] { return known }
    var address = descriptor
    var result: String?
    // Contexts do not lie this deep in each other; damaged ones may lie in themselves.
    walk: for depth in 0..<Self.mostContexts {
      guard let flags = image.word(at: address) else {
        damaged.insert(current)
        break
      }
      if depth == Self.mostContexts - 1 { damaged.insert(current) }
      if flags & 0x1f == 0 {
        // A module: flags, no parent, name.
        if let name = image.relativePointer(at: address &+ 8), let text = image.text(at: name) {
          result = known(String(decoding: text, as: UTF8.self))
        }
        break
      }
      switch self.descriptor(at: address &+ 4, mask: 1) {
      case .address(let parent): address = parent
      case .imported(let name):
        result = module(ofSymbol: name)
        break walk
      case nil: break walk
      }
    }
    modules[descriptor] = .some(result)
    return result
  }

  /// `module`, unless it is empty or one too many.
  private mutating func known(_ module: String) -> String? {
    guard !module.isEmpty else { return nil }
    if moduleNames.count < Self.mostModules { moduleNames.insert(module) }
    return moduleNames.contains(module) ? module : nil
  }

  /// Where a relative pointer leads, through a slot if its lowest bit says so.
  mutating func descriptor(at address: UInt64, mask: UInt32) -> FileImage.Slot? {
    guard let word = image.word(at: address),
      let target = image.relativePointer(at: address, mask: mask)
    else { return nil }
    return word & 1 == 0 ? .address(target) : image.slot(at: target)
  }

  private mutating func module(ofContextAt address: UInt64, mask: UInt32) -> String? {
    switch descriptor(at: address, mask: mask) {
    case .address(let descriptor): module(ofContext: descriptor)
    case .imported(let name): module(ofSymbol: name)
    case nil: nil
    }
  }

  /// The module that a descriptor of another file is of.
  mutating func module(ofSymbol name: [UInt8]) -> String? {
    guard name.starts(with: [0x24, 0x73]) else { return nil }
    unsafe name.withUnsafeBytes { unsafe context.read($0, from: 2) }
    return known(String(decoding: context.module, as: UTF8.self))
  }

  /// The module of a conformance: that of the type, or where the type is of another file, of the
  /// protocol.
  private mutating func module(ofConformance descriptor: UInt64) -> String? {
    guard let flags = image.word(at: descriptor &+ 12) else { return nil }
    // How the type is referred to: directly, or through a slot.
    let own: String?
    switch flags >> 3 & 7 {
    case 0: own = image.relativePointer(at: descriptor &+ 4).flatMap { module(ofContext: $0) }
    case 1:
      if let target = image.relativePointer(at: descriptor &+ 4),
        case .address(let type) = image.slot(at: target)
      {
        own = module(ofContext: type)
      } else {
        own = nil
      }
    default: own = nil
    }
    return own ?? module(ofContextAt: descriptor, mask: 1)
  }

  /// The module of the type whose name a relative pointer leads to.
  mutating func module(ofTypeNameAt address: UInt64) -> String? {
    guard let name = image.relativePointer(at: address), let first = image.byte(at: name) else {
      return nil
    }
    if first == 1 {
      return image.relativePointer(at: name &+ 1).flatMap { module(ofContext: $0) }
    }
    if first == 2, let target = image.relativePointer(at: name &+ 1) {
      switch image.slot(at: target) {
      case .address(let type): return module(ofContext: type)
      case .imported(let symbol): return module(ofSymbol: symbol)
      case nil: return nil
      }
    }
    guard first >= 0x20, let text = image.text(at: name) else { return nil }
    unsafe text.withUnsafeBytes { unsafe context.read($0, from: 0) }
    return known(String(decoding: context.module, as: UTF8.self))
  }
}
