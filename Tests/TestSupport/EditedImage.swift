internal import Platform

/// The bytes of a little-endian 64-bit ELF file while they are edited by name.
struct EditedImage {
  private(set) var bytes: [UInt8]
  /// What the file is to be cut or stretched to in the end.
  private(set) var length: Int?
  /// The headers as they were, so that one edit does not hide the place of the next.
  private let original: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    original = bytes
  }

  /// By name, the offset in its structure and the width in bytes. Source: `elf.h`.
  private static let fields: [String: (offset: Int, width: Int)] = [
    "e_type": (16, 2), "e_machine": (18, 2), "e_phoff": (32, 8), "e_shoff": (40, 8),
    "e_ehsize": (52, 2), "e_phentsize": (54, 2), "e_phnum": (56, 2), "e_shentsize": (58, 2),
    "e_shnum": (60, 2), "e_shstrndx": (62, 2),
    "p_type": (0, 4), "p_flags": (4, 4), "p_offset": (8, 8), "p_vaddr": (16, 8),
    "p_filesz": (32, 8), "p_memsz": (40, 8), "p_align": (48, 8),
    "sh_name": (0, 4), "sh_type": (4, 4), "sh_flags": (8, 8), "sh_addr": (16, 8),
    "sh_offset": (24, 8), "sh_size": (32, 8), "sh_link": (40, 4), "sh_info": (44, 4),
    "sh_addralign": (48, 8), "sh_entsize": (56, 8),
  ]

  private static let segmentTypes: [String: UInt32] = [
    "LOAD": 1, "DYNAMIC": 2, "INTERP": 3, "NOTE": 4, "PHDR": 6, "TLS": 7,
    "GNU_EH_FRAME": 0x6474_e550, "GNU_STACK": 0x6474_e551, "GNU_RELRO": 0x6474_e552,
  ]

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
    case ("bytes", 4):
      let start = try sectionField("sh_offset", of: place[1])
      try set(
        (Int(try self.value([place[2]])), try width(place[3])), at: Int(start), to: value)
    case ("file", 3):
      try set((Int(try self.value([place[1]])), try width(place[2])), at: 0, to: value)
    case ("append", 3):
      let width = try width(place[2])
      for _ in 0..<(try self.value([place[1]])) {
        for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
      }
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
    for byte in 0..<field.width {
      bytes[start + field.offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
    }
  }

  private func field(_ name: String) throws -> (offset: Int, width: Int) {
    guard let field = Self.fields[name] else { throw mistake("no field \(name)") }
    return field
  }

  private func width(_ name: String) throws -> Int {
    guard let width = ["u8": 1, "u16": 2, "u32": 4, "u64": 8][name] else {
      throw mistake("no type \(name)")
    }
    return width
  }

  /// Where the header of the first segment of a type lies.
  private func segment(_ type: String) throws -> Int {
    let table = Int(original.integer(at: 32, as: UInt64.self))
    for index in 0..<Int(original.integer(at: 56, as: UInt16.self)) {
      let header = table + index * 56
      if original.integer(at: header, as: UInt32.self) == Self.segmentTypes[type] { return header }
    }
    throw mistake("no segment \(type)")
  }

  /// Where the header of a section lies; its name may be its number.
  private func section(_ name: String) throws -> Int {
    let table = Int(original.integer(at: 40, as: UInt64.self))
    let count = Int(original.integer(at: 60, as: UInt16.self))
    if let index = Int(name), index < count { return table + index * 64 }
    let names = table + Int(original.integer(at: 62, as: UInt16.self)) * 64
    let strings = Int(original.integer(at: names + 24, as: UInt64.self))
    for index in 0..<count {
      let header = table + index * 64
      let start = strings + Int(original.integer(at: header, as: UInt32.self))
      if original[start...].prefix(name.utf8.count + 1).elementsEqual(Array(name.utf8) + [0]) {
        return header
      }
    }
    throw mistake("no section \(name)")
  }

  private func sectionField(_ name: String, of section: String) throws -> UInt64 {
    let (offset, width) = try field(name)
    let start = try self.section(section) + offset
    return (0..<width).reversed().reduce(0) { $0 << 8 | UInt64(original[start + $1]) }
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
      return (UInt64(try section(parts[1])) - original.integer(at: 40, as: UInt64.self)) / 64
    }
    return try sectionField(parts[1], of: parts[0])
  }
}
