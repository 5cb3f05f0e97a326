internal import Glibc

/// Finds the module that a demangled Swift name is for, where that is not the one it begins with.
enum DemangledModule {
  /// The first of `modules` that the name mentions, else the module of an extension, or the one that a
  /// conformance is in.
  ///
  /// - Parameter modules: those that did not come with the toolchain: generic code of its libraries
  ///   that was made for one of them belongs to that one.
  /// - Returns: where the module's name stands in `text`.
  /// - Complexity: O(*n*).
  static func find(_ modules: NamePool, in text: [UInt8]) -> Range<Int>? {
    unsafe text.withUnsafeBytes { text in
      // The pool always holds the empty name.
      guard modules.count > 1, let base = text.baseAddress else {
        return unsafe afterIn(text)
      }
      var next = 0
      while next < text.count,
        let found = unsafe memchr(base + next, Int32(UInt8(ascii: ".")), text.count - next)
      {
        let dot = unsafe UnsafeRawPointer(found) - base
        var start = dot
        while unsafe start > next && isPart(text[start - 1]) { start -= 1 }
        // A module stands before a dot and not behind one.
        if start < dot, start == 0 || start > next,
          unsafe modules.contains(UnsafeRawBufferPointer(rebasing: text[start..<dot]))
        {
          return start..<dot
        }
        next = dot + 1
      }
      return unsafe afterIn(text)
    }
  }

  /// What stands in "(extension in Foundation):", or behind the last " in ".
  private static func afterIn(_ text: UnsafeRawBufferPointer) -> Range<Int>? {
    if let start = unsafe position(of: "(extension in ", in: text) {
      var end = start
      while unsafe end < text.count && isPart(text[end]) { end += 1 }
      return end > start ? start..<end : nil
    }
    var start = text.count
    while unsafe start > 0 && isPart(text[start - 1]) { start -= 1 }
    guard start < text.count && start >= 4,
      unsafe text[start - 4..<start].elementsEqual(" in ".utf8)
    else { return nil }
    return start..<text.count
  }

  /// Where `words` end in `text` for the first time.
  private static func position(
    of words: StaticString, in text: UnsafeRawBufferPointer
  ) -> Int? {
    let length = words.utf8CodeUnitCount
    var start = 0
    while text.count - start >= length,
      let found = unsafe memchr(
        text.baseAddress! + start, Int32(words.utf8Start.pointee), text.count - start)
    {
      let index = unsafe UnsafeRawPointer(found) - text.baseAddress!
      guard text.count - index >= length else { return nil }
      if unsafe memcmp(found, words.utf8Start, length) == 0 { return index + length }
      start = index + 1
    }
    return nil
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f || byte >= 0x80
      || (0x30...0x39).contains(byte)
  }
}
