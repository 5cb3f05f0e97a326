/// The words of a mangled Swift name's identifiers, by where they stand in it: later ones refer to them
/// by a letter each.
///
/// Source: swift/docs/ABI/Mangling.rst, "Identifiers".
struct SwiftWords {
  private var ranges: [Range<Int>] = []

  /// At most 26.
  var count: Int { ranges.count }

  subscript(index: Int) -> Range<Int> { ranges[index] }

  mutating func removeAll() { ranges.removeAll(keepingCapacity: true) }

  /// Adds the words of `piece`, a part of an identifier that is spelled out.
  ///
  /// A word begins with a letter and ends before a capital or `_`.
  mutating func note(_ piece: Range<Int>, of name: UnsafeRawBufferPointer) {
    func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }
    var start: Int?
    for index in piece.lowerBound...piece.upperBound {
      let byte = unsafe index < piece.upperBound ? name[index] : 0
      if let begin = start,
        unsafe byte == 0 || byte == 0x5f || (!isUpper(name[index - 1]) && isUpper(byte))
      {
        if index - begin >= 2, ranges.count < 26 { ranges.append(begin..<index) }
        start = nil
      }
      if start == nil, byte != 0, byte != 0x5f, !(0x30...0x39).contains(byte) { start = index }
    }
  }
}
