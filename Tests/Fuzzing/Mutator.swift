internal import Glibc

/// libFuzzer's own mutation of `data`, of which `size` bytes are in use; returns how many then are.
@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int) -> Int

/// Changes an ELF file by its structure every other time: bytes at random hardly ever meet one of the
/// fields that matter.
///
/// The corresponding function of libFuzzer's documentation has the same name.
@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(
  _ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int, _ seed: CUnsignedInt
) -> Int {
  var random = Random(state: UInt64(seed))
  if isFileMode, random.next(2) == 0 {
    let bytes = unsafe UnsafeMutableRawBufferPointer(start: data, count: size)
    if var image = unsafe ImageMutation(bytes, random: random) {
      image.run()
      return size
    }
  }
  return unsafe mutate(data, size, capacity)
}

/// SplitMix64, so that a seed gives the same mutation again.
private struct Random {
  var state: UInt64

  mutating func next(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((word ^ word >> 31) % UInt64(max(bound, 1)))
  }
}

/// One change of a field of a header or of a word in a section.
@safe private struct ImageMutation {
  private let bytes: UnsafeMutableRawBufferPointer
  private var random: Random
  private let is64Bit: Bool
  private let isLittleEndian: Bool

  init?(_ bytes: UnsafeMutableRawBufferPointer, random: Random) {
    guard bytes.count >= 64, unsafe bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { return nil }
    unsafe self.bytes = bytes
    self.random = random
    is64Bit = unsafe bytes[4] == 2
    isLittleEndian = unsafe bytes[5] != 2
  }

  private var count: Int { unsafe bytes.count }

  private func read(_ offset: Int, _ width: Int) -> UInt64 {
    guard offset >= 0, offset <= count - width else { return 0 }
    return (0..<width).reduce(0) { value, index in
      unsafe value << 8 | UInt64(bytes[offset + (isLittleEndian ? width - 1 - index : index)])
    }
  }

  private func write(_ value: UInt64, _ offset: Int, _ width: Int) {
    guard offset >= 0, offset <= count - width else { return }
    for index in 0..<width {
      unsafe bytes[offset + (isLittleEndian ? index : width - 1 - index)] =
        UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
    }
  }

  private func table(_ offset: (Int, Int), _ count: (Int, Int), _ size: (Int, Int)) -> (
    Int, Int, Int
  ) {
    let start = read(is64Bit ? offset.0 : offset.1, is64Bit ? 8 : 4)
    return (
      Int(clamping: start) & 0xff_ffff, Int(read(is64Bit ? count.0 : count.1, 2)),
      is64Bit ? size.0 : size.1
    )
  }

  /// Where the headers of the sections begin, how many there are and how large each is.
  private var sections: (start: Int, count: Int, size: Int) { table((40, 32), (60, 48), (64, 40)) }
  private var segments: (start: Int, count: Int, size: Int) { table((32, 28), (56, 44), (56, 32)) }

  /// Where a section lies and how large it is.
  private mutating func anySection() -> (header: Int, offset: Int, size: Int) {
    let table = sections
    let header = table.start + random.next(table.count) * table.size
    return (
      header, Int(read(header + (is64Bit ? 24 : 16), is64Bit ? 8 : 4) & 0xff_ffff),
      Int(read(header + (is64Bit ? 32 : 20), is64Bit ? 8 : 4) & 0xff_ffff)
    )
  }

  private mutating func value(_ old: UInt64) -> UInt64 {
    let size = UInt64(count)
    switch random.next(8) {
    case 0: return [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, .max][random.next(8)]
    case 1: return size &- UInt64(random.next(64))
    case 2: return UInt64(anySection().offset)
    case 3: return UInt64(anySection().size)
    case 4: return UInt64(random.next(sections.count + 2))
    case 5: return old &+ UInt64(random.next(16))
    case 6: return old &- UInt64(random.next(16))
    default: return UInt64(random.next(count)) & ~7
    }
  }

  mutating func run() {
    for _ in 0...random.next(3) {
      switch random.next(8) {
      case 0: field(16 + random.next(24) * 2, 2)
      case 1...2:
        let table = segments
        header(table.start + random.next(table.count) * table.size, table.size)
      case 3...5:
        let table = sections
        header(table.start + random.next(table.count) * table.size, table.size)
      case 6:
        // One section's bytes are another's too.
        let (from, to) = (anySection(), anySection())
        write(UInt64(from.offset), to.header + (is64Bit ? 24 : 16), is64Bit ? 8 : 4)
        if random.next(2) == 0 {
          write(UInt64(from.size), to.header + (is64Bit ? 32 : 20), is64Bit ? 8 : 4)
        }
      default:
        let section = anySection()
        let width = [1, 2, 4, 8][random.next(4)]
        field(section.offset + random.next(max(section.size, width)) / width * width, width)
      }
    }
  }

  private mutating func header(_ start: Int, _ size: Int) {
    let width = is64Bit && random.next(2) == 0 ? 8 : 4
    field(start + random.next(size / width) * width, width)
  }

  private mutating func field(_ offset: Int, _ width: Int) {
    write(value(read(offset, width)), offset, width)
  }
}
