internal import ELFInspection
internal import Platform

/// What the bytes of functions and constants say wherever they lie: a number for each that two share,
/// in whatever files, if they say the same.
///
/// Two bodies say the same if their bytes are the same but for where they refer to something, and what
/// they refer to is the same: what the loader relocates, and in code for x86-64 the distances in calls,
/// jumps and operands relative to the instruction. What is referred to is known by name, size and
/// offset; a slot or stub by the symbol that it is for; a text without a name by its characters, other
/// bytes by the first 32. Code for other machines has to be the same to the byte. That numbers are equal
/// by chance is as likely as for any hash of 64 bits.
///
/// Operands are told by their form: an instruction's byte is taken for one where the distance behind it
/// leads into the file. Where that goes wrong, two that say the same are told apart; for the reverse,
/// different constants would have to lead by chance to the same symbol of both files.
struct BodyContents {
  private let reading: SymbolReading
  private let bodies: SymbolBodies
  private let sections: [ELFFile.Section]
  private let isX86: Bool
  private let isLittleEndian: Bool
  private let wordSize: Int
  /// The bytes of the loaded sections.
  private var bytes: [[UInt8]]
  /// What the loader writes, by address in ascending order.
  private var slots: [Slot] = []
  private var stubs: Set<Int> = []
  private var entrySize: [Int]

  private struct Slot {
    var address: UInt64
    var value: Reference
  }

  private enum Reference {
    case address(UInt64)
    /// A symbol of the dynamic table: its name, and what is added.
    case symbol(UInt32, Int64)
  }

  /// - Complexity: O(*n* log *n*) in relocations. Memory: the sections of the file.
  init(_ reading: SymbolReading, _ bodies: SymbolBodies, _ file: borrowing ELFFile) {
    self.reading = reading
    self.bodies = bodies
    sections = file.sections
    isX86 = file.header.machine == 62 && file.header.is64Bit
    isLittleEndian = file.header.isLittleEndian
    wordSize = file.header.wordSize
    bytes = file.sections.map { section in
      section.isLoaded && !section.hasNoBits && !section.isCompressed
        ? file.contents(of: section) ?? [] : []
    }
    entrySize = [Int](repeating: 16, count: bytes.count)
    for (index, name) in file.sectionNames().enumerated()
    where name == ".plt" || name == ".plt.sec" || name == ".plt.got" {
      stubs.insert(index)
      // Those of `.plt.got` are shorter where nothing marks the targets of jumps.
      if name == ".plt.got" { entrySize[index] = 8 }
    }
    for section in file.sections where section.isLoaded && section.holdsRelocations {
      file.forEachRelocation(in: section) { _, relocation in
        let value: Reference
        switch relocation.kind {
        case .relative, .indirect:
          guard
            let address = relocation.addend.map({ UInt64(bitPattern: $0) })
              ?? word(at: relocation.offset)
          else { return }
          value = .address(address)
        default:
          guard Int(relocation.symbol) < reading.ofDynamic.count,
            let item = reading.ofDynamic[Int(relocation.symbol)]
          else { return }
          value = .symbol(reading.items[item].name, relocation.addend ?? 0)
        }
        slots.append(Slot(address: relocation.offset, value: value))
      }
    }
    slots.sort { $0.address < $1.address }
  }

  /// The number of a group's bytes; nil where the file does not hold them.
  ///
  /// - Complexity: O(*n* log *s*) in bytes and symbols.
  func number(of group: SymbolBodies.Group) -> UInt64? {
    let section = sections[Int(group.section)]
    let all = bytes[Int(group.section)]
    let (limit, overflow) = section.address.addingReportingOverflow(group.end)
    guard group.end <= UInt64(all.count), group.start < group.end, !overflow else { return nil }
    let body = section.address + group.start..<limit
    var hash = ContentNumber()
    hash.mix(body.upperBound &- body.lowerBound)
    let isCode = section.isExecutable && isX86
    var next = slots.partitioningIndex { $0.address >= body.lowerBound }
    var index = Int(group.start)
    let end = Int(group.end)
    while index < end {
      let address = section.address &+ UInt64(index)
      if next < slots.count, slots[next].address <= address {
        // One that begins within the last goes without.
        if slots[next].address == address, end - index >= wordSize {
          mix(slots[next].value, into: &hash)
          index += wordSize
        }
        next += 1
        continue
      }
      if isCode, let field = field(all, index, end, address, body) {
        for byte in all[index..<index + field.opcode] { hash.mix(byte) }
        mix(.address(field.target), into: &hash)
        index += field.opcode + 4
        continue
      }
      hash.mix(all[index])
      index += 1
    }
    return hash.value
  }

  // MARK: References

  /// Four bytes at `index` of which `opcode` bytes stand before, and which lead out of the body.
  private func field(
    _ bytes: [UInt8], _ index: Int, _ end: Int, _ address: UInt64, _ body: Range<UInt64>
  ) -> (opcode: Int, target: UInt64)? {
    let byte = bytes[index]
    let opcode: Int
    var tail: UInt64 = 0
    var isOperand = false
    switch byte {
    case 0xe8, 0xe9: opcode = 1
    case 0x0f where index + 1 < end && bytes[index + 1] & 0xf0 == 0x80: opcode = 2
    case _ where byte & 0xc7 == 0x05 && index > 0:
      opcode = 1
      isOperand = true
      tail = X86Immediate.size(bytes, operandAt: index)
    default: return nil
    }
    guard index + opcode + 4 <= end else { return nil }
    let distance = (0..<4).reduce(UInt32(0)) {
      $0 | UInt32(bytes[index + opcode + $1]) << (8 * UInt32($1))
    }
    let target =
      address &+ UInt64(opcode + 4) &+ tail
      &+ UInt64(truncatingIfNeeded: Int32(bitPattern: distance))
    guard !body.contains(target), let section = bodies.section(at: target) else { return nil }
    if isOperand || stubs.contains(section) { return (opcode, target) }
    // A call leads to where a function begins.
    guard let group = bodies.group(at: target, target: 0),
      sections[section].address &+ bodies.groups[group].start == target
    else { return nil }
    return (opcode, target)
  }

