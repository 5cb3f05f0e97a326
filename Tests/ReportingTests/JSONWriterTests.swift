import Foundation
import Testing

@testable import Reporting

@Suite("A JSON document")
struct JSONWriterTests {
  private struct Refusal: Error, Equatable {}

  /// What the writer makes of some calls.
  private func written(
    chunk: Int = 65_536, _ body: (inout JSONWriter<Never>) -> Void
  ) -> String {
    var bytes: [UInt8] = []
    var json = JSONWriter<Never>(chunk: chunk) { bytes += $0 }
    body(&json)
    json.finish()
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("has a line for each member, and inline containers on one")
  func layout() {
    let text = written { json in
      json.beginObject()
      json.member("name", "a/b")
      json.member("sections")
      json.beginArray()
      for index in 0..<2 {
        json.beginObject(.inline)
        json.member("bytes", index)
        json.member("range")
        json.beginArray()
        json.value(1)
        json.value(2)
        json.endArray()
        json.endObject()
      }
      json.endArray()
      json.member("none")
      json.beginArray()
      json.endArray()
      json.member("absent", nil as Int?)
      json.endObject()
    }
    #expect(
      text == """
        {
          "name": "a/b",
          "sections": [
            {"bytes": 0, "range": [1, 2]},
            {"bytes": 1, "range": [1, 2]}
          ],
          "none": [],
          "absent": null
        }

        """)
  }

  @Test("holds every string so that it reads back", arguments: jsonStrings)
  func strings(string: String) throws {
    let text = written { json in
      json.beginObject()
      json.member(string, string)
      json.endObject()
    }
    let read = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
    // By scalars: to a string, "e\u{301}" and "é" are the same.
    #expect(read?.keys.map { Array($0.unicodeScalars) } == [Array(string.unicodeScalars)])
    #expect(read?.values.map { Array($0.unicodeScalars) } == [Array(string.unicodeScalars)])
    #expect(text.utf8.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") })
  }

  @Test(
    "escapes a character wherever it stands in a long string", arguments: ["\"", "\\", "\u{1F}"])
  func places(character: String) throws {
    for length in [1, 7, 8, 9, 31, 32, 33, 64, 70] {
      for place in 0..<length {
        let string =
          String(repeating: "é", count: place) + character
          + String(repeating: "x", count: length - place)
        let text = written { $0.value(string) }
        let read = try JSONSerialization.jsonObject(
          with: Data(text.utf8), options: .fragmentsAllowed)
        #expect(read as? String == string)
      }
    }
  }

  @Test("escapes nothing else, wherever it stands", arguments: 0..<32)
  func unescaped(shift: Int) throws {
    var string = String(repeating: "x", count: shift)
    for value in UInt32(0)..<0x300 {
      string.unicodeScalars.append(try #require(Unicode.Scalar(value)))
      string += "yyy"
    }
    let text = written { $0.value(string) }
    #expect(text.utf8.count { $0 == UInt8(ascii: "\\") } == 0x20 + 2 + 1)
    let read = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    #expect((read as? String).map { Array($0.utf8) } == Array(string.utf8))
  }

  @Test("escapes only what must be")
  func escapes() {
    #expect(
      written { $0.value("/\u{2028}\u{7F}\"\\\n\u{1}") }
        == "\"/\u{2028}\u{7F}\\\"\\\\\\n\\u0001\"\n")
  }

