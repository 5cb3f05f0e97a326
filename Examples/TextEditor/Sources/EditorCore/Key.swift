/// What somebody has pressed.
public enum Key: Equatable, Sendable {
  /// A character, or the end of a line.
  case text(String)
  case backspace, left, right, up, down, home, end
  /// Control and a letter.
  case control(Character)
  case escape

  /// The keys in bytes from a terminal; an incomplete character or sequence at the end stays in `bytes`.
  ///
  /// - Parameter isWhole: nothing more is on its way, so that an escape is an escape.
  public static func read(_ bytes: inout [UInt8], isWhole: Bool) -> [Key] {
    var keys: [Key] = []
    while let first = bytes.first {
      switch first {
      case 0x1b:
        guard let (key, length) = sequence(bytes, isWhole: isWhole) else { return keys }
        if let key { keys.append(key) }
        bytes.removeFirst(length)
      case 0x0d, 0x0a:
        keys.append(.text("\n"))
        bytes.removeFirst()
      case 0x09:
        keys.append(.text("\t"))
        bytes.removeFirst()
      case 0x7f, 0x08:
        keys.append(.backspace)
        bytes.removeFirst()
      case 0x01...0x1a:
        keys.append(.control(Character(UnicodeScalar(first + 0x60))))
        bytes.removeFirst()
      case 0x00...0x1f: bytes.removeFirst()
      default:
        let length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
        guard bytes.count >= length || isWhole else { return keys }
        keys.append(.text(String(decoding: bytes.prefix(length), as: UTF8.self)))
        bytes.removeFirst(min(length, bytes.count))
      }
    }
    return keys
  }

  /// What begins with an escape, and how long it is; nil where more of it must come.
  private static func sequence(_ bytes: [UInt8], isWhole: Bool) -> (Key?, Int)? {
    guard bytes.count >= 2 else { return isWhole ? (.escape, 1) : nil }
    guard bytes[1] == 0x5b || bytes[1] == 0x4f else { return (.escape, 1) }
    guard let end = bytes[2...].firstIndex(where: { (0x40...0x7e).contains($0) }) else {
      return isWhole ? (nil, bytes.count) : nil
    }
    let key: Key? =
      switch bytes[end] {
      case 0x41: .up
      case 0x42: .down
      case 0x43: .right
      case 0x44: .left
      case 0x46: .end
      case 0x48: .home
      default: nil
      }
    return (key, end + 1)
  }
}
