import CommandLine
import Testing

@Suite struct ColorChoiceTests {
  @Test(
    arguments: [
      ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false),
      (["NO_COLOR": "0"], true, false), (["NO_COLOR": ""], true, true),
      (["TERM": "dumb"], true, false),
    ] as [([String: String], Bool, Bool)])
  func `By itself, color is for terminals that were not told otherwise`(
    environment: [String: String], isTerminal: Bool, isColored: Bool
  ) {
    #expect(
      ColorChoice.auto.resolve(environment: environment, isTerminal: isTerminal) == isColored)
  }

  @Test(arguments: [true, false], [[:], ["NO_COLOR": "1", "TERM": "dumb"]])
  func `An explicit choice overrides the environment`(
    isTerminal: Bool, environment: [String: String]
  ) {
    #expect(ColorChoice.always.resolve(environment: environment, isTerminal: isTerminal))
    #expect(!ColorChoice.never.resolve(environment: environment, isTerminal: isTerminal))
  }

  @Test func `Every common choice has a default`() throws {
    let values = try Example.size.run("x").values
    #expect(values.value("--format") == "text")
    #expect(values.value("--output") == "-")
    #expect(values.value("--color").flatMap(ColorChoice.init) == .auto)
    #expect(!values.flag("--quiet"))
  }
}