  private func mix(_ reference: Reference, into hash: inout ContentNumber) {
    switch reference {
    case .symbol(let name, let addend):
      hash.mix(reading.names.hash(of: name))
      hash.mix(UInt64(bitPattern: addend))
    case .address(let address): mix(address, into: &hash)
    }
  }

  /// What lies at an address, by what it is.
  private func mix(_ address: UInt64, into hash: inout ContentNumber) {
    guard let section = bodies.section(at: address) else { return hash.mix(address) }
    if mixName(of: address, in: section, into: &hash) { return }
    if let slot = slot(at: address) ?? slot(ofStubAt: address, in: section) {
      hash.mix(1 as UInt64)
      switch slot {
      case .symbol: mix(slot, into: &hash)
      case .address(let target):
        // Slots that lead to slots are nobody's.
        guard let holder = bodies.section(at: target),
          !mixName(of: target, in: holder, into: &hash)
        else { return }
        mixConstant(at: target, in: holder, into: &hash)
      }
      return
    }
    mixConstant(at: address, in: section, into: &hash)
  }

  /// Whether what lies at an address has a name.
  private func mixName(
    of address: UInt64, in section: Int, into hash: inout ContentNumber
  ) -> Bool {
    let offset = address - sections[section].address
    guard let index = bodies.group(in: section, at: offset) else { return false }
    let group = bodies.groups[index]
    let name = reading.items[Int(bodies.order[group.members.lowerBound])].name
    guard name != 0 else { return false }
    hash.mix(reading.names.hash(of: name))
    hash.mix(group.end - group.start)
    hash.mix(offset - group.start)
    return true
  }

  private func mixConstant(at address: UInt64, in section: Int, into hash: inout ContentNumber) {
    let offset = address - sections[section].address
    // A text up to its end, other constants as far as one of the processor's registers reaches.
    let rest = bytes[section].dropFirst(Int(clamping: offset)).prefix(4096)
    let text = rest.prefix { $0 != 0 }
    let isText = text.count >= 4 && text.prefix(64).allSatisfy { $0 >= 0x20 || $0 == 0x0a }
    for byte in isText ? text : rest.prefix(32) { hash.mix(byte) }
  }

  private func slot(at address: UInt64) -> Reference? {
    let index = slots.partitioningIndex { $0.address >= address }
    return index < slots.count && slots[index].address == address ? slots[index].value : nil
  }

  /// What a stub of the procedure linkage table jumps to: through `jmp *distance(%rip)`.
  private func slot(ofStubAt address: UInt64, in section: Int) -> Reference? {
    guard stubs.contains(section) else { return nil }
    let all = bytes[section]
    let start = Int(clamping: address - sections[section].address)
    let limit = min(start + entrySize[section], all.count)
    guard limit - start >= 6 else { return nil }
    for index in start...limit - 6 where all[index] == 0xff && all[index + 1] == 0x25 {
      let distance = (0..<4).reduce(UInt32(0)) {
        $0 | UInt32(all[index + 2 + $1]) << (8 * UInt32($1))
      }
      let next = sections[section].address &+ UInt64(index + 6)
      return slot(at: next &+ UInt64(truncatingIfNeeded: Int32(bitPattern: distance)))
    }
    return nil
  }

  /// The address-sized integer at an address.
  private func word(at address: UInt64) -> UInt64? {
    guard let section = bodies.section(at: address) else { return nil }
    let start = Int(clamping: address - sections[section].address)
    guard bytes[section].count - start >= wordSize else { return nil }
    let word = bytes[section][start..<start + wordSize]
    return isLittleEndian
      ? word.reversed().reduce(0) { $0 << 8 | UInt64($1) } : word.reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// A hash that is built up piece by piece.
private struct ContentNumber {
  /// 0 and 1 stand for something else.
  var value: UInt64 { hash | 2 }
  private var hash: UInt64 = 0x6a09_e667_f3bc_c908

  mutating func mix(_ byte: UInt8) { mix(UInt64(byte)) }

  mutating func mix(_ word: UInt64) {
    hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
    hash ^= hash >> 32
  }
}

/// The constants that stand behind the operands of some instructions.
private enum X86Immediate {
  /// Bytes behind the distance of the operand whose form stands at `index`; where the instruction is
  /// not known, 0.
  ///
  /// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, appendix A.
  static func size(_ bytes: [UInt8], operandAt index: Int) -> UInt64 {
    let opcode = bytes[index - 1]
    let register = bytes[index] >> 3 & 7
    let before = index > 1 ? bytes[index - 2] : 0
    if index > 2, before == 0x3a, bytes[index - 3] == 0x0f { return 1 }
    if before == 0x0f {
      return [0x70, 0x71, 0x72, 0x73, 0xa4, 0xac, 0xba, 0xc2, 0xc4, 0xc5, 0xc6].contains(opcode)
        ? 1 : 0
    }
    let isShort = before == 0x66 || index > 2 && before & 0xf0 == 0x40 && bytes[index - 3] == 0x66
    switch opcode {
    case 0x6b, 0x80, 0x83, 0xc0, 0xc1, 0xc6: return 1
    case 0xf6 where register < 2: return 1
    case 0x69, 0x81, 0xc7: return isShort ? 2 : 4
    case 0xf7 where register < 2: return isShort ? 2 : 4
    default: return 0
    }
  }
}
