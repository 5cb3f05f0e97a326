/// How long a mangled name can become.
///
/// A name refers back to what it already said, so that a hundred bytes can stand for a gigabyte:
/// printing such a name would take all time and memory there is, and no demangler stops. What may
/// grow beyond ``limit`` is therefore shown as it is. Of the names in the toolchain's libraries these
/// are two in a thousand; of those in libstdc++, none.
package enum Expansion {
  /// Bytes.
  package static let limit = 16_000_000.0

  /// Bytes that no closer look is worth.
  package static let crudeLimit = 65_536.0

  /// Whether `name` stays below ``limit``.
  package static func isHarmless(_ name: UnsafeRawBufferPointer, _ scheme: ManglingScheme) -> Bool {
    unsafe bound(name, scheme) < limit
  }

  /// Whether a list of specialized parameters, behind `Tf`, lacks the `_` that ends it: Swift's
  /// demangler then goes on behind the name until there is no memory.
  private static func hasOpenSpecialization(_ name: UnsafeRawBufferPointer) -> Bool {
    var isOpen = false
    var previous: UInt8 = 0
    for index in name.indices {
      let byte = unsafe name[index]
      if byte == UInt8(ascii: "f"), previous == UInt8(ascii: "T") { isOpen = true }
      if byte == 0x5f { isOpen = false }
      previous = byte
    }
    return isOpen
  }

  /// A bound for a Swift name that is crude and quick; nil where only a closer look can tell.
  ///
  /// A byte stands for at most 24 of the form, or for 64 where the name says how a function was
  /// specialized; a letter behind `0` for a word of the name; a number behind `S` for as many types;
  /// an `r` for as many generic parameters as are spelled out at most. References back stand in runs
  /// that begin with `A`, and each letter of a run repeats at most all that was said so far. A number
  /// in a run stands for as many letters: that is for the closer look, and so is a list of specialized
  /// parameters without an end.
  ///
  /// - Complexity: O(*n*).
  package static func crudeBound(_ name: UnsafeRawBufferPointer) -> Double? {
    var wordLetters = 0.0
    var product = 1.0
    var letters = 0.0
    var perByte = 24.0
    var previous: UInt8 = 0
    var isInWords = false
    var isOpen = false
    /// Bytes of generic parameters, and of types that a number repeats.
    var more = 0.0
    /// The number behind an `S`.
    var types = 0.0
    for index in name.indices {
      let byte = unsafe name[index]
      let isDigit = byte &- 0x30 < 10
      let isLetter = (byte | 0x20) &- 0x61 < 26
      if isInWords, isLetter { wordLetters += 1 } else { isInWords = byte == 0x30 }
      if byte == UInt8(ascii: "A") || (letters > 0 && byte &- 0x61 < 26) {
        // One that is an `A` again may be the last of its run, or the first of the next.
        letters += 1
      } else if letters > 0 {
        if isDigit { return nil }
        product *= letters + 1
        letters = 0
      }
      if types > 0 || previous == UInt8(ascii: "S"), isDigit {
        types = min(types * 10 + Double(byte - 0x30), 1e9)
      } else {
        more += types * 64
        types = 0
      }
      if byte == UInt8(ascii: "r") { more += 1024 }
      if byte == UInt8(ascii: "f"), previous == UInt8(ascii: "T") {
        perByte = 64
        isOpen = true
      }
      if byte == 0x5f { isOpen = false }
      previous = byte
    }
    if isOpen { return nil }
    let once = Double(name.count) * (perByte + wordLetters) + more + types * 64
    return once * product * (letters + 1)
  }

  /// What the form of `name` is no longer than, in bytes; from ``limit`` on only that it may be longer.
  ///
  /// Nothing is known of what a number refers to but that it was there when the number, or a higher
  /// one, was first used: it is no longer than all that had been said by then. Used again it is still
  /// as long.
  ///
  /// - Complexity: O(*n*).
  package static func bound(_ name: UnsafeRawBufferPointer, _ scheme: ManglingScheme) -> Double {
    switch scheme {
    case .swift:
      if let crude = unsafe crudeBound(name), crude <= crudeLimit { return crude }
      guard unsafe !hasOpenSpecialization(name) else { return limit }
      var walk = unsafe SwiftNameBound(name: name, depth: 0)
      return walk.run()
    case .cxx:
      var walk = unsafe CxxNameBound(name: name)
      return walk.run()
    }
  }
}

/// What the references of a name stand for at most, by their numbers.
struct ReferenceBounds {
  private var bounds: [Double] = []

  /// - Parameter total: bytes of all that was said so far.
  mutating func bound(of index: Int, total: Double) -> Double {
    while bounds.count <= index { bounds.append(total) }
    return bounds[index]
  }
}
