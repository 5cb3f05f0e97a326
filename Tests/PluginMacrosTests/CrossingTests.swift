import CEveryValue
import CPluginABI
import PluginMacros
import PluginRuntime
import Testing

/// What `every_value_in_c.h` does, in Swift.
private struct InSwift: EveryValue {
  func int8(_ x: Int8) -> Int8 { x }
  func int16(_ x: Int16) -> Int16 { x }
  func int32(_ x: Int32) -> Int32 { x }
  func int64(_ x: Int64) -> Int64 { x }
  func uint8(_ x: UInt8) -> UInt8 { x }
  func uint16(_ x: UInt16) -> UInt16 { x }
  func uint32(_ x: UInt32) -> UInt32 { x }
  func uint64(_ x: UInt64) -> UInt64 { x }
  func int(_ x: Int) -> Int { x }
  func uint(_ x: UInt) -> UInt { x }
  func float(_ x: Float) -> Float { x }
  func double(_ x: Double) -> Double { x }
  func bool(_ x: Bool) -> Bool { x }
  func nothing() {}
  func length(of text: String) -> Int { text.utf8.count }
  func join(_ first: String, with second: String) -> String { first + second }
  func joinBytes(_ first: [UInt8], _ second: [UInt8]) throws -> [UInt8] { first + second }
  func sum(_ x: Int32, _ y: Double, isNegative: Bool, times: UInt8) -> Double {
    (Double(x) + y) * Double(times) * (isNegative ? -1 : 1)
  }
  func fail(with code: Int32, _ message: String) throws(PluginError) {
    if code != PLR_OK { throw PluginError(code: code, subject: "fail", message: message) }
  }
  func `switch`(
    _ context: Int, result: Int, failure: Int, table: Int, callResult: Int, `default`: Int,
    account: Int
  ) -> Int { context &- result &+ failure &- table &+ callResult &- `default` &+ account }
}

@Suite("Values cross between Swift and C")
struct CrossingTests {
  /// Calls an implementation directly, through its C table made in Swift, and through one made in C.
  private static func peers(
    _ body: (_ name: String, any EveryValue) throws -> Void
  ) throws {
    let account = try Account()
    let export = unsafe EveryValueExport(InSwift(), account: account.host)
    var inC = unsafe every_value_in_c(account.host)
    try unsafe withUnsafePointer(to: &inC) { inC in
      try body("Swift", InSwift())
      try body(
        "Swift, through C",
        unsafe EveryValueProxy(
          table: export.table.assumingMemoryBound(to: test_every_value.self),
          account: account.host))
      try body("C", unsafe EveryValueProxy(table: inC, account: account.host))
    }
    withExtendedLifetime(export) {}
    #expect(account.liveBlocks == 0, "what was given away was not freed")
  }

  static let texts = [
    "", "a", "a\0b", "\0", "na\u{ef}ve", "e\u{301}", "👩‍👩‍👧‍👦", "\u{feff}", "\u{202e}abc", "%s%n%d",
    "'; --",
    "\u{1b}[31m", "\r\n", String(repeating: "x", count: 15), String(repeating: "x", count: 16),
    String(repeating: "ü", count: 64), String(repeating: "z", count: 100_000), "\u{10ffff}",
  ]

