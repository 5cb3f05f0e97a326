/// Demangled Swift names as short as they can be and still be told apart by people.
enum ShortName {
  /// Leaves out what compilers say about how they made a specialization, what keeps private names
  /// apart, and the standard library's module.
  ///
  /// - Complexity: O(*n*).
  static func of(_ name: String) -> String {
    var name = name
    var short: [UInt8] = []
    name.withUTF8 { unsafe append(UnsafeRawBufferPointer($0), to: &short) }
    return String(decoding: short, as: UTF8.self)
  }

  /// Appends what ``of(_:)`` makes of a name in UTF-8.
  ///
  /// - Complexity: O(*n*).
  static func append(_ name: UnsafeRawBufferPointer, to result: inout [UInt8]) {
    let all = unsafe name.bindMemory(to: UInt8.self)
    var start = 0
    if unsafe all.starts(with: signature), let rest = unsafe afterBrackets(all[signature.count...])
    {
      result += specialized
      start = rest
    }
    var index = start
    // What is kept is copied in runs.
    func keep() { unsafe result.append(contentsOf: all[start..<index]) }
    while index < all.count {
      if unsafe all[index] == 0x20, unsafe all[index...].starts(with: discriminator),
        unsafe all[(index + discriminator.count)...].prefix(32).count(where: isHexadecimal) == 32
      {
        keep()
        index += discriminator.count + 32
        start = index
      } else if unsafe all[index] == UInt8(ascii: "S"),
        unsafe all[index...].starts(with: standardLibrary),
        unsafe index == 0 || !isPart(all[index - 1])
      {
        keep()
        index += standardLibrary.count
        start = index
      } else {
        index += 1
      }
    }
    keep()
  }

  private static let specialized = Array("specialized ".utf8)
  private static let signature = Array("function signature specialization <".utf8)
  private static let discriminator = Array(" in _".utf8)
  private static let standardLibrary = Array("Swift.".utf8)

  /// Where it goes on behind "… > of ", where the bracket is open.
  private static func afterBrackets(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    var depth = 1
    var previous: UInt8 = 0
    for index in unsafe bytes.indices {
      switch unsafe bytes[index] {
      case UInt8(ascii: "<"): depth += 1
      // The arrow of a function's type is no bracket.
      case UInt8(ascii: ">") where previous != UInt8(ascii: "-"): depth -= 1
      default: break
      }
      previous = unsafe bytes[index]
      if depth == 0 {
        let rest = unsafe bytes[(index + 1)...]
        return unsafe rest.starts(with: " of ".utf8) ? rest.startIndex + 4 : nil
      }
    }
    return nil
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte)
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      || byte == 0x5f || byte == 0x2e
  }
}
