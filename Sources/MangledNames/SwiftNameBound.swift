/// Reads a Swift name for ``Expansion``.
///
/// Source: swift/docs/ABI/Mangling.rst.
@safe struct SwiftNameBound {
  private let name: UnsafeRawBufferPointer
  /// Of names within names.
  private let depth: Int
  private var position: Int
  private var total: Double
  private var references = ReferenceBounds()
  private var words = SwiftWords()
  private var identifier: [UInt8] = []
  /// Where the last identifier ended, or something else that no number belongs to.
  private var identifierEnd: Int
  /// What those identifiers come to that are mangled names themselves. Behind `Tf`, which says what a
  /// function was specialized for, they are printed in full.
  private var nested = 0.0

  init(name: UnsafeRawBufferPointer, depth: Int, from start: Int = 2) {
    unsafe self.name = unsafe name
    self.depth = depth
    // What cannot be read is shown as it is.
    total = 128 + Double(name.count)
    position = start
    identifierEnd = start
  }

  private func byte(at position: Int) -> UInt8 {
    unsafe position >= 0 && position < count ? name[position] : 0
  }

  private var count: Int { unsafe name.count }

  private var current: UInt8 { byte(at: position) }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte & ~0x20) }

  mutating func run() -> Double {
    while position < count, total < Expansion.limit {
      switch current {
      case 0x30...0x39:
        if isIndex {
          _ = number(at: &position)
        } else if !readIdentifier() {
          uncertain()
          return total
        }
      case UInt8(ascii: "A"): position = references(at: position, areReal: true)
      case UInt8(ascii: "S"): standardType()
      case UInt8(ascii: "T") where isSpecialization:
        guard specialization() else {
          uncertain()
          return total
        }
      case UInt8(ascii: "I"):
        guard functionType() else {
          uncertain()
          return total
        }
      case UInt8(ascii: "r"):
        // A signature's parameters: the first 128 of each depth are spelled out.
        total += 1024
        position += 1
      case UInt8(ascii: "."):
        // What is behind it is no part of the mangling.
        return total + 4 * Double(count - position)
      default: operation()
      }
    }
    return total
  }

  /// Reads an operator of one to three letters.
  private mutating func operation() {
    total += 48
    let first = current
    position += 1
    guard "TWMXYHfQRB".utf8.contains(first), Self.isLetter(current) else { return }
    let second = current
    position += 1
    let hasThird =
      first == UInt8(ascii: "W") && second == UInt8(ascii: "O")
      || first == UInt8(ascii: "f") && second == UInt8(ascii: "M")
    if hasThird, Self.isLetter(current) { position += 1 }
  }

  /// Reads the conventions of a function type, which `_` ends; false for something else.
  private mutating func functionType() -> Bool {
    var end = position
    while Self.isLetter(byte(at: end)) { end += 1 }
    guard byte(at: end) == UInt8(ascii: "_") else { return false }
    total += 64 * Double(end - position)
    position = end + 1
    return true
  }

  /// Whether letters follow, and then the digit of the pass that specialized a function.
  private var isSpecialization: Bool {
    var end = position + 1
    while end < position + 5, Self.isLetter(byte(at: end)) { end += 1 }
    return end > position + 1 && Self.isDigit(byte(at: end))
  }

  /// Reads what a function was specialized for: arguments that were dropped, the kind, the pass; false
  /// where it is something else.
  private mutating func specialization() -> Bool {
    var end = position + 1
    while byte(at: end) == UInt8(ascii: "t") {
      end += 1
      _ = number(at: &end)
    }
    let kind = byte(at: end)
    guard "gGpisBf".utf8.contains(kind) else { return false }
    end += 1
    while "qam".utf8.contains(byte(at: end)) { end += 1 }
    guard Self.isDigit(byte(at: end)) else { return false }
    end += 1
    if kind == UInt8(ascii: "f") {
      // What became of each parameter.
      let start = end
      while (0x61...0x7a).contains(byte(at: end)) { end += 1 }
      guard byte(at: end) == UInt8(ascii: "_") else { return false }
      end += 1
      total += nested + 96 * Double(end - start)
    }
    total += 256 + 64 * Double(end - position)
    position = end
    identifierEnd = end
    return true
  }

  /// Whether digits are the number of a closure or default argument: `fU12_`.
  private var isIndex: Bool {
    byte(at: position - 2) == UInt8(ascii: "f") && "UuA".utf8.contains(byte(at: position - 1))
      && !"BTXYWMQRH".utf8.contains(byte(at: position - 3)) && position - 2 >= identifierEnd
  }

  /// Whether nothing stands before the digits that takes a number.
  private var isPlaceOfIdentifier: Bool {
    if position == identifierEnd { return true }
    let last = byte(at: position - 1)
    if last == UInt8(ascii: "_") { return position - 1 == identifierEnd }
    return "VCOPEaGFytpcsgm".utf8.contains(last)
      && (position - 1 == identifierEnd || !"QRHYMTWB".utf8.contains(byte(at: position - 2)))
  }

  /// A number as it stands; nil where there is none.
  private func number(at position: inout Int) -> Int? {
    guard Self.isDigit(byte(at: position)) else { return nil }
    var value = 0
    while Self.isDigit(byte(at: position)) {
      value = min(value * 10 + Int(byte(at: position) - 0x30), 1 << 20)
      position += 1
    }
    return value
  }

  // MARK: Identifiers

  /// Reads what digits begin; false where they may be part of something else.
  private mutating func readIdentifier() -> Bool {
    identifier.removeAll(keepingCapacity: true)
    let isCertain = isPlaceOfIdentifier
    if current == UInt8(ascii: "0") {
      position += 1
      if current == UInt8(ascii: "0") {
        // Punycode, with a separator that does not count.
        position += 1
        let length = number(at: &position) ?? 0
        if current == UInt8(ascii: "_") { position += 1 }
        piece(length)
      } else {
        piecesAndWords()
      }
    } else {
      let length = number(at: &position) ?? 0
      // `12_` is a number where an operator before it takes one.
      guard isCertain || length < 2 || current != UInt8(ascii: "_") else { return false }
      piece(length)
    }
    // A character beyond ASCII is written as several.
    total += 4 * Double(identifier.count)
    identifierEnd = position
    noteNested()
    return true
  }

  private mutating func piecesAndWords() {
    while position < count {
      var isLast = false
      while !isLast, Self.isLetter(current) {
        isLast = current & 0x20 == 0
        let index = Int((current & ~0x20) - 0x41)
        // No identifier is that long.
        guard index < words.count, identifier.count < 1 << 20 else {
          total = Expansion.limit
          return
        }
        unsafe identifier.append(contentsOf: name[words[index]])
        position += 1
      }
      if current == UInt8(ascii: "0") {
        position += 1
        return
      }
      let length = number(at: &position) ?? 0
      piece(length)
      if isLast || length == 0 { return }
    }
  }

  private mutating func piece(_ length: Int) {
    let piece = position..<min(position + length, count)
    unsafe words.note(piece, of: name)
    unsafe identifier.append(contentsOf: name[piece])
    position = piece.upperBound
  }

  /// Looks into an identifier that is a mangled name.
  private mutating func noteNested() {
    guard let first = identifier.first, first == 0x24 || first == 0x5f || first == 0x40 else {
      return
    }
    let start = identifier.dropFirst(first == 0x5f ? 1 : 0)
    if start.starts(with: "$s".utf8) || start.starts(with: "$S".utf8)
      || start.starts(with: "$e".utf8)
    {
      guard depth < 4 else {
        nested = .infinity
        return
      }
      nested += unsafe identifier.withUnsafeBytes { bytes in
        var walk = unsafe SwiftNameBound(
          name: bytes, depth: depth + 1, from: start.startIndex + 2)
        return walk.run()
      }
    } else if identifier.starts(with: "_T".utf8) {
      // The mangling of before Swift 4 writes references as C++ does.
      nested += unsafe identifier.withUnsafeBytes { bytes in
        var walk = unsafe CxxNameBound(name: bytes)
        return walk.run()
      }
    } else if identifier.starts(with: "@__swiftmacro_".utf8) {
      nested = .infinity
    }
  }

  // MARK: References

  /// Reads `S`, how often the type behind it stands there, and its letter; `c` takes another one.
  private mutating func standardType() {
    position += 1
    total += 64 * Double(max(number(at: &position) ?? 1, 1))
    position += current == UInt8(ascii: "c") ? 2 : 1
    // No number belongs to it.
    identifierEnd = position
  }

  /// Counts the references from an `A` on; returns where what follows them begins.
  ///
  /// - Parameter areReal: they are known to be that, and so to what is there already.
  private mutating func references(at start: Int, areReal: Bool) -> Int {
    var position = start + 1
    while position < count {
      let repetitions = number(at: &position)
      let byte = byte(at: position)
      position += 1
      switch byte {
      case 0x61...0x7a, 0x41...0x5a:
        let index = Int((byte & ~0x20) - 0x41)
        let bound = areReal ? references.bound(of: index, total: total) : total
        total += bound * Double(max(repetitions ?? 1, 1))
        if byte & 0x20 == 0 { return position }
      case UInt8(ascii: "_"):
        let index = (repetitions ?? -1) + 27
        // There are fewer to refer to than bytes.
        if index < count {
          total += areReal ? references.bound(of: index, total: total) : total
        }
        return position
      default: return position - 1
      }
    }
    return position
  }

  /// Counts the rest without knowing where identifiers are: every letter that could be a reference
  /// counts as one.
  private mutating func uncertain() {
    let rest = unsafe name[min(position, count)...]
    let hasWords = unsafe rest.contains(UInt8(ascii: "0"))
    let word = Double(count)
    while position < count, total < Expansion.limit {
      total += 48 + (hasWords && Self.isLetter(current) ? word : 0)
      switch current {
      case UInt8(ascii: "A"): _ = references(at: position, areReal: false)
      case UInt8(ascii: "S"):
        var end = position + 1
        total += 64 * Double(max(number(at: &end) ?? 1, 1))
      case UInt8(ascii: "r"): total += 1024
      // Perhaps a mangled name.
      case UInt8(ascii: "$") where "sSe".utf8.contains(byte(at: position + 1)): nested = .infinity
      default: break
      }
      position += 1
    }
    total += nested
  }
}
