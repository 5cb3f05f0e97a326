/// Safe text and the number of terminal cells it takes.
///
/// The width is an approximation, since terminals differ: marks take no cell; East Asian wide
/// characters take two, and so does an emoji however many scalars it is made of (some terminals add
/// those up); everything else, "ambiguous" characters included, takes one. Right-to-left text keeps
/// its logical order and is laid out by the terminal.
struct DisplayText: Sendable {
  let text: String
  let width: Int

  /// Makes a text safe and measures it.
  init(_ raw: String) {
    if SafeText.isPlain(raw) {
      self.init(text: raw, width: raw.utf8.count)
    } else {
      let text = SafeText.visible(raw)
      self.init(text: text, width: Self.width(of: text))
    }
  }

  private init(text: String, width: Int) {
    self.text = text
    self.width = width
  }

  /// Returns the text cut to a width, with … in place of what was cut: the end, or with
  /// `keepingEnd` what stands in the middle.
  func shortened(to limit: Int, keepingEnd: Bool = false) -> DisplayText {
    guard width > limit else { return self }
    guard limit > 0 else { return DisplayText(text: "", width: 0) }
    let endLimit = keepingEnd ? (limit - 1) / 2 : 0
    let end = Self.cut(text.reversed(), endLimit)
    let start = Self.cut(text, limit - 1 - end.width)
    return DisplayText(
      text: String(start.characters) + "…" + String(end.characters.reversed()),
      width: start.width + 1 + end.width)
  }

  /// Returns the first characters that fit into a width, and the width that they take.
  private static func cut(
    _ text: some Sequence<Character>, _ limit: Int
  ) -> (characters: [Character], width: Int) {
    var kept: [Character] = []
    var width = 0
    for character in text {
      let next = width + Self.width(of: character)
      if next > limit { break }
      kept.append(character)
      width = next
    }
    return (kept, width)
  }

  /// Returns the text with spaces beside it up to a width.
  func padded(to width: Int, _ alignment: Report.Alignment) -> String {
    let padding = String(repeating: " ", count: max(0, width - self.width))
    return alignment == .leading ? text + padding : padding + text
  }
}

extension DisplayText {
  private static func width(of text: String) -> Int {
    // Most cells hold a number and a unit: no need to look for grapheme clusters in them.
    var scalars = 0
    for scalar in text.unicodeScalars {
      guard isSimple(scalar) else {
        return text.reduce(0) { $0 + width(of: $1) }
      }
      scalars += 1
    }
    return scalars
  }

  /// Whether a scalar is one cell wide and joins with nothing before it.
  private static func isSimple(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E, 0xA0...0x2FF: true  // Latin, µ, ×
    case 0x2010...0x2027, 0x202F...0x205E: true  // dashes, ellipsis, narrow space
    case 0x2190...0x22FF, 0x2400...0x2426, 0x2500...0x259F: true  // minus, pictures, rules
    case 0x2713, 0x2717: true  // marks of tones
    default: false
    }
  }

  private static func width(of character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // U+FE0F asks for the emoji form of the character before it.
      if scalar.properties.isEmojiPresentation || scalar == "\u{FE0F}" { return 2 }
      width += self.width(of: scalar)
    }
    return width
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // Vowels and final consonants of Hangul are drawn inside the syllable that the first began.
    if 0x1160...0x11FF ~= scalar.value || 0xD7B0...0xD7FF ~= scalar.value { return 0 }
    return wideRanges.contains { $0 ~= scalar.value } ? 2 : 1
  }

  /// Blocks of wide characters; source: Unicode 16, EastAsianWidth.txt, without emoji,
  /// and with the gaps of each block filled.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
    0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
  ]
}
