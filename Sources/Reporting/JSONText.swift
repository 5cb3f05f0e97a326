/// The growing text of a JSON document, and where in it the next value goes.
struct JSONText: ~Copyable {
  enum Container {
    case object
    case array
  }

  fileprivate struct Level: Equatable {
    var container: Container
    var isInline: Bool
    var isEmpty = true
  }

  var bytes: ByteBuffer
  /// The innermost container, apart from those around it: it is asked for every value.
  private var level: Level?
  private var outerLevels: [Level] = []
  private var hasName = false
  private var isComplete = false

  init(capacity: Int) {
    bytes = ByteBuffer(capacity: capacity)
  }

  mutating func begin(_ container: Container, isInline: Bool) {
    startValue()
    bytes.append(container == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
    if let level { outerLevels.append(level) }
    level = Level(container: container, isInline: isInline || level?.isInline ?? false)
  }

  mutating func end(_ container: Container) {
    precondition(!hasName, "A member of a JSON object has a name but no value.")
    guard let level, level.container == container else {
      preconditionFailure("A JSON container is ended that is not the innermost.")
    }
    self.level = outerLevels.popLast()
    if !level.isEmpty, !level.isInline { startLine(depth) }
    bytes.append(container == .object ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    endValue()
  }

  mutating func name(_ name: String) {
    precondition(
      !hasName && level?.container == .object, "A JSON member stands in no object.")
    startEntry()
    appendQuoted(name)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(UInt8(ascii: " "))
    hasName = true
  }

  mutating func value(_ string: String) {
    startValue()
    appendQuoted(string)
    endValue()
  }

  /// - Parameter text: A number, `true`, `false` or `null`.
  mutating func value(bare text: String) {
    startValue()
    bytes.append(text.utf8Span.span)
    endValue()
  }

  /// Where in an array elements go that are made apart.
  struct Place: Sendable {
    fileprivate var level: Level
    fileprivate var outerLevels: [Level]
  }

  /// The place of the next element.
  ///
  /// - Precondition: The innermost container is an array.
  var place: Place {
    guard let level, level.container == .array else {
      preconditionFailure("Elements of JSON stand in no array.")
    }
    return Place(level: level, outerLevels: outerLevels)
  }

  /// Creates an empty text that goes on at `place`, or behind other elements that do.
  init(at place: Place, isFirst: Bool) {
    bytes = ByteBuffer(capacity: 64 << 10)
    level = place.level
    level?.isEmpty = isFirst && place.level.isEmpty
    outerLevels = place.outerLevels
  }

  /// Appends elements that were made apart.
  mutating func append(_ elements: [UInt8]) {
    guard !elements.isEmpty else { return }
    bytes.append(elements.span)
    level?.isEmpty = false
  }

  mutating func finish() {
    precondition(isComplete && level == nil, "A JSON document is not complete.")
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func startValue() {
    switch level?.container {
    case .object:
      precondition(hasName, "A value in a JSON object has no name.")
      hasName = false
    case .array: startEntry()
    case nil: precondition(!isComplete, "A JSON document holds one value.")
    }
  }

  private mutating func endValue() {
    if level == nil { isComplete = true }
  }

  /// Separates a member or an element from what stands before it.
  private mutating func startEntry() {
    guard let level else { return }
    if !level.isEmpty { bytes.append(UInt8(ascii: ",")) }
    if !level.isInline {
      startLine(depth)
    } else if !level.isEmpty {
      bytes.append(UInt8(ascii: " "))
    }
    self.level?.isEmpty = false
  }

  private var depth: Int { level == nil ? 0 : outerLevels.count + 1 }

  private mutating func startLine(_ depth: Int) {
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<2 * depth { bytes.append(UInt8(ascii: " ")) }
  }
}

extension JSONText {
  /// Appends a string between quotation marks.
  ///
  /// Nearly no string holds a character to escape: bytes up to the next one are copied at once.
  private mutating func appendQuoted(_ string: String) {
    bytes.append(UInt8(ascii: "\""))
    let text = string.utf8Span.span
    var start = 0
    while start < text.count {
      let end = Self.endOfPlain(text, from: start)
      bytes.append(text.extracting(start..<end))
      if end < text.count { appendEscaped(text[end]) }
      start = end + 1
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Returns the place of the next byte to escape, looking at many at once.
  private static func endOfPlain(_ text: Span<UInt8>, from start: Int) -> Int {
    var index = start
    unsafe text.withUnsafeBytes { raw in
      // Safe: the eight bytes from `place` lie inside the text, as the loops see to.
      func marks(_ place: Int) -> UInt64 {
        unsafe activeMarks(raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      }
      while index + 32 <= raw.count,
        marks(index) | marks(index + 8) | marks(index + 16) | marks(index + 24) == 0
      {
        index += 32
      }
      while index + 8 <= raw.count, marks(index) == 0 { index += 8 }
    }
    while index < text.count, !isActive(text[index]) { index += 1 }
    return index
  }

  /// Returns zero if none of eight bytes is to be escaped.
  ///
  /// Subtracting from each byte sets its highest bit if it was smaller and that bit was clear; only
  /// a byte that is smaller itself can borrow from the next. Exchanging the bit that tells a
  /// quotation mark (0x22) from a space puts it right above the control characters, so that one
  /// comparison finds both. Source: Warren, "Hacker's Delight", 2nd edition, section 6-1.
  private static func activeMarks(_ bytes: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let controlsAndQuotes = (bytes ^ (ones &* 0x02)) &- (ones &* 0x21)
    let backslashes = (bytes ^ (ones &* 0x5C)) &- ones
    return (controlsAndQuotes | backslashes) & ~bytes & (ones &* 0x80)
  }

  private static func isActive(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    default:
      for byte in "u00".utf8 { bytes.append(byte) }
      bytes.append(Self.digits[Int(byte >> 4)])
      bytes.append(Self.digits[Int(byte & 0xF)])
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)
}
