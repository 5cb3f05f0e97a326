/// Text in which every character shows and none acts.
///
/// Names of symbols, plugins and files come from files that nobody has vouched for, and end up in
/// terminals and browsers. Control characters are shown as their pictures (␛ for escape, ␊ for a
/// line feed), and characters that reorder or hide others (bidirectional controls, zero-width
/// spaces, soft hyphens) as �. The joiners inside words and emoji stay.
public enum SafeText {
  /// Returns the text with every acting character made visible.
  ///
  /// - Parameter keepingLineFeeds: Whether the format has a place for line feeds.
  public static func visible(_ raw: String, keepingLineFeeds: Bool = false) -> String {
    guard !isPlain(raw), raw.unicodeScalars.contains(where: acts) else { return raw }
    var result = String.UnicodeScalarView()
    for scalar in raw.unicodeScalars {
      let isKept = !acts(scalar) || (keepingLineFeeds && scalar == "\n")
      result.append(isKept ? scalar : picture(scalar))
    }
    return String(result)
  }

  /// Whether a text is of printable ASCII alone: nothing acts, and every byte takes one cell.
  ///
  /// Most names and all numbers are; a pass over the bytes costs a tenth of one over the characters.
  static func isPlain(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      // No early exit: so the loop takes many bytes at a time.
      var others: UInt8 = 0
      for index in bytes.indices {
        others |= unsafe bytes[index] &- 0x20 > 0x5E ? 1 : 0
      }
      return others == 0
    }
  }

  /// Returns the words of a paragraph, each visible; line feeds and tabs separate words too.
  static func words(_ raw: String) -> [String] {
    raw.unicodeScalars
      .split { $0 == " " || ("\t"..."\r").contains($0) }
      .map { visible(String($0)) }
  }

  /// Returns a paragraph as one line with single spaces.
  public static func line(_ raw: String) -> String {
    words(raw).joined(separator: " ")
  }

  private static func acts(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E: false
    case 0x00...0x1F, 0x7F...0x9F: true  // C0, delete, C1 (0x9B alone starts a terminal sequence)
    case 0xAD, 0x61C, 0x180E: true
    case 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F: true
    case 0xFEFF, 0xFFF9...0xFFFB, 0xE0001: true
    default: false
    }
  }

  private static func picture(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x00...0x1F: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    default: "\u{FFFD}"
    }
  }
}
