/// An enum or struct that crosses: `@PluginValue` makes it one, and writes what converts it.
public protocol CrossingValue {}

/// How numbers of values are mixed into that of what names them.
public enum PluginLayout {
  /// Source: FNV-1a of 64 bits; the same as InterfaceSyntax does for headers.
  public static func mix(_ number: UInt64, _ other: UInt64) -> UInt64 {
    var hash = number
    var rest = other
    for _ in 0..<8 {
      hash = (hash ^ rest & 0xff) &* 0x100_0000_01b3
      rest >>= 8
    }
    return hash
  }
}