  @Test(
    "has the shortest numbers that read back as the same, and null for what is none",
    arguments: [
      (0.1, "0.1"), (-0.0, "-0.0"), (1e300, "1e+300"), (.leastNonzeroMagnitude, "5e-324"),
      (1 / 3, "0.3333333333333333"),
      (2_800_000, "2800000.0"), (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
    ] as [(Double, String)])
  func numbers(number: Double, text: String) throws {
    #expect(written { $0.value(number) } == text + "\n")
    if number.isFinite { #expect(Double(text) == number) }
  }

  @Test("holds whole numbers exactly, and flags")
  func integers() {
    #expect(written { $0.value(Int.min) } == "-9223372036854775808\n")
    #expect(written { $0.value(UInt64.max) } == "18446744073709551615\n")
    #expect(written { $0.value(true) } == "true\n")
    #expect(written { $0.null() } == "null\n")
  }

  @Test("is handed over in chunks that make up the whole")
  func chunks() throws {
    var sizes: [Int] = []
    var bytes: [UInt8] = []
    var json = JSONWriter<Never>(chunk: 1000) { chunk in
      sizes.append(chunk.count)
      bytes += chunk
    }
    json.beginArray()
    for index in 0..<5000 { json.value("element \(index)") }
    json.endArray()
    json.finish()
    #expect(sizes.count > 80)
    #expect(sizes.dropLast().allSatisfy { (1000...1100).contains($0) })
    let read = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String]
    #expect(read == (0..<5000).map { "element \($0)" })
  }

  @Test("ends with the error of its sink")
  func failure() {
    #expect(throws: Refusal()) {
      var json = JSONWriter<Refusal>(chunk: 10) { (_) throws(Refusal) in throw Refusal() }
      json.beginArray()
      try json.value("more than ten bytes")
    }
  }

  @Test(
    "elements made apart are the same bytes as those written one by one",
    arguments: [0, 1, 511, 512, 513, 20_000], [true, false])
  func elementsMadeApart(count: Int, isInline: Bool) {
    func document(_ body: (inout JSONWriter<Never>) -> Void) -> [UInt8] {
      var bytes: [UInt8] = []
      var json = JSONWriter<Never> { bytes += $0 }
      json.beginObject(isInline ? .inline : .lines)
      json.member("before", 1)
      json.member("list")
      json.beginArray()
      body(&json)
      json.endArray()
      json.endObject()
      json.finish()
      return bytes
    }
    @Sendable func element(_ json: inout JSONWriter<Never>, _ index: Int) {
      json.beginObject(.inline)
      json.member("index", index)
      json.endObject()
    }
    let apart = document { json in
      json.value("first")
      json.elements(0..<count) { element(&$0, $1) }
      json.value("last")
    }
    let onlyApart = document { $0.elements(0..<count) { element(&$0, $1) } }
    let oneByOne = document { json in
      json.value("first")
      for index in 0..<count { element(&json, index) }
      json.value("last")
    }
    let only = document { json in for index in 0..<count { element(&json, index) } }
    #expect(apart == oneByOne)
    #expect(onlyApart == only)
  }

  @Test("cannot be misspelled")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var json = JSONWriter<Never> { _ in }
      json.beginObject()
      json.value(1)
    }
    await #expect(processExitsWith: .failure) {
      var json = JSONWriter<Never> { _ in }
      json.beginObject()
      json.member("a")
      json.endObject()
    }
    await #expect(processExitsWith: .failure) {
      var json = JSONWriter<Never> { _ in }
      json.beginArray()
      json.endObject()
    }
    await #expect(processExitsWith: .failure) {
      var json = JSONWriter<Never> { _ in }
      json.beginArray()
      json.finish()
    }
    await #expect(processExitsWith: .failure) {
      var json = JSONWriter<Never> { _ in }
      json.value(1)
      json.value(2)
    }
  }
}

private let jsonStrings: [String] =
  (UInt8(0)..<0x20).map { "a\(Character(Unicode.Scalar($0)))b" } + [
    "", "\"", "\\", "\\\"", "</script>", "/", "e\u{301}", "é", "\u{2028}\u{2029}", "👩‍👩‍👧", "\u{FFFD}",
    "\u{0}", "\u{7F}\u{80}", "\u{10FFFF}", "日本語", "\\u0041", "nul\u{0}nul",
    String(repeating: "long ", count: 30_000), String(repeating: "\"\\\n", count: 10_000),
  ]
