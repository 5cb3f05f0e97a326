import CAllKinds
import PluginMacros

/// The checksum of Tests/Fixtures/all-kinds/README.md.
struct Checksum {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  mutating func add(_ word: UInt64) {
    for index in 0..<8 { add(byte: UInt8(truncatingIfNeeded: word >> (8 * index))) }
  }
  mutating func add(_ number: some FixedWidthInteger) { add(UInt64(truncatingIfNeeded: number)) }
  mutating func add(_ number: Float) { add(UInt64(number.bitPattern)) }
  mutating func add(_ number: Double) { add(number.bitPattern) }
  mutating func add(_ isSet: Bool) { add(isSet ? 1 as UInt64 : 0) }
  mutating func add(_ text: String) { add(Array(text.utf8)) }
  mutating func add(_ bytes: [UInt8]) {
    add(bytes.count)
    for byte in bytes { add(byte: byte) }
  }
  mutating func add<Element>(all elements: [Element], _ one: (inout Checksum, Element) -> Void) {
    add(elements.count)
    for element in elements { one(&self, element) }
  }
  mutating func add<Wrapped>(ifAny value: Wrapped?, _ one: (inout Checksum, Wrapped) -> Void) {
    add(value != nil)
    if let value { one(&self, value) }
  }
  mutating func add(_ inner: Inner) {
    add(inner.color.rawValue)
    add(inner.ratio)
    add(inner.name)
    add(all: inner.tags) { $0.add($1) }
  }
  mutating func add(_ x: Record) {
    add(x.int8)
    add(x.uint16)
    add(x.int)
    add(x.uint64)
    add(x.float)
    add(x.isSet)
    add(x.temperature.rawValue)
    add(x.text)
    add(x.bytes)
    add(ifAny: x.count) { $0.add($1) }
    add(ifAny: x.scale) { $0.add($1) }
    add(ifAny: x.note) { $0.add($1) }
    add(ifAny: x.blob) { $0.add($1) }
    add(ifAny: x.color) { $0.add($1.rawValue) }
    add(all: x.numbers) { $0.add($1) }
    add(all: x.offsets) { $0.add($1) }
    add(all: x.doubles) { $0.add($1) }
    add(all: x.flags) { $0.add($1) }
    add(all: x.texts) { $0.add($1) }
    add(all: x.blobs) { $0.add($1) }
    add(all: x.colors) { $0.add($1.rawValue) }
    add(x.inner)
    add(all: x.inners) { $0.add($1) }
    add(ifAny: x.maybe) { $0.add($1) }
  }

  static func of(_ fill: (inout Checksum) -> Void) -> UInt64 {
    var sum = Checksum()
    fill(&sum)
    return sum.value
  }
}

/// What `all_kinds_in_c.h` does, in Swift.
final class AllKindsInSwift: AllKinds {
  private var kept: ((String, Inner?) throws(PluginError) -> String)?

