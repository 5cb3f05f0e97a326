internal import Platform

/// The bytes of an ELF file while they are edited by name.
struct EditedImage {
  private(set) var bytes: [UInt8]
  /// What the file is to be cut or stretched to in the end.
  private(set) var length: Int?
  /// The headers as they were, so that one edit does not hide the place of the next.
  private let original: [UInt8]
  private let is64Bit: Bool
  private let isLittleEndian: Bool

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    original = bytes
    is64Bit = bytes[4] == 2
    isLittleEndian = bytes[5] == 1
  }

  private typealias Field = (offset: Int, width: Int)

  /// By name, the offset in its structure and the width in bytes, of 64-bit and of 32-bit files.
  /// Source: `elf.h`.
  private static let fields: [String: (Field, Field)] = [
    "e_type": ((16, 2), (16, 2)), "e_machine": ((18, 2), (18, 2)), "e_phoff": ((32, 8), (28, 4)),
    "e_shoff": ((40, 8), (32, 4)), "e_ehsize": ((52, 2), (40, 2)),
    "e_phentsize": ((54, 2), (42, 2)),
    "e_phnum": ((56, 2), (44, 2)), "e_shentsize": ((58, 2), (46, 2)), "e_shnum": ((60, 2), (48, 2)),
    "e_shstrndx": ((62, 2), (50, 2)),
    "p_type": ((0, 4), (0, 4)), "p_flags": ((4, 4), (24, 4)), "p_offset": ((8, 8), (4, 4)),
    "p_vaddr": ((16, 8), (8, 4)), "p_filesz": ((32, 8), (16, 4)), "p_memsz": ((40, 8), (20, 4)),
    "p_align": ((48, 8), (28, 4)),
    "sh_name": ((0, 4), (0, 4)), "sh_type": ((4, 4), (4, 4)), "sh_flags": ((8, 8), (8, 4)),
    "sh_addr": ((16, 8), (12, 4)), "sh_offset": ((24, 8), (16, 4)), "sh_size": ((32, 8), (20, 4)),
    "sh_link": ((40, 4), (24, 4)), "sh_info": ((44, 4), (28, 4)),
    "sh_addralign": ((48, 8), (32, 4)),
    "sh_entsize": ((56, 8), (36, 4)),
  ]

  private static let segmentTypes: [String: UInt64] = [
    "LOAD": 1, "DYNAMIC": 2, "INTERP": 3, "NOTE": 4, "PHDR": 6, "TLS": 7,
    "GNU_EH_FRAME": 0x6474_e550, "GNU_STACK": 0x6474_e551, "GNU_RELRO": 0x6474_e552,
    "GNU_PROPERTY": 0x6474_e553,
  ]

  private func read(_ offset: Int, _ width: Int) -> UInt64 {
    let digits = original[offset..<offset + width]
    return isLittleEndian
      ? digits.reversed().reduce(0) { $0 << 8 | UInt64($1) }
      : digits.reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func encoded(_ value: UInt64, _ width: Int) -> [UInt8] {
    let digits = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    return isLittleEndian ? digits : digits.reversed()
  }

  private func header(_ name: String) throws -> UInt64 {
    let field = try field(name)
    return read(field.offset, field.width)
  }

  /// Does what one line of a description says.
  mutating func apply(_ words: [String]) throws {
    guard let equals = words.firstIndex(of: "=") else { throw mistake("no '='") }
    let place = Array(words[..<equals])
    let value = try self.value(words[(equals + 1)...])
    switch (place.first, place.count) {
    case ("length", 1): length = Int(value)
    case ("header", 2): try set(try field(place[1]), at: 0, to: value)
    case ("segment", 3): try set(try field(place[2]), at: try segment(place[1]), to: value)
    case ("section", 3): try set(try field(place[2]), at: try section(place[1]), to: value)
    case ("dynamic", 2):
      try set((0, is64Bit ? 8 : 4), at: try dynamicValue(of: place[1]), to: value)
    case ("tag", 2):
      let width = is64Bit ? 8 : 4
      try set((0, width), at: try dynamicValue(of: place[1]) - width, to: value)
    case ("bytes", 4):
      // From its end on where the offset is negative.
      let offset = Int(truncatingIfNeeded: try self.value([place[2]]))
      let field = offset < 0 ? ["sh_offset", "sh_size"] : ["sh_offset"]
      let start = try field.reduce(0) { $0 + Int(try sectionField($1, of: place[1])) }
      try set((offset, try width(place[3])), at: start, to: value)
    case ("file", 3):
      try set((Int(try self.value([place[1]])), try width(place[2])), at: 0, to: value)
    case ("append", 3):
      let width = try width(place[2])
      for _ in 0..<(try self.value([place[1]])) { bytes += encoded(value, width) }
    default: throw mistake("not understood")
    }
  }

  private func mistake(_ text: String) -> LyingFile.Mistake { LyingFile.Mistake(description: text) }

  private mutating func set(_ field: (offset: Int, width: Int), at start: Int, to value: UInt64)
    throws
  {
    guard start + field.offset + field.width <= bytes.count else {
      throw mistake("out of the file")
    }
    let place = start + field.offset
    bytes.replaceSubrange(place..<place + field.width, with: encoded(value, field.width))
  }

  private func field(_ name: String) throws -> (offset: Int, width: Int) {
    guard let field = Self.fields[name] else { throw mistake("no field \(name)") }
    return is64Bit ? field.0 : field.1
  }

  private func width(_ name: String) throws -> Int {
    guard let width = ["u8": 1, "u16": 2, "u32": 4, "u64": 8][name] else {
      throw mistake("no type \(name)")
    }
    return width
  }

  /// Where the header of the first segment of a type lies; its type may be its number: `1`.
  private func segment(_ type: String) throws -> Int {
    let table = Int(try header("e_phoff"))
    for index in 0..<Int(try header("e_phnum")) {
      let header = table + index * (is64Bit ? 56 : 32)
      if Int(type) == index || read(header, 4) == Self.segmentTypes[type] { return header }
    }
    throw mistake("no segment \(type)")
  }

  /// Tags of the dynamic section. Source: `elf.h`.
  private static let tags: [String: UInt64] = [
    "NEEDED": 1, "PLTRELSZ": 2, "STRTAB": 5, "SYMTAB": 6, "RELA": 7, "RELASZ": 8, "RELAENT": 9,
    "STRSZ": 10, "SYMENT": 11, "INIT": 12, "FINI": 13, "SONAME": 14, "REL": 17, "RELSZ": 18,
    "PLTREL": 20, "JMPREL": 23, "INIT_ARRAY": 25, "FINI_ARRAY": 26, "INIT_ARRAYSZ": 27,
    "FINI_ARRAYSZ": 28, "RELRSZ": 35, "RELR": 36, "RELRENT": 37,
    "RELACOUNT": 0x6fff_fff9, "GNU_HASH": 0x6fff_fef5, "VERSYM": 0x6fff_fff0,
    "VERDEFNUM": 0x6fff_fffd, "VERNEED": 0x6fff_fffe, "VERNEEDNUM": 0x6fff_ffff,
  ]

  /// Where the value of the first entry of the dynamic section with a tag lies.
  private func dynamicValue(of tag: String) throws -> Int {
    let start = Int(try sectionField("sh_offset", of: ".dynamic"))
    let width = is64Bit ? 8 : 4
    for entry in 0..<Int(try sectionField("sh_size", of: ".dynamic")) / (2 * width) {
      let place = start + entry * 2 * width
      if read(place, width) == Self.tags[tag] { return place + width }
    }
    throw mistake("no entry \(tag)")
  }

  private var sectionHeaderSize: Int { is64Bit ? 64 : 40 }

  /// Where the header of a section lies; its name may be its number.
  private func section(_ name: String) throws -> Int {
    let table = Int(try header("e_shoff"))
    let count = Int(try header("e_shnum"))
    if let index = Int(name), index < count { return table + index * sectionHeaderSize }
    let names = table + Int(try header("e_shstrndx")) * sectionHeaderSize
    let place = try field("sh_offset")
    let strings = Int(read(names + place.offset, place.width))
    for index in 0..<count {
      let header = table + index * sectionHeaderSize
      let start = strings + Int(read(header, 4))
      if original[start...].prefix(name.utf8.count + 1).elementsEqual(Array(name.utf8) + [0]) {
        return header
      }
    }
    throw mistake("no section \(name)")
  }

  private func sectionField(_ name: String, of section: String) throws -> UInt64 {
    let (offset, width) = try field(name)
    return read(try self.section(section) + offset, width)
  }

  /// A sum of numbers, `size` and `SECTION:FIELD`, or `index:SECTION`; it wraps around.
  private func value(_ words: some Collection<String>) throws -> UInt64 {
    var total: UInt64 = 0
    var isNegative = false
    for word in words {
      if word == "+" || word == "-" {
        isNegative = word == "-"
        continue
      }
      let term = try self.term(word)
      total = isNegative ? total &- term : total &+ term
    }
    return total
  }

  private func term(_ word: String) throws -> UInt64 {
    if word == "size" { return UInt64(bytes.count) }
    if word.hasPrefix("0x"), let value = UInt64(word.dropFirst(2), radix: 16) { return value }
    if let value = Int64(word) { return UInt64(bitPattern: value) }
    if let value = UInt64(word) { return value }
    let parts = word.split(separator: ":").map(String.init)
    guard parts.count == 2 else { throw mistake("no value \(word)") }
    if parts[0] == "index" {
      return (UInt64(try section(parts[1])) - (try header("e_shoff"))) / UInt64(sectionHeaderSize)
    }
    return try sectionField(parts[1], of: parts[0])
  }
}
