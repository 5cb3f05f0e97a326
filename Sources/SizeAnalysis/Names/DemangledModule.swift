/// Finds the module that a demangled Swift name is for, where that is not the one it begins with.
enum DemangledModule {
  /// The module of an extension, the one a conformance is in, or the first one named that does not
  /// come with the toolchain.
  ///
  /// - Returns: where its name stands in `text`.
  /// - Complexity: O(*n*).
  static func find(in text: [UInt8]) -> Range<Int>? {
    unsafe text.withUnsafeBytes { text in
      var candidate: Range<Int>?
      var index = 0
      while index < text.count {
        guard unsafe isStart(text[index]) else {
          index += 1
          continue
        }
        let start = index
        while index < text.count, unsafe isPart(text[index]) { index += 1 }
        let word = start..<index
        let previous = unsafe start > 0 ? text[start - 1] : 0
        // A module stands before a dot and not behind one.
        if index < text.count, unsafe text[index] == UInt8(ascii: "."),
          previous != UInt8(ascii: "."),
          previous != UInt8(ascii: "$"), unsafe isForeign(text, word)
        {
          return word
        }
        // "(extension in Foundation):", "… in Foundation" at the end.
        let isExtension =
          unsafe index + 1 < text.count && text[index] == UInt8(ascii: ")")
          && text[index + 1] == UInt8(ascii: ":")
        if index == text.count || isExtension, unsafe ends(text, before: start, with: " in ") {
          candidate = candidate ?? word
          if unsafe isExtension && isForeign(text, word) { return word }
        }
      }
      return candidate
    }
  }

  /// Whether a name is that of a module that did not come with the toolchain.
  private static func isForeign(_ text: UnsafeRawBufferPointer, _ word: Range<Int>) -> Bool {
    // `A.Element`, `A1.Index`, `Self.Element`: parameters, not modules.
    if word.count <= 2 { return false }
    let name = unsafe String(decoding: UnsafeRawBufferPointer(rebasing: text[word]), as: UTF8.self)
    return name != "Self" && name != "__C" && name != "__ObjC" && !Owner.isToolchain(module: name)
  }

  private static func ends(
    _ text: UnsafeRawBufferPointer, before end: Int, with words: StaticString
  ) -> Bool {
    let count = words.utf8CodeUnitCount
    guard end >= count else { return false }
    return words.withUTF8Buffer { unsafe $0.elementsEqual(text[end - count..<end]) }
  }

  private static func isStart(_ byte: UInt8) -> Bool {
    (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f || byte >= 0x80
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    isStart(byte) || (0x30...0x39).contains(byte)
  }
}