  func checksumNumbers(
    _ a: Int8, _ b: Int16, _ c: Int32, _ d: Int64, _ e: UInt8, _ f: UInt16, _ g: UInt32,
    _ h: UInt64,
    _ i: Int, _ j: UInt, _ k: Float, _ l: Double, _ m: Bool
  ) -> UInt64 {
    Checksum.of {
      $0.add(a)
      $0.add(b)
      $0.add(c)
      $0.add(d)
      $0.add(e)
      $0.add(f)
      $0.add(g)
      $0.add(h)
      $0.add(i)
      $0.add(j)
      $0.add(k)
      $0.add(l)
      $0.add(m)
    }
  }
  func echoInt(_ x: Int) -> Int { x }
  func echoFloat(_ x: Float) -> Float { x }
  func echoBool(_ x: Bool) -> Bool { x }
  func echoOptional(_ x: Int64?) -> Int64? { x }
  func echoOptionalBool(_ x: Bool?) -> Bool? { x }
  func checksumBorrowed(_ text: UTF8Span, _ bytes: RawSpan, _ numbers: Span<Int32>) -> UInt64 {
    var sum = Checksum()
    sum.add(text.count)
    for index in 0..<text.count { sum.add(byte: text.span[index]) }
    sum.add(bytes.byteCount)
    for index in 0..<bytes.byteCount {
      sum.add(byte: unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
    }
    sum.add(numbers.count)
    for index in numbers.indices { sum.add(numbers[index]) }
    return sum.value
  }
  func checksumChecked(_ text: UTF8Span) throws(PluginError) -> UInt64 {
    var sum = Checksum()
    sum.add(String(copying: text))
    return sum.value
  }
  func sum(_ numbers: [Int32]) -> Int64 { numbers.reduce(0) { $0 &+ Int64($1) } }
  func echoText(_ x: String) throws(PluginError) -> String { x }
  func echoBytes(_ x: [UInt8]) throws(PluginError) -> [UInt8] { x }
  func echoColor(_ x: Color) throws(PluginError) -> Color { x }
  func echoTemperature(_ x: Temperature) throws(PluginError) -> Temperature { x }
  func echoOptionalText(_ x: String?) throws(PluginError) -> String? { x }
  func echoOptionalBytes(_ x: [UInt8]?) throws(PluginError) -> [UInt8]? { x }
  func echoOptionalColor(_ x: Color?) throws(PluginError) -> Color? { x }
  func echoOptionalInner(_ x: Inner?) throws(PluginError) -> Inner? { x }
  func echoNumbers(_ x: [Int32]) throws(PluginError) -> [Int32] { x }
  func echoOffsets(_ x: [Int]) throws(PluginError) -> [Int] { x }
  func echoTexts(_ x: [String]) throws(PluginError) -> [String] { x }
  func echoBlobs(_ x: [[UInt8]]) throws(PluginError) -> [[UInt8]] { x }
  func echoColors(_ x: [Color]) throws(PluginError) -> [Color] { x }
  func echoInners(_ x: [Inner]) throws(PluginError) -> [Inner] { x }
  func echoRecord(_ x: Record) throws(PluginError) -> Record { x }
  func checksumRecord(_ x: Record) throws(PluginError) -> UInt64 { Checksum.of { $0.add(x) } }
  func visit(
    _ texts: [String], _ body: (Int32, String) throws(PluginError) -> Int64
  ) throws(PluginError) -> Int64 {
    var sum: Int64 = 0
    for (index, text) in texts.enumerated() { sum &+= try body(Int32(index), text) }
    return sum
  }
  func total(_ count: Int32, _ body: (Int32) -> Int64) -> Int64 {
    (0..<max(count, 0)).reduce(0) { $0 &+ body($1) }
  }
  func keep(
    _ body: @escaping (String, Inner?) throws(PluginError) -> String
  ) throws(PluginError) { kept = body }
  func callKept(_ text: String, _ inner: Inner?) throws(PluginError) -> String {
    guard let kept else {
      throw PluginError(
        code: PLR_ERROR_NOT_FOUND, subject: "kept", message: "there is no closure")
    }
    return try kept(text, inner)
  }
  func drop() -> Bool {
    defer { kept = nil }
    return kept != nil
  }
  func fail(_ code: Int32, _ message: String) throws(PluginError) {
    if code != PLR_OK { throw PluginError(code: code, subject: "fail", message: message) }
  }
}

/// Cases made of a seed. Source: splitmix64 (Steele, Lea and Flood 2014).
struct CaseGenerator: RandomNumberGenerator {
  var seed: UInt64

  mutating func next() -> UInt64 {
    seed &+= 0x9e37_79b9_7f4a_7c15
    var z = seed
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Texts that have been trouble somewhere.
  static let texts = [
    "", "a", "a\0b", "\0", "na\u{ef}ve", "e\u{301}", "👩‍👩‍👧‍👦", "\u{feff}", "\u{202e}abc", "%s%n%d",
    "'; --", "\u{1b}[31m", "\r\n", String(repeating: "x", count: 15),
    String(repeating: "x", count: 16), String(repeating: "ü", count: 64), "\u{10ffff}",
  ]

  mutating func isSet() -> Bool { next() & 1 == 1 }
  mutating func number<Number: FixedWidthInteger>() -> Number { Number(truncatingIfNeeded: next()) }
  mutating func text() -> String {
    switch next() % 3 {
    case 0: return Self.texts[Int(next() % UInt64(Self.texts.count))]
    case 1: return Self.texts[Int(next() % UInt64(Self.texts.count))] + text()
    default: return String(decoding: bytes(), as: UTF8.self)
    }
  }
  mutating func bytes() -> [UInt8] { array { $0.number() } }
  /// Any bits but those of a number that is none: such need not keep their bits.
  mutating func double() -> Double { Double(bitPattern: next() & 0xffef_ffff_ffff_ffff) }
  mutating func float() -> Float { Float(bitPattern: number() & 0xff7f_ffff) }
  mutating func array<Element>(_ make: (inout CaseGenerator) -> Element) -> [Element] {
    (0..<next() % 5).map { _ in make(&self) }
  }
  mutating func maybe<Wrapped>(_ make: (inout CaseGenerator) -> Wrapped) -> Wrapped? {
    isSet() ? make(&self) : nil
  }
  mutating func color() -> Color { Color.allCases.randomElement(using: &self)! }
  mutating func inner() -> Inner {
    Inner(color: color(), ratio: double(), name: text(), tags: array { $0.text() })
  }
  mutating func record() -> Record {
    Record(
      int8: number(), uint16: number(), int: number(), uint64: next(), float: float(),
      isSet: isSet(),
      temperature: Temperature.allCases.randomElement(using: &self)!, text: text(), bytes: bytes(),
      count: maybe { $0.number() }, scale: maybe { $0.float() }, note: maybe { $0.text() },
      blob: maybe { $0.bytes() }, color: maybe { $0.color() }, numbers: array { $0.number() },
      offsets: array { $0.number() }, doubles: array { $0.double() }, flags: array { $0.isSet() },
      texts: array { $0.text() }, blobs: array { $0.bytes() }, colors: array { $0.color() },
      inner: inner(), inners: array { $0.inner() }, maybe: maybe { $0.inner() })
  }
}
