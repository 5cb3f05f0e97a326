import Glibc

/// Bytes on their way to a file: memory that is there before it is needed, since a crash may be the
/// reason for writing.
///
/// Who appends has made room first.
@safe struct LogBuffer: ~Copyable {
  private(set) var start: UnsafeMutableRawPointer
  private(set) var capacity: Int
  var count = 0

  init?(capacity: Int) {
    guard let start = unsafe Memory.allocate(capacity) else { return nil }
    unsafe self.start = unsafe start
    self.capacity = capacity
  }

  deinit { unsafe free(start) }

  var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: count) }

  /// Room for `amount` more bytes; false where there is no memory for them.
  mutating func makeRoom(_ amount: Int) -> Bool {
    if capacity - count >= amount { return true }
    guard Memory.isGranted(), let larger = unsafe realloc(start, count + amount) else {
      return false
    }
    unsafe start = unsafe larger
    capacity = count + amount
    return true
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    unsafe start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  @inline(__always)
  mutating func append(_ text: StaticString) {
    unsafe (start + count).copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    count += text.utf8CodeUnitCount
  }

  @inline(__always)
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    unsafe (start + count).copyMemory(from: base, byteCount: bytes.count)
    count += bytes.count
  }

  /// In decimal, with zeros before it up to `digits`.
  mutating func append(_ number: UInt64, digits: Int = 1) {
    var length = 1
    var bound: UInt64 = 10
    while number >= bound && length < 20 {
      length += 1
      bound = length < 20 ? bound &* 10 : .max
    }
    length = max(length, digits)
    var rest = number
    var place = count + length
    while place > count {
      place -= 1
      unsafe start.storeBytes(of: 0x30 + UInt8(rest % 10), toByteOffset: place, as: UInt8.self)
      rest /= 10
    }
    count += length
  }

  mutating func append(signed number: Int64) {
    if number < 0 { append(UInt8(ascii: "-")) }
    append(number.magnitude)
  }

  /// The shortest text that says the same number, whatever the locale.
  mutating func append(real number: Double) {
    var text = number.description
    text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
  }

  /// In hexadecimal, `digits` of it.
  mutating func append(hexadecimal number: UInt32, digits: Int) {
    let characters: StaticString = "0123456789abcdef"
    for digit in (0..<digits).reversed() {
      unsafe append(characters.utf8Start[Int(number >> UInt32(4 * digit)) & 15])
    }
  }
}