  @Test("and come out as they went in: 12,000 generated calls, hostile texts included")
  func roundTrips() throws {
    try Self.peers { name, peer in
      var random = SystemRandomNumberGenerator()
      for round in 0..<1000 {
        let bits = UInt64.random(in: .min ... .max, using: &random)
        #expect(peer.int8(Int8(truncatingIfNeeded: bits)) == Int8(truncatingIfNeeded: bits))
        #expect(peer.int16(Int16(truncatingIfNeeded: bits)) == Int16(truncatingIfNeeded: bits))
        #expect(peer.int32(Int32(truncatingIfNeeded: bits)) == Int32(truncatingIfNeeded: bits))
        #expect(peer.int64(Int64(bitPattern: bits)) == Int64(bitPattern: bits))
        #expect(peer.uint16(UInt16(truncatingIfNeeded: bits)) == UInt16(truncatingIfNeeded: bits))
        #expect(peer.uint64(bits) == bits)
        #expect(peer.int(Int(bitPattern: UInt(bits))) == Int(bitPattern: UInt(bits)))
        #expect(peer.uint(UInt(bits)) == UInt(bits))
        let float = Float(bitPattern: UInt32(truncatingIfNeeded: bits) & 0xff7f_ffff)
        #expect(peer.float(float).bitPattern == float.bitPattern)
        let double = Double(bitPattern: bits & 0xffef_ffff_ffff_ffff)
        #expect(peer.double(double).bitPattern == double.bitPattern)
        #expect(peer.bool(bits & 1 == 1) == (bits & 1 == 1))
        let text = Self.texts[round % Self.texts.count]
        let other = String(
          decoding: (0..<Int(bits % 40)).map { _ in UInt8.random(in: 0...255, using: &random) },
          as: UTF8.self)
        guard text.utf8.count < 1000 || round < Self.texts.count else { continue }
        let joined = try peer.join(text, with: other)
        #expect(joined == text + other && joined.utf8.elementsEqual((text + other).utf8), "\(name)")
        #expect(peer.length(of: text) == text.utf8.count)
        #expect(try peer.joinBytes(Array(other.utf8), [0, 255]) == Array(other.utf8) + [0, 255])
      }
      peer.nothing()
      #expect(peer.uint8(255) == 255 && peer.uint32(.max) == .max)
      #expect(try peer.sum(-3, 0.5, isNegative: true, times: 200) == 500)
      #expect(
        try peer.`switch`(
          1, result: 2, failure: 3, table: 5, callResult: 8, default: 13, account: 21) == 13)
    }
  }

  @Test(
    "failures with their code and message; a message that does not fit is cut between characters")
  func failures() throws {
    try Self.peers { name, peer in
      try peer.fail(with: PLR_OK, "unused")
      let error = #expect(throws: PluginError.self) {
        try peer.fail(with: PLR_ERROR_BUSY, "somebody naïve holds it")
      }
      #expect(error?.code == PLR_ERROR_BUSY)
      #expect(error?.message == "somebody naïve holds it")
      let long = #expect(throws: PluginError.self) {
        try peer.fail(with: 77, String(repeating: "ü", count: 1000))
      }
      #expect(long?.code == 77)
      if name != "Swift" {
        let kept = try #require(long?.message)
        #expect(kept.hasPrefix("üüü") && kept.utf8.count < 1000)
        // The one in C cuts the text itself.
        #expect(name == "C" || kept.allSatisfy { $0 == "ü" })
      }
    }
  }

  @Test("text that is not UTF-8 is refused where that can be said, and repaired where not")
  func refusesInvalidText() throws {
    let account = try Account()
    let export = unsafe EveryValueExport(InSwift(), account: account.host)
    let table = unsafe export.table.assumingMemoryBound(to: test_every_value.self).pointee
    let bytes: [CChar] = [0x61, -1, 0x62]
    try unsafe bytes.withUnsafeBufferPointer { bytes in
      let text = unsafe plr_text(bytes: bytes.baseAddress, length: bytes.count)
      var result = unsafe plr_owned_text()
      var failure = PluginError.room()
      let status = unsafe table.join(table.context, text, text, &result, &failure)
      #expect(status == PLR_ERROR_INVALID_ARGUMENT)
      try #require(unsafe result.bytes == nil)
      // U+FFFD has three bytes.
      #expect(unsafe table.length(table.context, text) == 5)
    }
  }

  @Test("a caller that wants neither result nor reason may pass NULL")
  func acceptsNull() throws {
    let account = try Account()
    let export = unsafe EveryValueExport(InSwift(), account: account.host)
    let table = unsafe export.table.assumingMemoryBound(to: test_every_value.self).pointee
    #expect(
      unsafe table.fail(table.context, 5, plr_text(bytes: nil, length: 0), nil) == PLR_ERROR_BUSY)
    #expect(unsafe table.sum(table.context, 1, 1, false, 1, nil, nil) == PLR_OK)
    let text = unsafe plr_text(bytes: nil, length: 0)
    #expect(unsafe table.join(table.context, text, text, nil, nil) == PLR_OK)
  }

  @Test("memory that cannot be had is an error, not a crash")
  func tellsNoMemory() throws {
    let account = try Account()
    let export = unsafe EveryValueExport(InSwift(), account: account.host)
    let proxy = unsafe EveryValueProxy(
      table: export.table.assumingMemoryBound(to: test_every_value.self), account: account.host)
    unsafe plr_allocator_set_limits(account.host, 0, 16, nil, nil)
    let error = #expect(throws: PluginError.self) {
      try proxy.join(String(repeating: "x", count: 5000), with: "y")
    }
    #expect(error?.code == PLR_ERROR_OUT_OF_MEMORY)
  }
}
