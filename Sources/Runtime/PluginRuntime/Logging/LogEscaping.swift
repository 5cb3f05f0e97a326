/// How text that anybody may have written is made harmless: a record is one line whatever it says,
/// reads as it was written and cannot steer a terminal.
enum LogEscaping {
  case line
  /// Inside the quotes of a line's field.
  case quoted
  case json
}

extension LogBuffer {
  /// Appends text with control characters (C0, DEL, C1), line separators, marks that reorder text and
  /// backslashes as escapes; ill-formed UTF-8 becomes U+FFFD. Needs six bytes of room for each.
  mutating func append(escaping text: UnsafeRawBufferPointer, as form: LogEscaping) {
    var index = 0
    while true {
      let plain = unsafe Self.plainPrefix(text, from: index, isQuoted: form != .line)
      if plain > index {
        unsafe append(UnsafeRawBufferPointer(rebasing: text[index..<plain]))
        index = plain
      }
      guard index < text.count else { return }
      let byte = unsafe text[index]
      if byte < 0x80 {
        append(escape: UInt32(byte), as: form)
        index += 1
      } else {
        unsafe index += append(nonASCII: text, at: index, as: form)
      }
    }
  }

  /// The end of the bytes from `index` on that mean themselves: eight at a time.
  @inline(__always)
  private static func plainPrefix(
    _ text: UnsafeRawBufferPointer, from start: Int, isQuoted: Bool
  ) -> Int {
    var index = start
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    while index + 8 <= text.count {
      let word = unsafe text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      // A byte is found by the borrow of a subtraction; none below it is wrong, and one is enough.
      let controls = (word &- ones &* 0x20)
      let backslash = (word ^ ones &* 0x5c) &- ones
      let delete = (word ^ ones &* 0x7f) &- ones
      let quote = isQuoted ? (word ^ ones &* 0x22) &- ones : 0
      guard (controls | backslash | delete | quote | word) & highs == 0 else { break }
      index += 8
    }
    while index < text.count {
      let byte = unsafe text[index]
      guard byte >= 0x20 && byte < 0x7f && byte != 0x5c && (byte != 0x22 || !isQuoted) else {
        break
      }
      index += 1
    }
    return index
  }

  private mutating func append(escape scalar: UInt32, as form: LogEscaping) {
    append(UInt8(ascii: "\\"))
    switch (scalar, form) {
    case (0x0a, _): append(UInt8(ascii: "n"))
    case (0x09, _): append(UInt8(ascii: "t"))
    case (0x5c, _): append(UInt8(ascii: "\\"))
    case (0x22, _): append(UInt8(ascii: "\""))
    case (..<0x100, .line), (..<0x100, .quoted):
      append(UInt8(ascii: "x"))
      append(hexadecimal: scalar, digits: 2)
    default:
      append(UInt8(ascii: "u"))
      append(hexadecimal: scalar, digits: 4)
    }
  }

  /// Appends the scalar at `index`, or U+FFFD for the longest part that could have begun one; gives how
  /// many bytes that were. Source: The Unicode Standard 15, table 3-7.
  private mutating func append(
    nonASCII text: UnsafeRawBufferPointer, at index: Int, as form: LogEscaping
  ) -> Int {
    let first = unsafe text[index]
    var length = 0
    var low: UInt8 = 0x80
    var high: UInt8 = 0xbf
    switch first {
    case 0xc2...0xdf: length = 2
    case 0xe0: (length, low) = (3, 0xa0)
    case 0xed: (length, high) = (3, 0x9f)
    case 0xe1...0xef: length = 3
    case 0xf0: (length, low) = (4, 0x90)
    case 0xf4: (length, high) = (4, 0x8f)
    case 0xf1...0xf3: length = 4
    default: break
    }
    var scalar = UInt32(first) & (length == 2 ? 0x1f : length == 3 ? 0x0f : 0x07)
    var taken = 1
    while taken < length && index + taken < text.count {
      let byte = unsafe text[index + taken]
      guard (low...high).contains(byte) else { break }
      scalar = scalar << 6 | UInt32(byte & 0x3f)
      (low, high) = (0x80, 0xbf)
      taken += 1
    }
    guard length > 0 && taken == length else {
      append("\u{fffd}")
      return taken
    }
    switch scalar {
    case 0x80..<0xa0, 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069:
      append(escape: scalar, as: form)
    default: unsafe append(UnsafeRawBufferPointer(rebasing: text[index..<index + length]))
    }
    return length
  }

  /// Appends text with ill-formed UTF-8 replaced and nothing else changed.
  mutating func append(repairing text: UnsafeRawBufferPointer) {
    for character in unsafe RepairedUTF8(text) { append(character) }
  }
}

/// The bytes of text, U+FFFD in place of what is no UTF-8.
@safe struct RepairedUTF8: Sequence, IteratorProtocol {
  private var decoder = UTF8()
  private var source: UnsafeRawBufferPointer.Iterator
  private var pending: UInt64 = 0
  private var pendingCount = 0

  init(_ text: UnsafeRawBufferPointer) { unsafe source = unsafe text.makeIterator() }

  mutating func next() -> UInt8? {
    if pendingCount == 0 {
      let scalar: Unicode.Scalar
      switch unsafe decoder.decode(&source) {
      case .scalarValue(let value): scalar = value
      case .error: scalar = "\u{fffd}"
      case .emptyInput: return nil
      }
      for byte in UTF8.encode(scalar)! {
        pending |= UInt64(byte) << UInt64(8 * pendingCount)
        pendingCount += 1
      }
    }
    let byte = UInt8(truncatingIfNeeded: pending)
    pending >>= 8
    pendingCount -= 1
    return byte
  }
}
