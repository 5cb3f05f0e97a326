@testable import ELFReading
import Testing

@Suite("Hashes of names")
struct NameHashTests {
  @Test("are the same whether the end is told or found, wherever the name lies")
  func agree() throws {
    var numbers = SystemRandomNumberGenerator()
    for length in 0..<40 {
      for behind in [0, 1, 7, 8, 20] {
        let name = (0..<length).map { _ in
          [0x01, 0x41, 0x7f, 0x80, 0xff, UInt8.random(in: 1...255, using: &numbers)]
            .randomElement()!
        }
        let rest = (0..<behind).map { _ in UInt8.random(in: 0...255, using: &numbers) }
        let told = unsafe name.withUnsafeBytes { unsafe NameHash.of($0) }
        let found = unsafe (name + [0] + rest).withUnsafeBytes { bytes in
          unsafe NameHash.ofString(bytes.baseAddress!, limit: bytes.count)
        }
        #expect(try #require(found).count == length)
        #expect(found?.hash == told && told != 0)
      }
    }
  }

  @Test("are of no name without an end, and read nothing behind the limit")
  func withoutEnd() {
    for length in 1..<30 {
      let bytes = [UInt8](repeating: 0x61, count: length) + [0]
      let found = unsafe bytes.withUnsafeBytes {
        unsafe NameHash.ofString($0.baseAddress!, limit: length)
      }
      #expect(found == nil)
    }
  }

  @Test("differ between names that differ in one byte, in length or in order")
  func differ() {
    var seen: [UInt64: String] = [:]
    for prefix in ["", "$s4Core", "a_name_of_more_than_eight_bytes_", "abcdefg", "abcdefgh"] {
      for number in 0..<20_000 {
        var name = prefix + String(number)
        let hash = name.withUTF8 { unsafe NameHash.of(UnsafeRawBufferPointer($0)) }
        #expect(seen.updateValue(name, forKey: hash) == nil)
      }
    }
  }
}
