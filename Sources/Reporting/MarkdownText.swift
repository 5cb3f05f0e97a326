/// Text that GitHub's Markdown shows as it is.
///
/// Escaped is what Markdown, HTML, mathematics or a table would act on. GitHub looks for mentions,
/// issue numbers and emoji names only after that, where a backslash is gone already; an empty
/// comment keeps it from finding them in names such as `closure #1` or `insert(at:key:)`, and
/// leaves nothing behind when the text is copied. Bare addresses stay links: what they lead to is
/// what they show.
enum MarkdownText {
  /// Returns the text of a table's cell.
  static func cell(_ raw: String) -> String {
    escaped(SafeText.visible(raw))
  }

  /// Returns a paragraph as one line that begins no list, rule or quotation.
  static func paragraph(_ raw: String) -> String {
    let text = escaped(SafeText.line(raw))
    guard let first = text.utf8.first else { return "" }
    if "+-=".utf8.contains(first) { return "\\" + text }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let rest = text.dropFirst(digits.count)
    guard !digits.isEmpty, rest.first == "." || rest.first == ")" else { return text }
    return "\(digits)\\\(rest)"
  }

  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: isActive) else { return text }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 16)
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "<"): result += "&lt;".utf8
      case UInt8(ascii: ">"): result += "&gt;".utf8
      case UInt8(ascii: "&"): result += "&amp;".utf8
      case _ where beginsReference(bytes, index):
        result.append(byte)
        result += "<!-- -->".utf8
      case UInt8(ascii: "_") where isInsideWord(bytes, index):
        result.append(byte)
      case UInt8(ascii: ":"), UInt8(ascii: "@"):
        result.append(byte)
      default:
        if isActive(byte) { result.append(UInt8(ascii: "\\")) }
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func isActive(_ byte: UInt8) -> Bool {
    byte < 0x80 && active[Int(byte)]
  }

  /// A table, since this is asked of every byte of a report.
  private static let active: [Bool] = {
    var table = Array(repeating: false, count: 0x80)
    for byte in "\\`*_[]<>&|~$#@:".utf8 {
      table[Int(byte)] = true
    }
    return table
  }()

  /// Whether `@name`, `#1` or `:name:` begins here.
  private static func beginsReference(_ bytes: [UInt8], _ index: Int) -> Bool {
    guard index + 1 < bytes.count else { return false }
    switch bytes[index] {
    case UInt8(ascii: "@"): return isWord(bytes[index + 1])
    case UInt8(ascii: "#"): return isDigit(bytes[index + 1])
    case UInt8(ascii: ":"):
      let name = bytes[(index + 1)...].prefix { isWord($0) || "_+-".utf8.contains($0) }
      return !name.isEmpty && name.endIndex < bytes.count && bytes[name.endIndex] == bytes[index]
    default: return false
    }
  }

  /// Whether letters or digits stand on both sides, where an underscore is literal: Swift's and C's
  /// names are full of them.
  private static func isInsideWord(_ bytes: [UInt8], _ index: Int) -> Bool {
    index > 0 && isWord(bytes[index - 1]) && index + 1 < bytes.count && isWord(bytes[index + 1])
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }
}
