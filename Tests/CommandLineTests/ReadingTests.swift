import CommandLine
import Testing

@Suite struct ReadingTests {
  @Test(arguments: [("1", 1), ("10000", 10_000), ("+7", 7), ("007", 7)])
  func `A number in range is read`(text: String, number: Int) throws {
    let values = try Example.bench.run("-n", "1", "--samples", text).values
    #expect(try values.integer("--samples", in: 1...10_000) == number)
  }

  @Test func `A default is read like a value, and what is absent is nil or empty`() throws {
    let values = try Example.size.run("x").values
    #expect(try Example.bench.run("-n", "1").values.integer("--samples", in: 1...99) == 20)
    #expect(try values.integer("--top", in: 1...9) == nil)
    #expect(try values.integers("--top", in: 1...9) == [])
    #expect(try values.list("--top", choices: ["a"]) == [])
  }

  @Test(arguments: [
    "0", "10001", "-1", "1e3", "1_000", " 5", "5 ", "0x10", "5.0", "five", "٥", "５", "1\u{301}",
    "9223372036854775808", "-9223372036854775809", String(repeating: "9", count: 10_000),
  ])
  func `Anything but a number in range is refused, however large`(text: String) throws {
    let values = try Example.bench.run("-n", "1", "--samples=\(text)").values
    #expect(
      throws: CommandLineError(
        .invalidValue, subject: "--samples", found: text,
        expected: "a whole number from 1 to 10000")
    ) { try values.integer("--samples", in: 1...10_000) }
  }

  @Test func `A range without an upper end is described by its lower one`() throws {
    let values = try Example.size.run("x", "--top=-1").values
    let error = #expect(throws: CommandLineError.self) {
      try values.integer("--top", in: 0...Int.max)
    }
    #expect(error?.description == "'--top' needs a whole number of at least 0, not '-1'")
  }

  @Test func `Numbers are separated by commas`() throws {
    let values = try Example.bench.run("--plugins", "1,10,100,10").values
    #expect(try values.integers("--plugins", in: 1...2000) == [1, 10, 100, 10])
  }

  @Test(arguments: [
    ("0", "0"), ("1,2001", "2001"), ("1,,2", ""), (",", ""), ("1,", ""), ("1, 2", " 2"),
    ("1,\u{301}2", "\u{301}2"),
  ])
  func `The first number at fault in a list is named`(text: String, item: String) throws {
    let values = try Example.bench.run("--plugins", text).values
    let error = #expect(throws: CommandLineError.self) {
      try values.integers("--plugins", in: 1...2000)
    }
    #expect(
      error?.description == "'--plugins' needs a whole number from 1 to 2000, not '\(item)'")
  }

  @Test func `Names are separated by commas and checked one by one`() throws {
    let choices = ["shared", "static", "floor"]
    func list(_ text: String) throws -> [String] {
      try Example.bench.run("-n", "1", "--variants", text).values
        .list("--variants", choices: choices)
    }
    #expect(try list("static,shared") == ["static", "shared"])
    #expect(
      #expect(throws: CommandLineError.self) { try list("shared,sttaic") }?.description
        == "'--variants' needs one of shared, static or floor, not 'sttaic'; "
        + "did you mean 'static'?")
    #expect(
      #expect(throws: CommandLineError.self) { try list("shared,floor,shared") }?.description
        == "'--variants' names 'shared' twice")
    #expect(
      #expect(throws: CommandLineError.self) { try list("shared,") }?.description
        == "'--variants' needs one of shared, static or floor, not ''")
  }

  @Test func `Asking for an option that is not declared stops the program`() async {
    await #expect(processExitsWith: .failure) {
      _ = Example.sizeValues?.value("--plugins")
    }
    await #expect(processExitsWith: .failure) {
      _ = Example.sizeValues?.flag("--top")
    }
    await #expect(processExitsWith: .failure) {
      _ = Example.sizeValues?.values("--quiet")
    }
  }
}
