import CommandLine
import Testing

@Suite struct ParsingTests {
  @Test(arguments: [
    ["--plugins", "5"], ["--plugins=5"], ["-n", "5"], ["-n=5"], ["run", "--plugins=5"],
    ["--plugins=1", "--cold", "-n", "5"],
  ])
  func `A value follows its option as a word or after an equals sign, and the last one counts`(
    words: [String]
  ) throws {
    guard case .run(let path, let values) = try Example.bench.parse(words) else { throw NotARun() }
    #expect(path == ["run"])
    #expect(values.value("--plugins") == "5")
    #expect(values.values("--plugins") == ["5"])
  }

  @Test func `What is not given is its default or nothing`() throws {
    let values = try Example.bench.run("-n", "1").values
    #expect(values.value("--profile") == "tiny")
    #expect(values.value("--record") == nil)
    #expect(values.values("--plugin-dir") == [])
    #expect(!values.flag("--cold"))
    #expect(values.arguments == [])
  }

  @Test func `Flags are on when they are given, once or more`() throws {
    let values = try Example.bench.run("-n", "1", "--cold", "-q", "--quiet").values
    #expect(values.flag("--cold"))
    #expect(values.flag("--quiet"))
  }

  @Test func `A repeated option keeps every value in order`() throws {
    let values = try Example.bench.run(
      "-n", "1", "--plugin-dir", "b", "--plugin-dir=a", "--plugin-dir=b"
    ).values
    #expect(values.values("--plugin-dir") == ["b", "a", "b"])
    #expect(values.value("--plugin-dir") == "b")
  }

  @Test(arguments: [
    (["--record"], "history.db"), (["--record", "--cold"], "history.db"),
    (["--record", "my.db"], "my.db"), (["--record=my.db"], "my.db"),
    (["--record", "--"], "history.db"),
  ])
  func `An option whose value may be omitted takes the next word unless it is an option`(
    words: [String], value: String
  ) throws {
    guard case .run(_, let values) = try Example.bench.parse(["-n", "1"] + words) else {
      throw NotARun()
    }
    #expect(values.value("--record") == value)
  }

  @Test func `Options and arguments may be mixed`() throws {
    let (path, values) = try Example.size.run("a", "--top", "3", "b", "-q", "c")
    #expect(path == [])
    #expect(values.arguments == ["a", "b", "c"])
    #expect(values.value("--top") == "3")
  }

  @Test func `Two dashes end the options`() throws {
    let values = try Example.size.run("--top=3", "--", "--top", "--", "-h", "help").values
    #expect(values.arguments == ["--top", "--", "-h", "help"])
    #expect(values.value("--top") == "3")
  }

  @Test(arguments: ["-", "-5", "-0x", "a=b", "=", "–top"])
  func `One dash, a negative number and a look-alike are words`(word: String) throws {
    #expect(try Example.size.run(word).values.arguments == [word])
    #expect(try Example.size.run("x", "--output", word).values.value("--output") == word)
  }

  @Test(arguments: ["--top=--quiet", "--top==", "--top==x"])
  func `Everything after the first equals sign is the value`(word: String) throws {
    #expect(try Example.size.run("x", word).values.value("--top") == String(word.dropFirst(6)))
  }

  @Test func `A subcommand is found at any depth`() throws {
    #expect(try Example.host.run("list").path == ["list"])
    #expect(try Example.host.run("cache", "clear").path == ["cache", "clear"])
    #expect(
      try Example.bench.run("compare", "a", "b", "run").values.arguments == ["a", "b", "run"])
  }

  @Test func `A default subcommand that takes arguments receives the words that name no other`()
    throws
  {
    let viewer = Command(
      name: "view", abstract: "View files.",
      subcommands: [
        Command(
          name: "show", abstract: "Show.",
          arguments: [Argument("FILE", help: "", count: .zeroOrMore)]),
        Command(name: "list", abstract: "List."),
      ], defaultSubcommand: "show")
    #expect(try viewer.run("a", "list").values.arguments == ["a", "list"])
    #expect(try viewer.run().path == ["show"])
    #expect(try viewer.run("list").path == ["list"])
  }

  @Test func `An optional argument may be left out`() throws {
    #expect(try Example.host.run("inspect").values.arguments == [])
    #expect(try Example.host.run("inspect", "a").values.arguments == ["a"])
  }

  @Test(arguments: [
    ["--version"], ["compare", "--version"], ["run", "--cold", "--version", "--x"],
  ])
  func `Every command has a version`(words: [String]) throws {
    #expect(try Example.bench.parse(words) == .version)
  }

  @Test func `The standard library's CommandLine stays in reach`() {
    #expect(!CommandLine.arguments.isEmpty)
  }
}
