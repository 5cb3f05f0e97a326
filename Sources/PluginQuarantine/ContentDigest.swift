internal import Glibc
internal import Platform

/// Tells contents of files apart: 128 bits, of which every bit depends on every byte.
///
/// It proves nothing: whoever can make two contents that agree could as well change the one. For proofs there is
/// `PluginTrust`.
/// Source: multiply and fold, as in wyhash (Wang Yi 2019). Complexity: O(*n*), some gigabytes a second.
struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  /// Of a whole file, and how many bytes it has.
  ///
  /// - Throws: `SystemError` where it cannot be read, or is no regular file.
  static func of(_ path: String) throws(SystemError) -> (digest: ContentDigest, byteCount: Int) {
    // A FIFO in the place of a plugin must not hang the host.
    let file = try FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK)
    guard try file.status().isRegularFile else { throw SystemError("read", path, code: EINVAL) }
    var state = State()
    var room = [UInt8](repeating: 0, count: 256 << 10)
    var offset = 0
    while true {
      let count = try file.read(&room, at: offset)
      if count == 0 { break }
      // Zeros behind the end, whose number the length tells.
      let rest = count & 15
      if rest != 0 { for index in count..<count + 16 - rest { room[index] = 0 } }
      unsafe room.withUnsafeBytes { unsafe state.take($0, words: (count + 15) / 16) }
      offset += count
    }
    return (state.finish(byteCount: offset), offset)
  }

  /// The digits of ``description``; nil for any other text.
  init?(_ text: Substring) {
    let isHexadecimal = text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
    guard text.utf8.count == 32, isHexadecimal, let high = UInt64(text.prefix(16), radix: 16),
      let low = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    self.high = high
    self.low = low
  }

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// 32 hexadecimal digits.
  var description: String { Self.digits(high) + Self.digits(low) }

  private static func digits(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }

  private struct State {
    private var left: UInt64 = 0x243F_6A88_85A3_08D3
    private var right: UInt64 = 0x1319_8A2E_0370_7344

    /// Pairs of words of eight bytes, in the byte order of files of this machine.
    mutating func take(_ bytes: UnsafeRawBufferPointer, words: Int) {
      for index in 0..<words {
        let first = unsafe bytes.loadUnaligned(fromByteOffset: index * 16, as: UInt64.self)
        let second = unsafe bytes.loadUnaligned(fromByteOffset: index * 16 + 8, as: UInt64.self)
        left = Self.fold(left ^ first, 0xA409_3822_299F_31D1) &+ right ^ second
        right = Self.fold(right ^ second, 0x082E_FA98_EC4E_6C89) &+ first
      }
    }

    func finish(byteCount: Int) -> ContentDigest {
      let count = UInt64(byteCount)
      let high = Self.fold(left ^ count, 0x4528_21E6_38D0_1377 ^ right)
      let low = Self.fold(right ^ high, 0xBE54_66CF_34E9_0C6C ^ left)
      return ContentDigest(high: high ^ right, low: low ^ left ^ count)
    }

    private static func fold(_ value: UInt64, _ factor: UInt64) -> UInt64 {
      let (high, low) = value.multipliedFullWidth(by: factor)
      return high ^ low
    }
  }
}
