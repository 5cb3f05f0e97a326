/// Demangled Swift names as short as they can be and still be told apart by people.
enum ShortName {
  /// Leaves out what compilers say about how they made a specialization, what keeps private names
  /// apart, and the standard library's module.
  ///
  /// - Complexity: O(*n*).
  static func of(_ name: String) -> String {
    var bytes = Array(name.utf8)[...]
    var result: [UInt8] = []
    if bytes.starts(with: signature) {
      result += "specialized ".utf8
      bytes = afterBrackets(bytes.dropFirst(signature.count)) ?? bytes
    }
    while let byte = bytes.first {
      if byte == 0x20, bytes.starts(with: discriminator),
        bytes.dropFirst(discriminator.count).prefix(32).count(where: isHexadecimal) == 32
      {
        bytes = bytes.dropFirst(discriminator.count + 32)
      } else if byte == UInt8(ascii: "S"), bytes.starts(with: standardLibrary),
        !(result.last.map(isPart) ?? false)
      {
        bytes = bytes.dropFirst(standardLibrary.count)
      } else {
        result.append(byte)
        bytes = bytes.dropFirst()
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static let signature = Array("function signature specialization <".utf8)
  private static let discriminator = Array(" in _".utf8)
  private static let standardLibrary = Array("Swift.".utf8)

  /// What stands behind "… > of ", where the bracket is open.
  private static func afterBrackets(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var depth = 1
    var previous: UInt8 = 0
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: "<"): depth += 1
      // The arrow of a function's type is no bracket.
      case UInt8(ascii: ">") where previous != UInt8(ascii: "-"): depth -= 1
      default: break
      }
      previous = bytes[index]
      if depth == 0 {
        let rest = bytes[(index + 1)...]
        return rest.starts(with: " of ".utf8) ? rest.dropFirst(4) : nil
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
