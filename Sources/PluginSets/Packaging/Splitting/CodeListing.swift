internal import Glibc
internal import Platform

/// What the toolchain's disassembler says of an object's code: where instructions begin, and which addresses in
/// the code itself they name.
struct CodeListing {
  /// An instruction that names an address.
  struct Reference {
    var start: UInt64
    var end: UInt64
    /// As it is before relocation; nil where the listing does not tell.
    var target: UInt64?
  }

  /// Where instructions begin, ascending.
  private(set) var starts: [UInt64] = []
  private(set) var references: [Reference] = []

  /// Lists the section `.text` of the object in a file.
  ///
  /// - Parameters:
  ///   - disassembler: the path of `llvm-objdump`.
  ///   - size: of the section.
  /// - Throws: `NotDivisible` where it cannot be run or its text be read, or where there is something else than
  ///   instructions.
  init(of path: String, size: UInt64, by disassembler: String) throws(NotDivisible) {
    let text: String
    do {
      text = try Command.run([
        disassembler, "--disassemble", "--no-show-raw-insn", "--section=.text", path,
      ])
    } catch {
      throw NotDivisible("llvm-objdump: \(error.reason)")
    }
    try self.init(text, size: size)
  }

  init(_ text: String, size: UInt64) throws(NotDivisible) {
    // Each reference with the number of its instruction: it ends where the next one begins.
    var found: [(number: Int, target: UInt64?)] = []
    var flaw: NotDivisible?
    var text = text
    text.withUTF8 { text in
      // A listing has half a million lines.
      var lines = unsafe Lines(rest: UnsafeRawBufferPointer(text))
      while flaw == nil, let line = lines.next() {
        guard let (address, instruction) = line.instruction else { continue }
        if let last = starts.last, address <= last {
          flaw = NotDivisible("a listing that goes back")
        }
        starts.append(address)
        // Bytes that are none are listed as "<unknown>".
        if instruction.starts(with: "<") { flaw = NotDivisible("no instruction at \(address)") }
        if let target = instruction.target { found.append((starts.count - 1, target)) }
      }
    }
    if let flaw { throw flaw }
    guard let last = starts.last, last < size else {
      throw NotDivisible("a listing that does not end with the section")
    }
    references = found.map { number, target in
      Reference(
        start: starts[number], end: number + 1 < starts.count ? starts[number + 1] : size,
        target: target)
    }
  }
}

/// The lines of a text.
@safe private struct Lines {
  var rest: UnsafeRawBufferPointer

  mutating func next() -> Line? {
    guard let start = unsafe rest.baseAddress, unsafe rest.count > 0 else { return nil }
    let end = unsafe memchr(start, 0x0a, rest.count).map { unsafe UnsafeRawPointer($0) - start }
    let count = unsafe end ?? rest.count
    defer { unsafe rest = UnsafeRawBufferPointer(rebasing: rest[min(count + 1, rest.count)...]) }
    return unsafe Line(bytes: UnsafeRawBufferPointer(rebasing: rest[..<count]))
  }
}

/// A line such as `   1f: jmp 0x30 <name>`, or what follows its address.
@safe private struct Line {
  let bytes: UnsafeRawBufferPointer

  private var count: Int { unsafe bytes.count }

  /// The address and the instruction; nil in other lines.
  var instruction: (UInt64, Line)? {
    let start = end(of: 0) { $0 == UInt8(ascii: " ") }
    let colon = end(of: start) { Self.digit($0) != nil }
    guard colon > start, colon < count, unsafe bytes[colon] == UInt8(ascii: ":") else { return nil }
    let first = end(of: colon + 1) { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    guard first < count else { return nil }
    return unsafe (
      number(in: start..<colon), Line(bytes: UnsafeRawBufferPointer(rebasing: bytes[first...]))
    )
  }

  /// The address that an instruction names, before its symbol in angle brackets: `0x30 <name>`. nil within where
  /// the listing does not tell it; nil where it names none.
  var target: UInt64?? {
    if let bracket = place(of: UInt8(ascii: "<")) {
      guard bracket > 1, let mark = unsafe bytes[..<bracket].lastIndex(of: UInt8(ascii: "x")),
        case let digits = (mark + 1)..<(bracket - 1), (1...16).contains(digits.count),
        end(of: digits.lowerBound, where: { Self.digit($0) != nil }) == digits.upperBound
      else { return .some(nil) }
      return .some(number(in: digits))
    }
    let isBranch = starts(with: "j") || starts(with: "call")
    if isBranch && place(of: UInt8(ascii: "*")) == nil { return .some(nil) }
    guard let parenthesis = place(of: UInt8(ascii: "(")) else { return nil }
    return unsafe Line(bytes: UnsafeRawBufferPointer(rebasing: bytes[parenthesis...]))
      .starts(with: "(%rip") ? .some(nil) : nil
  }

  func starts(with text: StaticString) -> Bool {
    unsafe bytes.count >= text.utf8CodeUnitCount
      && memcmp(bytes.baseAddress!, text.utf8Start, text.utf8CodeUnitCount) == 0
  }

  private func place(of byte: UInt8) -> Int? {
    guard let start = unsafe bytes.baseAddress else { return nil }
    return unsafe memchr(start, Int32(byte), bytes.count).map {
      unsafe UnsafeRawPointer($0) - start
    }
  }

  private func end(of start: Int, where isPart: (UInt8) -> Bool) -> Int {
    var place = start
    while unsafe place < bytes.count && isPart(bytes[place]) { place += 1 }
    return place
  }

  private func number(in range: Range<Int>) -> UInt64 {
    range.reduce(0) { unsafe $0 << 4 | (Self.digit(bytes[$1]) ?? 0) }
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a")) + 10
    default: nil
    }
  }
}
