import CAllKinds
import CPluginABI
import PluginMacros
import Testing

@Suite("One interface with all kinds of parameters")
struct AllKindsTests {
  /// The state of the implementation in C, and its table.
  @safe final class InC {
    private let state: UnsafeMutablePointer<all_kinds_state>
    let table: UnsafeMutablePointer<test_all_kinds>

    init(_ account: Account) {
      unsafe state = .allocate(capacity: 1)
      unsafe state.initialize(to: AllKindsTests.state(account))
      unsafe table = .allocate(capacity: 1)
      unsafe table.initialize(to: all_kinds_in_c(state))
    }

    deinit {
      unsafe all_kinds_drop(state)
      unsafe state.deallocate()
      unsafe table.deallocate()
    }
  }

  static func state(_ account: Account) -> all_kinds_state {
    unsafe all_kinds_state(
      account: account.host, allocator: account.service("plr.allocator", plr_allocator.self),
      registry: account.service("plr.registry", plr_registry.self), has_kept: false,
      kept: test_all_kinds_keep_body())
  }

  static func proxy(_ table: UnsafeRawPointer, _ account: Account) -> AllKindsProxy {
    unsafe AllKindsProxy(
      table: table.assumingMemoryBound(to: test_all_kinds.self), account: account.host)
  }

