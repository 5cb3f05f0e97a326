/// A number for what both sides of a call were compiled against.
///
/// Source: FNV-1a of 64 bits (Fowler, Noll, Vo), over the text and then over the numbers of the values that the
/// text names; `PluginLayout` of PluginInterfaces does the second part where a macro cannot know these numbers.
enum Layout {
  static func number(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }

  static func mix(_ number: UInt64, _ other: UInt64) -> UInt64 {
    (0..<8).reduce(number) { hash, byte in
      (hash ^ (other >> (UInt64(byte) * 8) & 0xff)) &* 0x100_0000_01b3
    }
  }

  /// As source of Swift or C: `0x…` with 16 digits.
  static func literal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The Swift source of a number that the numbers of values are mixed into.
  static func source(_ text: String, values: [String]) -> String {
    values.reduce(literal(number(text))) { "PluginLayout.mix(\($0), \($1).crossingLayout)" }
  }
}
