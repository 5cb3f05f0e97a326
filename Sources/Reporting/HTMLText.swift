/// Text in which HTML finds nothing to act on, in elements and in attributes.
enum HTMLText {
  /// Returns a paragraph as one line.
  static func line(_ raw: String) -> String { escaped(SafeText.line(raw)) }

  /// Returns a text with its white space.
  static func cell(_ raw: String) -> String { escaped(SafeText.visible(raw)) }

  /// Returns safe text with everything escaped that HTML would act on.
  static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { entity($0) != nil }) else { return text }
    var result: [UInt8] = []
    for byte in text.utf8 {
      if let entity = entity(byte) {
        result += entity.utf8
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func entity(_ byte: UInt8) -> String? {
    switch byte {
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "\""): "&quot;"
    case UInt8(ascii: "'"): "&#39;"
    default: nil
    }
  }
}