  /// Calls every function with a generated case.
  static func check(_ peer: any AllKinds, seed: UInt64, _ name: String) throws {
    var cases = CaseGenerator(seed: seed)
    let x = cases.record()
    let inner = cases.inner()
    let sum = Checksum.of { $0.add(x) }
    #expect(Checksum.of { $0.add((try? peer.echoRecord(x)) ?? x) } == sum)
    #expect(try peer.echoRecord(x).text.utf8.elementsEqual(x.text.utf8))
    #expect(try peer.checksumRecord(x) == sum, "\(name), seed \(seed)")
    let own = AllKindsInSwift()
    let h: UInt64 = cases.next()
    #expect(
      peer.checksumNumbers(
        x.int8, Int16(truncatingIfNeeded: h), Int32(truncatingIfNeeded: h), Int64(bitPattern: h),
        UInt8(truncatingIfNeeded: h), x.uint16, UInt32(truncatingIfNeeded: h), h, x.int, UInt(h),
        x.float, inner.ratio, x.isSet)
        == own.checksumNumbers(
          x.int8, Int16(truncatingIfNeeded: h), Int32(truncatingIfNeeded: h), Int64(bitPattern: h),
          UInt8(truncatingIfNeeded: h), x.uint16, UInt32(truncatingIfNeeded: h), h, x.int, UInt(h),
          x.float, inner.ratio, x.isSet))
    #expect(peer.echoInt(x.int) == x.int)
    #expect(peer.echoFloat(x.float).bitPattern == x.float.bitPattern)
    #expect(peer.echoBool(x.isSet) == x.isSet)
    #expect(peer.echoOptional(x.count.map(Int64.init)) == x.count.map(Int64.init))
    #expect(
      peer.echoOptionalBool(x.color == nil ? nil : x.isSet) == (x.color == nil ? nil : x.isSet))
    let borrowed = unsafe peer.checksumBorrowed(
      x.text.utf8Span, x.bytes.span.bytes, x.numbers.span)
    let expected = unsafe own.checksumBorrowed(
      x.text.utf8Span, x.bytes.span.bytes, x.numbers.span)
    #expect(borrowed == expected)
    #expect(try peer.checksumChecked(x.text.utf8Span) == Checksum.of { $0.add(x.text) })
    #expect(peer.sum(x.numbers) == own.sum(x.numbers))
    #expect(try peer.echoText(x.text).utf8.elementsEqual(x.text.utf8))
    #expect(try peer.echoBytes(x.bytes) == x.bytes)
    #expect(try peer.echoColor(inner.color) == inner.color)
    #expect(try peer.echoTemperature(x.temperature) == x.temperature)
    #expect(try peer.echoOptionalText(x.note) == x.note)
    #expect(try peer.echoOptionalBytes(x.blob) == x.blob)
    #expect(try peer.echoOptionalColor(x.color) == x.color)
    #expect(try peer.echoOptionalInner(x.maybe) == x.maybe)
    #expect(try peer.echoNumbers(x.numbers) == x.numbers)
    #expect(try peer.echoOffsets(x.offsets) == x.offsets)
    #expect(try peer.echoTexts(x.texts) == x.texts)
    #expect(try peer.echoBlobs(x.blobs) == x.blobs)
    #expect(try peer.echoColors(x.colors) == x.colors)
    #expect(try peer.echoInners(x.inners) == x.inners)
    try checkClosures(peer, x, inner)
  }

  private static func checkClosures(_ peer: any AllKinds, _ x: Record, _ inner: Inner) throws {
    var seen: [String] = []
    let visited = try peer.visit(x.texts) { number, text throws(PluginError) in
      seen.append(text)
      return Int64(number) + 1
    }
    #expect(seen == x.texts && visited == Int64(seen.count * (seen.count + 1) / 2))
    #expect(peer.total(5) { Int64($0) &* Int64(x.int8) } == 10 * Int64(x.int8))
    if !x.texts.isEmpty {
      let error = #expect(throws: PluginError.self) {
        try peer.visit(x.texts) { _, text throws(PluginError) in
          throw PluginError(code: PLR_ERROR_BUSY, subject: "visitor", message: "enough")
        }
      }
      #expect(error?.code == PLR_ERROR_BUSY && error?.subject == "visitor")
    }
    try peer.keep { text, inner throws(PluginError) in
      guard let inner else {
        throw PluginError(code: PLR_ERROR_DECLINED, subject: "kept", message: text)
      }
      return inner.name + text
    }
    #expect(try peer.callKept(x.text, inner).utf8.elementsEqual((inner.name + x.text).utf8))
    let error = #expect(throws: PluginError.self) { try peer.callKept("why", nil) }
    #expect(error?.code == PLR_ERROR_DECLINED && error?.message == "why")
    #expect(peer.drop() && !peer.drop())
    let gone = #expect(throws: PluginError.self) { try peer.callKept("", nil) }
    #expect(gone?.code == PLR_ERROR_NOT_FOUND)
    try peer.fail(PLR_OK, "unused")
    let failure = #expect(throws: PluginError.self) { try peer.fail(77, "naïve") }
    #expect(failure?.code == 77 && failure?.message == "naïve")
  }

  @Test("called from Swift: 3,000 generated cases agree in Swift, through its table, and in C")
  func fromSwift() throws {
    let account = try Account()
    let export = unsafe AllKindsExport(AllKindsInSwift(), account: account.host)
    let inC = InC(account)
    for seed in 0..<1000 as Range<UInt64> {
      try Self.check(AllKindsInSwift(), seed: seed, "Swift")
      try unsafe Self.check(
        Self.proxy(export.table, account), seed: seed, "Swift, through its table")
      try unsafe Self.check(Self.proxy(inC.table, account), seed: seed, "C")
    }
    withExtendedLifetime((export, inC)) {}
    #expect(account.liveBlocks == 0, "what was given away was not freed")
  }

  @Test("called from C: 10,000 generated cases agree in Swift and in C")
  func fromC() throws {
    let account = try Account()
    let export = unsafe AllKindsExport(AllKindsInSwift(), account: account.host)
    let inC = InC(account)
    var caller = unsafe Self.state(account)
    for isSwift in [true, false] {
      let table =
        unsafe isSwift
        ? export.table.assumingMemoryBound(to: test_all_kinds.self) : UnsafePointer(inC.table)
      var first: UnsafePointer<CChar>?
      let wrong = unsafe all_kinds_call(table, &caller, 1, 5000, &first)
      let name = unsafe first.map { unsafe String(cString: $0) }
      #expect(wrong == 0, "first in \(name ?? "")")
    }
    withExtendedLifetime((export, inC)) {}
    #expect(account.liveBlocks == 0, "what was given away was not freed")
  }
}
