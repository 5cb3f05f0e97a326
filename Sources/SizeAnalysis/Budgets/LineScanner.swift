/// Reads one line of a budget word by word.
struct LineScanner {
  private var rest: Substring.UnicodeScalarView

  /// Ends before the comment. A `#` in quotation marks begins none.
  init(_ line: Substring) {
    var isQuoted = false
    let scalars = line.unicodeScalars
    let end =
      scalars.firstIndex { scalar in
        if scalar == "\"" { isQuoted.toggle() }
        return scalar == "#" && !isQuoted
      } ?? scalars.endIndex
    rest = scalars[..<end]
    skipSpace()
    while let last = rest.last, Self.isSpace(last) { rest.removeLast() }
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// What comes next, in quotation marks and cut short; for errors.
  var found: String {
    rest.isEmpty ? "the end of the line" : Self.quote(String(rest.prefix { !Self.isSpace($0) }))
  }

  static func quote(_ text: String) -> String {
    text.count > 40 ? "'\(text.prefix(40))…'" : "'\(text)'"
  }

  /// A word: what stands before a space or `<`; nil at the end.
  mutating func word() -> String? { take { !Self.isSpace($0) && $0 != "<" } }

  /// Digits, perhaps with a point among them.
  mutating func number() -> String? { take { ("0"..."9").contains($0) || $0 == "." } }

  mutating func accept(_ symbol: String) -> Bool {
    guard rest.starts(with: symbol.unicodeScalars) else { return false }
    rest = rest.dropFirst(symbol.unicodeScalars.count)
    skipSpace()
    return true
  }

  /// What stands between quotation marks; nil where there are none.
  mutating func quoted() -> String? {
    guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { return nil }
    let text = String(rest[rest.startIndex..<end].dropFirst())
    rest = rest[rest.index(after: end)...]
    skipSpace()
    return text
  }

  /// What stands between brackets that are all there is on the line.
  mutating func bracketed() -> String? {
    guard rest.first == "[", rest.count > 2, rest.last == "]" else { return nil }
    var inside = LineScanner(Substring(rest.dropFirst().dropLast()))
    return inside.isAtEnd ? nil : inside.takeRest()
  }

  private mutating func takeRest() -> String {
    defer { rest = rest[rest.endIndex...] }
    return String(rest)
  }

  private mutating func take(_ belongs: (Unicode.Scalar) -> Bool) -> String? {
    let word = rest.prefix(while: belongs)
    guard !word.isEmpty else { return nil }
    rest = rest[word.endIndex...]
    skipSpace()
    return String(word)
  }

  private mutating func skipSpace() { rest = rest.drop(while: Self.isSpace) }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }
}
