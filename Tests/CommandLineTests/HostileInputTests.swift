import CommandLine
import Testing

@Suite struct HostileInputTests {
  @Test(arguments: [
    ("\u{1B}[31mred", #"\u{1B}[31mred"#), ("a\nb\tc\r", #"a\nb\tc\r"#),
    ("\u{7F}\u{9B}", #"\u{7F}\u{009B}"#),
    ("\u{202E}txt", #"\u{202E}txt"#), ("a\u{2028}b", #"a\u{2028}b"#), ("\u{FEFF}", #"\u{FEFF}"#),
    ("\u{FFFF}", #"\u{FFFF}"#), ("it's", #"it\'s"#), (#"a\n"#, #"a\\n"#), ("größe 😀", "größe 😀"),
    (String(decoding: [0x66, 0xFF, 0xC3], as: UTF8.self), #"f\u{FFFD}\u{FFFD}"#),
  ])
  func `A message shows what was typed without obeying it`(word: String, shown: String) {
    #expect(
      Example.host.refusal(["list", word])?.description
        == "unexpected argument '\(shown)'; see 'host list --help'")
    #expect(
      Example.size.refusal(["x", "--format", word])?.description
        == "'--format' needs one of text, json, csv, markdown or html, not '\(shown)'")
  }

  @Test func `A long word is shortened to 80 characters`() {
    func shown(_ word: String) -> String? {
      Example.host.refusal([word])?.description
    }
    let exact = String(repeating: "x", count: 80)
    #expect(shown(exact) == "unknown subcommand '\(exact)'; see 'host --help'")
    #expect(shown(exact + "y") == "unknown subcommand '\(exact)…'; see 'host --help'")
    // An escape counts with all its characters and is never cut in two.
    let escape = "\u{1}" + String(repeating: "x", count: 70) + "\u{1}" + exact
    let prefix = #"\u{01}"# + String(repeating: "x", count: 70)
    #expect(shown(escape) == "unknown subcommand '\(prefix)…'; see 'host --help'")
  }

  @Test(arguments: ["a", "-", "--", "--x", "\u{301}", "=", "--top=", "1,"])
  func `A word of megabytes is answered with a short sentence`(start: String) throws {
    let word = start + String(repeating: start, count: 4_000_000 / start.utf8.count)
    let refusals = [
      Example.host.refusal([word]), Example.bench.refusal(["--profile=" + word]),
      Example.bench.refusal(["run", word]),
    ]
    for refusal in refusals { #expect(try #require(refusal).description.utf8.count < 400) }
  }

  @Test func `A hundred thousand words are read in one pass`() throws {
    let words = Array(repeating: ["--plugin-dir", "d"], count: 50_000).flatMap { $0 }
    guard case .run(_, let values) = try Example.bench.parse(["-n=1"] + words) else {
      throw NotARun()
    }
    #expect(values.values("--plugin-dir").count == 50_000)
  }

  @Test func `A combining mark hides neither a dash nor an equals sign`() throws {
    #expect(try Example.size.run("x", "--top=\u{301}").values.value("--top") == "\u{301}")
    #expect(Example.size.refusal(["-\u{301}"])?.code == .unknownOption)
    #expect(Example.size.refusal(["--\u{301}"])?.code == .unknownOption)
  }
}
