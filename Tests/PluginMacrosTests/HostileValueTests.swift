import CAllKinds
import CPluginABI
import PluginMacros
import PluginRuntime
import Testing

@Suite("What arrives and is not what it should be")
struct HostileValueTests {
  private let account: Account
  private let export: AllKindsExport
  private var table: test_all_kinds { unsafe export.table.load(as: test_all_kinds.self) }

  init() throws {
    account = try Account()
    unsafe export = AllKindsExport(AllKindsInSwift(), account: account.host)
  }

  @Test("an enum's value that is no case is refused, on its own and inside of others")
  func unknownCases() throws {
    var failure = PluginError.room()
    var color: test_color = 1
    #expect(
      unsafe table.echo_color(table.context, 3, &color, &failure) == PLR_ERROR_INVALID_ARGUMENT)
    #expect(color == 1, "a result is left as it was")
    let error = PluginError(code: failure.code, failure)
    #expect(error.subject == "test.color")
    #expect(error.message.hasPrefix("3 is none of its cases"))
    let colors: [test_color] = [1, 2, 9]
    unsafe colors.withUnsafeBufferPointer { colors in
      let array = unsafe test_color_array(elements: colors.baseAddress, count: colors.count)
      #expect(
        unsafe table.echo_colors(table.context, array, nil, nil) == PLR_ERROR_INVALID_ARGUMENT)
    }
    var inner = unsafe test_inner()
    unsafe inner.color = 77
    let optional = unsafe test_inner_optional(has_value: true, value: inner)
    #expect(
      unsafe table.echo_optional_inner(table.context, optional, nil, nil)
        == PLR_ERROR_INVALID_ARGUMENT)
  }

  @Test(
    "text that is not UTF-8 is refused in arrays, structs and spans, and repaired where that cannot be told"
  )
  func invalidText() throws {
    let bytes: [CChar] = [0x61, -1, 0x62]
    unsafe bytes.withUnsafeBufferPointer { bytes in
      let text = unsafe plr_text(bytes: bytes.baseAddress, length: bytes.count)
      var texts = unsafe [text, text]
      unsafe texts.withUnsafeBufferPointer { texts in
        let array = unsafe plr_text_array(elements: texts.baseAddress, count: texts.count)
        #expect(
          unsafe table.echo_texts(table.context, array, nil, nil) == PLR_ERROR_INVALID_ARGUMENT)
      }
      unsafe texts.removeAll()
      #expect(
        unsafe table.checksum_checked(table.context, text, nil, nil) == PLR_ERROR_INVALID_ARGUMENT)
      var record = unsafe test_record()
      unsafe record.temperature = 0
      unsafe record.inner.color = 1
      unsafe record.note = plr_text_optional(has_value: true, value: text)
      #expect(
        unsafe table.checksum_record(table.context, record, nil, nil) == PLR_ERROR_INVALID_ARGUMENT)
      let none = unsafe plr_bytes(bytes: nil, length: 0)
      let numbers = unsafe plr_int32_array(elements: nil, count: 0)
      let expected = Checksum.of {
        $0.add("a\u{fffd}b")
        $0.add(0 as UInt64)
        $0.add(0 as UInt64)
      }
      #expect(unsafe table.checksum_borrowed(table.context, text, none, numbers) == expected)
    }
  }

  @Test("NULL where something should be is nothing, whatever count says")
  func nulls() throws {
    let numbers = unsafe plr_int32_array(elements: nil, count: 5)
    #expect(unsafe table.sum(table.context, numbers) == 0)
    var texts = unsafe plr_text_array()
    #expect(
      unsafe table.echo_texts(
        table.context, plr_text_array(elements: nil, count: .max), &texts, nil)
        == PLR_OK)
    #expect(unsafe texts.elements == nil && texts.count == 0)
    let text = unsafe plr_text(bytes: nil, length: 9)
    let bytes = unsafe plr_bytes(bytes: nil, length: 9)
    let expected = Checksum.of {
      for _ in 0..<3 { $0.add(0 as UInt64) }
    }
    #expect(unsafe table.checksum_borrowed(table.context, text, bytes, numbers) == expected)
  }

  @Test("a result that the caller does not want is not made")
  func unwanted() throws {
    var record = unsafe test_record()
    unsafe record.inner.color = 1
    #expect(unsafe table.echo_record(table.context, record, nil, nil) == PLR_OK)
    #expect(account.liveBlocks == 0)
  }

  @Test("a result that there is no memory for is an error, and nothing of it is kept")
  func noMemory() throws {
    let proxy = unsafe AllKindsTests.proxy(export.table, account)
    let inner = Inner(
      color: .red, ratio: 0, name: String(repeating: "n", count: 300),
      tags: (0..<40).map { String(repeating: "t", count: $0 * 10) })
    // With each limit another block of the result is the one that cannot be had.
    for limit in stride(from: 16, to: 8000, by: 400) as StrideTo<UInt64> {
      unsafe plr_allocator_set_limits(account.host, limit, limit, nil, nil)
      let error = #expect(throws: PluginError.self) { try proxy.echoInners([inner, inner, inner]) }
      #expect(error?.code == PLR_ERROR_OUT_OF_MEMORY)
      #expect(account.liveBlocks == 0, "limit \(limit)")
    }
    unsafe plr_allocator_set_limits(account.host, .max, .max, nil, nil)
    #expect(try proxy.echoInners([inner]) == [inner])
    #expect(account.liveBlocks == 0)
  }

  @Test("what C returns and is no case is refused, and freed all the same")
  func badResults() throws {
    let inC = AllKindsTests.InC(account)
    unsafe inC.table.pointee.echo_inners = { context, inners, result, failure in
      let status = unsafe all_kinds_echo_inners(context, inners, result, failure)
      let first = unsafe UnsafeMutablePointer(mutating: result!.pointee.elements!)
      unsafe first.pointee.color = 200
      return status
    }
    let proxy = unsafe AllKindsTests.proxy(inC.table, account)
    let inner = Inner(color: .green, ratio: 1, name: "name", tags: ["a", "b"])
    let error = #expect(throws: PluginError.self) { try proxy.echoInners([inner, inner]) }
    #expect(error?.code == PLR_ERROR_INVALID_ARGUMENT && error?.subject == "test.color")
    #expect(account.liveBlocks == 0)
  }
}
