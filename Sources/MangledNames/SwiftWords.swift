/// The words of a mangled Swift name's identifiers, by where they stand in it: later ones refer to them
/// by a letter each.
///
/// Source: swift/docs/ABI/Mangling.rst, "Identifiers".
package struct SwiftWords {
  private var ranges: [Range<Int>] = []

  package init() {}

  /// At most 26.
  package var count: Int { ranges.count }

  package subscript(index: Int) -> Range<Int> { ranges[index] }

  package mutating func removeAll() { ranges.removeAll(keepingCapacity: true) }

  /// Adds the words of `piece`, a part of an identifier that is spelled out.
  ///
  /// A word begins with a letter and ends before a capital or `_`.
  package mutating func note(_ piece: Range<Int>, of name: UnsafeRawBufferPointer) {
    // No word fits in any more.
    guard ranges.count < 26 else { return }
    var start = -1
    var wasUpper = false
    for index in piece {
      let byte = unsafe name[index]
      let isUpper = byte &- 0x41 < 26
      if start >= 0, byte == 0x5f || byte == 0 || (isUpper && !wasUpper) {
        add(start..<index)
        start = -1
      }
      if start < 0, byte != 0, byte != 0x5f, byte &- 0x30 >= 10 { start = index }
      wasUpper = isUpper
    }
    if start >= 0 { add(start..<piece.upperBound) }
  }

  private mutating func add(_ word: Range<Int>) {
    if word.count >= 2, ranges.count < 26 { ranges.append(word) }
  }
}
